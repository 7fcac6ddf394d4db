//! Lists, boxes, filters, orders, pages, counts and streams.

use super::{
    House,
    city::{Town, field, insert, lamp, line, rectangle, text},
    collect,
};
use meydan_geo::Bbox;
use meydan_kernel::{
    Query, Record, Sort, Value,
    cql2::{self, Comparison, Expr, Operand},
    query::Cursor,
};
use std::sync::Arc;
use uuid::Uuid;

/// Streets of a Turkish directory with holes, equal values and both cases.
const NAMES: [Option<&str>; 14] = [
    Some("Zambak"),
    Some("İnönü"),
    Some("Ilıca"),
    Some("Çınar"),
    None,
    Some("Cumhuriyet"),
    Some("çınar"),
    Some("Şehit"),
    Some("Sahil"),
    Some("100. Yıl"),
    None,
    Some("Gül"),
    Some("Ğ"),
    Some("%50_'\"\\"),
];
const KINDS: [&str; 3] = ["boulevard", "street", "square"];

async fn street_town(house: &dyn House) -> (Town, Vec<Record>) {
    let town = Town::found(house.open().await).await;
    let quarter = town.neighbourhood(1, "Merkez").await;
    let mut changes = Vec::new();
    for (i, name) in NAMES.iter().enumerate() {
        let n = i64::try_from(i).expect("few");
        let values = vec![
            name.map_or(Value::Null, text),
            if i % 5 == 4 { Value::Null } else { Value::Real(f64::from(i as u32 / 3) * 0.5) },
            Value::Int(n % 4 - 1),
            match i % 3 {
                0 => Value::Null,
                1 => Value::Bool(true),
                _ => Value::Bool(false),
            },
            Value::Date(format!("20{:02}-03-01", 10 + i / 2).parse().expect("a date")),
            Value::Timestamp(format!("2024-01-{:02}T00:00:00.00000{}Z", i / 2 + 1, i % 2).parse().expect("an instant")),
            if i == 3 { Value::Null } else { Value::Int(n * 1_000_000_007 % 97) },
            text(KINDS[i % 3]),
            if i % 4 == 0 { Value::Null } else { Value::Reference(quarter) },
        ];
        let x = 39.70 + f64::from(i as u32) * 0.01;
        let place = (i != 7).then(|| line(&[(x, 41.00), (x + 0.004, 41.002)]));
        changes.push(insert("street", Uuid::now_v7(), values, place));
    }
    town.commit(changes).await.expect("streets are made");
    let all = town.store.query(&Query { limit: Some(100), ..Query::all(town.register("street")) }).await.expect("all");
    assert_eq!(all.len(), NAMES.len());
    (town, all)
}

async fn fids(town: &Town, query: &Query) -> Vec<i64> {
    let page = town.store.query(query).await.expect("the store answers");
    let fids: Vec<i64> = page.iter().map(|r| r.fid).collect();
    let streamed: Vec<i64> = collect(town.store.scan(query.clone())).await.iter().map(|r| r.fid).collect();
    assert_eq!(fids, streamed, "a stream gives what a page gives");
    fids
}

/// Pages of every order, walked by cursor and by offset, are the whole list, once each.
pub async fn pages_make_the_whole(house: &dyn House) {
    let (town, all) = street_town(house).await;
    let street = town.register("street");
    let mut orders = vec![None];
    for index in 0..street.fields.len() {
        orders.extend([false, true].map(|descending| Some(Sort { field: index, descending })));
    }
    for sort in orders {
        let whole = Query { sort: sort.clone(), limit: Some(1000), ..Query::all(Arc::clone(&street)) };
        let expected = fids(&town, &whole).await;
        let mut sorted = expected.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, all.iter().map(|r| r.fid).collect::<Vec<_>>(), "{sort:?} is a permutation");
        if let Some(sort) = &sort {
            check_order(&town.store.query(&whole).await.expect("all"), sort);
        }
        for size in [1, 3, 100] {
            let mut query = Query { limit: Some(size), ..whole.clone() };
            let mut walked = Vec::new();
            loop {
                let page = town.store.query(&query).await.expect("a page");
                walked.extend(page.iter().map(|r| r.fid));
                let Some(last) = page.last() else { break };
                let value = sort.as_ref().map(|s| last.values[s.field].clone());
                query.after = Some(Cursor { value, fid: last.fid });
            }
            assert_eq!(walked, expected, "{sort:?} by cursor, {size} at a time");
            let mut walked = Vec::new();
            for offset in (0..expected.len()).step_by(size) {
                let query = Query { offset: offset as u64, limit: Some(size), ..whole.clone() };
                walked.extend(fids(&town, &query).await);
            }
            assert_eq!(walked, expected, "{sort:?} by offset, {size} at a time");
        }
        let beyond = Query { offset: 1000, ..whole };
        assert!(fids(&town, &beyond).await.is_empty());
    }
}

