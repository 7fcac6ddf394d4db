//! The parameter `datetime` (OGC 17-069r4, 7.15.4) over the time of recording.
//!
//! A version of a record is valid from its recording to that of the next version. An instant therefore asks for the state as
//! of it; an interval asks for the current records that were last recorded in it.

use crate::ogc_common::params::bad_value;
use jiff::Timestamp;
use meydan_kernel::{
    Result, Value,
    cql2::{Comparison, Expr, Operand},
};

/// What `datetime` asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Datetime {
    /// The state as of an instant.
    AsOf(Timestamp),
    /// Records whose current version was recorded within these bounds (included); `None` is open.
    Within(Option<Timestamp>, Option<Timestamp>),
}

impl Datetime {
    /// Reads an RFC 3339 instant, or an interval `a/b` with `..` or nothing for an open end.
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn parse(text: &str) -> Result<Self> {
        let Some((start, end)) = text.split_once('/') else { return Ok(Self::AsOf(Self::instant("datetime", text)?)) };
        let bound = |text: &str| if matches!(text, "" | "..") { Ok(None) } else { Self::instant("datetime", text).map(Some) };
        let (start, end) = (bound(start)?, bound(end)?);
        if start.zip(end).is_some_and(|(s, e)| s > e) {
            return Err(bad_value("datetime", "aralığın başı sonundan sonra", "the interval starts after its end"));
        }
        Ok(Self::Within(start, end))
    }

    /// Reads a parameter that is an RFC 3339 instant.
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn instant(name: &str, text: &str) -> Result<Timestamp> {
        // A `+03:00` that was not escaped arrives as a space.
        let text = text.trim().replace(' ', "+");
        text.parse::<Timestamp>().ok().and_then(|t| Timestamp::from_microsecond(t.as_microsecond()).ok()).ok_or_else(|| {
            bad_value(
                name,
                "RFC 3339 anı olmalı (2026-11-24T09:00:00Z); “datetime” iki an arasında “/” da olabilir",
                "must be an RFC 3339 instant (2026-11-24T09:00:00Z); “datetime” also two with “/” between",
            )
        })
    }

    /// An interval as a condition on the time of recording; `None` for an instant and for the interval open at both ends.
    pub fn condition(&self) -> Option<Expr> {
        let Self::Within(start, end) = self else { return None };
        let compare = |op, t: &Timestamp| Expr::Compare(Operand::RecordedAt, op, Operand::Literal(Value::Timestamp(*t)));
        let parts: Vec<Expr> =
            [start.as_ref().map(|t| compare(Comparison::Ge, t)), end.as_ref().map(|t| compare(Comparison::Le, t))]
                .into_iter()
                .flatten()
                .collect();
        (!parts.is_empty()).then_some(Expr::And(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_intervals() {
        assert!(matches!(Datetime::parse("2026-11-24T09:00:00Z"), Ok(Datetime::AsOf(_))));
        assert_eq!(Datetime::parse("2026-11-24T09:00:00 03:00").ok(), Datetime::parse("2026-11-24T06:00:00Z").ok());
        assert!(matches!(Datetime::parse("../2026-11-24T09:00:00Z"), Ok(Datetime::Within(None, Some(_)))));
        assert_eq!(Datetime::parse("../..").expect("open").condition(), None);
        for bad in ["", "yesterday", "2026-11-24", "2026-11-24T09:00:00Z/2025-11-24T09:00:00Z", "a/b/c"] {
            assert!(Datetime::parse(bad).is_err(), "{bad}");
        }
    }
}
