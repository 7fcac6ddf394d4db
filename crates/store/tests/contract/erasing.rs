//! Values destroyed for ever: gone from every version, unprovable and unguessable, while the log and its proofs stay.

use super::{
    House,
    city::{Town, delete, erase, full_street, insert, lamp, line, text, update},
    collect,
};
use jiff::Timestamp;
use meydan_kernel::{
    Kind, Query, Record, Value, Version,
    cql2::{Comparison, Expr, Operand},
    log::{Entry, Verb, digest},
    query::Key,
};
use uuid::Uuid;

const NAME: usize = 0;
const TAX: usize = 6;

async fn entries(town: &Town) -> Vec<Entry> {
    town.store.entries(0, 1000).await.expect("the store answers")
}

async fn life(town: &Town, register: &str, id: Uuid) -> Vec<Version> {
    town.store.history(&town.register(register), id).await.expect("the store answers")
}

async fn as_of(town: &Town, register: &str, id: Uuid, at: Timestamp) -> Option<Record> {
    town.store.get(&town.register(register), Key::Id(id), Some(at)).await.expect("the store answers")
}

/// Nothing is out of its place, the counts agree, and every entry whose salt is there proves its version.
async fn all_is_well(town: &Town) {
    for (name, fine, detail) in town.store.checks().await.expect("the store answers") {
        assert!(fine, "{name}: {detail}");
    }
    for register in town.catalogue.registers.values() {
        assert_eq!(town.store.misplaced(register, 10).await, Ok(Vec::new()), "{}", register.name);
    }
    for entry in entries(town).await {
        let register = town.register(&entry.register);
        let versions = life(town, &entry.register, entry.id).await;
        let version = versions.iter().find(|v| v.record.version == entry.version).expect("every entry has its version");
        assert_eq!((version.position, version.record.recorded_at), (entry.position, entry.recorded_at));
        if let Some(salt) = entry.salt {
            assert_eq!(digest(&register, &version.record, &salt), entry.digest, "{entry:?}");
        }
    }
}

/// The named values and the geometries are gone from every earlier version; the rest, and other records, stay as they were.
pub async fn erased_values_are_gone_everywhere(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(1, "Merkez").await;
    let (id, other) = (Uuid::now_v7(), Uuid::now_v7());
    let place = line(&[(39.7, 41.0), (39.8, 41.1)]);
    let street = |name: &str, id| insert("street", id, full_street(name, quarter), Some(place.clone()));
    let made = town.commit(vec![street("Ayşe Yılmaz", id), street("Komşu", other)]).await.expect("they are made");
    let mut values = full_street("Ayşe Kaya", quarter);
    let changed = town.commit(vec![update("street", id, 1, values.clone(), Some(place.clone()))]).await.expect("it is changed");
    let before = entries(&town).await;
    let neighbours = life(&town, "street", other).await;

    (values[NAME], values[TAX]) = (text("—"), Value::Null);
    let erased = town.commit(vec![erase("street", id, 2, values.clone(), &[NAME, TAX], true)]).await.expect("it is erased");
    assert_eq!(erased.records, [(id, made.records[0].1, 3)]);
    let now = town.get("street", id).await.expect("it is there");
    assert_eq!((now.version, now.recorded_at, &now.values, &now.geometry), (3, erased.recorded_at, &values, &None));

    let versions = life(&town, "street", id).await;
    assert_eq!(
        versions.iter().map(|v| (v.record.version, v.deleted)).collect::<Vec<_>>(),
        [(1, false), (2, false), (3, false)]
    );
    for (version, at) in versions[..2].iter().zip([made.recorded_at, changed.recorded_at]) {
        let mut left = full_street("", quarter);
        (left[NAME], left[TAX]) = (Value::Null, Value::Null);
        assert_eq!((&version.record.values, &version.record.geometry), (&left, &None));
        assert_eq!(as_of(&town, "street", id, at).await.as_ref(), Some(&version.record), "as of its day");
    }
    let past = collect(town.store.scan_history(town.register("street"))).await;
    assert_eq!(past, versions[..2].iter().map(|v| v.record.clone()).collect::<Vec<_>>());
    for name in ["Ayşe Yılmaz", "Ayşe Kaya"] {
        for at in [None, Some(made.recorded_at), Some(changed.recorded_at), Some(erased.recorded_at)] {
            let filter = Expr::Compare(Operand::Field(NAME), Comparison::Eq, Operand::Literal(text(name)));
            let query = Query { filter: Some(filter), as_of: at, ..Query::all(town.register("street")) };
            assert_eq!(town.store.count(&query).await, Ok(0), "{name} as of {at:?}");
        }
    }
    let boxed = Query {
        bbox: vec![meydan_geo::Bbox::new(39.0, 40.0, 40.0, 42.0)],
        as_of: Some(made.recorded_at),
        ..Query::all(town.register("street"))
    };
    assert_eq!(town.store.count(&boxed).await, Ok(1), "only the neighbour has a place");

    // The log is as it was, but for the salts of the record's earlier versions, and has one entry more.
    let after = entries(&town).await;
    assert_eq!(after.len(), before.len() + 1);
    for (then, now) in before.iter().zip(&after) {
        let salt = if then.id == id { None } else { then.salt };
        assert_eq!(now, &Entry { salt, ..then.clone() });
        assert_eq!(now.leaf_bytes(), then.leaf_bytes());
    }
    let last = after.last().expect("an entry");
    assert_eq!((last.verb, last.id, last.version, last.salt.is_some()), (Verb::Erase, id, 3, true));
    assert_eq!(life(&town, "street", other).await, neighbours);
    all_is_well(&town).await;

    // Life goes on, and a later erasure takes what was left.
    let next = town.commit(vec![update("street", id, 3, full_street("Yeni", quarter), None)]).await.expect("it is changed");
    assert_eq!(next.records[0].2, 4);
    town.commit(vec![delete("street", id, 4)]).await.expect("it is ended");
    assert!(entries(&town).await.iter().filter(|e| e.id == id && e.version > 2).all(|e| e.salt.is_some()));
    town.commit(vec![erase("street", id, 5, vec![Value::Null; 9], &[0, 1, 2, 3, 4, 5, 6, 7, 8], true)])
        .await
        .expect("all of it is erased");
    let versions = life(&town, "street", id).await;
    assert_eq!(versions.len(), 6);
    assert!(versions.iter().all(|v| v.record.values.iter().all(Value::is_null) && v.record.geometry.is_none()));
    drop(town.store);
    let town = Town { store: house.open().await, ..town };
    assert_eq!(life(&town, "street", id).await, versions);
    all_is_well(&town).await;
}

