//! Definitions change under a living town: nothing is lost unasked, and every digest can still be proven.

use super::{
    House,
    city::{self, Town, bring, field, full_street, insert, lamp, line, text, update},
    collect,
};
use meydan_geo::GeometryType;
use meydan_kernel::{
    Catalogue, FieldKind, Kind, Query, Register, Value,
    catalogue::{GeometryDef, plan},
    store::LogQuery,
};
use meydan_store::content::{Past, Proof};
use std::sync::Arc;
use uuid::Uuid;

/// Changes one register of a catalogue.
fn redefine(catalogue: &mut Catalogue, name: &str, change: impl FnOnce(&mut Register)) {
    let mut register = Register::clone(catalogue.register(name).expect("a register"));
    change(&mut register);
    catalogue.registers.remove(name);
    catalogue.registers.insert(register.name.clone(), Arc::new(register));
}

/// Proves every version of every register of a catalogue from the log; returns what was not `Holds`.
async fn unproven(town: &Town) -> Vec<(String, i64, Proof)> {
    let mut out = Vec::new();
    for (name, register) in &town.catalogue.registers {
        let past = Past::of(town.store.as_ref(), name).await.expect("definitions");
        let mut versions = collect(town.store.scan(Query::all(Arc::clone(register)))).await;
        versions.extend(collect(town.store.scan_history(Arc::clone(register))).await);
        for version in versions {
            let asked = LogQuery { record: Some(version.id), limit: 100, ..LogQuery::default() };
            let entries = town.store.find_entries(&asked).await.expect("entries");
            let entry = entries.iter().find(|e| e.version == version.version).expect("an entry for each version");
            match past.prove(&version, entry) {
                Proof::Holds => {}
                other => out.push((name.clone(), version.version, other)),
            }
        }
    }
    out
}

/// A town with a street of two versions, one that ended, and some lamps.
async fn living(house: &dyn House) -> (Town, Uuid) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(1, "Merkez").await;
    let (street, gone) = (Uuid::now_v7(), Uuid::now_v7());
    let place = || Some(line(&[(39.7, 41.0), (39.8, 41.1)]));
    town.commit(vec![
        insert("street", street, full_street("Uzun", quarter), place()),
        insert("street", gone, full_street("Kısa", quarter), place()),
        lamp(Uuid::now_v7(), "A", 60, Some((39.7, 41.0))),
        lamp(Uuid::now_v7(), "B", 40, None),
    ])
    .await
    .expect("they are made");
    town.commit(vec![
        update("street", street, 1, full_street("Uzun Sokak", quarter), place()),
        city::delete("street", gone, 1),
    ])
    .await
    .expect("they are changed");
    (town, street)
}

async fn change(town: &mut Town, wanted: Catalogue, allow: &[&str]) {
    bring(&town.store, &wanted, allow).await.expect("the plan is carried out");
    assert_eq!(town.store.catalogue().await.expect("the store answers"), Some(wanted.clone()));
    for (name, fine, detail) in town.store.checks().await.expect("an answer") {
        // Other tests' transactions on the same server are not this town's.
        assert!(fine || name == "long-transactions", "{name}: {detail}");
    }
    for register in wanted.registers.values() {
        assert_eq!(town.store.misplaced(register, 9).await.expect("an answer"), [], "{}", register.name);
    }
    town.catalogue = wanted;
}

