//! Who is given a request, who stands in for whom, who is told.

use crate::house::{House, at, everyone, operator, text};
use jiff::civil::date;
use meydan_kernel::Value;
use std::collections::HashSet;
use uuid::Uuid;

async fn away(house: &House, who: &str, deputy: &str, unit: &str) {
    let directory = house.desk.directory().await.unwrap();
    let person = house.person(who).await;
    let post = directory.holdings(person)[0].post;
    let set = [
        ("delegator", Value::Reference(person)),
        ("delegate", Value::Reference(house.person(deputy).await)),
        ("post", Value::Reference(post)),
        ("unit", house.unit(unit).await),
        ("valid_from", Value::Date(date(2026, 3, 1))),
        ("valid_until", Value::Date(date(2026, 3, 10))),
        ("reason", text("Yıllık izin")),
        ("status", text("approved")),
        ("approved_by", Value::Reference(house.person("nermin.akinci").await)),
        ("approved_on", Value::Date(date(2026, 2, 27))),
    ];
    house.insert(&operator(at("2026-02-27T10:00")), "proxy", &set, None).await.unwrap_or_else(|e| panic!("{e:?}"));
}

#[tokio::test]
async fn cases_are_given_in_turn_to_the_least_loaded_or_to_who_is_on_duty_and_never_to_who_is_away() {
    let house = House::new().await;
    let now = at("2026-03-02T10:00");
    let given = async |category: &str, now| {
        let id = house.file(&everyone(now), ("complaint", category), &[], None).await.unwrap();
        match house.value(id, "assignee").await {
            Value::Reference(person) => Some(person),
            _ => None,
        }
    };
    let ids = async |logins: &[&str]| {
        let mut ids = HashSet::new();
        for login in logins {
            ids.insert(house.person(login).await);
        }
        ids
    };
    // In turn: each of the unit's three once, then the first again. Chief and manager are given nothing.
    let mut turn: Vec<Uuid> = Vec::new();
    for _ in 0..4 {
        turn.extend(given("leak", now).await);
    }
    let workers = ids(&["metin.arslantas", "riza.oymak", "sinan.kaleli"]).await;
    assert_eq!(turn[..3].iter().copied().collect::<HashSet<_>>(), workers);
    assert_eq!(turn[3], turn[0]);
    // The least loaded: the fourth goes to who had the first, because everybody has one.
    let mut load: Vec<Uuid> = Vec::new();
    for _ in 0..4 {
        load.extend(given("load", now).await);
    }
    assert_eq!(load[..3].iter().copied().collect::<HashSet<_>>().len(), 3);
    assert_eq!(load[3], load[0]);
    // By the roster: only while the duty lasts, else the unit's pool.
    let duty = [
        ("unit", house.unit("ZDB-DE").await),
        ("person", Value::Reference(house.person("alper.kunt").await)),
        ("begins_at", Value::Timestamp(at("2026-03-02T08:00"))),
        ("ends_at", Value::Timestamp(at("2026-03-03T08:00"))),
    ];
    assert_eq!(given("duty", now).await, None);
    house.insert(&operator(now), "duty_roster", &duty, None).await.unwrap();
    assert_eq!(given("duty", now).await, Some(house.person("alper.kunt").await));
    assert_eq!(given("duty", at("2026-03-03T08:00")).await, None);
    // On leave until the tenth: the deputy has it meanwhile, also on duty.
    away(&house, "alper.kunt", "zeki.pehlivan", "ZDB-DE").await;
    assert_eq!(given("duty", now).await, Some(house.person("zeki.pehlivan").await));
    away(&house, "riza.oymak", "sinan.kaleli", "SKI-AR").await;
    let mut turn: Vec<Uuid> = Vec::new();
    for _ in 0..4 {
        turn.extend(given("leak", now).await);
    }
    assert_eq!(turn.into_iter().collect::<HashSet<_>>(), ids(&["metin.arslantas", "sinan.kaleli"]).await);
}

#[tokio::test]
async fn what_is_given_by_hand_goes_to_the_deputy_and_not_to_who_has_left() {
    let house = House::new().await;
    let now = at("2026-03-02T10:00");
    let id = house.file(&everyone(now), ("complaint", "pothole"), &[("address", text("x"))], None).await.unwrap();
    let chief = house.acting("songul.tekin", "chief", now).await;
    away(&house, "yakup.aksoy", "hasan.duman", "FIB-YB").await;
    let [yakup, hasan, gone] =
        [house.person("yakup.aksoy").await, house.person("hasan.duman").await, house.person("kamil.aras").await];
    let refused = house.go(&chief, id, "assign", &[("assignee", Value::Reference(gone))]).await.unwrap_err();
    assert_eq!(refused.code(), "not-there");
    house.go(&chief, id, "assign", &[("assignee", Value::Reference(yakup))]).await.unwrap();
    assert_eq!(house.value(id, "assignee").await, Value::Reference(hasan));
    let told: Vec<Option<Uuid>> = house.notices(id).await.iter().filter(|n| n.reason == "assigned").map(|n| n.person).collect();
    assert_eq!(told, [Some(hasan)]);
    // Back from leave it is theirs; handed over to another unit it is nobody's, and those who lead there are told.
    let back = house.acting("songul.tekin", "chief", at("2026-03-11T10:00")).await;
    house.go(&back, id, "assign", &[("assignee", Value::Reference(yakup))]).await.unwrap();
    assert_eq!(house.value(id, "assignee").await, Value::Reference(yakup));
    let why = back.because(Some("Parkın içinde".to_owned()));
    house.go(&why, id, "hand_over", &[("unit", house.unit("PBB-YA").await)]).await.unwrap();
    assert_eq!((house.unit_of(id).await.as_str(), house.value(id, "assignee").await), ("PBB-YA", Value::Null));
    let manager = house.person("nuray.basaran").await;
    assert!(house.notices(id).await.iter().any(|n| n.reason == "new_in_unit" && n.person == Some(manager)));
}

#[tokio::test]
async fn the_applicant_is_told_number_term_and_last_day_in_their_language_and_nobody_who_is_anonymous() {
    let house = House::new().await;
    let now = at("2026-03-02T10:00");
    let id = house.file_formal("information_request", now).await;
    let Value::Text(number) = house.value(id, "reference").await else { panic!() };
    let told = house.notices(id).await;
    assert_eq!((told.len(), told[0].reason.as_str(), told[0].channel.as_str()), (1, "received", "email"));
    assert_eq!(told[0].address, "ayse@ornek.example");
    for part in [meydan_kernel::case::readable(&number).as_str(), "15 iş günü", "24.03.2026", "4982"] {
        assert!(told[0].said.contains(part), "{part}: {}", told[0].said);
    }
    let more = [("applicant_phone", text("+905001000001")), ("language", text("en"))];
    let english = house.file(&everyone(now), ("complaint", "leak"), &more, None).await.unwrap();
    let told: Vec<_> = house.notices(english).await.into_iter().filter(|n| n.reason == "received").collect();
    assert_eq!(told[0].channel, "sms");
    assert!(told[0].said.contains("We have your request") && told[0].said.contains("3 March 2026"), "{}", told[0].said);
    let secret = [&more[..], &[("anonymous", Value::Bool(true))]].concat();
    let id = house.file(&everyone(now), ("complaint", "leak"), &secret, None).await.unwrap();
    assert!(house.notices(id).await.iter().all(|n| n.address.is_empty()));
}