/// A record that has ended is erased in all its versions, and stays ended; as often as one likes.
pub async fn an_ended_record_is_erased_and_stays_ended(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let id = town.lamp("61-A-001", 60, Some((39.7, 41.0))).await;
    let values = vec![text("61-A-002"), Value::Int(70), Value::Null];
    let changed = town.commit(vec![update("lamp", id, 1, values, None)]).await.expect("it is changed");
    let ended = town.commit(vec![delete("lamp", id, 2)]).await.expect("it is ended");
    let kept = vec![Value::Null, Value::Int(70), Value::Null];
    for expected in [1, 2, 4] {
        let stale = town.commit(vec![erase("lamp", id, expected, kept.clone(), &[0], true)]).await.expect_err("it is at 3");
        assert_eq!((stale.kind(), stale.code()), (Kind::Precondition, "version-conflict"));
    }
    let fid = ended.records[0].1;
    let mut at = vec![ended.recorded_at];
    for expected in [3, 4] {
        let erased = town.commit(vec![erase("lamp", id, expected, kept.clone(), &[0], true)]).await.expect("it is erased");
        assert_eq!(erased.records, [(id, fid, expected + 1)]);
        at.push(erased.recorded_at);
    }
    let lamps = town.register("lamp");
    for key in [Key::Id(id), Key::Fid(fid)] {
        assert_eq!(town.store.get(&lamps, key, None).await, Ok(None), "it stays ended");
        for at in &at {
            assert_eq!(town.store.get(&lamps, key, Some(*at)).await, Ok(None), "also as of {at}");
        }
        let then = town.store.get(&lamps, key, Some(changed.recorded_at)).await.expect("an answer").expect("it was there");
        assert_eq!((then.version, &then.values), (2, &kept));
    }
    for query in [Query::all(lamps.clone()), Query { as_of: Some(at[1]), ..Query::all(lamps.clone()) }] {
        assert_eq!(town.store.count(&query).await, Ok(0));
        assert_eq!(town.store.query(&query).await, Ok(Vec::new()));
    }
    let versions = life(&town, "lamp", id).await;
    let told: Vec<(i64, bool, i64)> = versions.iter().map(|v| (v.record.version, v.deleted, v.position)).collect();
    assert_eq!(told, [(1, false, 0), (2, false, 1), (3, true, 2), (4, true, 3), (5, true, 4)]);
    assert!(versions.iter().all(|v| v.record.values[0].is_null() && v.record.geometry.is_none() && v.record.id == id));
    assert_eq!(versions.iter().map(|v| v.record.recorded_at).collect::<Vec<_>>()[2..], at);
    let past: Vec<Record> = collect(town.store.scan_history(lamps.clone())).await;
    assert_eq!(past, versions.iter().map(|v| v.record.clone()).collect::<Vec<_>>());
    let salts: Vec<bool> = entries(&town).await.iter().map(|e| e.salt.is_some()).collect();
    assert_eq!(salts, [false, false, false, false, true]);

    let again = town.commit(vec![lamp(id, "61-A-003", 1, None)]).await.expect_err("an id is for ever");
    assert_eq!(again.code(), "key-taken");
    let up = town.commit(vec![update("lamp", id, 5, kept.clone(), None)]).await.expect_err("it has ended");
    assert_eq!(up.code(), "no-such-record");
    let down = town.commit(vec![delete("lamp", id, 5)]).await.expect_err("it has ended");
    assert_eq!(down.code(), "no-such-record");
    let never = town.commit(vec![erase("lamp", Uuid::now_v7(), 1, kept, &[0], true)]).await.expect_err("it never was");
    assert_eq!((never.kind(), never.code()), (Kind::NotFound, "no-such-record"));
    // Its plate is free, and fids go on.
    town.lamp("61-A-002", 1, None).await;
    all_is_well(&town).await;
}

