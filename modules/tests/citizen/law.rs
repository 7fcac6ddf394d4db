//! The laws' terms, with dates on both sides of a feast: Ramadan Feast 2026 is on Friday 20 to Sunday 22 March, its eve on Thursday the
//! 19th from 13:00; 23 April 2026 is a Thursday.

use crate::house::{House, at, everyone, text};
use meydan_kernel::{Value, case::Clocks};

#[tokio::test]
async fn terms_are_counted_as_the_laws_say_on_both_sides_of_a_feast() {
    let house = House::new().await;
    // Kind, deadline, received, last instant.
    let table = [
        // Fifteen working days, none of them in the feast: the 20th of March is none, the eve is one.
        ("information_request", "information", "2026-02-23T10:00", "2026-03-16T23:59"),
        ("information_request", "information", "2026-02-26T10:00", "2026-03-19T23:59"),
        ("information_request", "information", "2026-02-27T10:00", "2026-03-23T23:59"),
        ("information_request", "information", "2026-03-02T10:00", "2026-03-24T23:59"),
        // Across 23 April.
        ("information_request", "information", "2026-04-02T10:00", "2026-04-24T23:59"),
        // Received on a day off: counting begins the day after just so.
        ("information_request", "information", "2026-03-21T10:00", "2026-04-10T23:59"),
        // Thirty days of the calendar; an end in the feast or on a Sunday moves to the first working day.
        ("petition", "petition", "2026-02-16T10:00", "2026-03-18T23:59"),
        ("petition", "petition", "2026-02-18T10:00", "2026-03-23T23:59"),
        ("petition", "petition", "2026-03-24T10:00", "2026-04-24T23:59"),
        ("petition", "petition", "2026-03-20T10:00", "2026-04-20T23:59"),
    ];
    for (kind, deadline, received, due) in table {
        let id = house.file_formal(kind, at(received)).await;
        let end = house.due(id, deadline).await.unwrap();
        assert_eq!(end.to_string()[..16], at(due).to_string()[..16], "{kind} of {received}");
        assert_eq!(house.due(id, "service").await, None, "{kind}: the law's clock, no other");
    }
    // Sixteen office hours from Wednesday noon before the feast: four that day, four on the eve's morning, eight on Monday.
    let place = [("address", text("Uzun Sokak 12"))];
    let id = house.file(&everyone(at("2026-03-18T13:00")), ("complaint", "pothole"), &place, None).await.unwrap();
    assert_eq!(house.due(id, "service").await, Some(at("2026-03-23T17:00")));
    assert_eq!(house.due(id, "information").await, None);
}

#[tokio::test]
async fn a_term_is_extended_once_with_a_reason_before_it_ends_and_told() {
    let house = House::new().await;
    let reason = [("extension_reason", text("Bilgi başka birimden gelecek."))];
    let officer = async |now: &str| house.acting("nihal.ersoy", "information_officer", at(now)).await;
    let id = house.file_formal("information_request", at("2026-03-02T10:00")).await;
    // Not without the reason, not after the end.
    assert!(house.go(&officer("2026-03-10T10:00").await, id, "extend", &[]).await.is_err());
    let late = house.go(&officer("2026-03-25T00:01").await, id, "extend", &reason).await.unwrap_err();
    assert_eq!(late.code(), "deadline-passed");
    house.go(&officer("2026-03-24T23:30").await, id, "extend", &reason).await.unwrap();
    // Thirty working days from the entry, over the feast.
    assert_eq!(house.due(id, "information").await.unwrap().to_string()[..16], at("2026-04-14T23:59").to_string()[..16]);
    let again = house.go(&officer("2026-04-01T10:00").await, id, "extend", &reason).await.unwrap_err();
    assert_eq!(again.code(), "already-extended");
    let told = house.notices(id).await;
    let told = told.iter().find(|n| n.said.contains("başka birimden")).unwrap();
    assert!(told.said.contains("14.04.2026"), "{}", told.said);
    // Petitions have no extension.
    let petition = house.file_formal("petition", at("2026-03-02T10:00")).await;
    assert!(house.go(&officer("2026-03-03T10:00").await, petition, "extend", &reason).await.is_err());
}