/// Empty values stand last in both directions; numbers and days go by size; ties go by fid in the direction of the order.
fn check_order(page: &[Record], sort: &Sort) {
    for pair in page.windows(2) {
        let (a, b) = (&pair[0].values[sort.field], &pair[1].values[sort.field]);
        assert!(!a.is_null() || b.is_null(), "empty values stand last");
        let by_size = match (a, b) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
            (Value::Null, Value::Null) => std::cmp::Ordering::Equal,
            _ => continue,
        };
        let order = by_size.then(pair[0].fid.cmp(&pair[1].fid));
        let wanted = if sort.descending { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less };
        assert_eq!(order, wanted, "{a:?} before {b:?} in {sort:?}");
    }
}

/// Text is ordered as a Turkish directory is.
pub async fn names_stand_in_turkish_order(house: &dyn House) {
    let (town, _) = street_town(house).await;
    let query = Query {
        sort: Some(Sort { field: 0, descending: false }),
        filter: Some(Expr::Compare(Operand::Field(0), Comparison::Ge, Operand::Literal(text("A")))),
        limit: Some(100),
        ..Query::all(town.register("street"))
    };
    let page = town.store.query(&query).await.expect("a page");
    let names: Vec<_> =
        page.iter().filter_map(|r| if let Value::Text(t) = &r.values[0] { Some(t.as_str()) } else { None }).collect();
    let names: Vec<_> = names.into_iter().filter(|n| *n != "çınar").collect();
    assert_eq!(names, ["Cumhuriyet", "Çınar", "Gül", "Ğ", "Ilıca", "İnönü", "Sahil", "Şehit", "Zambak"]);
}

