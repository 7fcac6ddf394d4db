//! From nodes to conditions on a register's records: names are looked up, literals typed, functions of the standard that are
//! abbreviations (temporal, arrays) written out.

mod array;
mod side;
mod spatial;
mod temporal;
mod typing;

use super::{
    Arithmetic, Class, Comparison, Expr, Function, Operand,
    node::{Node, Places, What},
};
use crate::{Error, Register, Result, text};
use meydan_geo::{Crs, Wkb};
use std::cell::Cell;
use typing::Pair;
pub(super) use typing::literal_for;

/// Limit: literals of a filter once it is written out (SQLite takes 32,766 parameters).
pub const MAX_LITERALS: usize = 20_000;
/// Limit: vertices of all geometries of a filter.
pub const MAX_VERTICES: usize = 20_000;
/// Limit: pairs of elements that an array function compares.
pub const MAX_PAIRS: usize = 4_096;
/// Limit: bytes of a pattern of LIKE; SQLite takes 50,000.
pub const MAX_PATTERN: usize = 16_384;

/// What stands at a side of an operator, before the other side's type is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Side {
    Operand(Operand, Class),
    Text(String),
    Number(f64, Option<i64>),
    Bool(bool),
    Date(jiff::civil::Date),
    Instant(jiff::Timestamp),
    /// The record's geometry.
    Own,
    /// A geometry in lon/lat.
    Shape(Wkb),
}

