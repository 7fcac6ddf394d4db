//! Lists by an index of several fields: the same records as without it, whatever becomes of the index.

use super::{
    House,
    city::{Town, field, insert, register, text},
};
use jiff::Timestamp;
use meydan_kernel::{
    FieldKind, Query, Record, Value,
    cql2::{Comparison, Expr, Operand, holds},
    query::{Cursor, Sort},
};
use std::sync::Arc;
use uuid::Uuid;

const QUARTER: usize = 0;
const DUE: usize = 2;
const CLOSED: usize = 1;
const STATE: usize = 3;

fn names(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|f| (*f).to_owned()).collect()
}

/// Cases of a few quarters: some closed, some without a due time, many due at the same time.
async fn office(house: &dyn House) -> (Town, Vec<Uuid>) {
    let mut town = Town::found(house.open().await).await;
    let mut case = register(
        "complaint",
        vec![
            field("quarter", FieldKind::Reference { register: "neighbourhood".to_owned() }),
            field("closed_at", FieldKind::Timestamp),
            field("due_at", FieldKind::Timestamp),
            field("state", FieldKind::Text),
        ],
        &[],
        None,
    );
    case.indexes = vec![names(&["quarter", "closed_at", "due_at"]), names(&["state", "due_at"])];
    town.catalogue.registers.insert(case.name.clone(), Arc::new(case));
    super::city::bring(&town.store, &town.catalogue, &[]).await.expect("the register is made");
    let mut quarters = Vec::new();
    for code in 0..3 {
        quarters.push(town.neighbourhood(code, "Merkez").await);
    }
    let at = |n: i64, every: i64| match n % every {
        0 => Value::Null,
        n => Value::Timestamp(Timestamp::from_microsecond(1_700_000_000_000_000 + n * 500).expect("in range")),
    };
    let changes = (0..400).map(|i| {
        let quarter = Value::Reference(quarters[i as usize % 3]);
        let values = vec![quarter, at(i / 3 % 5, 2), at(i * 7, 11), text(["new", "old"][i as usize % 2])];
        insert("complaint", Uuid::now_v7(), values, None)
    });
    town.commit(changes.collect()).await.expect("complaints are made");
    (town, quarters)
}

/// All pages of a query, one after the other.
async fn pages(town: &Town, query: &Query) -> Vec<i64> {
    let (mut query, mut out) = (query.clone(), Vec::new());
    loop {
        let page = town.store.query(&query).await.expect("a page");
        let Some(last) = page.last() else { return out };
        query.after = Some(Cursor { value: Some(last.values[DUE].clone()), fid: last.fid });
        out.extend(page.iter().map(|r| r.fid));
    }
}

async fn agrees(town: &Town, quarters: &[Uuid]) {
    let register = town.register("complaint");
    let all = super::collect(town.store.scan(Query::all(Arc::clone(&register)))).await;
    let quarter = |i: usize| Operand::Literal(Value::Reference(quarters[i]));
    let here = || Expr::Compare(Operand::Field(QUARTER), Comparison::Eq, quarter(1));
    let open = || Expr::IsNull(Operand::Field(CLOSED));
    let new = || Expr::Compare(Operand::Literal(text("new")), Comparison::Eq, Operand::Field(STATE));
    let mine = || {
        let many = (0..300).map(|n| Operand::Literal(Value::Reference(Uuid::from_u128(n)))).chain([quarter(0), quarter(1)]);
        Expr::Or(vec![Expr::In(Operand::Field(QUARTER), many.collect()), new()])
    };
    let late = || {
        let then = Value::Timestamp(Timestamp::from_microsecond(1_700_000_000_002_500).expect("in range"));
        Expr::Compare(Operand::Field(DUE), Comparison::Lt, Operand::Literal(then))
    };
    // One of them twice, one of nobody, and nothing.
    let some = || {
        let odd = [quarter(1), Operand::Literal(Value::Reference(Uuid::nil())), Operand::Literal(Value::Null)];
        Expr::In(Operand::Field(QUARTER), [quarter(0), quarter(1)].into_iter().chain(odd).collect())
    };
    let any_state = || Expr::In(Operand::Field(STATE), ["new", "old"].map(|t| Operand::Literal(text(t))).to_vec());
    for filter in [
        Expr::And(vec![here(), open()]),
        Expr::And(vec![mine(), Expr::And(vec![some(), open()])]),
        Expr::And(vec![some(), late(), open(), new()]),
        Expr::And(vec![any_state(), here()]),
        Expr::And(vec![Expr::And(vec![here(), open(), new()]), mine()]),
        Expr::And(vec![open(), mine()]),
        Expr::And(vec![here(), open(), late()]),
        new(),
    ] {
        let mut wanted: Vec<&Record> = all.iter().filter(|r| holds(&filter, r)).collect();
        assert!(wanted.len() > 10, "{filter:?}");
        for descending in [false, true] {
            wanted.sort_by_key(|r| match &r.values[DUE] {
                Value::Timestamp(at) if descending => (false, -at.as_microsecond(), -r.fid),
                Value::Timestamp(at) => (false, at.as_microsecond(), r.fid),
                _ => (true, 0, if descending { -r.fid } else { r.fid }),
            });
            let sort = Some(Sort { field: DUE, descending });
            let query = Query { filter: Some(filter.clone()), sort, limit: Some(7), ..Query::all(Arc::clone(&register)) };
            let fids: Vec<i64> = wanted.iter().map(|r| r.fid).collect();
            assert_eq!(pages(town, &query).await, fids, "{filter:?} descending: {descending}");
            let middle = wanted[wanted.len() / 2];
            let after = Some(Cursor { value: Some(middle.values[DUE].clone()), fid: middle.fid });
            let skipped = Query { after, offset: 5, limit: Some(1_000), ..query.clone() };
            let left = town.store.query(&skipped).await.expect("a page");
            assert_eq!(left.iter().map(|r| r.fid).collect::<Vec<_>>(), fids[wanted.len() / 2 + 6..], "{filter:?}");
            assert_eq!(town.store.count(&query).await, Ok(fids.len() as u64));
        }
    }
}

/// Pages in the index's order make the whole, through filters, conditions of permissions, cursors and times that are missing; while
/// the index is there, after its fields were renamed, and when it is gone.
pub async fn lists_agree_with_memory(house: &dyn House) {
    let (mut town, quarters) = office(house).await;
    agrees(&town, &quarters).await;
    for (place, name, indexes) in [
        // The first index under a new name, the second gone.
        (CLOSED, "ended_at", vec![names(&["quarter", "ended_at", "due_at"])]),
        // One more, of the names that the first had.
        (STATE, "closed_at", vec![names(&["quarter", "closed_at", "due_at"]), names(&["quarter", "ended_at", "due_at"])]),
    ] {
        town.redefine("complaint", |case| {
            case.fields[place].was = Some(std::mem::replace(&mut case.fields[place].name, name.to_owned()));
            case.indexes = indexes;
        })
        .await;
        agrees(&town, &quarters).await;
    }
    town.redefine("complaint", |case| case.indexes.clear()).await;
    agrees(&town, &quarters).await;
}
