//! What a commit is refused with; nothing is changed then.

use super::{
    House,
    city::{Town, delete, full_street, insert, lamp, text, update},
};
use meydan_kernel::{Change, Kind, Operation, Value};
use uuid::Uuid;

/// Commits what must fail, together with a lamp that must not be left behind.
async fn refused(town: &Town, kind: Kind, code: &str, field: Option<&str>, mut changes: Vec<Change>) {
    let bystander = Uuid::now_v7();
    let head = town.store.head();
    for last in [true, false] {
        let extra = lamp(bystander, "yanındaki", 1, Some((39.7, 41.0)));
        if last {
            changes.push(extra);
        } else {
            let back = changes.pop().expect("the extra one");
            changes.insert(0, back);
        }
        let error = town.commit(changes.clone()).await.expect_err(code);
        assert_eq!((error.kind(), error.code()), (kind, code), "{error}");
        if let Some(field) = field {
            assert_eq!(error.fields().iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), [field], "{error}");
        }
        assert_eq!(town.get("lamp", bystander).await, None, "whole or not at all");
        assert_eq!(town.store.head(), head, "no entry is left");
    }
}

/// Optimistic versions.
pub async fn a_stale_version_is_refused(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let id = town.lamp("A", 1, None).await;
    let values = || vec![text("A"), Value::Int(2), Value::Null];
    for stale in [0, 2, 99] {
        refused(&town, Kind::Precondition, "version-conflict", None, vec![update("lamp", id, stale, values(), None)]).await;
        refused(&town, Kind::Precondition, "version-conflict", None, vec![delete("lamp", id, stale)]).await;
    }
    let twice = vec![update("lamp", id, 1, values(), None), update("lamp", id, 1, values(), None)];
    refused(&town, Kind::Precondition, "version-conflict", None, twice).await;
    let stays = town.get("lamp", id).await.expect("it is there");
    assert_eq!((stays.version, &stays.values[1]), (1, &Value::Int(1)));
    let steps = vec![update("lamp", id, 1, values(), None), update("lamp", id, 2, values(), None), delete("lamp", id, 3)];
    let done = town.commit(steps).await.expect("one after the other they fit");
    assert_eq!(done.records.iter().map(|r| r.2).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(town.store.history(&town.register("lamp"), id).await.expect("the store answers").len(), 4);
}

/// Records and registers that are not there.
pub async fn what_is_not_there_is_refused(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let values = || vec![text("A"), Value::Int(2), Value::Null];
    refused(&town, Kind::NotFound, "no-such-record", None, vec![update("lamp", Uuid::now_v7(), 1, values(), None)]).await;
    refused(&town, Kind::NotFound, "no-such-record", None, vec![delete("lamp", Uuid::now_v7(), 1)]).await;
    let gone = town.lamp("A", 1, None).await;
    town.commit(vec![delete("lamp", gone, 1)]).await.expect("it is ended");
    refused(&town, Kind::NotFound, "no-such-record", None, vec![update("lamp", gone, 2, values(), None)]).await;
    refused(&town, Kind::NotFound, "no-such-record", None, vec![delete("lamp", gone, 2)]).await;
    refused(&town, Kind::NotFound, "no-such-register", None, vec![insert("harbour", Uuid::now_v7(), values(), None)]).await;
    let delete = Change { register: "harbour".to_owned(), id: gone, operation: Operation::Delete { expected: 1 } };
    refused(&town, Kind::NotFound, "no-such-register", None, vec![delete]).await;
}

/// Keys, unique fields, ids.
pub async fn a_taken_key_is_refused(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(1, "Bir").await;
    let other = town.neighbourhood(2, "İki").await;
    let clash = vec![insert("neighbourhood", Uuid::now_v7(), vec![Value::Int(1), text("Üç")], None)];
    refused(&town, Kind::Conflict, "key-taken", Some("code"), clash).await;
    let into = vec![update("neighbourhood", other, 1, vec![Value::Int(1), text("İki")], None)];
    refused(&town, Kind::Conflict, "key-taken", Some("code"), into).await;

    let id = town.lamp("A", 1, None).await;
    refused(&town, Kind::Conflict, "key-taken", Some("plate"), vec![lamp(Uuid::now_v7(), "A", 2, None)]).await;
    refused(&town, Kind::Conflict, "key-taken", Some("id"), vec![lamp(id, "B", 2, None)]).await;
    let twins = vec![lamp(Uuid::now_v7(), "C", 2, None), lamp(Uuid::now_v7(), "C", 2, None)];
    refused(&town, Kind::Conflict, "key-taken", Some("plate"), twins).await;

    let street = |q| vec![insert("street", Uuid::now_v7(), full_street("Uzun Sokak", q), None)];
    town.commit(street(quarter)).await.expect("it is made");
    town.commit(street(other)).await.expect("the same name elsewhere is another street");
    let error = town.commit(street(quarter)).await.expect_err("the key is taken");
    assert_eq!(error.code(), "key-taken");
    let fields: Vec<_> = error.fields().iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["name", "neighbourhood"]);

    // Empty values are not equal to each other.
    for _ in 0..2 {
        let nameless = vec![Value::Null, Value::Int(1), Value::Null];
        town.commit(vec![insert("lamp", Uuid::now_v7(), nameless, None)]).await.expect("a lamp without a plate");
    }
    // What ended frees its key, but never its id.
    town.commit(vec![delete("lamp", id, 1)]).await.expect("it is ended");
    refused(&town, Kind::Conflict, "key-taken", Some("id"), vec![lamp(id, "A", 2, None)]).await;
    town.lamp("A", 3, None).await;
    let swap = town.lamp("S", 3, None).await;
    let reuse = vec![delete("lamp", swap, 1), lamp(Uuid::now_v7(), "S", 4, None)];
    town.commit(reuse).await.expect("the key is free within the same changeset");
}

