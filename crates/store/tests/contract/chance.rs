//! Filters made at random: memory and the store must come to the same records.

use super::{
    House,
    city::{Town, insert, text},
    collect,
};
use jiff::{Timestamp, civil::date};
use meydan_geo::Wkb;
use meydan_kernel::{Query, Value, cql2};
use std::sync::Arc;
use uuid::Uuid;

const RECORDS: usize = 120;
const FILTERS: usize = 1_500;

/// A small generator of numbers (xorshift): the same filters in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn place(&mut self) -> (f64, f64) {
        // Positions on a grid of halves: borders, ends and corners meet often, and where lines cross is exact.
        let half = |n: usize| n as f64 / 2.0;
        let x = half(self.below(13)) - 3.0;
        (if self.below(12) == 0 { 180.0 } else { x }, half(self.below(13)) - 3.0)
    }
}

const NAMES: [&str; 8] = ["Çınar", "çınar", "INCI", "İnci", "inci'ye 50%", "ŞAFAK_2", "", "Λέσβος"];

fn record(dice: &mut Dice, number: usize) -> (Vec<Value>, Option<Wkb>) {
    let maybe = |dice: &mut Dice, value: Value| if dice.below(5) == 0 { Value::Null } else { value };
    let name = format!("{}{}", dice.of(&NAMES), if dice.below(2) == 0 { "" } else { " x" });
    let real = (dice.below(17) as f64 - 8.0) / 4.0;
    let whole = dice.below(9) as i64 - 4;
    let day = date(2024, 1 + dice.below(3) as i8, 1 + dice.below(28) as i8);
    let seen =
        Timestamp::from_microsecond(1_704_067_200_000_000 + dice.below(90) as i64 * 43_200_000_000 + dice.below(2) as i64)
            .expect("an instant");
    // The name and the number beside it are the register's key.
    let values = vec![
        text(&format!("{name} {number}")),
        maybe(dice, Value::Real(real)),
        maybe(dice, Value::Int(whole)),
        maybe(dice, Value::Bool(number.is_multiple_of(3))),
        maybe(dice, Value::Date(day)),
        maybe(dice, Value::Timestamp(seen)),
        maybe(dice, Value::Int(whole * 100)),
        maybe(dice, text(["square", "street"][number % 2])),
        Value::Null,
    ];
    let geometry = (dice.below(8) > 0).then(|| {
        let mut line: Vec<(f64, f64)> = (0..2 + dice.below(3)).map(|_| dice.place()).collect();
        line.dedup();
        if line.len() < 2 {
            line.push((line[0].0 + 1.0, line[0].1));
        }
        Wkb::line_string(&line).expect("finite")
    });
    (values, geometry)
}

fn number(dice: &mut Dice, depth: usize) -> String {
    match dice.below(if depth == 0 { 5 } else { 9 }) {
        0 => "length".to_owned(),
        1 => "lanes".to_owned(),
        2 => "tax".to_owned(),
        3 => dice.of(&["0", "1", "-2", "0.5", "100", "1e160"]).to_owned(),
        4 => format!("char_length({})", words(dice)),
        5 => format!("{}({})", dice.of(&["abs", "floor", "ceil"]), number(dice, depth - 1)),
        _ => {
            let sign = dice.of(&["+", "-", "*", "/", "%", "div", "^"]);
            format!("({} {sign} {})", number(dice, depth - 1), number(dice, depth - 1))
        }
    }
}

fn words(dice: &mut Dice) -> String {
    let function = dice.of(&["", "", "CASEI", "ACCENTI", "lower", "upper", "ACCENTI(CASEI"]);
    match function {
        "" => "name".to_owned(),
        f if f.contains('(') => format!("{f}(name))"),
        f => format!("{f}(name)"),
    }
}

fn quoted(dice: &mut Dice) -> String {
    let name = dice.of(&NAMES).replace('\'', "''");
    format!("'{}{}{}'", dice.of(&["", "%"]), name, dice.of(&["", "%", " _", " x 1%"]))
}

fn position(dice: &mut Dice) -> String {
    let (x, y) = dice.place();
    format!("{x} {y}")
}

fn shape(dice: &mut Dice) -> String {
    let (x, y) = dice.place();
    let (w, h) = (1 + dice.below(4), 1 + dice.below(4));
    match dice.below(6) {
        0 => format!("POINT({x} {y})"),
        1 => format!("BBOX({x}, {y}, {}, {})", if x > 100.0 { -2.0 } else { x + w as f64 }, y + h as f64),
        2 => format!("LINESTRING({}, {}, {x} {})", position(dice), position(dice), y + 7.0),
        3 => format!("MULTIPOINT(({x} {y}), ({}))", position(dice)),
        4 => format!("POLYGON(({x} {y}, {} {y}, {x} {}, {x} {y}))", x - w as f64, y + h as f64),
        _ => format!("MULTIPOLYGON((({x} {y}, {0} {y}, {0} {1}, {x} {1}, {x} {y})))", x - w as f64, y + h as f64),
    }
}

