//! Tokens of CQL2 text, with their places for messages.

use crate::{
    Error, Result,
    cql2::{
        Comparison,
        node::{InText, Places as _},
    },
};

#[derive(Debug, Clone, PartialEq)]
pub(in crate::cql2) enum Token {
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number without its sign, and its exact value if it is written as a whole number.
    Number(f64, Option<i128>),
    Open,
    Close,
    Comma,
    Operator(Comparison),
    /// `+ - * / % ^`
    Math(char),
}

/// The tokens ahead. A fault in the text shows when the parser comes to it.
pub(in crate::cql2) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    ahead: Option<(usize, Token)>,
}

impl<'a> Tokens<'a> {
    pub(in crate::cql2) fn new(text: &'a str) -> Self {
        let mut tokens = Self { text, at: 0, ahead: None };
        tokens.advance();
        tokens
    }

    pub(in crate::cql2) fn peek(&self) -> Option<&Token> {
        self.ahead.as_ref().map(|(_, token)| token)
    }

    pub(in crate::cql2) fn next(&mut self) -> Option<Token> {
        let token = self.ahead.take().map(|(_, token)| token);
        self.advance();
        token
    }

    pub(in crate::cql2) fn take(&mut self, wanted: &Token) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }

    pub(in crate::cql2) fn take_word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        if found {
            self.next();
        }
        found
    }

    pub(in crate::cql2) fn expect(&mut self, wanted: &Token, tr: &str, en: &str) -> Result<()> {
        if self.take(wanted) { Ok(()) } else { Err(self.fault(tr, en)) }
    }

    pub(in crate::cql2) fn expect_word(&mut self, wanted: &str) -> Result<()> {
        if self.take_word(wanted) { Ok(()) } else { Err(self.fault(wanted, wanted)) }
    }

    /// Takes the sign of a calculation if it is one of these.
    pub(in crate::cql2) fn math(&mut self, signs: &str) -> Option<char> {
        let sign = match self.peek() {
            Some(Token::Math(c)) if signs.contains(*c) => *c,
            _ => return None,
        };
        self.next();
        Some(sign)
    }

    /// A number with its sign.
    pub(in crate::cql2) fn signed(&mut self) -> Result<(f64, Option<i64>)> {
        let negative = self.math("+-") == Some('-');
        self.signed_by(negative)
    }

    /// A number whose sign is taken already.
    pub(in crate::cql2) fn signed_by(&mut self, negative: bool) -> Result<(f64, Option<i64>)> {
        let Some(Token::Number(n, whole)) = self.peek() else { return Err(self.fault("bir sayı", "a number")) };
        let (n, whole) = (*n, *whole);
        self.next();
        let (n, whole) = if negative { (-n, whole.map(|w| -w)) } else { (n, whole) };
        Ok((n, whole.and_then(|w| i64::try_from(w).ok())))
    }

    pub(in crate::cql2) fn comparison(&mut self) -> Option<Comparison> {
        let Some(Token::Operator(operator)) = self.peek() else { return None };
        let operator = *operator;
        self.next();
        Some(operator)
    }

    pub(in crate::cql2) fn end(&self) -> Result<()> {
        if self.ahead.is_none() && self.text[self.at..].trim().is_empty() {
            Ok(())
        } else {
            Err(self.fault("süzgecin sonu", "the end of the filter"))
        }
    }

    /// The error that something else was expected here.
    pub(in crate::cql2) fn fault(&self, tr: &str, en: &str) -> Error {
        InText(self.text).fault(self.place(), tr, en)
    }

    /// Where the token ahead stands.
    pub(in crate::cql2) fn place(&self) -> usize {
        self.ahead.as_ref().map_or(self.at, |(at, _)| *at)
    }

    pub(in crate::cql2) const fn text(&self) -> &'a str {
        self.text
    }

    fn advance(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let rest = &self.text[self.at..];
        let start = self.at;
        let Some(first) = rest.chars().next() else { return };
        let token = match first {
            '(' => self.fixed(1, Token::Open),
            ')' => self.fixed(1, Token::Close),
            ',' => self.fixed(1, Token::Comma),
            '=' => self.fixed(1, Token::Operator(Comparison::Eq)),
            '<' if rest.starts_with("<>") => self.fixed(2, Token::Operator(Comparison::Ne)),
            '!' if rest.starts_with("!=") => self.fixed(2, Token::Operator(Comparison::Ne)),
            '<' if rest.starts_with("<=") => self.fixed(2, Token::Operator(Comparison::Le)),
            '<' => self.fixed(1, Token::Operator(Comparison::Lt)),
            '>' if rest.starts_with(">=") => self.fixed(2, Token::Operator(Comparison::Ge)),
            '>' => self.fixed(1, Token::Operator(Comparison::Gt)),
            '\'' => self.quoted('\'').map(Token::Text),
            '"' => self.quoted('"').map(Token::Quoted),
            c if c.is_ascii_digit() || c == '.' => self.number(),
            c if "+-*/%^".contains(c) => self.fixed(1, Token::Math(c)),
            c if c.is_alphabetic() || c == '_' => Some(self.word()),
            _ => None,
        };
        self.ahead = token.map(|token| (start, token));
    }

    fn fixed(&mut self, bytes: usize, token: Token) -> Option<Token> {
        self.at += bytes;
        Some(token)
    }

    /// A quoted run; the quote itself is doubled inside, or escaped by `\` as CQL2 also allows for `'`.
    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut out = String::new();
        let mut chars = self.text[self.at + 1..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if c == '\\' && next == Some(quote) && quote == '\'' {
                chars.next();
                out.push(quote);
            } else if c != quote {
                out.push(c);
            } else if next == Some(quote) {
                chars.next();
                out.push(quote);
            } else {
                self.at += 1 + i + 1;
                return Some(out);
            }
        }
        None
    }

    fn number(&mut self) -> Option<Token> {
        let rest = &self.text[self.at..];
        let mut end = 0;
        let bytes = rest.as_bytes();
        while end < bytes.len() {
            let c = bytes[end];
            let sign = (c == b'+' || c == b'-') && end > 0 && matches!(bytes[end - 1], b'e' | b'E');
            if c.is_ascii_digit() || c == b'.' || c == b'e' || c == b'E' || sign {
                end += 1;
            } else {
                break;
            }
        }
        let text = &rest[..end];
        let number: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
        self.at += end;
        Some(Token::Number(number, text.parse().ok()))
    }

    fn word(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.' || c == ':')).unwrap_or(rest.len());
        self.at += end;
        Token::Word(rest[..end].to_owned())
    }
}