/// Fields: added with and without a default, renamed, widened.
pub async fn fields_change_and_digests_hold(house: &dyn House) {
    let (mut town, street) = living(house).await;
    assert_eq!(unproven(&town).await, []);

    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "street", |r| {
        let mut trees = field("trees", FieldKind::Integer);
        trees.default = Some(serde_json::json!(7));
        trees.indexed = true;
        r.fields.insert(1, trees);
        r.fields.push(field("note", FieldKind::Text));
        let name = r.fields.iter_mut().find(|f| f.name == "name").expect("name");
        (name.name, name.was) = ("title".to_owned(), Some("name".to_owned()));
        r.key[0] = "title".to_owned();
        r.label = "title".to_owned();
    });
    redefine(&mut wanted, "lamp", |r| r.fields[1].kind = FieldKind::Text);
    change(&mut town, wanted, &[]).await;

    let found = town.get("street", street).await.expect("it is there");
    assert_eq!((found.version, &found.values[0], &found.values[1]), (2, &text("Uzun Sokak"), &Value::Int(7)));
    assert_eq!(found.values.last(), Some(&Value::Null));
    let lamps = town.store.query(&Query { limit: Some(9), ..Query::all(town.register("lamp")) }).await.expect("lamps");
    assert_eq!(lamps.iter().map(|l| l.values[1].clone()).collect::<Vec<_>>(), [text("60"), text("40")]);
    assert_eq!(unproven(&town).await, []);

    // Life goes on under the new definition, and the old key still stands.
    let mut values = found.values.clone();
    values[1] = Value::Int(8);
    town.commit(vec![update("street", street, 2, values.clone(), found.geometry.clone())]).await.expect("it is changed");
    let twin = town.commit(vec![insert("street", Uuid::now_v7(), values, None)]).await.expect_err("the key is taken");
    assert_eq!((twin.code(), twin.fields()[0].field.as_str()), ("key-taken", "title"));

    // And back again under another name and wider still, twice.
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "street", |r| {
        (r.fields[0].name, r.fields[0].was) = ("label".to_owned(), Some("title".to_owned()));
        r.key[0] = "label".to_owned();
        r.label = "label".to_owned();
        for (name, kind) in
            [("trees", FieldKind::Real), ("paved", FieldKind::Text), ("opened", FieldKind::Text), ("length", FieldKind::Text)]
        {
            r.fields.iter_mut().find(|f| f.name == name).expect(name).kind = kind;
        }
    });
    change(&mut town, wanted, &[]).await;
    let found = town.get("street", street).await.expect("it is there");
    assert_eq!(found.values[1..3], [Value::Real(8.0), text("312.75")]);
    assert_eq!((&found.values[4], &found.values[5]), (&text("true"), &text("1923-10-29")));
    assert_eq!(unproven(&town).await, []);
    let life = town.store.history(&town.register("street"), street).await.expect("history");
    assert_eq!(life.len(), 3);
    assert_eq!(life[0].record.values[0], text("Uzun"));
    let number = town.commit(vec![lamp(Uuid::now_v7(), "C", 1, None)]).await.expect_err("watts are text now");
    assert_eq!(number.code(), "catalogue-changed");
}

/// Whole numbers become reals only where each has its real, and have one spelling as text in every store.
pub async fn widened_numbers_stay_what_they_were(house: &dyn House) {
    let mut town = Town::found(house.open().await).await;
    let (large, odd) = (1 << 53, Uuid::now_v7());
    town.lamp("A", large, None).await;
    town.lamp("B", 1_000_000_000_000_000, None).await;
    town.commit(vec![lamp(odd, "C", large + 1, None)]).await.expect("it is made");
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "lamp", |r| r.fields[1].kind = FieldKind::Real);
    let refused = |e: meydan_kernel::Error| {
        assert_eq!((e.kind(), e.code(), e.fields()[0].field.as_str()), (Kind::Conflict, "value-not-exact", "watts"))
    };
    refused(bring(&town.store, &wanted, &[]).await.expect_err("the odd one has no real"));
    let values = |watts| vec![text("C"), Value::Int(watts), Value::Null];
    town.commit(vec![update("lamp", odd, 1, values(7), None)]).await.expect("it is changed");
    refused(bring(&town.store, &wanted, &[]).await.expect_err("its past has none either"));

    // Without it, in a house where there never was one.
    let mut wanted = town.catalogue.clone();
    wanted.registers.remove("lamp");
    change(&mut town, wanted.clone(), &["lamp"]).await;
    wanted.registers.insert("lamp".to_owned(), city::catalogue().registers["lamp"].clone());
    change(&mut town, wanted.clone(), &[]).await;
    for (plate, watts) in [("A", large), ("B", 1_000_000_000_000_000), ("C", -large)] {
        town.lamp(plate, watts, None).await;
    }
    redefine(&mut wanted, "lamp", |r| r.fields[1].kind = FieldKind::Real);
    change(&mut town, wanted.clone(), &[]).await;
    let small = vec![text("D"), Value::Real(1e-7), Value::Null];
    town.commit(vec![insert("lamp", Uuid::now_v7(), small, None)]).await.expect("it is made");
    assert_eq!(unproven(&town).await, []);
    redefine(&mut wanted, "lamp", |r| r.fields[1].kind = FieldKind::Text);
    change(&mut town, wanted, &[]).await;
    let lamps = town.store.query(&Query { limit: Some(9), ..Query::all(town.register("lamp")) }).await.expect("lamps");
    let watts: Vec<Value> = lamps.iter().map(|l| l.values[1].clone()).collect();
    assert_eq!(watts, [text("9007199254740992"), text("1000000000000000"), text("-9007199254740992"), text("0.0000001")]);
    assert_eq!(unproven(&town).await, []);
}

