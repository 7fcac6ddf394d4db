//! Parser of CQL2 text (OGC 21-065r2, annex B): recursive descent over tokens, bounded in length and depth.
//!
//! Beyond the standard it takes what GDAL sends as `cql-text`: `ILIKE`, and instants as plain strings beside fields of time.

pub(super) mod tokens;

use super::{
    Comparison, Expr, Operand,
    bind::{Binder, literal_for},
    node::{InText, MAX_DEPTH, Node, Places as _, What},
    wkt,
};
use crate::{Error, Register, Result};
use meydan_geo::Crs;
use tokens::{Token, Tokens};

/// Limit: characters of a filter.
pub const MAX_LENGTH: usize = 65_536;

/// Parses CQL2 text against a register: property names become field indexes, literals get the field's type. Geometries are in
/// longitude and latitude.
///
/// # Errors
/// `bad-filter` (Invalid) with the place and what was expected; `unknown-property` naming it.
pub fn parse(register: &Register, text: &str) -> Result<Expr> {
    read(register, text, Crs::crs84(), false)
}

/// As [`parse`], with the geometries in another CRS and its order of axes (`filter-crs`).
///
/// # Errors
/// As [`parse`].
pub fn parse_in(register: &Register, text: &str, crs: Crs) -> Result<Expr> {
    read(register, text, crs, false)
}

/// As [`parse`], for the condition of a grant: it may also speak of who asks (`current_person()`, `current_post()`,
/// `current_unit()`, `current_date()`).
///
/// # Errors
/// As [`parse`].
pub fn parse_for_principal(register: &Register, text: &str) -> Result<Expr> {
    read(register, text, Crs::crs84(), true)
}

/// The error for a filter of more than [`MAX_LENGTH`] characters.
pub(super) fn too_long(limit: usize) -> Error {
    Error::new(
        crate::Kind::TooLarge,
        "filter-too-long",
        format!("Süzgeç en çok {limit} karakter olabilir."),
        format!("A filter can have {limit} characters at most."),
    )
}

fn read(register: &Register, text: &str, crs: Crs, current: bool) -> Result<Expr> {
    if text.len() > MAX_LENGTH {
        return Err(too_long(MAX_LENGTH));
    }
    let mut parser = Parser { tokens: Tokens::new(text), depth: 0 };
    let node = parser.or()?;
    parser.tokens.end()?;
    Binder::new(register, &InText(text), crs, current).filter(&node)
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    depth: usize,
}

