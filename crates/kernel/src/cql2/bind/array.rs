//! Array functions (OGC 21-065r2, 7.11). Registers have no fields of many values, so arrays are literals whose elements may be
//! properties; what is asked of them as sets is written out as comparisons of elements.

use super::{Binder, Comparison, Expr, MAX_PAIRS, Node, Side, all_of, any_of};
use crate::{Result, cql2::node::What};

impl Binder<'_> {
    pub(super) fn array(&self, node: &Node, name: &str, arguments: &[Node]) -> Result<Expr> {
        let [a, b] = self.arguments(node, arguments)?;
        let (first, second) = (self.elements(a)?, self.elements(b)?);
        if first.len().saturating_mul(second.len()) > MAX_PAIRS {
            return Err(self.places.fault(node.at, "daha kısa diziler", "shorter arrays"));
        }
        let out = match name {
            "a_contains" => self.contains(&first, &second),
            "a_containedby" => self.contains(&second, &first),
            "a_equals" => all_of(vec![self.contains(&first, &second), self.contains(&second, &first)]),
            "a_overlaps" => any_of(first.iter().map(|x| self.is_among(x, &second)).collect()),
            _ => {
                return Err(self.places.fault(node.at, "bir dizi işlevi (A_CONTAINS…)", "an array function (A_CONTAINS…)"));
            }
        };
        self.check_literals(node)?;
        Ok(out)
    }

    /// An array of one element in parentheses reads as the element itself.
    fn elements(&self, node: &Node) -> Result<Vec<Side>> {
        match &node.what {
            What::Array(nodes) => nodes.iter().map(|n| self.side(n)).collect(),
            _ => Ok(vec![self.side(node)?]),
        }
    }

    fn contains(&self, whole: &[Side], part: &[Side]) -> Expr {
        all_of(part.iter().map(|x| self.is_among(x, whole)).collect())
    }

    /// Elements of different types are different.
    fn is_among(&self, element: &Side, array: &[Side]) -> Expr {
        let equal = |other: &Side| match (element, other) {
            (Side::Shape(a), Side::Shape(b)) => Expr::Literal(a == b),
            _ => self.compared(element, Comparison::Eq, other).unwrap_or(Expr::Literal(false)),
        };
        any_of(array.iter().map(equal).collect())
    }
}
