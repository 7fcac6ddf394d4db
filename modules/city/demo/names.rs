//! Names of streets, neighbourhoods, places.

use super::{
    random::Random,
    words::{DISTRICTS, GENTLE, GREAT, HALVES, OWNERS, QUARTERS},
};

fn halves(random: &mut Random) -> String {
    let (first, second) = (*random.pick(HALVES[0]), *random.pick(HALVES[1]));
    format!("{first}{second}")
}

/// A name of a region or a landmark.
pub(super) fn region(random: &mut Random) -> String {
    if random.chance(0.5) { (*random.pick(GENTLE)).to_owned() } else { halves(random) }
}

/// Names that are given once each, in an order by the seed: no two streets and no two neighbourhoods of a city share one.
pub(super) struct Once {
    main: Vec<String>,
    lanes: Vec<String>,
    quarters: Vec<String>,
}

impl Once {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::of(seed, &[5]);
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let mut pairs: Vec<String> = HALVES[0].iter().flat_map(|a| HALVES[1].iter().map(move |b| format!("{a}{b}"))).collect();
        random.shuffle(&mut pairs);
        // The three kinds share no name: pairs are dealt out to neighbourhoods and lanes.
        let (mut quarters, mut lanes, mut main) = (owned(QUARTERS), owned(GENTLE), owned(GREAT));
        random.shuffle(&mut lanes);
        random.shuffle(&mut main[1..]);
        let rest = pairs.split_off(pairs.len() / 2);
        quarters.extend(pairs);
        lanes.extend(rest);
        Self { main, lanes, quarters }
    }

    /// Name of the `index`th neighbourhood, as it grew.
    pub(super) fn neighbourhood(&self, index: usize) -> String {
        let name = &self.quarters[index % self.quarters.len()];
        match index / self.quarters.len() {
            0 => name.clone(),
            1 => format!("Yukarı {name}"),
            2 => format!("Aşağı {name}"),
            round => format!("{name} {round}"),
        }
    }

    /// Name of the `index`th district.
    pub(super) fn district(index: usize) -> String {
        let name = DISTRICTS[index % DISTRICTS.len()];
        match index / DISTRICTS.len() {
            0 => name.to_owned(),
            round => format!("{name} {}", round + 1),
        }
    }

    /// Name and type of the `index`th main street; wide ones are boulevards.
    pub(super) fn main_street(&self, index: usize, wide: bool) -> (String, &'static str) {
        let (word, code) = if wide { ("Bulvarı", "bulvar") } else { ("Caddesi", "cadde") };
        let count = self.main.len();
        let name = match self.main.get(index) {
            Some(name) => format!("{name} {word}"),
            // From here on two great names together, still each only once.
            None => {
                let (a, b) = (&self.main[index % count], &self.quarters[(index / count * 7 + index) % self.quarters.len()]);
                format!("{b} {a} {word}")
            }
        };
        (name, code)
    }

    /// Name of the `index`th small street: a name while there are some, then a number.
    pub(super) fn lane(&self, index: usize) -> String {
        match self.lanes.get(index) {
            Some(name) => format!("{name} Sokak"),
            None => format!("{} Nolu Sokak", 1_001 + index - self.lanes.len()),
        }
    }
}

/// A name for a block of flats.
pub(super) fn block(random: &mut Random) -> String {
    let name = region(random);
    match random.below(5) {
        0 => format!("{name} Sitesi {} Blok", ["A", "B", "C", "D"][random.below(4)]),
        1 => format!("{name} Konutları"),
        _ => format!("{name} Apartmanı"),
    }
}

/// A name for a park of a kind.
pub(super) fn park(kind: &str, random: &mut Random) -> String {
    let name = region(random);
    match kind {
        "cocuk" => format!("{name} Çocuk Parkı"),
        "spor" => format!("{name} Spor Sahası"),
        "meydan" => format!("{} Meydanı", random.pick(&GREAT[..12])),
        "mezarlik" => format!("{name} Mezarlığı"),
        "sahil" => format!("{name} Sahil Parkı"),
        _ => format!("{name} Parkı"),
    }
}

/// A name for a school.
pub(super) fn school(random: &mut Random) -> String {
    let name = if random.chance(0.5) { (*random.pick(GREAT)).to_owned() } else { region(random) };
    let kind = ["İlkokulu", "Ortaokulu", "İlkokulu", "Anadolu Lisesi"][random.below(4)];
    format!("{name} {kind}")
}

/// A name for a mosque.
pub(super) fn mosque(random: &mut Random) -> String {
    let kind = if random.chance(0.4) { "Merkez Camii" } else { "Camii" };
    format!("{} {kind}", region(random))
}

/// A name for a health centre.
pub(super) fn health_centre(random: &mut Random) -> String {
    format!("{} Aile Sağlığı Merkezi", region(random))
}

/// A name for a kindergarten.
pub(super) fn kindergarten(random: &mut Random) -> String {
    format!("{} Anaokulu", random.pick(GENTLE))
}

/// A name for a shop of a kind (`poi_kind`).
pub(super) fn shop(kind: &str, random: &mut Random) -> String {
    let (gentle, owner, place) = (*random.pick(GENTLE), *random.pick(OWNERS), halves(random));
    match kind {
        "market" => format!("{gentle} Market"),
        "bakery" => format!("{place} Fırını"),
        "pharmacy" => format!("{gentle} Eczanesi"),
        "restaurant" if random.chance(0.4) => format!("{owner} Usta Pide Salonu"),
        "restaurant" => format!("{place} Lokantası"),
        "cafe" if random.chance(0.4) => format!("{gentle} Çay Bahçesi"),
        "cafe" => format!("{owner} Kahve Evi"),
        "bank" => format!("{gentle} Bank {place} Şubesi"),
        "hotel" => format!("Otel {gentle}"),
        _ => format!("{place} Otoparkı"),
    }
}