/// Filters in the store give what the evaluation in memory gives.
pub async fn filters_agree_with_memory(house: &dyn House) {
    let (town, all) = street_town(house).await;
    let street = town.register("street");
    let area = rectangle(39.705, 40.99, 39.7525, 41.01);
    let quarter = all[1].values[8].clone();
    let texts = [
        "name = 'Çınar'",
        "name <> 'Çınar'",
        "name < 'Sahil'",
        "name >= 'İnönü'",
        "name IS NULL",
        "name IS NOT NULL",
        "NOT (name = 'Çınar')",
        "CASEI(name) = CASEI('ÇINAR')",
        "CASEI(name) LIKE CASEI('%ıN%')",
        "name LIKE 'Ç%'",
        "name LIKE 'ç%'",
        "name LIKE '_ınar'",
        "name LIKE '%\\%50\\_%'",
        "name LIKE '%'",
        "name NOT LIKE '%a%'",
        "name IN ('Gül', 'Ğ', 'yok')",
        "length > 0.5",
        "length BETWEEN 0.5 AND 1.5",
        "length NOT BETWEEN 0.5 AND 1.5",
        "lanes = 1",
        "lanes + 0 = 1",
        "lanes > 0.5",
        "lanes <= -1",
        "paved = TRUE",
        "paved = FALSE",
        "NOT (paved = TRUE)",
        "paved IS NULL",
        "opened > DATE('2012-03-01')",
        "seen <= TIMESTAMP('2024-01-03T00:00:00.000001Z')",
        "tax > 50 AND lanes < 2",
        "kind = 'square' OR lanes = 2",
        "kind IN ('square', 'street') AND NOT (lanes = 2)",
        "neighbourhood IS NULL",
        "fid > 5",
        "fid IN (1, 3, 5)",
        "S_INTERSECTS(geom, POLYGON((39.705 40.99, 39.7525 40.99, 39.7525 41.01, 39.705 41.01, 39.705 40.99)))",
        "NOT S_INTERSECTS(geom, POLYGON((39.705 40.99, 39.7525 40.99, 39.7525 41.01, 39.705 41.01, 39.705 40.99)))",
        "S_INTERSECTS(geom, POINT(39.72 41.0)) OR lanes = 2",
        "S_DISJOINT(geom, BBOX(39.705, 40.99, 39.7525, 41.01))",
        "S_WITHIN(geom, BBOX(39.705, 40.99, 39.7525, 41.01))",
        "NOT S_WITHIN(geom, BBOX(39.705, 40.99, 39.7525, 41.01))",
        "S_CROSSES(geom, BBOX(39.705, 40.99, 39.7525, 41.01)) OR name IS NULL",
        "S_CROSSES(LINESTRING(39.7 40.9, 39.8 41.1), geom)",
        "S_TOUCHES(geom, BBOX(39.0, 40.0, 39.72, 42.0))",
        "S_CONTAINS(geom, POINT(39.72 41.0))",
        "S_EQUALS(geom, geom) OR S_OVERLAPS(geom, geom)",
        "S_OVERLAPS(geom, LINESTRING(39.0 41.0, 40.0 41.0))",
        "S_INTERSECTS(geom, BBOX(170, -90, 39.72, 90))",
        "S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(39.72 41.0), POLYGON((39.75 40, 40 40, 40 42, 39.75 42, 39.75 40))))",
        "S_INTERSECTS(POINT(1 1), BBOX(0, 0, 2, 2)) AND lanes = 1",
        "lanes + 1 = 2",
        "lanes * 2 - 1 > length ^ 2",
        "length / (lanes - 1) > 0.2",
        "NOT (length / (lanes - 1) > 0.2)",
        "lanes % 2 = 1 OR lanes div 2 = 1",
        "-lanes < length",
        "tax / 3 BETWEEN lanes AND 100",
        "length ^ 0.5 > 0.8 OR (0 - 1) ^ length IS NULL",
        "lanes > length",
        "abs(lanes) = 1 AND ceil(length) >= floor(length)",
        "char_length(name) > 4",
        "upper(name) LIKE '%I%'",
        "upper(name) = 'İNÖNÜ'",
        "lower(name) < 'm'",
        "ACCENTI(name) = ACCENTI('Çinar')",
        "ACCENTI(name) LIKE ACCENTI('%i%')",
        "CASEI(ACCENTI(name)) = CASEI(ACCENTI('ILICA'))",
        "ACCENTI(CASEI(name)) IN (ACCENTI(CASEI('ŞEHİT')), 'gul')",
        "length_m(geom) > 1000",
        "area_m2(geom) > 0",
        "T_AFTER(opened, DATE('2012-03-01'))",
        "T_INTERSECTS(INTERVAL(opened, '..'), INTERVAL('2010-01-01', '2012-12-31'))",
        "T_DURING(seen, INTERVAL('2020-01-01', '2024-12-31'))",
        "T_DISJOINT(seen, DATE('2024-01-03'))",
        "A_CONTAINS((name, 'Gül', lanes), ('Çınar', 1))",
        "A_OVERLAPS((lanes, length), (1, 0.5))",
        "A_EQUALS((paved), (TRUE)) OR A_CONTAINEDBY((), (1))",
        "NAME = 'Sahil'",
    ];
    let mut filters: Vec<(String, Expr)> = Vec::new();
    let mut unread = Vec::new();
    for t in texts {
        match cql2::parse(&street, t) {
            Ok(expr) => filters.push((t.to_owned(), expr)),
            Err(_) => unread.push(t),
        }
    }
    assert!(unread.is_empty(), "the parser does not read {unread:?}");
    let null = || Operand::Literal(Value::Null);
    filters.extend([
        ("nothing at all".to_owned(), Expr::Literal(false)),
        ("anything".to_owned(), Expr::And(Vec::new())),
        ("or of nothing".to_owned(), Expr::Or(Vec::new())),
        ("= NULL".to_owned(), Expr::Compare(Operand::Field(0), Comparison::Eq, null())),
        ("NOT (= NULL)".to_owned(), Expr::Not(Box::new(Expr::Compare(Operand::Field(0), Comparison::Eq, null())))),
        ("in nothing".to_owned(), Expr::In(Operand::Field(0), Vec::new())),
        ("reference".to_owned(), Expr::Compare(Operand::Field(8), Comparison::Eq, Operand::Literal(quarter))),
        ("id".to_owned(), Expr::Compare(Operand::Id, Comparison::Eq, Operand::Literal(Value::Reference(all[2].id)))),
        (
            "recorded".to_owned(),
            Expr::Compare(Operand::RecordedAt, Comparison::Le, Operand::Literal(Value::Timestamp(all[2].recorded_at))),
        ),
        ("no geometry".to_owned(), Expr::IsNull(Operand::Geometry)),
        (
            "area".to_owned(),
            Expr::And(vec![Expr::Intersects(area.clone()), Expr::Not(Box::new(Expr::IsNull(Operand::Field(0))))]),
        ),
        ("area or none".to_owned(), Expr::Or(vec![Expr::Intersects(area), Expr::IsNull(Operand::Geometry)])),
    ]);
    for (name, expr) in filters {
        let expected: Vec<i64> = all.iter().filter(|r| cql2::holds(&expr, r)).map(|r| r.fid).collect();
        let query = Query { filter: Some(expr), limit: Some(100), ..Query::all(Arc::clone(&street)) };
        assert_eq!(fids(&town, &query).await, expected, "{name}");
        assert_eq!(town.store.count(&query).await.expect("the store answers"), expected.len() as u64, "{name}");
    }
}

