//! A record's life: made, read, changed, ended, and everything told about it afterwards.

use super::{
    House,
    city::{Town, delete, full_street, insert, lamp, line, surveyor, text, update},
};
use meydan_kernel::{
    Value,
    log::{Verb, digest},
    query::Key,
    store::LogQuery,
};
use uuid::Uuid;

/// What is written is what is read, for every kind of field, by id and by fid.
pub async fn every_kind_of_value_comes_back(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(61, "Çömlekçi").await;
    let (id, bare) = (Uuid::now_v7(), Uuid::now_v7());
    let place = line(&[(39.72, 41.001), (39.7212345678901, 41.0023)]);
    let values = full_street("Uzun Sokak “İ” ı 🌉 \u{1}", quarter);
    let nothing = vec![Value::Null; values.len()];
    let done = town
        .commit(vec![insert("street", id, values.clone(), Some(place.clone())), insert("street", bare, nothing.clone(), None)])
        .await
        .expect("two streets are made");
    assert_eq!(done.first_position, 1, "the neighbourhood has entry 0");
    assert_eq!(done.records.iter().map(|r| (r.0, r.2)).collect::<Vec<_>>(), [(id, 1), (bare, 1)]);
    assert!(done.records[1].1 > done.records[0].1, "fids grow");

    let found = town.get("street", id).await.expect("it is there");
    assert_eq!((found.id, found.fid, found.version, found.recorded_at), (id, done.records[0].1, 1, done.recorded_at));
    assert_eq!(found.values, values);
    assert_eq!(found.geometry, Some(place));
    let by_fid = town.store.get(&town.register("street"), Key::Fid(found.fid), None).await.expect("the store answers");
    assert_eq!(by_fid, Some(found));
    let empty = town.get("street", bare).await.expect("it is there");
    assert_eq!((empty.values, empty.geometry), (nothing, None));
    assert_eq!(town.get("street", Uuid::now_v7()).await, None);
    assert_eq!(town.get("lamp", id).await, None, "an id belongs to its register");
}

/// Extreme values are kept to the bit.
pub async fn extremes_come_back(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(1, "Uç").await;
    for (i, (real, int)) in
        [(f64::MAX, i64::MAX), (f64::MIN_POSITIVE, i64::MIN), (-1.5e-300, 0), (0.1 + 0.2, -1)].into_iter().enumerate()
    {
        let id = Uuid::now_v7();
        let mut values = full_street(&format!("Uç {i}"), quarter);
        (values[1], values[6]) = (Value::Real(real), Value::Int(int));
        town.commit(vec![insert("street", id, values.clone(), None)]).await.expect("it is made");
        assert_eq!(town.get("street", id).await.expect("it is there").values, values);
    }
}

/// Versions follow each other; history tells all of them with who, why and where in the log.
pub async fn history_tells_a_whole_life(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let id = town.lamp("A-1", 60, Some((39.72, 41.0))).await;
    let moved = meydan_geo::Wkb::point(39.73, 41.01).expect("finite");
    let changed = town
        .commit(vec![update("lamp", id, 1, vec![text("A-1"), Value::Int(40), Value::Null], Some(moved.clone()))])
        .await
        .expect("it is changed");
    assert_eq!(changed.records[0].2, 2);
    let fid = changed.records[0].1;
    let ended = town.commit(vec![delete("lamp", id, 2)]).await.expect("it is ended");
    assert_eq!(ended.records, [(id, fid, 3)]);
    assert_eq!(town.get("lamp", id).await, None);

    let lamp = town.register("lamp");
    let life = town.store.history(&lamp, id).await.expect("the store answers");
    assert_eq!(
        life.iter().map(|v| (v.record.version, v.deleted, v.position)).collect::<Vec<_>>(),
        [(1, false, 0), (2, false, 1), (3, true, 2)]
    );
    assert_eq!(life[0].record.values[1], Value::Int(60));
    assert_eq!(life[1].record.geometry, Some(moved));
    assert_eq!(life[2].record.values, life[1].record.values, "a deletion shows the last content");
    assert_eq!(life[2].record.recorded_at, ended.recorded_at);
    assert_eq!(life[1].changeset, changed.changeset);
    assert!(life.iter().all(|v| v.act == surveyor() && v.record.fid == fid && v.record.id == id));
    assert!(life.windows(2).all(|w| w[0].record.recorded_at < w[1].record.recorded_at));
    assert!(town.store.history(&lamp, Uuid::now_v7()).await.expect("the store answers").is_empty());
    assert_eq!(town.store.id_of(&lamp, fid).await.expect("the store answers"), Some(id), "also of one that has ended");
    assert_eq!(town.store.id_of(&lamp, fid + 1).await.expect("the store answers"), None);

    let next = town.lamp("A-1", 1, None).await;
    assert!(town.get("lamp", next).await.expect("it is there").fid > fid, "a fid is never used again");
}

