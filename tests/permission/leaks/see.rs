//! Reading what isn't one's to read.

use super::house::{House, PHONE, grant, only, own};
use futures::StreamExt;
use meydan_kernel::{Query, Record, Result, Value, catalogue::Action, permission::FieldSet, query::Key, store::LogQuery};
use std::sync::Arc;

const PAST: [Action; 3] = [Action::Read, Action::History, Action::Export];

async fn stream(house: &House, query: Query) -> Result<Vec<Record>> {
    let mut batches = house.desk.scan(&house.chief(), query);
    let mut out = Vec::new();
    while let Some(batch) = batches.next().await {
        out.extend(batch?);
    }
    Ok(out)
}

#[tokio::test]
async fn what_was_moved_away_takes_its_past_with_it() {
    let house = House::with(vec![own(grant("chief", &PAST))]).await;
    let (gone, stays) = (house.job_of(0).await, house.job_of(0).await);
    let then = house.truth(stays).await.recorded_at;
    house.move_to(gone, 1).await;
    let chief = house.chief();
    let hidden = house.desk.get(&chief, &house.job, Key::Id(gone), Some(then)).await.expect_err("not theirs any more");
    assert_eq!(hidden.code(), "no-such-record");
    assert!(house.desk.get(&chief, &house.job, Key::Id(stays), Some(then)).await.is_ok());
    assert_eq!(house.desk.history(&chief, &house.job, gone).await.expect_err("hidden").code(), "no-such-record");
    // A page is filled up past what fell out of it, so that a short one is the last.
    for limit in [1, 2] {
        let query = Query { as_of: Some(then), limit: Some(limit), ..Query::all(Arc::clone(&house.job)) };
        let page = house.desk.query(&chief, &query).await.expect("a page");
        assert_eq!(page.iter().map(|r| r.id).collect::<Vec<_>>(), [stays]);
        assert_eq!(house.desk.count(&chief, &query).await.expect("a count"), 1);
        let skipped = Query { offset: 1, ..query };
        assert!(house.desk.query(&chief, &skipped).await.expect("a page").is_empty());
    }
    let all = Query { as_of: Some(then), ..Query::all(Arc::clone(&house.job)) };
    assert_eq!(stream(&house, all).await.expect("a stream").len(), 1);
    // And to who may see both units, both are there.
    let query = Query { as_of: Some(then), limit: Some(9), ..Query::all(Arc::clone(&house.job)) };
    assert_eq!(house.desk.query(&house.operator(), &query).await.expect("a page").len(), 2);
}

#[tokio::test]
async fn an_export_of_another_day_takes_the_right_to_the_history() {
    let house = House::with(vec![grant("chief", &[Action::Read, Action::Export])]).await;
    house.job_of(0).await;
    let query = Query { as_of: Some(jiff::Timestamp::now()), ..Query::all(Arc::clone(&house.job)) };
    assert_eq!(stream(&house, query).await.expect_err("no history").code(), "not-allowed");
    assert_eq!(house.rows("security_event").await.len(), 1, "a refused export is written down");
    assert_eq!(stream(&house, Query::all(Arc::clone(&house.job))).await.expect("today's").len(), 1);
}

#[tokio::test]
async fn unmasking_uncovers_personal_data_only() {
    let read = only(&["title"], grant("chief", &[Action::Read]));
    let house = House::with(vec![read, grant("chief", &[Action::Unmask])]).await;
    let id = house.job_of(0).await;
    let unmask = async |name: &str| {
        let fields = FieldSet::one(house.field(name));
        house.desk.unmask(&house.chief(), &house.job, Key::Id(id), fields).await
    };
    assert_eq!(unmask("status").await.expect_err("hidden for another reason").code(), "forbidden-field");
    let shown = unmask("phone").await.expect("personal");
    assert_eq!(shown.values[house.field("phone")], Value::Text(PHONE.to_owned()));
    assert!(shown.hidden.has(house.field("health")) && shown.values[house.field("health")].is_null());
    assert_eq!(house.rows("look").await.len(), 1);
}

#[tokio::test]
async fn one_look_is_written_for_one_record_however_many_versions_it_has() {
    let house = House::with(vec![only(&["*"], grant("chief", &PAST))]).await;
    let id = house.job_of(0).await;
    house.move_to(id, 1).await;
    house.move_to(id, 0).await;
    assert_eq!(house.desk.history(&house.chief(), &house.job, id).await.expect("theirs").len(), 3);
    assert_eq!(house.rows("look").await.len(), 1);
    // Nothing was shown of the values, so the log of the record is no look.
    let query = LogQuery { register: Some("job".to_owned()), record: Some(id), limit: 10, ..LogQuery::default() };
    assert_eq!(house.desk.log(&house.chief(), &query).await.expect("theirs").len(), 3);
    assert_eq!(house.rows("look").await.len(), 1);
}

#[tokio::test]
async fn the_log_gives_no_salts_and_no_more_than_asked() {
    let house = House::with(vec![only(&["title"], grant("chief", &PAST))]).await;
    let id = house.job_of(0).await;
    let query = LogQuery { register: Some("job".to_owned()), record: Some(id), limit: 10, ..LogQuery::default() };
    let kept = house.store.find_entries(&query).await.expect("the store answers");
    assert!(kept[0].salt.is_some(), "there is a salt to hide");
    let shown = house.desk.log(&house.chief(), &query).await.expect("theirs");
    assert!(shown.len() == 1 && shown[0].salt.is_none());
    let signs = LogQuery { registers: Some(vec!["sign".to_owned()]), limit: 10, ..LogQuery::default() };
    assert_eq!(house.desk.log(&house.chief(), &signs).await.expect_err("not theirs").code(), "not-allowed");
    let both = LogQuery { registers: Some(vec!["sign".to_owned(), "job".to_owned()]), limit: 10, ..LogQuery::default() };
    let entries = house.desk.log(&house.chief(), &both).await.expect("one of them");
    assert!(!entries.is_empty() && entries.iter().all(|e| e.register == "job"));
}

#[tokio::test]
async fn whether_a_hidden_field_is_empty_is_hidden_too() {
    let house = House::with(vec![only(&["title"], grant("chief", &[Action::Read]))]).await;
    let id = house.job_of(0).await;
    let seen = house.desk.get(&house.chief(), &house.job, Key::Id(id), None).await.expect("theirs");
    let [empty, full] = ["note", "unit"].map(|name| house.field(name));
    assert!(seen.values[empty].is_null() && seen.values[full].is_null());
    assert!(seen.hidden.has(empty) && seen.hidden.has(full) && !seen.hidden.has(house.field("title")));
}

#[tokio::test]
async fn a_refusal_is_written_again_when_its_window_is_over() {
    let house = House::with(vec![]).await;
    let mut chief = house.chief();
    let start = chief.now;
    for (seconds, written) in [(0, 1), (40, 1), (80, 2), (110, 2), (150, 3)] {
        chief.now = start + jiff::SignedDuration::from_secs(seconds);
        let error = house.desk.count(&chief, &Query::all(Arc::clone(&house.job))).await.expect_err("no grant");
        assert_eq!(error.code(), "not-allowed");
        assert_eq!(house.rows("security_event").await.len(), written, "after {seconds} s");
    }
}