#[tokio::test]
async fn a_fee_stops_the_clock_and_unpaid_after_fifteen_days_the_request_is_withdrawn() {
    let house = House::new().await;
    let officer = async |now: &str| house.acting("nihal.ersoy", "information_officer", at(now)).await;
    let fee = [("fee", Value::Int(4_550))];
    let [paid, unpaid] = [
        house.file_formal("information_request", at("2026-03-02T10:00")).await,
        house.file_formal("information_request", at("2026-03-02T10:00")).await,
    ];
    for id in [paid, unpaid] {
        house.go(&officer("2026-03-09T10:00").await, id, "ask_fee", &fee).await.unwrap();
        assert!(house.notices(id).await.iter().any(|n| n.said.contains("45,50 TL")));
        let register = house.desk.register("request").unwrap();
        assert!(Clocks::of(&register, &house.request(id).await).active("information").unwrap().paused.is_some());
    }
    // Five of fifteen days had gone by on the ninth; ten are left from the sixteenth.
    house.go(&officer("2026-03-16T10:00").await, paid, "resume", &[]).await.unwrap();
    assert_eq!(house.due(paid, "information").await.unwrap().to_string()[..16], at("2026-03-31T23:59").to_string()[..16]);
    house.desk.fire(at("2026-03-24T23:59"), 100).await.unwrap();
    assert_eq!(house.state(unpaid).await, "waiting_fee");
    house.desk.fire(at("2026-03-25T00:01"), 100).await.unwrap();
    assert_eq!(house.state(unpaid).await, "withdrawn");
    assert_eq!(house.value(unpaid, "resolution").await, text("withdrawn"));
    // What stood still is not late.
    assert_eq!(house.value(unpaid, "late").await, Value::Bool(false));
}

#[tokio::test]
async fn a_refusal_needs_a_ground_of_the_law_and_says_how_to_appeal() {
    let house = House::new().await;
    let officer = house.acting("nihal.ersoy", "information_officer", at("2026-03-03T10:00")).await;
    let id = house.file_formal("information_request", at("2026-03-02T10:00")).await;
    let refusal = [("resolution", text("refused")), ("answer", text("Verilemez."))];
    let lacking = house.go(&officer, id, "submit_answer", &refusal).await.unwrap_err();
    assert_eq!(lacking.fields()[0].field, "refusal_needs_ground");
    // Not on the spot by anybody: it is signed.
    assert!(house.go(&officer, id, "resolve", &refusal).await.is_err());
    let with_ground = [&refusal[..], &[("refusal_ground", text("4982_21"))]].concat();
    house.go(&officer, id, "submit_answer", &with_ground).await.unwrap();
    let approver = house.acting("sule.ozkaya", "branch_manager", at("2026-03-04T10:00")).await;
    house.go(&approver, id, "approve", &[]).await.unwrap();
    assert_eq!((house.state(id).await.as_str(), house.value(id, "letter_due").await), ("answered", Value::Bool(true)));
    let told = house.notices(id).await;
    let told = told.iter().find(|n| n.reason == "answered").unwrap();
    for part in ["Verilemez.", "4982 md. 21", "15 gün içinde Bilgi Edinme Değerlendirme Kuruluna"] {
        assert!(told.said.contains(part), "{part}: {}", told.said);
    }
    // Sent on or not examined: with what the applicant is told, never without.
    let other = house.file_formal("petition", at("2026-03-02T10:00")).await;
    let manager =
        house.acting("sule.ozkaya", "branch_manager", at("2026-03-03T10:00")).await.because(Some("Görevimizde değil".into()));
    assert!(house.go(&manager, other, "forward", &[]).await.is_err());
    assert!(house.go(&manager, other, "reject", &[("answer", text("x"))]).await.is_err());
    house.go(&manager, other, "forward", &[("answer", text("Valiliğe gönderildi."))]).await.unwrap();
    assert!(house.notices(other).await.iter().any(|n| n.reason == "answered" && n.said.contains("Valiliğe")));
}