/// Filters at the limits of the parser: as many alternatives as fit, patterns that end in an escape or are very long.
pub async fn filters_at_the_limits_agree(house: &dyn House) {
    let (town, all) = street_town(house).await;
    let street = town.register("street");
    let many = (1..=3_500).map(|n| format!("fid = {n}")).collect::<Vec<_>>().join(" OR ");
    let mixed = (1..=2_500).map(|n| format!("lanes <> {}", n + 100)).collect::<Vec<_>>().join(" AND ");
    // The dot falls away when the pattern is folded.
    let patterns = ["CASEI(name) LIKE CASEI('%\\\u{307}')", "CASEI(name) LIKE CASEI('\\\\\\\u{307}')"].map(str::to_owned);
    for t in [many, mixed].into_iter().chain(patterns) {
        let expr = cql2::parse(&street, &t).expect("a filter");
        let expected: Vec<i64> = all.iter().filter(|r| cql2::holds(&expr, r)).map(|r| r.fid).collect();
        let query = Query { filter: Some(expr), limit: Some(100), ..Query::all(Arc::clone(&street)) };
        assert_eq!(fids(&town, &query).await, expected, "{:.40}", t);
    }
    let long = format!("name LIKE '{}'", "ş%".repeat(20_000));
    assert_eq!(cql2::parse(&street, &long).expect_err("SQLite takes 50,000 bytes").kind(), meydan_kernel::Kind::Invalid);
}

/// Boxes: touching counts, two boxes are one question, records without geometry are in none.
pub async fn boxes_find_what_touches(house: &dyn House) {
    let (town, all) = street_town(house).await;
    let boxes = [
        vec![Bbox::new(39.705, 40.99, 39.7525, 41.01)],
        vec![Bbox::new(39.70, 40.99, 39.701, 41.01), Bbox::new(39.78, 40.0, 39.90, 42.0)],
        vec![Bbox::new(39.70, 40.99, 39.80, 41.01), Bbox::new(39.75, 40.99, 39.85, 41.01)],
        vec![Bbox::new(-180.0, -90.0, 180.0, 90.0)],
        vec![Bbox::new(20.0, 20.0, 21.0, 21.0)],
        vec![Bbox::new(39.704, 41.002, 39.704, 41.002)],
    ];
    for bbox in boxes {
        let touched = |r: &&Record| {
            let found = r.geometry.as_ref().and_then(meydan_geo::Wkb::bbox);
            found.is_some_and(|f| bbox.iter().any(|b| b.intersects(&f)))
        };
        let expected: Vec<i64> = all.iter().filter(touched).map(|r| r.fid).collect();
        let query = Query { bbox: bbox.clone(), limit: Some(100), ..Query::all(town.register("street")) };
        assert_eq!(fids(&town, &query).await, expected, "{bbox:?}");
        assert_eq!(town.store.count(&query).await.expect("the store answers"), expected.len() as u64);
        let filter = Some(Expr::Compare(Operand::Field(2), Comparison::Gt, Operand::Literal(Value::Int(0))));
        let few: Vec<i64> =
            all.iter().filter(touched).filter(|r| matches!(r.values[2], Value::Int(n) if n > 0)).map(|r| r.fid).collect();
        let filtered = Query { filter, ..query.clone() };
        assert_eq!(fids(&town, &filtered).await, few, "{bbox:?} filtered");
        assert_eq!(town.store.count(&filtered).await.expect("the store answers"), few.len() as u64);
        for (skip, after) in [(0, 2), (1, 0), (2, 1)] {
            let after = expected.get(after).copied().unwrap_or(0);
            let rest: Vec<i64> = expected.iter().copied().filter(|f| *f > after).skip(skip).take(2).collect();
            let cursor = Some(Cursor { value: None, fid: after });
            let page = Query { after: cursor, offset: skip as u64, limit: Some(2), ..query.clone() };
            assert_eq!(fids(&town, &page).await, rest, "{bbox:?} after {after}");
        }
        let mut backwards = expected.clone();
        backwards.sort_by_key(|f| std::cmp::Reverse(*f));
        let sorted = Query { sort: Some(Sort { field: 5, descending: true }), ..query };
        assert_eq!(fids(&town, &sorted).await, backwards, "{bbox:?} newest first");
    }
    let bare =
        Query { bbox: vec![Bbox::new(-180.0, -90.0, 180.0, 90.0)], limit: Some(9), ..Query::all(town.register("street")) };
    assert_eq!(town.store.count(&bare).await.expect("the store answers"), 13, "the street without a line is in no box");
}

