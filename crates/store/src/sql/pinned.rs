//! Fields that a filter pins to one value, so that an index of several fields has the order of a page in it.

use meydan_kernel::{
    Query,
    cql2::{Comparison, Expr, Operand},
};

/// Whether a field can only have one value where the filter is true.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pin {
    Value,
    Empty,
}

/// The fields by which one of the register's indexes begins, all pinned by the filter, with the field behind them that the query
/// is sorted by: their names, and whether each is pinned to being empty. `None` if no index is so.
pub fn before_sort(query: &Query) -> Option<Vec<(&str, bool)>> {
    let (Some(filter), Some(sort), None) = (&query.filter, &query.sort, query.as_of) else { return None };
    let sorted = query.register.fields.get(sort.field)?.name.as_str();
    query.register.indexes.iter().find_map(|fields| {
        let place = fields.iter().position(|f| f == sorted).filter(|place| *place > 0)?;
        let index = |name: &str| query.register.field_index(name);
        fields[..place].iter().map(|name| Some((name.as_str(), pin(filter, index(name)?)? == Pin::Empty))).collect()
    })
}

fn pin(filter: &Expr, index: usize) -> Option<Pin> {
    let is_it = |operand: &Operand| *operand == Operand::Field(index);
    match filter {
        Expr::And(parts) => parts.iter().find_map(|part| pin(part, index)),
        Expr::IsNull(operand) if is_it(operand) => Some(Pin::Empty),
        Expr::Compare(a, Comparison::Eq, b) => match (a, b) {
            (field, Operand::Literal(_)) | (Operand::Literal(_), field) if is_it(field) => Some(Pin::Value),
            _ => None,
        },
        _ => None,
    }
}
