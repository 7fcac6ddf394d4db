//! Parser of CQL2 text (OGC 21-065r2, annex B): recursive descent over tokens, bounded in length and depth.
//!
//! Beyond the standard it takes what GDAL sends as `cql-text`: `ILIKE`, and instants as plain strings beside fields of time.

pub(super) mod tokens;
mod typing;

use super::{Comparison, Expr, Operand};
use crate::{Error, Register, Result, Value};
use meydan_geo::Wkb;
use tokens::{Token, Tokens};
use typing::{compare_operands, literal_for, text_operand};

/// Limit: characters of a filter.
pub const MAX_LENGTH: usize = 65_536;
/// Limit: nesting of parentheses, NOT and the like.
pub const MAX_DEPTH: usize = 64;
/// Limit: bytes of a pattern of LIKE; SQLite takes 50,000.
const MAX_PATTERN: usize = 16_384;

/// Parses CQL2 text against a register: property names become field indexes, literals get the field's type.
///
/// # Errors
/// `bad-filter` (Invalid) with the place and what was expected; `unknown-property` naming it.
pub fn parse(register: &Register, text: &str) -> Result<Expr> {
    read(register, text, false)
}

/// As [`parse`], for the condition of a grant: it may also speak of who asks (`current_person()`, `current_post()`,
/// `current_unit()`, `current_date()`).
///
/// # Errors
/// As [`parse`].
pub fn parse_for_principal(register: &Register, text: &str) -> Result<Expr> {
    read(register, text, true)
}

fn read(register: &Register, text: &str, current: bool) -> Result<Expr> {
    if text.len() > MAX_LENGTH {
        return Err(Error::new(
            crate::Kind::TooLarge,
            "filter-too-long",
            format!("Süzgeç en çok {MAX_LENGTH} karakter olabilir."),
            format!("A filter can have {MAX_LENGTH} characters at most."),
        ));
    }
    let mut parser = Parser { register, tokens: Tokens::new(text), depth: 0, current };
    let expr = parser.or()?;
    parser.tokens.end()?;
    Ok(expr)
}

/// A side of a comparison before the other side's type is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Side {
    Field(usize),
    Folded(usize),
    Fid,
    Id,
    RecordedAt,
    Geometry,
    Text(String),
    FoldedText(String),
    Number(f64, Option<i64>),
    Bool(bool),
    Date(jiff::civil::Date),
    Instant(jiff::Timestamp),
    Current(super::Current),
}

struct Parser<'a> {
    register: &'a Register,
    tokens: Tokens<'a>,
    depth: usize,
    /// The condition may speak of who asks.
    current: bool,
}