fn time(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => "DATE('2024-02-10')".to_owned(),
        1 => "INTERVAL('2024-01-15', '2024-02-20')".to_owned(),
        2 => "INTERVAL('..', '2024-02-01')".to_owned(),
        _ => "INTERVAL('2024-02-01', '..')".to_owned(),
    }
}

fn condition(dice: &mut Dice, depth: usize) -> String {
    let kinds = if depth == 0 { 9 } else { 13 };
    match dice.below(kinds) {
        0 => format!("{} {} {}", number(dice, 2), dice.of(&["=", "<>", "<", "<=", ">", ">="]), number(dice, 2)),
        1 => format!("{} {} {}", words(dice), dice.of(&["=", "<>", "<", ">="]), quoted(dice)),
        2 => format!("{} {}LIKE {}", words(dice), dice.of(&["", "NOT ", "I"]), quoted(dice)),
        3 => format!("{} BETWEEN {} AND {}", number(dice, 1), number(dice, 1), number(dice, 1)),
        4 => format!("{} IN ({}, {}, 2)", number(dice, 0), number(dice, 0), number(dice, 1)),
        5 => format!("{} IS {}NULL", dice.of(&["name", "length / lanes", "geom", "paved", "opened"]), dice.of(&["", "NOT "])),
        6 | 7 => {
            let relation =
                dice.of(&["INTERSECTS", "DISJOINT", "EQUALS", "TOUCHES", "CROSSES", "WITHIN", "CONTAINS", "OVERLAPS"]);
            if dice.below(2) == 0 {
                format!("S_{relation}(geom, {})", shape(dice))
            } else {
                format!("S_{relation}({}, geom)", shape(dice))
            }
        }
        8 => {
            let field = dice.of(&["opened", "seen", "INTERVAL(opened, '..')", "INTERVAL('2024-01-01', seen)"]);
            let relation = dice.of(&["AFTER", "BEFORE", "DISJOINT", "EQUALS", "INTERSECTS", "DURING", "CONTAINS", "MEETS"]);
            format!("T_{relation}({field}, {})", time(dice))
        }
        9 => format!("NOT ({})", condition(dice, depth - 1)),
        10 => format!("A_{}((lanes, tax), (1, {}))", dice.of(&["CONTAINS", "OVERLAPS", "EQUALS"]), number(dice, 1)),
        n => {
            let word = if n == 11 { "AND" } else { "OR" };
            format!("({}) {word} ({})", condition(dice, depth - 1), condition(dice, depth - 1))
        }
    }
}

/// Thousands of pairs of a filter and a record.
pub async fn filters_of_chance_agree(house: &dyn House) {
    let town = Town::found(house.open().await).await;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let made = (0..RECORDS).map(|i| record(&mut dice, i)).map(|(v, g)| insert("street", Uuid::now_v7(), v, g));
    town.commit(made.collect()).await.expect("the streets are entered");
    let street = town.register("street");
    let all = collect(town.store.scan(Query::all(Arc::clone(&street)))).await;
    let (mut read, mut met, mut wrong) = (0, 0, Vec::new());
    for _ in 0..FILTERS {
        let filter = condition(&mut dice, 2);
        // What can't be asked (a polygon of no area, a sum that is no number) is refused for all alike.
        let Ok(expr) = cql2::parse(&street, &filter) else { continue };
        read += 1;
        let expected: Vec<i64> = all.iter().filter(|r| cql2::holds(&expr, r)).map(|r| r.fid).collect();
        met += expected.len();
        let asked = Query { filter: Some(expr), ..Query::all(Arc::clone(&street)) };
        let found: Vec<i64> = match town.store.query(&Query { limit: Some(500), ..asked }).await {
            Ok(page) => page.iter().map(|r| r.fid).collect(),
            Err(e) => panic!("{filter}: {e:?}"),
        };
        if found != expected {
            wrong.push(format!("{filter}\n  memory {expected:?}\n  store  {found:?}"));
        }
    }
    assert!(read > FILTERS * 3 / 4, "only {read} filters could be asked");
    assert!(met > read, "the filters hardly find anything");
    assert!(wrong.is_empty(), "{} of {read} differ:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}