/// Registers: renamed with all they have, added, dropped only when allowed.
pub async fn registers_change_and_digests_hold(house: &dyn House) {
    let (mut town, street) = living(house).await;
    let before = town.store.entries(0, 100).await.expect("entries");
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "street", |r| (r.name, r.was) = ("road".to_owned(), Some("street".to_owned())));
    redefine(&mut wanted, "lamp", |r| r.fields[2].kind = FieldKind::Reference { register: "road".to_owned() });
    let yard = city::register("yard", vec![field("name", FieldKind::Text)], &[], Some(GeometryType::MultiPolygon));
    wanted.registers.insert("yard".to_owned(), Arc::new(yard));
    change(&mut town, wanted, &[]).await;

    let found = town.get("road", street).await.expect("it is there");
    assert_eq!(found.version, 2);
    assert_eq!(town.store.entries(0, 100).await.expect("entries"), before, "what was written in the log stays as written");
    assert_eq!(before[1].register, "street");
    town.commit(vec![update("road", street, 2, found.values.clone(), found.geometry.clone())]).await.expect("life goes on");
    let newest = town.store.entries(before.len() as i64, 1).await.expect("entries").remove(0);
    assert_eq!((newest.register.as_str(), newest.version), ("road", 3));
    assert_eq!(unproven(&town).await, []);
    let boxed = Query {
        bbox: vec![meydan_geo::Bbox::new(39.0, 40.0, 40.0, 42.0)],
        limit: Some(9),
        ..Query::all(town.register("road"))
    };
    assert_eq!(town.store.query(&boxed).await.expect("roads").len(), 1, "the spatial index came with it");
    for name in ["road", "street"] {
        let asked = LogQuery { register: Some(name.to_owned()), limit: 100, ..LogQuery::default() };
        assert_eq!(town.store.find_entries(&asked).await.expect("entries").len(), 5, "{name}");
    }

    let mut wanted = town.catalogue.clone();
    wanted.registers.remove("lamp");
    let unasked = bring(&town.store, &wanted, &[]).await.expect_err("it would lose data");
    assert_eq!((unasked.kind(), unasked.code()), (Kind::Conflict, "plan-refused"));
    assert_eq!(town.store.query(&Query { limit: Some(9), ..Query::all(town.register("lamp")) }).await.expect("lamps").len(), 2);
    change(&mut town, wanted, &["lamp"]).await;
    assert_eq!(town.store.entries(0, 5).await.expect("entries")[..5], before[..5], "the log forgets nothing");
    let error = town.commit(vec![lamp(Uuid::now_v7(), "Z", 1, None)]).await.expect_err("it is gone");
    assert_eq!(error.code(), "no-such-register");

    // A register of the same name is another one.
    let again = city::catalogue().register("lamp").map(|l| Register::clone(l)).expect("the lamp's definition");
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "road", |_| {});
    let mut again = again;
    again.fields[2].kind = FieldKind::Reference { register: "road".to_owned() };
    wanted.registers.insert("lamp".to_owned(), Arc::new(again));
    change(&mut town, wanted, &[]).await;
    town.lamp("A", 1, None).await;
    assert_eq!(unproven(&town).await, []);
}

/// A dropped field takes its values with it; proofs say so and accuse nobody.
pub async fn a_dropped_field_is_told(house: &dyn House) {
    let (mut town, street) = living(house).await;
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "street", |r| r.fields.retain(|f| f.name != "tax"));
    redefine(&mut wanted, "street", |r| r.fields[1].kind = FieldKind::Text);
    assert_eq!(bring(&town.store, &wanted, &[]).await.expect_err("it would lose data").code(), "plan-refused");
    change(&mut town, wanted, &["street.tax"]).await;
    let found = town.get("street", street).await.expect("it is there");
    assert_eq!(found.values.len(), 8);
    let told = unproven(&town).await;
    assert_eq!(told.len(), 4, "two versions of one street, a version and the end of the other");
    assert!(told.iter().all(|(register, _, proof)| register == "street" && *proof == Proof::Dropped(vec!["tax".to_owned()])));
    town.commit(vec![update("street", street, 2, found.values, found.geometry)]).await.expect("life goes on");
    assert_eq!(unproven(&town).await.len(), 4, "the new version is proven");
}

