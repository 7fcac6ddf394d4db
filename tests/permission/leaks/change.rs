//! Learning, or doing harm, by changing.

use super::house::{House, PHONE, grant, insert, only, own};
use meydan_kernel::{Change, Operation, Principal, Record, Result, Value, catalogue::Action, desk::Edit, query::Key};
use uuid::Uuid;

async fn update(house: &House, who: &Principal, id: Uuid, expected: Option<i64>, set: &[(&str, &str)]) -> Result<()> {
    let set = set.iter().map(|(name, value)| (house.field(name), Value::Text((*value).to_owned()))).collect();
    let edit = Edit::Update { id, expected, set, geometry: None };
    house.desk.change(who, vec![("job".to_owned(), edit)]).await.map(|_| ())
}

#[tokio::test]
async fn a_guess_is_not_confirmed_by_an_update() {
    let house =
        House::with(vec![grant("chief", &[Action::Read]), only(&["status", "title"], grant("chief", &[Action::Update]))]).await;
    let id = house.job_of(0).await;
    for guess in [PHONE, "+905321234560"] {
        let error = update(&house, &house.chief(), id, None, &[("phone", guess)]).await.expect_err("not theirs to write");
        assert_eq!(error.code(), "forbidden-field", "{guess}");
    }
    // What they do see may come along unchanged, as a form sends it.
    let same = house.truth(id).await.values[house.field("title")].clone();
    let Value::Text(title) = same else { panic!("a text") };
    update(&house, &house.chief(), id, None, &[("title", &title), ("status", "open")]).await.expect("theirs");
}

#[tokio::test]
async fn a_mask_that_comes_back_is_no_value() {
    let house = House::with(vec![grant("chief", &[Action::Read, Action::Update])]).await;
    let id = house.job_of(0).await;
    let seen: Record = house.desk.get(&house.chief(), &house.job, Key::Id(id), None).await.expect("theirs");
    let Value::Text(mask) = &seen.values[house.field("phone")] else { panic!("a mask") };
    assert_eq!(mask, "•••••••••4567");
    update(&house, &house.chief(), id, None, &[("phone", mask), ("note", "a")]).await.expect("theirs");
    let mut values = seen.values.clone();
    values[house.field("note")] = Value::Text("b".to_owned());
    let edit = Edit::Replace { id, expected: 2, values, geometry: None };
    house.desk.change(&house.chief(), vec![("job".to_owned(), edit)]).await.expect("theirs");
    let now = house.truth(id).await;
    assert_eq!(now.values[house.field("phone")], Value::Text(PHONE.to_owned()));
    assert_eq!(now.values[house.field("health")], Value::Text("iyi".to_owned()));
    assert_eq!(now.values[house.field("note")], Value::Text("b".to_owned()));
    // A new value for what they don't see is theirs to write, and so is emptying it.
    update(&house, &house.chief(), id, None, &[("phone", "+905320000000")]).await.expect("theirs");
    let edit = Edit::Update { id, expected: None, set: vec![(house.field("health"), Value::Null)], geometry: None };
    house.desk.change(&house.chief(), vec![("job".to_owned(), edit)]).await.expect("theirs");
    let now = house.truth(id).await;
    assert_eq!(now.values[house.field("phone")], Value::Text("+905320000000".to_owned()));
    assert!(now.values[house.field("health")].is_null());
}

#[tokio::test]
async fn a_record_is_replaced_by_who_may_write_each_of_its_fields() {
    let fields: Vec<String> = crate::world::registers::job().fields.into_iter().map(|f| f.name).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let house = House::with(vec![only(&fields, grant("chief", &[Action::Read, Action::Update]))]).await;
    let id = house.job_of(0).await;
    let mut values = house.truth(id).await.values;
    values[house.field("note")] = Value::Text("b".to_owned());
    let edit = Edit::Replace { id, expected: 1, values, geometry: None };
    house.desk.change(&house.chief(), vec![("job".to_owned(), edit)]).await.expect("theirs");
}