/// Binds nodes to a register.
pub(super) struct Binder<'a> {
    register: &'a Register,
    places: &'a dyn Places,
    crs: Crs,
    /// The condition may speak of who asks.
    current: bool,
    literals: Cell<usize>,
    vertices: Cell<usize>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(register: &'a Register, places: &'a dyn Places, crs: Crs, current: bool) -> Self {
        Self { register, places, crs, current, literals: Cell::new(0), vertices: Cell::new(0) }
    }

    /// The whole filter.
    ///
    /// # Errors
    /// `bad-filter` with the place, `unknown-property`.
    pub(super) fn filter(&self, node: &Node) -> Result<Expr> {
        let expr = self.condition(node)?;
        self.check_literals(node)?;
        Ok(expr)
    }

    fn check_literals(&self, node: &Node) -> Result<()> {
        if self.literals.get() > MAX_LITERALS {
            return Err(self.places.fault(
                node.at,
                &format!("en çok {MAX_LITERALS} değer"),
                &format!("{MAX_LITERALS} values at most"),
            ));
        }
        Ok(())
    }

    fn count_literal(&self) {
        self.literals.set(self.literals.get() + 1);
    }

    fn mismatch(&self, at: usize) -> Error {
        self.places.fault(at, "iki yanı aynı türde bir işlem", "two sides of one type")
    }

    /// A condition: true, false or unknown.
    fn condition(&self, node: &Node) -> Result<Expr> {
        match &node.what {
            What::Bool(b) => Ok(Expr::Literal(*b)),
            What::Property(name) => match self.property(name)? {
                side @ Side::Operand(_, Class::Boolean) => self.compare(node.at, &side, Comparison::Eq, &Side::Bool(true)),
                _ => Err(self.places.fault(node.at, "bir karşılaştırma", "a comparison")),
            },
            What::Call(name, arguments) => self.call(node, name, arguments),
            _ => Err(self.places.fault(node.at, "bir karşılaştırma", "a comparison")),
        }
    }

    fn call(&self, node: &Node, name: &str, arguments: &[Node]) -> Result<Expr> {
        let terms = || arguments.iter().map(|n| self.condition(n)).collect::<Result<Vec<_>>>();
        if let Some(operator) = Comparison::ALL.into_iter().find(|c| c.sign() == name) {
            let [left, right] = self.arguments(node, arguments)?;
            return self.compare(node.at, &self.side(left)?, operator, &self.side(right)?);
        }
        match name {
            "and" | "or" if arguments.is_empty() => {
                Err(self.places.fault(node.at, "en az bir koşul", "at least one condition"))
            }
            "and" | "or" if arguments.len() == 1 => self.condition(&arguments[0]),
            "and" => Ok(Expr::And(terms()?)),
            "or" => Ok(Expr::Or(terms()?)),
            "not" => {
                let [inner] = self.arguments(node, arguments)?;
                Ok(Expr::Not(Box::new(self.condition(inner)?)))
            }
            "like" | "ilike" => {
                let [text, pattern] = self.arguments(node, arguments)?;
                self.like(text, pattern, name == "ilike")
            }
            "between" => {
                let [value, low, high] = self.arguments(node, arguments)?;
                self.between(node.at, &self.side(value)?, &self.side(low)?, &self.side(high)?)
            }
            "in" => {
                let [value, list] = self.arguments(node, arguments)?;
                self.among(value, list)
            }
            "isnull" => {
                let [value] = self.arguments(node, arguments)?;
                Ok(match self.side(value)? {
                    Side::Operand(Operand::Folded(i), _) => Expr::IsNull(Operand::Field(i)),
                    Side::Operand(operand, _) => Expr::IsNull(operand),
                    Side::Own => Expr::IsNull(Operand::Geometry),
                    _ => Expr::Literal(false),
                })
            }
            // The name that drafts and older servers have.
            "intersects" => self.spatial(node, "s_intersects", arguments),
            _ if name.starts_with("s_") => self.spatial(node, name, arguments),
            _ if name.starts_with("t_") => self.temporal(node, name, arguments),
            _ if name.starts_with("a_") => self.array(node, name, arguments),
            _ => Err(match self.side(node) {
                Ok(_) => self.places.fault(node.at, "bir karşılaştırma", "a comparison"),
                Err(unknown) => unknown,
            }),
        }
    }

    /// As many arguments as are wanted.
    fn arguments<'n, const N: usize>(&self, node: &Node, arguments: &'n [Node]) -> Result<[&'n Node; N]> {
        let all: Vec<&Node> = arguments.iter().collect();
        all.try_into().map_err(|_| self.places.fault(node.at, &format!("{N} bağımsız değişken"), &format!("{N} arguments")))
    }

    fn between(&self, at: usize, value: &Side, low: &Side, high: &Side) -> Result<Expr> {
        let mismatch = || self.mismatch(at);
        let pairs = (self.pair(value, low).ok_or_else(mismatch)?, self.pair(value, high).ok_or_else(mismatch)?);
        if let (Side::Operand(..), Pair::Operands(value, low), Pair::Operands(_, high)) = (value, pairs.0, pairs.1) {
            return Ok(Expr::Between(value, low, high));
        }
        Ok(all_of(vec![self.compare(at, value, Comparison::Ge, low)?, self.compare(at, value, Comparison::Le, high)?]))
    }

    fn among(&self, value: &Node, list: &Node) -> Result<Expr> {
        let What::Array(items) = &list.what else {
            return Err(self.places.fault(list.at, "bir liste", "a list"));
        };
        if items.is_empty() {
            return Err(self.places.fault(list.at, "en az bir değer", "at least one value"));
        }
        let left = self.side(value)?;
        let Side::Operand(operand, _) = &left else {
            let equal = |item: &Node| self.compare(item.at, &left, Comparison::Eq, &self.side(item)?);
            return Ok(any_of(items.iter().map(equal).collect::<Result<_>>()?));
        };
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            match self.pair(&left, &self.side(item)?) {
                Some(Pair::Operands(_, item)) => all.push(item),
                _ => return Err(self.mismatch(item.at)),
            }
        }
        Ok(Expr::In(operand.clone(), all))
    }

    fn like(&self, left: &Node, right: &Node, ilike: bool) -> Result<Expr> {
        let not_text = || self.places.fault(left.at, "metin alanı", "a text property");
        let side = self.side(left)?;
        let Side::Text(pattern) = self.side(right)? else {
            return Err(self.places.fault(right.at, "tırnak içinde bir desen", "a quoted pattern"));
        };
        let (operand, fold) = match side {
            Side::Operand(Operand::Folded(i), _) => (Operand::Field(i), true),
            Side::Operand(Operand::Call(Function::CaseI, of), _) => (*of, true),
            Side::Operand(operand, Class::Text) => (operand, ilike),
            Side::Text(text) => {
                let fold = |t: String| if ilike { text::fold(&t) } else { t };
                return Ok(Expr::Literal(super::like(&fold(text), &fold(pattern))));
            }
            _ => return Err(not_text()),
        };
        let mut pattern = if fold { text::fold(&pattern) } else { pattern };
        if pattern.len() > MAX_PATTERN {
            return Err(self.places.fault(right.at, "daha kısa bir desen", "a shorter pattern"));
        }
        // An escape with nothing behind it, which folding can leave, means itself; databases disagree about it.
        if (pattern.len() - pattern.trim_end_matches('\\').len()) % 2 == 1 {
            pattern.push('\\');
        }
        self.count_literal();
        Ok(Expr::Like { operand, pattern, fold })
    }
}

/// All are true; what is certain is left out.
fn all_of(terms: Vec<Expr>) -> Expr {
    joined(terms, true, Expr::And)
}

/// One is true; what is certain is left out.
fn any_of(terms: Vec<Expr>) -> Expr {
    joined(terms, false, Expr::Or)
}

fn joined(terms: Vec<Expr>, neutral: bool, join: fn(Vec<Expr>) -> Expr) -> Expr {
    let mut left: Vec<Expr> = Vec::with_capacity(terms.len());
    for term in terms {
        match term {
            Expr::Literal(b) if b == neutral => {}
            Expr::Literal(b) => return Expr::Literal(b),
            term if left.last() == Some(&term) => {}
            term => left.push(term),
        }
    }
    match left.len() {
        0 => Expr::Literal(neutral),
        1 => left.swap_remove(0),
        _ => join(left),
    }
}
