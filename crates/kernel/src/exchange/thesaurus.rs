//! Words that mean the same in the column names of Turkish deliveries. Language, not registers.

use crate::text::search_fold;
use std::collections::BTreeSet;

/// Words by meaning; the first is the one kept.
const MEANINGS: &[&[&str]] = &[
    &["name", "ad", "adi", "isim", "ismi", "isimler", "unvan", "unvani"],
    &["id", "kimlik", "kimligi", "kod", "kodu", "code", "uid"],
    &["no", "numara", "numarasi", "number", "num", "nr"],
    &["type", "tur", "turu", "tip", "tipi", "cins", "cinsi", "kind"],
    &["population", "nufus", "nufusu", "pop"],
    &["area", "alan", "alani", "yuzolcum", "yuzolcumu"],
    &["date", "tarih", "tarihi"],
    &["year", "yil", "yili"],
    &["street", "sokak", "sokagi", "cadde", "caddesi", "csbm", "yol", "yolu", "road"],
    &["neighbourhood", "mahalle", "mahallesi", "mah", "neighborhood"],
    &["district", "ilce", "ilcesi"],
    &["province", "il", "ili"],
    &["building", "bina", "binasi", "yapi", "yapisi"],
    &["door", "kapi", "kapisi", "numarataj"],
    &["parcel", "parsel", "parseli"],
    &["block", "ada", "adasi"],
    &["sheet", "pafta", "paftasi"],
    &["postal", "posta", "postcode", "zip"],
    &["floors", "floor", "kat", "kati", "katlar", "storeys", "levels"],
    &["height", "yukseklik", "yuksekligi"],
    &["length", "uzunluk", "uzunlugu"],
    &["width", "genislik", "genisligi"],
    &["count", "sayi", "sayisi", "adet", "adedi"],
    &["status", "durum", "durumu", "state"],
    &["description", "aciklama", "aciklamasi", "note", "not"],
    &["address", "adres", "adresi"],
    &["use", "kullanim", "kullanimi", "usage"],
    &["phone", "telefon", "tel"],
    &["park", "parki"],
    &["owner", "malik", "sahip", "sahibi"],
    &["source", "kaynak", "kaynagi"],
    &["construction", "yapim", "insaat", "insa"],
];

/// Words that add nothing: who gave the number, and small words.
const NOISE: &[&str] = &["official", "resmi", "nvi", "uavt", "maks", "tuik", "ve", "and", "of", "the", "tr"];

/// Who gives official numbers: a column that bears their name is the better one.
const OFFICIAL: &[&str] = &["nvi", "uavt", "maks", "tuik"];

/// A name as a set of meanings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Words {
    pub(super) meanings: BTreeSet<String>,
    /// True if the giver of official numbers is named.
    pub(super) official: bool,
}

/// Takes a name apart: `nvi_mahalle_id`, `mahalleAdi`, `Posta kodu`, `PK`.
pub(super) fn words(name: &str) -> Words {
    let mut out = Words::default();
    for word in split(name) {
        out.official |= OFFICIAL.contains(&word.as_str());
        if NOISE.contains(&word.as_str()) || word.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        if word == "pk" {
            out.meanings.extend(["postal".to_owned(), "id".to_owned()]);
            continue;
        }
        let meaning = MEANINGS.iter().find(|m| m.contains(&word.as_str())).and_then(|m| m.first());
        out.meanings.insert(meaning.map_or(word, |m| (*m).to_owned()));
    }
    // “kimlik no” is one thing.
    if out.meanings.contains("id") && out.meanings.len() > 1 {
        out.meanings.remove("no");
    }
    out
}

/// Letters and digits only, folded: for exact comparison.
pub(super) fn plain(name: &str) -> String {
    search_fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn split(name: &str) -> Vec<String> {
    let (mut out, mut word) = (Vec::new(), String::new());
    let mut before: Option<char> = None;
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            out.push(search_fold(word));
            word.clear();
        }
    };
    for c in name.chars() {
        let camel = before.is_some_and(|b| b.is_lowercase()) && c.is_uppercase();
        let digit = before.is_some_and(|b| b.is_alphabetic()) && c.is_ascii_digit();
        if !c.is_alphanumeric() || camel || digit {
            end(&mut word);
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
        before = Some(c);
    }
    end(&mut word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str) -> Vec<String> {
        words(name).meanings.into_iter().collect()
    }

    #[test]
    fn meanings() {
        assert_eq!(set("nvi_mahalle_id"), ["id", "neighbourhood"]);
        assert!(words("nvi_mahalle_id").official);
        assert_eq!(set("Mahalle kimlik no"), ["id", "neighbourhood"]);
        assert_eq!(set("official_id"), ["id"]);
        assert_eq!(set("İLÇE ADI"), ["district", "name"]);
        assert_eq!(set("townId"), ["id", "town"]);
        assert_eq!(set("population_2025"), ["population"]);
        assert_eq!(set("PK"), ["id", "postal"]);
        assert_eq!(set("Posta kodu"), ["id", "postal"]);
    }
}
