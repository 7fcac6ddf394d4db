//! Who is told what: old letters that are taken over, orders that are missed, and in which language.

use crate::house::{House, at, everyone, operator, text};
use meydan_kernel::{Value, desk::Edit, query::Key};
use uuid::Uuid;

const NOW: &str = "2026-03-02T10:00";

#[tokio::test]
async fn who_wrote_long_ago_elsewhere_gets_no_acknowledgement() {
    let house = House::new().await;
    for (received, acknowledged) in [("2026-02-23T10:00", 1), ("2026-02-23T09:59", 0), ("2024-02-05T09:00", 0)] {
        let more = [
            ("address", text("Uzun Sokak 12")),
            ("applicant_email", text("eski@ornek.example")),
            ("received_at", Value::Timestamp(at(received))),
        ];
        let id = house.file(&operator(at(NOW)), ("complaint", "pothole"), &more, None).await.unwrap();
        let told = house.notices(id).await;
        assert_eq!(told.iter().filter(|n| n.channel == "email").count(), acknowledged, "{received}: {told:?}");
        assert_eq!(house.unit_of(id).await, "FIB-YB", "the unit has it nevertheless");
    }
}

#[tokio::test]
async fn an_order_that_a_head_misses_is_told_to_who_gave_it_once() {
    let house = House::new().await;
    let giver = house.acting("kadir.bozkurt", "branch_manager", at(NOW)).await;
    let head = house.person("ibrahim.karadag").await;
    let set = [
        ("title", text("Yol haritası")),
        ("kind", text("order")),
        ("due_on", Value::Date("2026-03-04".parse().unwrap())),
        ("assignee", Value::Reference(head)),
        ("unit", house.unit("BIDB").await),
    ];
    let id = house.insert(&giver, "task", &set, None).await.unwrap();
    let told = async |person: Uuid, reason: &str| {
        house.notices(id).await.iter().filter(|n| n.person == Some(person) && n.reason == reason).count()
    };
    let me = house.person("kadir.bozkurt").await;
    house.desk.fire(at("2026-03-03T20:00"), 100).await.unwrap();
    assert_eq!((told(head, "due_soon").await, told(me, "due_soon").await), (1, 0), "near is not yet the giver's");
    house.desk.fire(at("2026-03-05T09:00"), 100).await.unwrap();
    house.desk.fire(at("2026-03-05T10:00"), 100).await.unwrap();
    assert_eq!((told(head, "overdue").await, told(me, "overdue").await), (1, 1));
}

#[tokio::test]
async fn staff_choose_the_language_in_which_they_are_told() {
    let house = House::new().await;
    let chief = house.person("songul.tekin").await;
    let person = house.desk.register("person").unwrap();
    let english =
        |id: Uuid| Edit::Update { id, expected: None, set: house.set("person", &[("language", text("en"))]), geometry: None };
    let herself = house.acting("songul.tekin", "chief", at(NOW)).await;
    let other = house.person("yakup.aksoy").await;
    assert!(house.desk.change(&herself, vec![("person".to_owned(), english(other))]).await.is_err(), "another's");
    house.desk.change(&herself, vec![("person".to_owned(), english(chief))]).await.unwrap();
    let kept = house.store.get(&person, Key::Id(chief), None).await.unwrap().unwrap();
    assert_eq!(kept.value(&person, "language"), Some(&text("en")));
    let more = [("address", text("Uzun Sokak 12"))];
    let id = house.file(&everyone(at(NOW)), ("complaint", "pothole"), &more, None).await.unwrap();
    house.go(&herself, id, "assign", &[("assignee", Value::Reference(other))]).await.unwrap();
    house.desk.fire(at("2026-03-20T09:00"), 100).await.unwrap();
    let told = house.notices(id).await;
    let said = |who: Uuid, how: &str| told.iter().any(|n| n.person == Some(who) && n.said.starts_with(how));
    assert!(said(chief, "Overdue (") && !said(chief, "Süresi aşıldı ("), "{told:?}");
    assert!(said(other, "Size verildi: ") && said(other, "Süresi aşıldı ("), "{told:?}");
}