impl<'a> Parser<'a> {
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.tokens.fault("daha az iç içe", "less nesting"));
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        out
    }

    fn or(&mut self) -> Result<Expr> {
        let mut terms = vec![self.and()?];
        while self.tokens.take_word("OR") {
            terms.push(self.and()?);
        }
        Ok(if terms.len() == 1 { terms.swap_remove(0) } else { Expr::Or(terms) })
    }

    fn and(&mut self) -> Result<Expr> {
        let mut terms = vec![self.not()?];
        while self.tokens.take_word("AND") {
            terms.push(self.not()?);
        }
        Ok(if terms.len() == 1 { terms.swap_remove(0) } else { Expr::And(terms) })
    }

    fn not(&mut self) -> Result<Expr> {
        if self.tokens.take_word("NOT") {
            return Ok(Expr::Not(Box::new(self.deeper(Self::not)?)));
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Expr> {
        if self.tokens.take(&Token::Open) {
            let inner = self.deeper(Self::or)?;
            self.tokens.expect(&Token::Close, "“)”", "“)”")?;
            return Ok(inner);
        }
        if self.tokens.take_word("S_INTERSECTS") || self.tokens.take_word("INTERSECTS") {
            return self.intersects();
        }
        let left = self.side()?;
        if self.tokens.take_word("IS") {
            let negated = self.tokens.take_word("NOT");
            self.tokens.expect_word("NULL")?;
            return Ok(negate(Expr::IsNull(self.bare(left)?), negated));
        }
        let negated = self.tokens.take_word("NOT");
        if self.tokens.take_word("LIKE") {
            return Ok(negate(self.like(&left, false)?, negated));
        }
        if self.tokens.take_word("ILIKE") {
            return Ok(negate(self.like(&left, true)?, negated));
        }
        if self.tokens.take_word("BETWEEN") {
            let low = self.side()?;
            self.tokens.expect_word("AND")?;
            let high = self.side()?;
            let (operand, low_operand) = compare_operands(self.register, &left, &low, &self.tokens)?;
            let (_, high_operand) = compare_operands(self.register, &left, &high, &self.tokens)?;
            return Ok(negate(Expr::Between(operand, low_operand, high_operand), negated));
        }
        if self.tokens.take_word("IN") {
            return Ok(negate(self.in_list(&left)?, negated));
        }
        if negated {
            return Err(self.tokens.fault("LIKE, BETWEEN ya da IN", "LIKE, BETWEEN or IN"));
        }
        self.comparison(left)
    }

    fn comparison(&mut self, left: Side) -> Result<Expr> {
        let Some(operator) = self.tokens.comparison() else {
            // A lone boolean: TRUE, FALSE, or a boolean field.
            return match left {
                Side::Bool(b) => Ok(Expr::Literal(b)),
                Side::Field(i) if self.register.fields[i].kind == crate::FieldKind::Boolean => {
                    Ok(Expr::Compare(Operand::Field(i), Comparison::Eq, Operand::Literal(Value::Bool(true))))
                }
                _ => Err(self.tokens.fault("bir karşılaştırma işleci", "a comparison operator")),
            };
        };
        let right = self.side()?;
        let (l, r) = compare_operands(self.register, &left, &right, &self.tokens)?;
        Ok(Expr::Compare(l, operator, r))
    }

    fn like(&mut self, left: &Side, fold_asked: bool) -> Result<Expr> {
        let operand = text_operand(self.register, left, &self.tokens)?;
        let pattern = match self.side()? {
            Side::Text(p) | Side::FoldedText(p) => p,
            _ => return Err(self.tokens.fault("tırnak içinde bir desen", "a quoted pattern")),
        };
        let fold = fold_asked || matches!(operand, Operand::Folded(_));
        let mut pattern = if fold { crate::text::fold(&pattern) } else { pattern };
        if pattern.len() > MAX_PATTERN {
            return Err(self.tokens.fault("daha kısa bir desen", "a shorter pattern"));
        }
        // An escape with nothing behind it, which folding can leave, means itself; databases disagree about it.
        if (pattern.len() - pattern.trim_end_matches('\\').len()) % 2 == 1 {
            pattern.push('\\');
        }
        let operand = match operand {
            Operand::Folded(i) => Operand::Field(i),
            other => other,
        };
        Ok(Expr::Like { operand, pattern, fold })
    }

    fn in_list(&mut self, left: &Side) -> Result<Expr> {
        self.tokens.expect(&Token::Open, "“(”", "“(”")?;
        let mut list = Vec::new();
        let operand = loop {
            let item = self.side()?;
            let (operand, literal) = compare_operands(self.register, left, &item, &self.tokens)?;
            list.push(literal);
            if !self.tokens.take(&Token::Comma) {
                break operand;
            }
        };
        self.tokens.expect(&Token::Close, "“)”", "“)”")?;
        Ok(Expr::In(operand, list))
    }

    fn bare(&self, side: Side) -> Result<Operand> {
        match side {
            Side::Field(i) | Side::Folded(i) => Ok(Operand::Field(i)),
            Side::Fid => Ok(Operand::Fid),
            Side::Id => Ok(Operand::Id),
            Side::RecordedAt => Ok(Operand::RecordedAt),
            Side::Geometry => Ok(Operand::Geometry),
            _ => Err(self.tokens.fault("bir alan adı", "a property name")),
        }
    }

    fn side(&mut self) -> Result<Side> {
        let Some(token) = self.tokens.peek().cloned() else {
            return Err(self.tokens.fault("bir alan adı ya da değer", "a property name or a value"));
        };
        match token {
            Token::Text(text) => {
                self.tokens.next();
                Ok(Side::Text(text))
            }
            Token::Number(number, whole) => {
                self.tokens.next();
                Ok(Side::Number(number, whole))
            }
            Token::Quoted(name) => {
                self.tokens.next();
                self.property(&name)
            }
            Token::Word(word) => {
                self.tokens.next();
                self.word(&word)
            }
            _ => Err(self.tokens.fault("bir alan adı ya da değer", "a property name or a value")),
        }
    }

    fn word(&mut self, word: &str) -> Result<Side> {
        match word.to_ascii_uppercase().as_str() {
            "TRUE" => return Ok(Side::Bool(true)),
            "FALSE" => return Ok(Side::Bool(false)),
            _ => {}
        }
        if !self.tokens.take(&Token::Open) {
            return self.property(word);
        }
        let word = word.to_ascii_uppercase();
        if self.current
            && let Some(current) = super::Current::by_name(&word)
        {
            self.tokens.expect(&Token::Close, "“)”", "“)”")?;
            return Ok(Side::Current(current));
        }
        let out = match word.as_str() {
            "CASEI" => match self.deeper(Self::side)? {
                Side::Field(i) => Side::Folded(i),
                Side::Text(t) => Side::FoldedText(crate::text::fold(&t)),
                _ => return Err(self.tokens.fault("bir metin", "a text")),
            },
            "DATE" => {
                let text = self.quoted()?;
                Side::Date(text.parse().map_err(|_| self.tokens.fault("YYYY-AA-GG", "YYYY-MM-DD"))?)
            }
            "TIMESTAMP" => {
                let text = self.quoted()?;
                Side::Instant(text.parse().map_err(|_| self.tokens.fault("RFC 3339 anı", "an RFC 3339 instant"))?)
            }
            _ => {
                return Err(self
                    .tokens
                    .fault("bilinen bir işlev (CASEI, DATE, TIMESTAMP)", "a known function (CASEI, DATE, TIMESTAMP)"));
            }
        };
        self.tokens.expect(&Token::Close, "“)”", "“)”")?;
        Ok(out)
    }

    fn quoted(&mut self) -> Result<String> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => Err(self.tokens.fault("tırnak içinde bir değer", "a quoted value")),
        }
    }

    fn property(&self, name: &str) -> Result<Side> {
        if let Some(index) = self.register.field_index(name) {
            return Ok(Side::Field(index));
        }
        match name {
            "fid" => Ok(Side::Fid),
            "id" | "uuid" => Ok(Side::Id),
            "recorded_at" => Ok(Side::RecordedAt),
            "geom" | "geometry" if self.register.geometry.is_some() => Ok(Side::Geometry),
            _ => Err(Error::invalid(
                "unknown-property",
                format!("“{}” kütüğünde “{name}” alanı yok.", self.register.title.tr),
                format!("The register “{}” has no property “{name}”.", self.register.title.en),
            )
            .field(name, "böyle bir alan yok", "there is no such property")),
        }
    }

    fn intersects(&mut self) -> Result<Expr> {
        self.tokens.expect(&Token::Open, "“(”", "“(”")?;
        if self.side()? != Side::Geometry {
            return Err(self.tokens.fault("geometri alanı", "the geometry property"));
        }
        self.tokens.expect(&Token::Comma, "“,”", "“,”")?;
        let literal = self.geometry_literal()?;
        self.tokens.expect(&Token::Close, "“)”", "“)”")?;
        Ok(Expr::Intersects(literal))
    }

    fn geometry_literal(&mut self) -> Result<Wkb> {
        super::wkt::read(&mut self.tokens)
    }
}

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated { Expr::Not(Box::new(expr)) } else { expr }
}

/// Reads a queryable given by name and a plain value (`kind=konut`): the same as `kind = 'konut'`, with the value read as
/// the field's type.
///
/// # Errors
/// `bad-filter` if the value can't be read as the field's type.
pub fn equals(register: &Register, index: usize, text: &str) -> Result<Expr> {
    let value = literal_for(&register.fields[index].kind, text).ok_or_else(|| {
        let field = &register.fields[index];
        Error::invalid(
            "bad-filter",
            format!("“{text}” değeri “{}” alanının türünde değil.", field.title.tr),
            format!("The value “{text}” is not of the type of the property “{}”.", field.title.en),
        )
        .field(field.name.clone(), "tür uymuyor", "wrong type")
    })?;
    Ok(Expr::Compare(Operand::Field(index), Comparison::Eq, Operand::Literal(value)))
}
