//! What CQL2's functions and calculations call: the same code that evaluates them in memory.

use super::blob;
use meydan_kernel::{
    Value,
    cql2::{Arithmetic, Function, calculate},
};
use rusqlite::{
    functions::Context,
    types::{Value as Sql, ValueRef},
};

/// `meydan_function(name, value)`: a function of a text or a number.
pub(super) fn call(ctx: &Context<'_>) -> rusqlite::Result<Sql> {
    let value = match ctx.get_raw(1) {
        ValueRef::Integer(i) => Value::Int(i),
        ValueRef::Real(r) => Value::Real(r),
        ValueRef::Text(_) => Value::Text(ctx.get_raw(1).as_str()?.to_owned()),
        _ => Value::Null,
    };
    let function = Function::by_name(ctx.get_raw(0).as_str()?);
    Ok(function.map_or(Sql::Null, |function| sql(function.of_value(&value))))
}

/// `meydan_measure(name, geom)`: a function of a geometry.
pub(super) fn measure(ctx: &Context<'_>) -> rusqlite::Result<Sql> {
    let Some(geometry) = ctx.get_raw(1).as_blob_or_null()?.and_then(blob::geometry) else { return Ok(Sql::Null) };
    let function = Function::by_name(ctx.get_raw(0).as_str()?);
    Ok(function.map_or(Sql::Null, |function| sql(function.of_geometry(&geometry))))
}

/// `meydan_calculate(sign, a, b)`.
pub(super) fn calculated(ctx: &Context<'_>) -> rusqlite::Result<Option<f64>> {
    let number = |i| match ctx.get_raw(i) {
        ValueRef::Integer(n) => Some(n as f64),
        ValueRef::Real(r) => Some(r),
        _ => None,
    };
    let operator = Arithmetic::by_sign(ctx.get_raw(0).as_str()?);
    Ok(operator.zip(number(1)).zip(number(2)).and_then(|((operator, a), b)| calculate(operator, a, b)))
}

fn sql(value: Value) -> Sql {
    match value {
        Value::Text(t) => Sql::Text(t),
        Value::Int(i) => Sql::Integer(i),
        Value::Real(r) => Sql::Real(r),
        _ => Sql::Null,
    }
}