#[tokio::test]
async fn what_may_not_be_seen_is_not_there_to_be_changed() {
    let house = House::with(vec![own(grant("chief", &[Action::Read, Action::Update, Action::Delete]))]).await;
    let (theirs, other) = (house.job_of(0).await, house.job_of(1).await);
    for id in [other, Uuid::now_v7()] {
        let error = update(&house, &house.chief(), id, None, &[("note", "a")]).await.expect_err("not theirs");
        assert_eq!(error.code(), "no-such-record");
        let edit = Edit::Delete { id, expected: None };
        let error = house.desk.change(&house.chief(), vec![("job".to_owned(), edit)]).await.expect_err("not theirs");
        assert_eq!(error.code(), "no-such-record");
    }
    // Neither into the own unit nor out of it.
    for (id, to) in [(other, 0), (theirs, 1)] {
        let set = vec![(house.field("unit"), Value::Reference(house.units[to]))];
        let edit = Edit::Update { id, expected: None, set, geometry: None };
        assert!(house.desk.change(&house.chief(), vec![("job".to_owned(), edit)]).await.is_err());
    }
    assert_eq!((house.truth(theirs).await.version, house.truth(other).await.version), (1, 1));
}

#[tokio::test]
async fn the_version_that_is_changed_is_the_one_that_was_judged() {
    let house = House::with(vec![own(grant("chief", &[Action::Read, Action::Update]))]).await;
    let id = house.job_of(0).await;
    let error = update(&house, &house.chief(), id, Some(2), &[("note", "a")]).await.expect_err("there is no version 2 yet");
    assert_eq!(error.code(), "version-conflict");
    let edits = |expected| vec![("job".to_owned(), Edit::Delete { id, expected })];
    assert_eq!(house.desk.check(&house.operator(), edits(Some(5))).await.expect_err("no such").code(), "version-conflict");
    assert!(house.desk.check(&house.operator(), edits(Some(1))).await.is_ok());
}

#[tokio::test]
async fn duties_stay_separate_when_posts_change_and_logs_grow() {
    let all = [Action::Read, Action::Update];
    let house = House::with(vec![grant("chief", &all), grant("auditor", &all)]).await;
    let id = house.job_of(0).await;
    update(&house, &house.chief(), id, None, &[("note", "istendi")]).await.expect("a chief's");
    let refused = async || {
        let error = update(&house, &house.chief_as_auditor(), id, None, &[("note", "onay")]).await.expect_err("one person");
        assert_eq!(error.code(), "separation-of-duties");
    };
    refused().await;
    // The post in which they acted bears another role now.
    let posts = house.rows("post").await;
    let post = posts.iter().find(|p| p.id == house.posts[0]).expect("the chief's");
    let mut values = post.values.clone();
    values[1] = Value::Text("staff".to_owned());
    let operation = Operation::Update { expected: 1, values, geometry: None };
    house.commit(vec![Change { register: "post".to_owned(), id: post.id, operation }]).await;
    refused().await;
    // Others changed the record more often than a page of the log holds.
    for _ in 0..1_001 {
        house.move_to(id, 0).await;
    }
    refused().await;
    update(&house, &house.auditor(), id, None, &[("note", "onay")]).await.expect("another person's");
}

#[tokio::test]
async fn a_destruction_is_above_what_the_definition_requires() {
    let house = House::with(vec![]).await;
    let ids = [Uuid::now_v7(), Uuid::now_v7()];
    for (id, number) in ids.iter().zip(["10000000146", "11111111110"]) {
        let born = Value::Date(jiff::civil::date(1980, 5, 1));
        house.commit(vec![insert("citizen", *id, vec![Value::Text(number.to_owned()), born])]).await;
    }
    let erase = async |id, fields| {
        let edits = vec![("citizen".to_owned(), Edit::Erase { id, fields })];
        house.desk.change(&house.operator(), edits).await
    };
    for id in ids {
        erase(id, None).await.expect("destroyed");
    }
    assert!(erase(ids[0], Some(vec![9])).await.is_err(), "there is no such field");
    let citizen = house.desk.register("citizen").expect("there");
    for id in ids {
        for version in house.desk.history(&house.operator(), &citizen, id).await.expect("the history stays") {
            assert!(version.record.values.iter().all(Value::is_null), "{version:?}");
        }
        let got = house.desk.get(&house.operator(), &citizen, Key::Id(id), None).await.expect("the record stays");
        assert_eq!(got.version, 2);
    }
}