/// Every version that is or was has one entry whose digest can be computed again from what is kept.
pub async fn digests_can_be_proven(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(7, "Kanıt").await;
    let street = Uuid::now_v7();
    town.commit(vec![insert("street", street, full_street("Kanıt Sokak", quarter), Some(line(&[(1.0, 2.0), (3.0, 4.0)])))])
        .await
        .expect("it is made");
    let mut values = full_street("Kanıt Sokak", quarter);
    values[1] = Value::Real(1e21);
    town.commit(vec![update("street", street, 1, values, None)]).await.expect("it is changed");
    town.commit(vec![delete("street", street, 2)]).await.expect("it is ended");

    let entries = town.store.entries(0, 100).await.expect("the store answers");
    assert_eq!(entries.iter().map(|e| e.verb).collect::<Vec<_>>(), [Verb::Insert, Verb::Insert, Verb::Update, Verb::Delete]);
    let life = town.store.history(&town.register("street"), street).await.expect("the store answers");
    for (entry, version) in entries[1..].iter().zip(&life) {
        let salt = entry.salt.expect("nothing was erased");
        assert_eq!(entry.digest, digest(&town.register("street"), &version.record, &salt), "version {}", entry.version);
        assert_eq!((entry.id, entry.fid, entry.version), (street, version.record.fid, version.record.version));
        assert_eq!(entry.recorded_at, version.record.recorded_at);
    }
    let salts: std::collections::HashSet<_> = entries.iter().map(|e| e.salt).collect();
    assert_eq!(salts.len(), 4, "no salt is used twice");

    let past = super::collect(town.store.scan_history(town.register("street"))).await;
    assert_eq!(past.iter().map(|r| r.version).collect::<Vec<_>>(), [1, 2, 3], "the deletion too");
    let told: Vec<_> = life.into_iter().map(|v| v.record).collect();
    assert_eq!(past, told);
}

/// The log's page: by register, record, changeset, person; newest first, page by page.
pub async fn entries_are_found(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let a = town.lamp("A", 1, None).await;
    let b = Uuid::now_v7();
    let quarter = Uuid::now_v7();
    let both = town
        .commit(vec![lamp(b, "B", 2, None), insert("neighbourhood", quarter, vec![Value::Int(5), text("İki")], None)])
        .await
        .expect("both are made");
    town.commit(vec![delete("lamp", a, 1)]).await.expect("it is ended");
    let find = |query: LogQuery| {
        let store = town.store.clone();
        async move {
            let found = store.find_entries(&query).await.expect("the store answers");
            found.into_iter().map(|e| e.position).collect::<Vec<_>>()
        }
    };
    let all = LogQuery { limit: 100, ..LogQuery::default() };
    assert_eq!(find(all.clone()).await, [3, 2, 1, 0]);
    assert_eq!(find(LogQuery { limit: 2, ..all.clone() }).await, [3, 2]);
    assert_eq!(find(LogQuery { before: Some(2), ..all.clone() }).await, [1, 0]);
    assert_eq!(find(LogQuery { register: Some("lamp".to_owned()), ..all.clone() }).await, [3, 1, 0]);
    assert_eq!(find(LogQuery { register: Some("gone".to_owned()), ..all.clone() }).await, Vec::<i64>::new());
    assert_eq!(find(LogQuery { record: Some(a), ..all.clone() }).await, [3, 0]);
    assert_eq!(find(LogQuery { record: Some(quarter), ..all.clone() }).await, [2]);
    assert_eq!(find(LogQuery { record: Some(Uuid::now_v7()), ..all.clone() }).await, Vec::<i64>::new());
    assert_eq!(find(LogQuery { changeset: Some(both.changeset), ..all.clone() }).await, [2, 1]);
    assert_eq!(find(LogQuery { changeset: Some(Uuid::now_v7()), ..all.clone() }).await, Vec::<i64>::new());
    assert_eq!(find(LogQuery { person: Some("ayse.yilmaz".to_owned()), ..all.clone() }).await, [3, 2, 1, 0]);
    assert_eq!(find(LogQuery { person: Some("kimse".to_owned()), ..all.clone() }).await, Vec::<i64>::new());
    let one = LogQuery {
        register: Some("lamp".to_owned()),
        record: Some(a),
        person: Some("ayse.yilmaz".to_owned()),
        before: Some(3),
        ..all
    };
    assert_eq!(find(one).await, [0]);

    let entry = town.store.entries(3, 1).await.expect("the store answers").remove(0);
    assert_eq!((entry.register.as_str(), entry.id, entry.version, entry.verb), ("lamp", a, 2, Verb::Delete));
    assert_eq!(entry.act, surveyor());
    assert!(town.store.entries(4, 10).await.expect("the store answers").is_empty());
    assert_eq!(town.store.entries(1, 2).await.expect("the store answers").len(), 2);
}

