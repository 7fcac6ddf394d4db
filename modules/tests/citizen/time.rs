//! What time brings: pauses, warnings, escalation, reopening, duplicates.

use crate::house::{House, at, everyone, text};
use meydan_kernel::Value;
use std::sync::Arc;
use uuid::Uuid;

const PLACE: (&str, &str) = ("address", "Uzun Sokak 12");

async fn filed(house: &House, now: &str, email: &str) -> Uuid {
    let more = [(PLACE.0, text(PLACE.1)), ("applicant_email", text(email))];
    house.file(&everyone(at(now)), ("complaint", "pothole"), &more, None).await.unwrap()
}

#[tokio::test]
async fn the_service_clock_stands_still_while_the_applicant_is_asked() {
    let house = House::new().await;
    // Sixteen office hours from Monday at eight: until Tuesday at five.
    let id = filed(&house, "2026-03-02T08:00", "a@ornek.example").await;
    assert_eq!(house.due(id, "service").await, Some(at("2026-03-03T17:00")));
    let worker = async |now: &str| house.acting("yakup.aksoy", "field_team", at(now)).await;
    house.go(&worker("2026-03-02T09:00").await, id, "take", &[]).await.unwrap();
    let why = worker("2026-03-02T12:00").await.because(Some("Hangi kapının önünde?".to_owned()));
    house.go(&why, id, "ask", &[]).await.unwrap();
    assert!(house.notices(id).await.iter().any(|n| n.said.contains("Hangi kapının önünde?")));
    // A month later nothing is late; four hours were used, twelve are left.
    house.desk.fire(at("2026-04-01T12:00"), 100).await.unwrap();
    assert_eq!(house.value(id, "late").await, Value::Bool(false));
    house.go(&house.applicant(id, at("2026-04-06T08:00")).await, id, "reply", &[]).await.unwrap();
    assert_eq!(house.due(id, "service").await, Some(at("2026-04-07T12:00")));
}

#[tokio::test]
async fn timers_tell_everything_once_however_many_look_and_go_up_step_by_step() {
    let house = Arc::new(House::new().await);
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(filed(&house, "2026-03-02T08:00", &format!("b{number}@ornek.example")).await);
    }
    let worker = house.acting("yakup.aksoy", "field_team", at("2026-03-02T09:00")).await;
    house.go(&worker, ids[0], "take", &[]).await.unwrap();
    let [yakup, chief, manager] =
        [house.person("yakup.aksoy").await, house.person("songul.tekin").await, house.person("kadir.bozkurt").await];
    // Over on Tuesday at five; warned of four office hours before.
    let table = [
        ("2026-03-03T12:59", "", None),
        ("2026-03-03T13:01", "due_soon", Some(chief)),
        ("2026-03-03T17:01", "overdue", Some(chief)),
        ("2026-03-05T00:01", "escalated", Some(chief)),
        ("2026-03-07T00:01", "escalated", Some(manager)),
    ];
    let mut sum = house.notices(ids[0]).await.len();
    for (now, reason, person) in table {
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let house = Arc::clone(&house);
                tokio::spawn(async move { house.desk.fire(at(now), 100).await.unwrap() })
            })
            .collect();
        let mut failed = 0;
        for task in tasks {
            failed += task.await.unwrap().failed.len();
        }
        assert_eq!(failed, 0, "{now}");
        for id in &ids {
            let told: Vec<_> = house.notices(*id).await;
            if reason.is_empty() {
                assert!(told.iter().all(|n| n.reason == "received" || n.reason == "progress"), "{now}: {told:?}");
                continue;
            }
            let of = |who: Uuid| told.iter().filter(|n| n.reason == reason && n.person == Some(who)).count();
            assert_eq!(person.map(of), Some(1), "{now} {reason}: {told:?}");
        }
        let now_told = house.notices(ids[0]).await;
        // Who has it is told too, of what concerns them: near and over.
        let to_worker = usize::from(matches!(reason, "due_soon" | "overdue"));
        assert_eq!(now_told.len(), sum + usize::from(!reason.is_empty()) + to_worker, "{now}");
        assert_eq!(now_told.iter().filter(|n| n.reason == reason && n.person == Some(yakup)).count(), to_worker);
        sum = now_told.len();
    }
    assert_eq!(house.value(ids[3], "late").await, Value::Bool(true));
}