/// Geometry: single to multi, and one where there was none.
pub async fn geometry_widens_and_digests_hold(house: &dyn House) {
    let (mut town, street) = living(house).await;
    let before = town.get("street", street).await.and_then(|r| r.geometry).expect("a line");
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "street", |r| {
        r.geometry = Some(GeometryDef { kind: GeometryType::MultiLineString, required: false })
    });
    change(&mut town, wanted, &[]).await;
    let after = town.get("street", street).await.and_then(|r| r.geometry).expect("a line");
    assert_eq!(after, before.to_multi());
    assert_eq!(unproven(&town).await, []);

    let plain = city::register("note", vec![field("text", FieldKind::Text)], &[], None);
    let mut wanted = town.catalogue.clone();
    wanted.registers.insert("note".to_owned(), Arc::new(plain));
    change(&mut town, wanted, &[]).await;
    let id = Uuid::now_v7();
    town.commit(vec![insert("note", id, vec![text("pankart")], None)]).await.expect("it is made");
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "note", |r| r.geometry = Some(GeometryDef { kind: GeometryType::Point, required: false }));
    change(&mut town, wanted, &[]).await;
    let point = meydan_geo::Wkb::point(39.5, 41.5);
    town.commit(vec![update("note", id, 1, vec![text("pankart")], point.clone())]).await.expect("it has a place now");
    assert_eq!(town.get("note", id).await.and_then(|r| r.geometry), point);
    let boxed = Query {
        bbox: vec![meydan_geo::Bbox::new(39.0, 41.0, 40.0, 42.0)],
        limit: Some(9),
        ..Query::all(town.register("note"))
    };
    assert_eq!(town.store.query(&boxed).await.expect("notes").len(), 1);
    assert_eq!(unproven(&town).await, []);
}

/// A key that the records don't keep can't be declared; the plan changes nothing then.
pub async fn a_key_that_is_not_kept_is_refused(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    for _ in 0..2 {
        town.commit(vec![lamp(Uuid::now_v7(), &Uuid::now_v7().to_string(), 60, None)]).await.expect("it is made");
    }
    let mut wanted = town.catalogue.clone();
    redefine(&mut wanted, "lamp", |r| {
        r.fields.push(field("colour", FieldKind::Text));
        r.key = vec!["watts".to_owned()];
    });
    let error = bring(&town.store, &wanted, &[]).await.expect_err("two lamps have the same");
    assert_eq!((error.kind(), error.code()), (Kind::Conflict, "key-taken"), "{error}");
    assert_eq!(town.store.catalogue().await.expect("the store answers"), Some(town.catalogue.clone()));
    assert!(plan(&town.catalogue, &town.catalogue, &[]).is_empty());
    town.lamp("D", 60, None).await;
}

/// Names that would be another table's or another column's are refused.
pub async fn names_are_guarded(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    for name in
        ["lamp__history", "meydan_log", "gpkg_contents", "sqlite_master", "pg_class", "Lamp", "x\"; DROP TABLE lamp; --", ""]
    {
        let mut wanted = town.catalogue.clone();
        wanted.registers.insert(name.to_owned(), Arc::new(city::register(name, vec![field("a", FieldKind::Text)], &[], None)));
        assert_eq!(bring(&town.store, &wanted, &[]).await.expect_err(name).code(), "bad-name", "{name}");
    }
    for name in ["id", "geom", "recorded_to", "deleted", "A", "a b", "ş"] {
        let mut wanted = town.catalogue.clone();
        let r = city::register("yard", vec![field(name, FieldKind::Text)], &[], None);
        wanted.registers.insert("yard".to_owned(), Arc::new(r));
        assert_eq!(bring(&town.store, &wanted, &[]).await.expect_err(name).code(), "bad-name", "{name}");
    }
    assert_eq!(town.store.catalogue().await.expect("the store answers"), Some(town.catalogue.clone()));
    // Words of SQL are fine as names.
    let mut wanted = town.catalogue.clone();
    let r = city::register(
        "order",
        ["select", "from", "group", "limit"].map(|n| field(n, FieldKind::Text)).to_vec(),
        &["select"],
        Some(GeometryType::Point),
    );
    wanted.registers.insert("order".to_owned(), Arc::new(r));
    let mut town = town;
    change(&mut town, wanted, &[]).await;
    let id = Uuid::now_v7();
    let values = ["a", "b", "c", "d"].map(text).to_vec();
    town.commit(vec![insert("order", id, values.clone(), meydan_geo::Wkb::point(1.0, 2.0))]).await.expect("it is made");
    town.commit(vec![update("order", id, 1, values.clone(), None)]).await.expect("it is changed");
    assert_eq!(town.get("order", id).await.map(|r| r.values), Some(values));
}
