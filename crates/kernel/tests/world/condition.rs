//! Conditions of grants, drawn by chance; each engine gets them in its own language.

use super::dice::Dice;
use std::fmt::Write as _;

pub const STATUSES: [&str; 4] = ["draft", "open", "closed", "secret"];

/// A condition on a job.
#[derive(Debug, Clone)]
pub enum Cond {
    Status(&'static str, bool),
    StatusIn(Vec<&'static str>, bool),
    NoStatus(bool),
    Priority(&'static str, i64),
    PriorityBetween(i64, i64, bool),
    Mine(bool),
    OfMyUnit(bool),
    OfMyPost,
    Due(&'static str),
    Urgent,
    TitleStarts(char, bool),
    /// Within a box of whole degrees: west, south, east, north.
    In([i64; 4]),
    Never,
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
}

impl Cond {
    pub fn roll(dice: &mut Dice, depth: usize) -> Self {
        if depth > 0 && dice.percent(55) {
            let n = 2 + dice.below(2);
            return match dice.below(3) {
                0 => Self::And((0..n).map(|_| Self::roll(dice, depth - 1)).collect()),
                1 => Self::Or((0..n).map(|_| Self::roll(dice, depth - 1)).collect()),
                _ => Self::Not(Box::new(Self::roll(dice, depth - 1))),
            };
        }
        match dice.below(13) {
            0 => Self::Status(dice.pick(&STATUSES), dice.percent(50)),
            1 => Self::StatusIn(vec![dice.pick(&STATUSES), dice.pick(&STATUSES)], dice.percent(50)),
            2 => Self::NoStatus(dice.percent(50)),
            3 => Self::Priority(dice.pick(&["=", "<>", "<", "<=", ">", ">="]), dice.below(6) as i64),
            4 => Self::PriorityBetween(dice.below(4) as i64, dice.below(6) as i64, dice.percent(50)),
            5 => Self::Mine(dice.percent(60)),
            6 => Self::OfMyUnit(dice.percent(60)),
            7 => Self::OfMyPost,
            8 => Self::Due(dice.pick(&["=", "<", "<=", ">", ">="])),
            9 => Self::Urgent,
            10 => Self::TitleStarts(dice.pick(&['a', 'b', 'ç', 'İ']), dice.percent(50)),
            11 => Self::In(rectangle(dice)),
            _ => Self::Never,
        }
    }

    /// As a definition file writes it.
    pub fn cql(&self) -> String {
        let not = |yes: &bool| if *yes { "" } else { "NOT " };
        match self {
            Self::Status(s, true) => format!("status = '{s}'"),
            Self::Status(s, false) => format!("status <> '{s}'"),
            Self::StatusIn(list, yes) => format!("status {}IN ('{}')", not(yes), list.join("', '")),
            Self::NoStatus(true) => "status IS NULL".to_owned(),
            Self::NoStatus(false) => "status IS NOT NULL".to_owned(),
            Self::Priority(op, n) => format!("priority {op} {n}"),
            Self::PriorityBetween(low, high, yes) => format!("priority {}BETWEEN {low} AND {high}", not(yes)),
            Self::Mine(true) => "owner = current_person()".to_owned(),
            Self::Mine(false) => "owner <> current_person()".to_owned(),
            Self::OfMyUnit(true) => "current_unit() = unit".to_owned(),
            Self::OfMyUnit(false) => "unit NOT IN (current_unit())".to_owned(),
            Self::OfMyPost => "post = current_post()".to_owned(),
            Self::Due(op) => format!("due {op} current_date()"),
            Self::Urgent => "urgent".to_owned(),
            Self::TitleStarts(c, yes) => format!("title {}LIKE '{c}%'", not(yes)),
            Self::In(b) => format!("S_INTERSECTS(geom, {})", wkt(b)),
            Self::Never => "FALSE".to_owned(),
            Self::And(terms) => joined(terms, " AND ", Self::cql),
            Self::Or(terms) => joined(terms, " OR ", Self::cql),
            Self::Not(inner) => format!("NOT ({})", inner.cql()),
        }
    }
}

pub fn joined(terms: &[Cond], word: &str, write: impl Fn(&Cond) -> String) -> String {
    let mut out = "(".to_owned();
    for (i, term) in terms.iter().enumerate() {
        let _ = write!(out, "{}({})", if i == 0 { "" } else { word }, write(term));
    }
    out + ")"
}

/// A box of whole degrees on the small map of the worlds, 0 to 6 both ways.
pub fn rectangle(dice: &mut Dice) -> [i64; 4] {
    let (west, south) = (dice.below(5) as i64, dice.below(5) as i64);
    [west, south, west + 1 + dice.below(3) as i64, south + 1 + dice.below(3) as i64]
}

pub fn wkt([west, south, east, north]: &[i64; 4]) -> String {
    format!("POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))")
}
