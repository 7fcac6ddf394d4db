//! Temporal functions (OGC 21-065r2, 7.8), written out as comparisons of the ends of intervals. An instant is an interval that
//! ends where it begins; a day beside instants goes from its first to its last microsecond, in UTC.

use super::{Binder, Class, Comparison, Expr, Node, Side, all_of, any_of};
use crate::{Result, cql2::node::What};
use jiff::{Timestamp, civil::Date};

/// The last microsecond of a day.
const LAST: jiff::civil::Time = jiff::civil::time(23, 59, 59, 999_999_000);

/// One end of an interval.
#[derive(Clone)]
enum Bound {
    /// Before all times.
    Least,
    /// A time; `true` at the end of the interval.
    At(Side, bool),
    /// After all times.
    Greatest,
}

impl Bound {
    const fn rank(&self) -> i8 {
        match self {
            Self::Least => -1,
            Self::At(..) => 0,
            Self::Greatest => 1,
        }
    }
}

impl Binder<'_> {
    pub(super) fn temporal(&self, node: &Node, name: &str, arguments: &[Node]) -> Result<Expr> {
        use Comparison::{Eq, Ge, Gt, Le, Lt};
        let [a, b] = self.arguments(node, arguments)?;
        let ((start, end), (from, to)) = (self.span(a)?, self.span(b)?);
        let is = |x: &Bound, operator, y: &Bound| self.bounds(node.at, x, operator, y);
        Ok(match name {
            "t_after" => is(&start, Gt, &to)?,
            "t_before" => is(&end, Lt, &from)?,
            "t_contains" => all_of(vec![is(&start, Lt, &from)?, is(&end, Gt, &to)?]),
            "t_disjoint" => any_of(vec![is(&start, Gt, &to)?, is(&end, Lt, &from)?]),
            "t_during" => all_of(vec![is(&start, Gt, &from)?, is(&end, Lt, &to)?]),
            "t_equals" => all_of(vec![is(&start, Eq, &from)?, is(&end, Eq, &to)?]),
            "t_finishedby" => all_of(vec![is(&start, Lt, &from)?, is(&end, Eq, &to)?]),
            "t_finishes" => all_of(vec![is(&start, Gt, &from)?, is(&end, Eq, &to)?]),
            "t_intersects" => all_of(vec![is(&start, Le, &to)?, is(&end, Ge, &from)?]),
            "t_meets" => is(&end, Eq, &from)?,
            "t_metby" => is(&start, Eq, &to)?,
            "t_overlappedby" => all_of(vec![is(&start, Gt, &from)?, is(&start, Lt, &to)?, is(&end, Gt, &to)?]),
            "t_overlaps" => all_of(vec![is(&start, Lt, &from)?, is(&end, Gt, &from)?, is(&end, Lt, &to)?]),
            "t_startedby" => all_of(vec![is(&start, Eq, &from)?, is(&end, Gt, &to)?]),
            "t_starts" => all_of(vec![is(&start, Eq, &from)?, is(&end, Lt, &to)?]),
            _ => {
                return Err(self.places.fault(node.at, "bir zaman işlevi (T_AFTER…)", "a temporal function (T_AFTER…)"));
            }
        })
    }

    fn span(&self, node: &Node) -> Result<(Bound, Bound)> {
        if let What::Call(name, arguments) = &node.what
            && name == "interval"
        {
            let [from, to] = self.arguments(node, arguments)?;
            return Ok((self.bound(from, false)?, self.bound(to, true)?));
        }
        let side = self.time(node)?;
        Ok((Bound::At(side.clone(), false), Bound::At(side, true)))
    }

    fn bound(&self, node: &Node, is_end: bool) -> Result<Bound> {
        match &node.what {
            What::Text(text) if text == ".." => Ok(if is_end { Bound::Greatest } else { Bound::Least }),
            _ => self.time(node).map(|side| Bound::At(side, is_end)),
        }
    }

    /// A side that is a time.
    fn time(&self, node: &Node) -> Result<Side> {
        match self.side(node)? {
            side @ (Side::Date(_) | Side::Instant(_) | Side::Operand(_, Class::Date | Class::Instant)) => Ok(side),
            Side::Text(text) => read(&text).ok_or_else(|| self.no_time(node.at)),
            _ => Err(self.no_time(node.at)),
        }
    }

    fn no_time(&self, at: usize) -> crate::Error {
        self.places.fault(at, "bir gün, an ya da aralık", "a day, an instant or an interval")
    }

    fn bounds(&self, at: usize, left: &Bound, operator: Comparison, right: &Bound) -> Result<Expr> {
        let (Bound::At(a, a_end), Bound::At(b, b_end)) = (left, right) else {
            let order = left.rank().cmp(&right.rank());
            return Ok(Expr::Literal(super::super::evaluate::is_so(order, operator)));
        };
        let (a, b) = (fine(a, *a_end, b), fine(b, *b_end, a));
        self.compare(at, &a, operator, &b)
    }
}

/// A day or an instant; instants as GDAL writes them, too.
fn read(text: &str) -> Option<Side> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Side::Instant(instant));
    }
    text.parse::<Date>().ok().map(Side::Date)
}

/// A day beside an instant as an instant.
fn fine(side: &Side, is_end: bool, beside: &Side) -> Side {
    match (side, beside) {
        (Side::Date(date), Side::Instant(_) | Side::Operand(_, Class::Instant)) => {
            let time = if is_end { LAST } else { jiff::civil::Time::midnight() };
            let instant = jiff::tz::TimeZone::UTC.to_timestamp(date.to_datetime(time));
            instant.map_or_else(|_| side.clone(), Side::Instant)
        }
        _ => side.clone(),
    }
}
