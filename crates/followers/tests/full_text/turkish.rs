//! What is found by which words, in which order.

use crate::office::{KIND, NAME, Office, PHONE, SUBJECT, named, operator, text};

#[tokio::test]
async fn turkish_words_are_found_however_they_are_typed() {
    let office = Office::open(None).await;
    let streets = named("A", "Sokaklarımızdaki çukurlar İSTANBUL yolunda");
    let street = named("B", "Sokak lambası yanmıyor");
    let rubbish = named("C", "ÇÖP konteyneri taşmış");
    let number = named("2026-0001 234", "Trabzon'un ağaçları");
    let coded = vec![(NAME, text("E")), (KIND, text("k1")), (PHONE, text("+905321234567"))];
    office.write(&[&streets, &street, &rubbish, &number, &coded]).await;
    for (asked, found) in [
        ("İSTANBUL", "A"),
        ("istanbul", "A"),
        ("ıstanbul", "A"),
        ("Istanbul'da", "A"),
        ("çukur", "A"),
        ("cukur ", "A"),
        ("sokak lamba", "B"),
        ("SOKAKTAKİ LAMBALAR", "B"),
        ("sokaktaki lambalar ", "B"),
        ("çöp", "C"),
        ("cop", "C"),
        ("COP ", "C"),
        ("çöpler ", "C"),
        ("copler ", "C"),
        ("konteynerler", "C"),
        ("kont", "C"),
        ("20260001234", "2026-0001 234"),
        ("2026 0001 234", "2026-0001 234"),
        ("0001", "2026-0001 234"),
        ("trabzon ağaç", "2026-0001 234"),
        ("Trabzonun agaclari", "2026-0001 234"),
        ("şikayet", "E"),
        ("complaints", ""),
        ("complaint", "E"),
        ("905321234567", ""),
        ("sokak çöp", ""),
        ("zzz", ""),
    ] {
        let names = office.names(&operator(), asked).await;
        assert_eq!(names.join(","), found, "{asked}");
    }
    let both = office.names(&operator(), "sokaklarımızdaki ").await;
    assert_eq!(both, ["A", "B"], "the word itself before its stem");
    assert!(office.names(&operator(), " ?! ").await.is_empty());
}

#[tokio::test]
async fn the_word_before_its_stem_the_name_before_the_text_the_newer_before_the_older() {
    let office = Office::open(None).await;
    let stem = named("1", "Parklar dolu");
    let older = named("2", "Park dolu");
    office.write(&[&stem, &older]).await;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let newer = named("3", "Bir park");
    let beginning = named("4", "Parkeler kırık");
    let name = named("Park", "5");
    office.write(&[&beginning, &newer, &name]).await;
    assert_eq!(office.names(&operator(), "park").await, ["Park", "3", "2", "1", "4"]);

    let first = office.search.search(&office.desk, &operator(), "park", None, 2, 0).await.expect("a page");
    let second = office.search.search(&office.desk, &operator(), "park", None, 3, 2).await.expect("a page");
    assert_eq!((first.hits.len(), first.more, second.hits.len(), second.more), (2, true, 3, false));
    assert_eq!(first.counts[0].records, Some(5));
    let unknown = office.search.search(&office.desk, &operator(), "park", Some(&["no".to_owned()]), 2, 0).await;
    assert_eq!(unknown.expect_err("no such register").code(), "no-such-register");
}

#[tokio::test]
async fn a_long_text_is_cut_to_what_answers() {
    let office = Office::open(None).await;
    let long = format!("{} İğneada'da çöp {}", "önce ".repeat(100), "sonra ".repeat(100));
    office.write(&[&[(NAME, text("N")), (SUBJECT, text(&long))]]).await;
    let hits = office.hits(&operator(), "igneada cop").await;
    let snippet = hits.hits[0].snippet.as_ref().expect("a snippet");
    let marked: Vec<&str> = snippet.places.iter().map(|p| &snippet.text[p.clone()]).collect();
    assert_eq!(marked, ["İğneada", "çöp"]);
    assert_eq!(snippet.field, "subject");
    assert!(snippet.text.starts_with("…önce") && snippet.text.ends_with('…') && snippet.text.chars().count() < 210);
}