/// What is refused has destroyed nothing.
pub async fn an_erasure_that_is_refused_changes_nothing(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let taken = town.lamp("dolu", 1, None).await;
    let id = town.lamp("A", 1, Some((39.0, 41.0))).await;
    town.commit(vec![update("lamp", id, 1, vec![text("B"), Value::Int(2), Value::Null], None)]).await.expect("it is changed");
    let (log, versions) = (entries(&town).await, life(&town, "lamp", id).await);
    let values = |plate: &str| vec![text(plate), Value::Null, Value::Null];
    let nowhere = Value::Reference(Uuid::now_v7());
    let mut bad = vec![
        (vec![erase("lamp", id, 1, values("C"), &[0], true)], "version-conflict"),
        (vec![erase("lamp", id, 2, values("dolu"), &[0], true)], "key-taken"),
        (vec![erase("lamp", id, 2, vec![Value::Null, Value::Null, nowhere], &[0], true)], "missing-reference"),
        (vec![erase("lamp", id, 2, values("C"), &[3], true)], "catalogue-changed"),
        (vec![erase("lamp", id, 2, vec![Value::Null], &[0], true)], "catalogue-changed"),
        (vec![erase("nowhere", id, 2, values("C"), &[0], true)], "no-such-register"),
    ];
    // A good one beside a bad one.
    bad.push((vec![erase("lamp", id, 2, values("C"), &[0], true), delete("lamp", taken, 7)], "version-conflict"));
    for (changes, code) in bad {
        let error = town.commit(changes).await.expect_err(code);
        assert_eq!(error.code(), code);
        assert_eq!(entries(&town).await, log, "after {code}");
        assert_eq!(life(&town, "lamp", id).await, versions, "after {code}");
    }
    all_is_well(&town).await;
}

/// An erasure stands in a changeset like any other change: beside others, and after others of the same record.
pub async fn an_erasure_shares_its_changeset(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let ids: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
    let values = |plate: &str| vec![text(plate), Value::Int(1), Value::Null];
    let left = vec![Value::Null, Value::Int(1), Value::Null];
    town.commit(vec![lamp(ids[0], "A", 1, Some((39.0, 41.0))), lamp(ids[1], "B", 1, None)]).await.expect("they are made");
    let done = town
        .commit(vec![
            // Changed, erased, changed again.
            update("lamp", ids[0], 1, values("A2"), None),
            erase("lamp", ids[0], 2, left.clone(), &[0], true),
            update("lamp", ids[0], 3, values("A4"), None),
            // Ended and erased at once.
            delete("lamp", ids[1], 1),
            erase("lamp", ids[1], 2, left.clone(), &[0, 1], false),
            // Made and erased at once.
            lamp(ids[2], "C", 1, Some((39.0, 41.0))),
            erase("lamp", ids[2], 1, left.clone(), &[0], true),
            // A whole life in one changeset.
            lamp(ids[3], "D", 1, None),
            delete("lamp", ids[3], 1),
            erase("lamp", ids[3], 2, left.clone(), &[0], true),
        ])
        .await
        .expect("it is done");
    assert_eq!(done.records.iter().map(|r| r.2).collect::<Vec<_>>(), [2, 3, 4, 2, 3, 1, 2, 1, 2, 3]);
    let plates = async |id: Uuid| -> Vec<(bool, Value)> {
        life(&town, "lamp", id).await.into_iter().map(|v| (v.deleted, v.record.values[0].clone())).collect()
    };
    let gone = |deleted| (deleted, Value::Null);
    assert_eq!(plates(ids[0]).await, [gone(false), gone(false), gone(false), (false, text("A4"))]);
    assert_eq!(plates(ids[1]).await, [gone(false), gone(true), gone(true)]);
    assert_eq!(plates(ids[2]).await, [gone(false), gone(false)]);
    assert_eq!(plates(ids[3]).await, [gone(false), gone(true), gone(true)]);
    assert_eq!(life(&town, "lamp", ids[1]).await[0].record.values[1], Value::Null);
    let there: Vec<bool> = futures::future::join_all(ids.iter().map(async |id| town.get("lamp", *id).await.is_some())).await;
    assert_eq!(there, [true, false, true, false]);
    let salts: Vec<bool> = entries(&town).await.iter().map(|e| e.salt.is_some()).collect();
    assert_eq!(salts, [false, false, false, true, true, false, true, false, true, false, false, true]);
    all_is_well(&town).await;
}