/// A store that is opened again has everything, and goes on where it stopped.
pub async fn all_is_there_after_reopening(house: &dyn House) {
    let before = Town::found(house.open().await).await;
    let id = before.lamp("A", 1, Some((39.0, 41.0))).await;
    let fid = before.get("lamp", id).await.expect("it is there").fid;
    let (last, catalogue) = (before.store.entries(0, 9).await.expect("the store answers"), before.catalogue.clone());
    drop(before);
    let store = house.open().await;
    assert_eq!(store.catalogue().await.expect("the store answers"), Some(catalogue.clone()));
    assert_eq!(store.head(), 1);
    let town = Town { store, catalogue };
    assert_eq!(town.store.entries(0, 9).await.expect("the store answers"), last);
    let next = town.lamp("B", 1, None).await;
    let next = town.get("lamp", next).await.expect("it is there");
    assert!(next.fid > fid);
    assert_eq!(town.store.head(), 2);
    assert!(next.recorded_at > last[0].recorded_at);
}

/// Entries of several registers are found, newest first, in pages, alone and together with every other condition.
pub async fn entries_of_several_registers_are_found(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(1, "Nadir").await;
    for i in 0..40 {
        let lamp = town.lamp(&format!("{i}"), i, None).await;
        if i % 13 == 0 {
            let street = insert("street", Uuid::now_v7(), full_street(&format!("{i}"), quarter), None);
            town.commit(vec![street, delete("lamp", lamp, 1)]).await.expect("they are changed");
        }
    }
    let all = town.store.entries(0, 1000).await.expect("the store answers");
    let names = |names: &[&str]| -> Option<Vec<String>> { Some(names.iter().map(|n| (*n).to_owned()).collect()) };
    let groups = [
        None,
        names(&[]),
        names(&["street"]),
        names(&["neighbourhood", "street"]),
        names(&["lamp", "street", "neighbourhood"]),
        names(&["nowhere", "street"]),
    ];
    let of = |e: &meydan_kernel::log::Entry, query: &LogQuery| {
        query.registers.as_ref().is_none_or(|r| r.contains(&e.register))
            && query.register.as_ref().is_none_or(|r| *r == e.register)
            && query.before.is_none_or(|before| e.position < before)
            && query.record.is_none_or(|id| e.id == id)
            && query.changeset.is_none_or(|id| e.changeset == id)
            && query.person.as_ref().is_none_or(|p| *p == e.act.person)
    };
    let last = all.last().expect("entries");
    for registers in groups {
        for (limit, before) in [(1, None), (3, None), (1000, None), (2, Some(30)), (5, Some(1)), (5, Some(0))] {
            let plain = LogQuery { registers: registers.clone(), before, limit, ..LogQuery::default() };
            for query in [
                plain.clone(),
                LogQuery { register: Some("street".to_owned()), ..plain.clone() },
                LogQuery { record: Some(last.id), ..plain.clone() },
                LogQuery { changeset: Some(last.changeset), ..plain.clone() },
                LogQuery { person: Some(surveyor().person), ..plain.clone() },
                LogQuery { person: Some("nobody".to_owned()), ..plain },
            ] {
                let expected: Vec<i64> = all.iter().rev().filter(|e| of(e, &query)).take(limit).map(|e| e.position).collect();
                let found = town.store.find_entries(&query).await.expect("the store answers");
                assert_eq!(found.iter().map(|e| e.position).collect::<Vec<_>>(), expected, "{query:?}");
            }
        }
    }
}
