//! Nobody finds, counts or is shown by a hidden value.

use crate::office::{
    APPLICANT, NAME, NOTE, OPEN, Office, SUBJECT, TEAM, WEIGHT, clerk, everyone, grant, named, operator, text,
};
use meydan_kernel::{Desk, Value};
use std::sync::Arc;

fn counted(hits: &meydan_followers::full_text::Hits) -> Option<u64> {
    hits.counts.first().and_then(|c| c.records)
}

#[tokio::test]
async fn what_may_not_be_read_is_not_found_and_not_counted() {
    let office = Office::open(None).await;
    let record = |name: &str, team: &str, open: Value| {
        let mut set = named(name, "Çınar devrildi");
        set.extend([(TEAM, text(team)), (OPEN, open), (NOTE, text("gizli not")), (APPLICANT, text("Zübeyde Kaya"))]);
        set
    };
    let (open, shut) = (Value::Bool(true), Value::Bool(false));
    let (a, b, c, d) = (
        record("A", "fen", open.clone()),
        record("B", "park", open),
        record("C", "fen", shut),
        record("D", "fen", Value::Null),
    );
    office.write(&[&a, &b, &c, &d]).await;

    // By register: everybody sees open ones, staff all, of the fields granted.
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names.join("")
    };
    for (who, asked, found) in [
        (everyone(), "çınar", "AB"),
        (clerk(), "çınar", "ABCD"),
        (operator(), "çınar", "ABCD"),
        // The note is staff's where the team is "fen" and it is known whether it is open.
        (everyone(), "gizli", ""),
        (clerk(), "gizli", "AC"),
        (operator(), "gizli", "ABCD"),
        // One word in a field of each kind: together only where both may be read.
        (clerk(), "gizli çınar", "AC"),
        (clerk(), "gizli park", ""),
        (operator(), "gizli park", "B"),
        // Personal, and granted to nobody.
        (everyone(), "zübeyde", ""),
        (clerk(), "zübeyde", ""),
        (clerk(), "zü", ""),
        (operator(), "zübeyde", "ABCD"),
    ] {
        let hits = office.hits(&who, asked).await;
        assert_eq!(sorted(office.names(&who, asked).await), found, "{asked} {:?}", who.capacity);
        assert_eq!(counted(&hits), Some(found.len() as u64), "{asked} {:?}", who.capacity);
        let shown = format!("{:?}", hits.hits.iter().map(|h| (&h.label, &h.snippet, &h.record.values)).collect::<Vec<_>>());
        if !matches!(who.capacity, meydan_kernel::permission::Capacity::Operator) {
            assert!(!shown.contains("Zübeyde"), "{shown}");
        }
    }
    let hidden = office.hits(&everyone(), "çınar").await;
    assert!(hidden.hits.iter().all(|h| h.record.hidden.has(NOTE) && h.record.hidden.has(APPLICANT)));
}

#[tokio::test]
async fn what_the_index_cannot_decide_the_grants_decide_and_nothing_is_counted() {
    let mut office = Office::open(None).await;
    // The order of numbers is nothing that the index knows.
    office.catalogue.grants = vec![
        grant("light", "everyone", Some("weight < 10"), &["name", "subject"]),
        grant("heavy", "everyone", Some("weight >= 10"), &["name"]),
    ];
    office.desk = Desk::new(Arc::clone(&office.store), Arc::new(office.catalogue.clone())).expect("a desk");
    office.search.reload(&office.catalogue).expect("other definitions");
    let mut records: Vec<Vec<(usize, Value)>> = Vec::new();
    for weight in 0..300 {
        let set = [(NAME, text(&format!("ağaç {weight}"))), (SUBJECT, text("ıhlamur")), (WEIGHT, Value::Int(weight))];
        records.push(set.to_vec());
    }
    let records: Vec<&[(usize, Value)]> = records.iter().map(Vec::as_slice).collect();
    office.write(&records).await;
    let hits = office.hits(&everyone(), "ıhlamur").await;
    assert_eq!((hits.hits.len(), hits.more, counted(&hits)), (10, false, None));
    let page = office.search.search(&office.desk, &everyone(), "ihlamur", None, 4, 8).await.expect("a page");
    assert_eq!((page.hits.len(), page.more), (2, false));
    assert_eq!(counted(&office.hits(&operator(), "ıhlamur").await), Some(300));
    assert_eq!(office.hits(&everyone(), "ağaç").await.hits.len(), 20);
    // Nothing is known of registers that may not be read at all.
    office.catalogue.grants.clear();
    office.desk = Desk::new(Arc::clone(&office.store), Arc::new(office.catalogue.clone())).expect("a desk");
    assert!(office.hits(&everyone(), "ağaç").await.counts.is_empty());
}

/// The office keeps no register of looks: what would have to be written down can't be shown.
#[tokio::test]
async fn only_what_is_shown_of_somebody_is_a_look_at_their_data() {
    let mut office = Office::open(None).await;
    office.catalogue.grants.push(grant("names", "person", None, &["applicant"]));
    office.desk = Desk::new(Arc::clone(&office.store), Arc::new(office.catalogue.clone())).expect("a desk");
    let mut set = named("A", "Çınar devrildi");
    set.push((APPLICANT, text("Zübeyde Kaya")));
    office.write(&[&set]).await;
    let hits = office.hits(&clerk(), "çınar").await.hits;
    assert!(hits.len() == 1 && hits[0].record.hidden.has(APPLICANT), "{hits:?}");
    for asked in ["zübeyde", "çınar zübeyde"] {
        let refused = office
            .search
            .search(&office.desk, &clerk(), asked, None, 20, 0)
            .await
            .expect_err("a look that nobody can write down");
        assert_eq!(refused.code(), "no-such-register", "{refused:?}");
    }
}
