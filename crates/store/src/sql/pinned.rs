//! Fields that a filter pins to one value, so that an index of several fields has the order of a page in it.

use meydan_kernel::{
    Query, Value,
    cql2::{Comparison, Expr, Operand},
};

/// Limit: index entries that are looked at for one page of a list of values, some 15 ms.
const MAX_ENTRIES: usize = 30_000;

/// What values a field can have where the filter is true.
#[derive(Clone, Copy, PartialEq)]
enum Pin<'a> {
    Value,
    Empty,
    OneOf(&'a [Operand]),
}

/// The fields by which one of the register's indexes begins, all pinned by the filter, with the field behind them that the query
/// is sorted by: their names, and whether each is pinned to being empty. `None` if no index is so.
pub fn before_sort(query: &Query) -> Option<Vec<(&str, bool)>> {
    let pins = pins(query, |pin| !matches!(pin, Pin::OneOf(_)))?;
    Some(pins.into_iter().map(|(_, name, pin)| (name, pin == Pin::Empty)).collect())
}

/// A page that lies in several stretches of an index, each in the order that is asked for: one for each value of a field.
#[derive(Debug, PartialEq)]
pub struct Stretches<'a> {
    /// The field.
    pub field: usize,
    /// Its values, each once.
    pub values: Vec<&'a Value>,
    /// The filter without the condition that names them.
    pub rest: Expr,
    /// Fields that are empty in all stretches.
    pub empty: Vec<&'a str>,
    /// Rows that each stretch must give.
    pub rows: usize,
}

/// The stretches of a page, if one of the register's indexes has them and they are few enough.
pub fn stretches(query: &Query) -> Option<Stretches<'_>> {
    let filter = query.filter.as_ref()?;
    let rows = usize::try_from(query.offset).ok()?.checked_add(query.limit?)?;
    let pins = pins(query, |_| true)?;
    let mut lists = pins.iter().filter_map(|(field, _, pin)| match pin {
        Pin::OneOf(list) => Some((*field, *list)),
        Pin::Value | Pin::Empty => None,
    });
    let ((field, list), None) = (lists.next()?, lists.next()) else { return None };
    let mut values: Vec<&Value> = Vec::with_capacity(list.len());
    for item in list {
        match item {
            Operand::Literal(value) if value.is_null() || values.contains(&value) => {}
            Operand::Literal(value) => values.push(value),
            _ => return None,
        }
    }
    let few = !values.is_empty() && values.len().saturating_mul(rows) <= MAX_ENTRIES;
    let empty = pins.iter().filter(|(_, _, pin)| *pin == Pin::Empty).map(|(_, name, _)| *name).collect();
    few.then(|| Stretches { field, values, rest: without(filter, field), empty, rows })
}

/// The fields before the sorted one, in the first of the register's indexes of which all are pinned in a way that fits.
fn pins<'a>(query: &'a Query, fits: impl Fn(&Pin<'a>) -> bool) -> Option<Vec<(usize, &'a str, Pin<'a>)>> {
    let (Some(filter), Some(sort), None) = (&query.filter, &query.sort, query.as_of) else { return None };
    let sorted = query.register.fields.get(sort.field)?.name.as_str();
    query.register.indexes.iter().find_map(|fields| {
        let place = fields.iter().position(|f| f == sorted).filter(|place| *place > 0)?;
        let one = |name: &'a String| {
            let index = query.register.field_index(name)?;
            Some((index, name.as_str(), pin(filter, index).filter(|pin| fits(pin))?))
        };
        fields[..place].iter().map(one).collect()
    })
}

fn pin(filter: &Expr, index: usize) -> Option<Pin<'_>> {
    let is_it = |operand: &Operand| *operand == Operand::Field(index);
    match filter {
        Expr::And(parts) => parts.iter().find_map(|part| pin(part, index)),
        Expr::IsNull(operand) if is_it(operand) => Some(Pin::Empty),
        Expr::In(operand, list) if is_it(operand) && list.len() == 1 => Some(Pin::Value),
        Expr::In(operand, list) if is_it(operand) => Some(Pin::OneOf(list)),
        Expr::Compare(a, Comparison::Eq, b) => match (a, b) {
            (field, Operand::Literal(_)) | (Operand::Literal(_), field) if is_it(field) => Some(Pin::Value),
            _ => None,
        },
        _ => None,
    }
}

/// The filter without the list that [`pin`] finds.
fn without(filter: &Expr, index: usize) -> Expr {
    match filter {
        Expr::And(parts) => {
            let found = parts.iter().position(|part| pin(part, index).is_some());
            let part = |(at, part): (usize, &Expr)| if Some(at) == found { without(part, index) } else { part.clone() };
            Expr::And(parts.iter().enumerate().map(part).collect())
        }
        Expr::In(..) => Expr::Literal(true),
        other => other.clone(),
    }
}
