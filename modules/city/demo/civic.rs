//! What blocks of a neighbourhood are kept for: parks, schools, the town hall.

use super::{
    convex::{Convex, Point},
    names,
    quarter::{Measures, Quarter},
    random::Random,
};

/// A block with one large building.
pub(super) struct Single {
    pub(super) name: String,
    /// Code of `building_use`.
    pub(super) kind: &'static str,
    /// Codes of `poi_service_type` and `poi_kind`.
    pub(super) place: (&'static str, &'static str),
    pub(super) measures: Measures,
}

/// What a block is used for.
pub(super) enum BlockUse {
    /// Plots with private buildings.
    Homes,
    /// Code of `park_kind`.
    Park(&'static str),
    /// One large building.
    Single(Single),
}

/// Every so many neighbourhoods the large institutions come again.
const ROUND: usize = 24;

/// Decides for each block (up to its fronts) of the cell that grew as the `order`th.
pub(super) fn plan(blocks: &[Convex], centre: Point, kind: Quarter, order: usize, random: &mut Random) -> Vec<BlockUse> {
    let mut uses: Vec<BlockUse> = blocks.iter().map(|_| BlockUse::Homes).collect();
    let mut nearest: Vec<(usize, f64)> = blocks.iter().enumerate().map(|(k, b)| (k, b.centre().distance(centre))).collect();
    nearest.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut free: Vec<usize> = nearest.into_iter().map(|(k, _)| k).collect();
    let mut wishes: Vec<(BlockUse, [f64; 2], bool)> = Vec::new();
    if order.is_multiple_of(ROUND) {
        wishes.push((BlockUse::Park("meydan"), [900.0, 7_000.0], true));
    }
    if let Some(single) = institution(order, random) {
        wishes.push((BlockUse::Single(single), [1_300.0, 14_000.0], true));
    }
    if !matches!(kind, Quarter::Industry) {
        let chances = if kind == Quarter::Edge { [0.35, 0.25, 0.15, 0.2] } else { [0.75, 0.95, 0.45, 0.06] };
        let [school, park, sports, cemetery] = chances.map(|c| random.chance(c));
        if school {
            wishes.push((BlockUse::Single(self::school(random)), [1_300.0, 12_000.0], false));
        }
        if park {
            wishes.push((BlockUse::Park("park"), [700.0, 9_000.0], false));
        }
        if sports {
            let kind = if random.chance(0.6) { "cocuk" } else { "spor" };
            wishes.push((BlockUse::Park(kind), [500.0, 5_000.0], false));
        }
        if cemetery {
            wishes.push((BlockUse::Park("mezarlik"), [2_000.0, 20_000.0], false));
        }
    }
    for (wish, [least, most], central) in wishes {
        let fitting: Vec<usize> = (0..free.len()).filter(|k| (least..most).contains(&blocks[free[*k]].area())).collect();
        // What is for all lies in the middle; what is for the neighbours may lie anywhere.
        let Some(place) = (if central { fitting.first() } else { fitting.get(random.below(fitting.len())) }) else { continue };
        uses[free.remove(*place)] = wish;
    }
    uses
}

const fn large(depth: [f64; 2], widest: f64, floors: [f64; 2], setback: [f64; 2]) -> Measures {
    Measures {
        streets: [0.0, 0.0],
        width: 0.0,
        plot: 0.0,
        setback,
        side: [4.0, 9.0],
        depth,
        widest,
        floors,
        years: [1955.0, 2022.0],
        empty: 0.0,
    }
}

fn school(random: &mut Random) -> Single {
    Single {
        name: names::school(random),
        kind: "egitim",
        place: ("egitim", "school"),
        measures: large([13.0, 18.0], 58.0, [3.0, 5.0], [7.0, 16.0]),
    }
}

fn institution(order: usize, random: &mut Random) -> Option<Single> {
    let first = order < ROUND;
    let region = names::region(random);
    let name = |central: &str, local: &str| if first { central.to_owned() } else { format!("{region} {local}") };
    let office = large([16.0, 24.0], 56.0, [3.0, 7.0], [4.0, 9.0]);
    let hall = large([34.0, 52.0], 74.0, [1.0, 3.0], [6.0, 12.0]);
    let (name, kind, place, measures) = match order % ROUND {
        0 => (name("Örnek Büyükşehir Belediyesi", "Belediye Hizmet Binası"), "kamu", ("belediye", "town_hall"), office),
        1 => (name("Şehir Müzesi", "Kültür Merkezi"), "kultur", ("kulturel", "museum"), office),
        2 => (name("Örnek Devlet Hastanesi", "Devlet Hastanesi"), "saglik", ("saglik", "hospital"), office),
        3 => (name("Örnek Adliyesi", "İlçe Adliyesi"), "kamu", ("yargi_ve_adalet", "court"), office),
        4 => (name("Şehir Stadyumu", "Spor Salonu"), "spor", ("turizm_ve_eglence", "stadium"), hall),
        5 => (name("Örnek Otogarı", "Minibüs Terminali"), "kamu", ("ulasim", "bus_station"), hall),
        6 => (name("Örnek Üniversitesi", "Meslek Yüksekokulu"), "egitim", ("egitim", "university"), office),
        7 => (name("Merkez İtfaiye İstasyonu", "İtfaiye İstasyonu"), "kamu", ("guvenlik", "fire_station"), office),
        8 => (name("Şehir Kütüphanesi", "Halk Kütüphanesi"), "kultur", ("kulturel", "library"), office),
        9 => (name("Kapalı Pazar Yeri", "Pazar Yeri"), "ticari", ("ticaret_ve_maliye", "marketplace"), hall),
        12 => (name("İl Emniyet Müdürlüğü", "Polis Merkezi"), "kamu", ("guvenlik", "police"), office),
        _ => return None,
    };
    Some(Single { name, kind, place, measures })
}
