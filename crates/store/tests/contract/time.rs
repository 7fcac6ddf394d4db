//! The state as of an instant.

use super::{
    House,
    city::{Town, delete, lamp, text, update},
    collect,
};
use jiff::{SignedDuration, Timestamp};
use meydan_geo::{Bbox, Wkb};
use meydan_kernel::{
    Query, Record, Sort, Value,
    cql2::{Comparison, Expr, Operand},
    query::{Cursor, Key},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Lamps that come, move and go over many changesets, and after each what the town looked like.
async fn chronicle(town: &Town) -> Vec<(Timestamp, BTreeMap<i64, Record>)> {
    let mut now: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    let mut moments: Vec<(Timestamp, BTreeMap<i64, Record>)> = Vec::new();
    let mut dice = 12_345u32;
    let mut roll = |n: u32| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 8) % n
    };
    for step in 0..40u32 {
        let mut changes = Vec::new();
        for i in 0..3 {
            let at = (39.0 + f64::from(roll(100)) * 0.01, 41.0);
            let plate = format!("{step}-{i}");
            let values = vec![text(&plate), Value::Int(i64::from(roll(5))), Value::Null];
            let picked = now.keys().nth(roll(12) as usize).copied();
            match (roll(3), picked) {
                (1, Some(id)) if !changes.iter().any(|c: &meydan_kernel::Change| c.id == id) => {
                    let version = now[&id].0;
                    now.insert(id, (version + 1, 0));
                    changes.push(update("lamp", id, version, values, Wkb::point(at.0, at.1)));
                }
                (2, Some(id)) if !changes.iter().any(|c: &meydan_kernel::Change| c.id == id) => {
                    let (version, _) = now.remove(&id).expect("it is there");
                    changes.push(delete("lamp", id, version));
                }
                _ => {
                    let id = Uuid::now_v7();
                    now.insert(id, (1, 0));
                    changes.push(lamp(id, &plate, 1, Some(at)));
                }
            }
        }
        let done = town.commit(changes).await.expect("they are made");
        let all = town.store.query(&Query { limit: Some(1000), ..Query::all(town.register("lamp")) }).await.expect("all");
        if let Some((last, _)) = moments.last() {
            assert!(done.recorded_at > *last, "time goes on");
        }
        moments.push((done.recorded_at, all.into_iter().map(|r| (r.fid, r)).collect()));
    }
    moments
}

/// Any question as of an instant is answered as it was at that instant.
pub async fn the_past_is_answered_as_it_was(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let moments = chronicle(&town).await;
    let lamps = town.register("lamp");
    let before = moments[0].0 - SignedDuration::from_micros(1);
    let mut asked: Vec<(Timestamp, BTreeMap<i64, Record>)> = vec![(before, BTreeMap::new())];
    for (at, state) in &moments {
        asked.push((*at, state.clone()));
    }
    // A microsecond before the next changeset is still the time of this one.
    for pair in moments.windows(2) {
        asked.push((pair[1].0 - SignedDuration::from_micros(1), pair[0].1.clone()));
    }
    asked.push((Timestamp::now() + SignedDuration::from_hours(1), moments[39].1.clone()));
    let bbox = Bbox::new(39.2, 40.0, 39.6, 42.0);
    for (at, state) in &asked {
        let query = Query { as_of: Some(*at), limit: Some(1000), ..Query::all(lamps.clone()) };
        let expected: Vec<Record> = state.values().cloned().collect();
        assert_eq!(town.store.query(&query).await.expect("a page"), expected, "as of {at}");
        assert_eq!(collect(town.store.scan(query.clone())).await, expected);
        assert_eq!(town.store.count(&query).await.expect("a count"), expected.len() as u64);

        let near = |r: &&Record| r.geometry.as_ref().and_then(Wkb::bbox).is_some_and(|b| b.intersects(&bbox));
        let boxed = Query { bbox: vec![bbox], ..query.clone() };
        let within: Vec<Record> = expected.iter().filter(near).cloned().collect();
        assert_eq!(town.store.query(&boxed).await.expect("a page"), within, "in the box as of {at}");
        assert_eq!(town.store.count(&boxed).await.expect("a count"), within.len() as u64);

        let strong = |r: &&Record| matches!(r.values[1], Value::Int(n) if n > 1);
        let filter = Some(Expr::Compare(Operand::Field(1), Comparison::Gt, Operand::Literal(Value::Int(1))));
        let filtered = Query { filter, ..query.clone() };
        let expected_strong: Vec<Record> = expected.iter().filter(strong).cloned().collect();
        assert_eq!(town.store.query(&filtered).await.expect("a page"), expected_strong, "filtered as of {at}");

        let ids = expected.iter().take(3).map(|r| r.id).collect();
        let few = Query { ids: Some(ids), ..query.clone() };
        assert_eq!(town.store.query(&few).await.expect("a page"), expected[..expected.len().min(3)]);
        check_pages(&town, &query).await;
        for record in &expected {
            for key in [Key::Id(record.id), Key::Fid(record.fid)] {
                let found = town.store.get(&lamps, key, Some(*at)).await.expect("an answer");
                assert_eq!(found.as_ref(), Some(record), "as of {at}");
            }
        }
    }
    // Who was not yet, or is no more, is not found.
    let (first, last) = (&moments[0], &moments[39]);
    for record in last.1.values().filter(|r| !first.1.contains_key(&r.fid)) {
        assert_eq!(town.store.get(&lamps, Key::Id(record.id), Some(first.0)).await.expect("an answer"), None);
    }
    for record in first.1.values().filter(|r| !last.1.contains_key(&r.fid)) {
        for key in [Key::Id(record.id), Key::Fid(record.fid)] {
            assert_eq!(town.store.get(&lamps, key, Some(last.0)).await.expect("an answer"), None);
        }
    }
}

/// Pages of the past, sorted and not, make the whole.
async fn check_pages(town: &Town, whole: &Query) {
    for sort in [None, Some(Sort { field: 1, descending: true }), Some(Sort { field: 0, descending: false })] {
        let whole = Query { sort: sort.clone(), ..whole.clone() };
        let expected = town.store.query(&whole).await.expect("all");
        let mut query = Query { limit: Some(7), ..whole };
        let mut walked = Vec::new();
        loop {
            let page = town.store.query(&query).await.expect("a page");
            let Some(last) = page.last() else { break };
            query.after = Some(Cursor { value: sort.as_ref().map(|s| last.values[s.field].clone()), fid: last.fid });
            walked.extend(page);
        }
        assert_eq!(walked, expected, "{sort:?}");
    }
}