/// References must lead somewhere, and what is pointed to stays.
pub async fn references_are_kept(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let ghost = Uuid::now_v7();
    let nowhere = vec![insert("street", Uuid::now_v7(), full_street("Yok", ghost), None)];
    refused(&town, Kind::Invalid, "missing-reference", Some("neighbourhood"), nowhere).await;

    // Both orders within one changeset.
    for (code, target_first) in [(1, true), (2, false)] {
        let (quarter, street) = (Uuid::now_v7(), Uuid::now_v7());
        let target = insert("neighbourhood", quarter, vec![Value::Int(code), text("Yeni")], None);
        let pointing = insert("street", street, full_street("Yeni", quarter), None);
        let changes = if target_first { vec![target, pointing] } else { vec![pointing, target] };
        town.commit(changes).await.expect("the target comes with it");

        refused(&town, Kind::Conflict, "still-referenced", None, vec![delete("neighbourhood", quarter, 1)]).await;
        let astray = vec![update("street", street, 1, full_street("Yeni", ghost), None)];
        refused(&town, Kind::Invalid, "missing-reference", Some("neighbourhood"), astray).await;
        let (target, pointing) = (delete("neighbourhood", quarter, 1), delete("street", street, 1));
        let changes = if target_first { vec![target, pointing] } else { vec![pointing, target] };
        town.commit(changes).await.expect("both end together");
        let late = vec![insert("street", Uuid::now_v7(), full_street("Geç", quarter), None)];
        refused(&town, Kind::Invalid, "missing-reference", Some("neighbourhood"), late).await;
    }

    // A new pointer and the end of its target in one changeset.
    let quarter = town.neighbourhood(3, "Üç").await;
    let both = vec![insert("street", Uuid::now_v7(), full_street("Üç", quarter), None), delete("neighbourhood", quarter, 1)];
    let error = town.commit(both).await.expect_err("the target is gone in the end");
    assert!(["missing-reference", "still-referenced"].contains(&error.code()), "{error}");
    assert!(town.get("neighbourhood", quarter).await.is_some());
}

/// Values that are not of the definition (an old definition's) change nothing.
pub async fn an_old_definitions_changes_are_refused(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let short = vec![insert("lamp", Uuid::now_v7(), vec![text("A")], None)];
    refused(&town, Kind::Unavailable, "catalogue-changed", None, short).await;
    let wrong = vec![insert("lamp", Uuid::now_v7(), vec![text("A"), text("çok"), Value::Null], None)];
    refused(&town, Kind::Unavailable, "catalogue-changed", None, wrong).await;
}