#[tokio::test]
async fn reopening_is_a_new_term_within_limits_for_applicants() {
    let house = House::new().await;
    let id = filed(&house, "2026-03-02T08:00", "c@ornek.example").await;
    let answer = [("resolution", text("solved")), ("answer", text("Yapıldı."))];
    let resolve = async |now: &str| {
        let worker = house.acting("yakup.aksoy", "field_team", at(now)).await;
        house.go(&worker, id, "resolve", &answer).await.unwrap();
    };
    let reopen = async |now: &str| {
        let bearer = house.applicant(id, at(now)).await.because(Some("Yine bozuldu".to_owned()));
        house.go(&bearer, id, "reopen", &[]).await
    };
    resolve("2026-03-02T10:00").await;
    let asked = |n: &&crate::house::Notice| n.reason == "satisfaction";
    assert_eq!(house.notices(id).await.iter().filter(asked).count(), 1);
    for (time, (again, due, done)) in [
        ("2026-03-09T08:00", "2026-03-10T17:00", "2026-03-09T10:00"),
        ("2026-03-16T08:00", "2026-03-17T17:00", "2026-03-16T10:00"),
        ("2026-03-23T08:00", "2026-03-24T17:00", "2026-03-23T10:00"),
    ]
    .into_iter()
    .enumerate()
    {
        reopen(again).await.unwrap();
        assert_eq!(house.value(id, "reopened").await, Value::Int(time as i64 + 1));
        assert_eq!(
            (house.due(id, "service").await, house.state(id).await.as_str()),
            (Some(at(due)), "new"),
            "a term of its own"
        );
        resolve(done).await;
    }
    assert_eq!(reopen("2026-03-25T08:00").await.unwrap_err().code(), "reopened-too-often");
    assert_eq!(house.notices(id).await.iter().filter(asked).count(), 1, "asked once");
    // Another, too late: thirty days after the answer; the call centre still may.
    let late = filed(&house, "2026-03-02T08:00", "d@ornek.example").await;
    let worker = house.acting("yakup.aksoy", "field_team", at("2026-03-02T10:00")).await;
    house.go(&worker, late, "resolve", &answer).await.unwrap();
    let bearer = house.applicant(late, at("2026-04-02T10:00")).await.because(Some("Yine".to_owned()));
    assert_eq!(house.go(&bearer, late, "reopen", &[]).await.unwrap_err().code(), "closed-long-ago");
    let agent = house.acting("merve.tunc", "call_centre_agent", at("2026-04-02T10:00")).await.because(Some("Yine".to_owned()));
    house.go(&agent, late, "reopen", &[]).await.unwrap();
}

#[tokio::test]
async fn duplicates_are_joined_at_the_root_counted_and_told() {
    let house = House::new().await;
    let mut ids = Vec::new();
    for name in ["e", "f", "g"] {
        ids.push(filed(&house, "2026-03-02T08:00", &format!("{name}@ornek.example")).await);
    }
    let [root, second, third] = [ids[0], ids[1], ids[2]];
    let agent = house.acting("merve.tunc", "call_centre_agent", at("2026-03-02T09:00")).await;
    let join = async |id: Uuid, to: Uuid| house.go(&agent, id, "join", &[("duplicate_of", Value::Reference(to))]).await;
    assert_eq!(join(root, root).await.unwrap_err().code(), "duplicate-of-itself");
    join(third, second).await.unwrap();
    assert_eq!(house.value(second, "supporters").await, Value::Int(2));
    // The second goes to the root, and the third with it; nothing comes back to where it began.
    join(second, root).await.unwrap();
    assert_eq!(house.value(root, "supporters").await, Value::Int(3));
    assert_eq!(house.value(third, "duplicate_of").await, Value::Reference(root));
    assert_eq!(join(root, third).await.unwrap_err().code(), "duplicate-of-itself");
    // Both sides are told of the joining, and all of the answer.
    assert!(house.notices(root).await.iter().any(|n| n.reason == "progress" && n.said.contains("katıldı")));
    assert!(house.notices(second).await.iter().any(|n| n.reason == "progress" && n.said.contains("katıldı")));
    let worker = house.acting("yakup.aksoy", "field_team", at("2026-03-02T10:00")).await;
    // The answer is the first applicant's; the others get what was read for everybody.
    let answered = [("resolution", text("solved")), ("answer", text("Yama yapıldı.")), ("public_text", text("Yama yapıldı."))];
    house.go(&worker, root, "resolve", &answered).await.unwrap();
    for (id, address) in ids.iter().zip(["e@ornek.example", "f@ornek.example", "g@ornek.example"]) {
        let told = house.notices(*id).await;
        assert_eq!(told.iter().filter(|n| n.said.contains("Yama yapıldı.") && n.address == address).count(), 1, "{told:?}");
    }
    // Taken out again it counts no more.
    let bearer = house.applicant(third, at("2026-03-03T10:00")).await.because(Some("Başka yer".to_owned()));
    house.go(&bearer, third, "reopen", &[]).await.unwrap();
    assert_eq!((house.value(root, "supporters").await, house.value(third, "duplicate_of").await), (Value::Int(2), Value::Null));
    // The laws give each petition its own answer; what isn't public can't be named by who only bears a number.
    let petition = house.file_formal("petition", at("2026-03-03T10:00")).await;
    assert!(join(petition, root).await.is_err());
    let named = [(PLACE.0, text(PLACE.1)), ("duplicate_of", Value::Reference(petition))];
    let id = house.file(&everyone(at("2026-03-03T10:00")), ("complaint", "pothole"), &named, None).await.unwrap();
    assert_eq!(house.value(id, "duplicate_of").await, Value::Null);
    let bearer = house.applicant(id, at("2026-03-03T11:00")).await;
    assert!(house.go(&bearer, id, "join", &[("duplicate_of", Value::Reference(petition))]).await.is_err());
    house.go(&bearer, id, "join", &[("duplicate_of", Value::Reference(root))]).await.unwrap();
}