/// By ids: known ones, in the order asked for by the query, unknown ones left out.
pub async fn ids_are_found(house: &dyn House) {
    let (town, all) = street_town(house).await;
    let asked = vec![all[9].id, Uuid::now_v7(), all[2].id, all[2].id];
    let query = Query { ids: Some(asked), limit: Some(100), ..Query::all(town.register("street")) };
    assert_eq!(fids(&town, &query).await, [all[2].fid, all[9].fid]);
    assert_eq!(town.store.count(&query).await.expect("the store answers"), 2);
    let nobody = Query { ids: Some(Vec::new()), ..query.clone() };
    assert!(fids(&town, &nobody).await.is_empty());
    let many = Query { ids: Some((0..40_000).map(|_| Uuid::now_v7()).chain([all[0].id]).collect()), ..query };
    assert_eq!(fids(&town, &many).await, [all[0].fid]);
}

/// A stream is one snapshot: what is written while it runs is not in it. It may be longer than a page, and be dropped.
pub async fn a_stream_is_a_snapshot(house: &dyn House) {
    use futures::StreamExt;
    let town = Town::found(house.open().await).await;
    for part in 0..5 {
        let made = (0..3_000).map(|i| lamp(Uuid::now_v7(), &format!("{part}-{i}"), i, Some((39.0, 41.0)))).collect();
        town.commit(made).await.expect("lamps are made");
    }
    let all = Query::all(town.register("lamp"));
    let mut stream = town.store.scan(all.clone());
    let first = stream.next().await.expect("a batch").expect("records");
    assert!(!first.is_empty() && first.len() < 15_000, "a batch is not everything");
    town.lamp("sonradan", 1, None).await;
    let rest = collect(stream).await;
    assert_eq!(first.len() + rest.len(), 15_000);
    assert!(first.iter().chain(&rest).is_sorted_by_key(|r| r.fid));
    assert_eq!(town.store.count(&all).await.expect("the store answers"), 15_001);
    let some = Query { limit: Some(12_345), offset: 10, ..all.clone() };
    assert_eq!(collect(town.store.scan(some)).await.len(), 12_345);
    for _ in 0..100 {
        drop(town.store.scan(all.clone()).next().await);
    }
}

/// What every list of a register without geometry answers to a box.
pub async fn a_register_without_geometry_is_in_no_box(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let mut wanted = town.catalogue.clone();
    let note = super::city::register("note", vec![field("text", meydan_kernel::FieldKind::Text)], &[], None);
    wanted.registers.insert("note".to_owned(), Arc::new(note.clone()));
    super::city::bring(&town.store, &wanted, &[]).await.expect("a register is added");
    town.commit(vec![insert("note", Uuid::now_v7(), vec![text("pankart")], None)]).await.expect("it is made");
    let all = Query { limit: Some(5), ..Query::all(Arc::new(note)) };
    assert_eq!(fids(&town, &all).await, [1]);
    let boxed = Query { bbox: vec![Bbox::new(-180.0, -90.0, 180.0, 90.0)], ..all };
    assert!(fids(&town, &boxed).await.is_empty());
    assert_eq!(town.store.count(&boxed).await.expect("the store answers"), 0);
}