impl Parser<'_> {
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.tokens.fault("daha az iç içe", "less nesting"));
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        out
    }

    fn call(&self, at: usize, name: &str, arguments: Vec<Node>) -> Result<Node> {
        Node::call(at, name, arguments, &InText(self.tokens.text()))
    }

    fn or(&mut self) -> Result<Node> {
        self.chain("OR", "or", Self::and)
    }

    fn and(&mut self) -> Result<Node> {
        self.chain("AND", "and", Self::not)
    }

    fn chain(&mut self, word: &str, name: &str, next: fn(&mut Self) -> Result<Node>) -> Result<Node> {
        let at = self.tokens.place();
        let mut terms = vec![next(self)?];
        while self.tokens.take_word(word) {
            terms.push(next(self)?);
        }
        if terms.len() == 1 { Ok(terms.swap_remove(0)) } else { self.call(at, name, terms) }
    }

    fn not(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        if self.tokens.take_word("NOT") {
            let inner = self.deeper(Self::not)?;
            return self.call(at, "not", vec![inner]);
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        let left = self.sum()?;
        if self.tokens.take_word("IS") {
            let negated = self.tokens.take_word("NOT");
            self.tokens.expect_word("NULL")?;
            let is_null = self.call(at, "isnull", vec![left])?;
            return self.negate(at, is_null, negated);
        }
        let negated = self.tokens.take_word("NOT");
        for (word, name) in [("LIKE", "like"), ("ILIKE", "ilike")] {
            if self.tokens.take_word(word) {
                let pattern = self.sum()?;
                let like = self.call(at, name, vec![left, pattern])?;
                return self.negate(at, like, negated);
            }
        }
        if self.tokens.take_word("BETWEEN") {
            let low = self.sum()?;
            self.tokens.expect_word("AND")?;
            let high = self.sum()?;
            let between = self.call(at, "between", vec![left, low, high])?;
            return self.negate(at, between, negated);
        }
        if self.tokens.take_word("IN") {
            let list = self.list()?;
            let among = self.call(at, "in", vec![left, list])?;
            return self.negate(at, among, negated);
        }
        if negated {
            return Err(self.tokens.fault("LIKE, BETWEEN ya da IN", "LIKE, BETWEEN or IN"));
        }
        let Some(operator) = self.tokens.comparison() else { return Ok(left) };
        let right = self.sum()?;
        self.call(at, operator.sign(), vec![left, right])
    }

    fn negate(&self, at: usize, node: Node, negated: bool) -> Result<Node> {
        if negated { self.call(at, "not", vec![node]) } else { Ok(node) }
    }

    fn list(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        self.tokens.expect(&Token::Open, "“(”", "“(”")?;
        let mut list = vec![self.sum()?];
        while self.tokens.take(&Token::Comma) {
            list.push(self.sum()?);
        }
        self.tokens.expect(&Token::Close, "“)”", "“)”")?;
        Node::branch(at, What::Array(list), &InText(self.tokens.text()))
    }

    fn sum(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        let mut left = self.product()?;
        while let Some(sign) = self.tokens.math("+-") {
            let right = self.product()?;
            left = self.call(at, sign.encode_utf8(&mut [0; 4]), vec![left, right])?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        let mut left = self.power()?;
        loop {
            let name = match self.tokens.math("*/%") {
                Some('*') => "*",
                Some('/') => "/",
                Some(_) => "%",
                None if self.tokens.take_word("DIV") => "div",
                None => return Ok(left),
            };
            let right = self.power()?;
            left = self.call(at, name, vec![left, right])?;
        }
    }

    fn power(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        let base = self.factor()?;
        if self.tokens.math("^").is_none() {
            return Ok(base);
        }
        let exponent = self.factor()?;
        self.call(at, "^", vec![base, exponent])
    }

    fn factor(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        match self.tokens.peek() {
            Some(Token::Number(..)) => self.number(at),
            Some(Token::Math(sign @ ('+' | '-'))) => {
                let negative = *sign == '-';
                self.tokens.next();
                if let Some(Token::Number(..)) = self.tokens.peek() {
                    let (number, whole) = self.tokens.signed_by(negative)?;
                    return Ok(Node::leaf(at, What::Number(number, whole)));
                }
                let inner = self.deeper(Self::factor)?;
                if !negative {
                    return Ok(inner);
                }
                self.call(at, "*", vec![Node::leaf(at, What::Number(-1.0, Some(-1))), inner])
            }
            _ => self.primary(),
        }
    }

    fn number(&mut self, at: usize) -> Result<Node> {
        let (number, whole) = self.tokens.signed()?;
        Ok(Node::leaf(at, What::Number(number, whole)))
    }

    /// A group, a list of several, a text, a name, a function.
    fn primary(&mut self) -> Result<Node> {
        let at = self.tokens.place();
        let expected = |tokens: &Tokens<'_>| tokens.fault("bir alan adı ya da değer", "a property name or a value");
        let leaf = |what| Ok(Node::leaf(at, what));
        match self.tokens.peek() {
            Some(Token::Open) => {
                self.tokens.next();
                self.group(at)
            }
            Some(Token::Text(_) | Token::Quoted(_) | Token::Word(_)) => match self.tokens.next() {
                Some(Token::Text(text)) => leaf(What::Text(text)),
                Some(Token::Quoted(name)) => leaf(What::Property(name)),
                Some(Token::Word(word)) => self.word(at, word),
                _ => Err(expected(&self.tokens)),
            },
            _ => Err(expected(&self.tokens)),
        }
    }

    fn group(&mut self, at: usize) -> Result<Node> {
        let places = InText(self.tokens.text());
        if self.tokens.take(&Token::Close) {
            return Node::branch(at, What::Array(Vec::new()), &places);
        }
        let first = self.deeper(Self::or)?;
        if self.tokens.take(&Token::Close) {
            return Ok(first);
        }
        let mut list = vec![first];
        while self.tokens.take(&Token::Comma) {
            list.push(self.deeper(Self::or)?);
        }
        self.tokens.expect(&Token::Close, "“)”", "“)”")?;
        Node::branch(at, What::Array(list), &places)
    }

    fn word(&mut self, at: usize, word: String) -> Result<Node> {
        let leaf = |what| Ok(Node::leaf(at, what));
        let opens = self.tokens.peek() == Some(&Token::Open);
        let has_height = matches!(self.tokens.peek(), Some(Token::Word(z)) if z.eq_ignore_ascii_case("Z"));
        if (opens || has_height) && wkt::is_tag(&word) {
            return leaf(What::Geometry(wkt::read(&mut self.tokens, &word)?));
        }
        if !opens {
            return match word.to_ascii_uppercase().as_str() {
                "TRUE" => leaf(What::Bool(true)),
                "FALSE" => leaf(What::Bool(false)),
                _ => leaf(What::Property(word)),
            };
        }
        let name = word.to_ascii_lowercase();
        if name == "bbox" {
            return leaf(What::Box(wkt::bbox(&mut self.tokens)?));
        }
        self.tokens.next();
        let mut arguments = Vec::new();
        if !self.tokens.take(&Token::Close) {
            loop {
                arguments.push(self.deeper(Self::or)?);
                if !self.tokens.take(&Token::Comma) {
                    break;
                }
            }
            self.tokens.expect(&Token::Close, "“)”", "“)”")?;
        }
        let places = InText(self.tokens.text());
        match (name.as_str(), arguments.as_slice()) {
            ("date", [Node { what: What::Text(text), at: inside, .. }]) => {
                leaf(What::Date(text.parse().map_err(|_| places.fault(*inside, "YYYY-AA-GG", "YYYY-MM-DD"))?))
            }
            ("timestamp", [Node { what: What::Text(text), at: inside, .. }]) => {
                let wrong = |_| places.fault(*inside, "RFC 3339 anı", "an RFC 3339 instant");
                leaf(What::Instant(text.parse().map_err(wrong)?))
            }
            _ => self.call(at, &name, arguments),
        }
    }
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
