//! The sample requests.

use crate::house::House;
use jiff::Timestamp;
use meydan_kernel::{Query, Value};
use std::{collections::BTreeMap, sync::Arc};

#[tokio::test]
async fn the_sample_has_requests_of_every_kind_in_every_state_and_none_without_a_unit() {
    let house = House::empty().await;
    let city = meydan_modules::city::demo::Demo::new(&house.desk.catalogue(), 300, 61).unwrap();
    for batch in city {
        house.desk.change(&crate::house::operator(Timestamp::now()), batch).await.unwrap();
    }
    let made =
        meydan_modules::citizen::demo::requests(&house.desk, 61, Timestamp::now()).await.unwrap_or_else(|e| panic!("{e:#?}"));
    assert!(made > 200, "{made}");
    let register = house.desk.register("request").unwrap();
    let all = house.store.query(&Query { limit: Some(1_000), ..Query::all(Arc::clone(&register)) }).await.unwrap();
    let counts = |field: &str| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for request in &all {
            *counts.entry(format!("{:?}", request.value(&register, field).unwrap().to_json())).or_default() += 1;
        }
        counts
    };
    assert_eq!(all.len(), meydan_modules::citizen::demo::REQUESTS);
    // Ids and numbers follow from the seed; today is in neither.
    for request in &all {
        let (seconds, _) = request.id.get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, 1_767_225_600, "{}", request.id);
        let number = Value::Text(meydan_kernel::case::sample_reference(61, request.id));
        assert_eq!(request.value(&register, "reference"), Some(&number));
    }
    assert_eq!(counts("reference").len(), all.len());
    assert_eq!(counts("kind").len(), 6);
    assert!(all.iter().all(|r| matches!(r.value(&register, "unit"), Some(Value::Reference(_)))));
    // Every state but "not examined", which is rare in life too.
    assert!(counts("state").len() >= 9, "{:#?}", counts("state"));
    let late = counts("late")["Bool(true)"];
    assert!(late > 10 && late < 90, "{late}");
    assert!(counts("rating").len() > 3 && counts("supporters").len() > 1 && counts("reopened").len() > 1);
    assert!(all.iter().filter(|r| r.value(&register, "street").is_some_and(|v| !v.is_null())).count() > 60);
    // By hundreds there are cases whose clock still runs well.
    let due = all
        .iter()
        .filter(|r| matches!(r.value(&register, "due_at"), Some(Value::Timestamp(at)) if *at > Timestamp::now()))
        .count();
    assert!(due > 5, "{due}");
}
