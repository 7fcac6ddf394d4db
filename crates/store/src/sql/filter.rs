//! CQL2 expressions as SQL conditions. SQL's three-valued logic is CQL2's, so the shape is kept one to one.

use super::dialect::{Dialect, Param, bind, column};
use meydan_kernel::{
    Register, Value,
    cql2::{Expr, Function, Operand},
};

/// Compiles one expression; adds its literals to `params`.
pub fn compile<D: Dialect + ?Sized>(dialect: &D, register: &Register, expr: &Expr, params: &mut Vec<Param>) -> String {
    Compiler { dialect, register, params }.expr(expr)
}

struct Compiler<'a, D: Dialect + ?Sized> {
    dialect: &'a D,
    register: &'a Register,
    params: &'a mut Vec<Param>,
}

impl<D: Dialect + ?Sized> Compiler<'_, D> {
    fn expr(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Literal(true) => "TRUE".to_owned(),
            Expr::Literal(false) => "FALSE".to_owned(),
            Expr::And(parts) => self.join(parts, " AND ", "TRUE"),
            Expr::Or(parts) => self.join(parts, " OR ", "FALSE"),
            Expr::Not(inner) => format!("(NOT {})", self.expr(inner)),
            Expr::Compare(a, op, b) => format!("({} {} {})", self.operand(a), op.sign(), self.operand(b)),
            Expr::Between(a, low, high) => {
                format!("({} BETWEEN {} AND {})", self.operand(a), self.operand(low), self.operand(high))
            }
            Expr::In(_, items) if items.is_empty() => "FALSE".to_owned(),
            Expr::In(a, items) => {
                let a = self.operand(a);
                let items: Vec<String> = items.iter().map(|i| self.operand(i)).collect();
                format!("({a} IN ({}))", items.join(", "))
            }
            Expr::Like { operand, pattern, fold } => {
                let text = self.operand(operand);
                let range = match operand {
                    Operand::Field(_) if !fold => self.prefix_range(&text, pattern),
                    _ => None,
                };
                // A folded operand is folded already; folding twice changes nothing but costs.
                let text = if *fold && !matches!(operand, Operand::Folded(_)) { self.dialect.fold(&text) } else { text };
                let pattern = self.bind(Param::Value(Value::Text(pattern.clone())));
                let like = self.dialect.like(&text, &pattern);
                range.map_or(like.clone(), |range| format!("({range} AND {like})"))
            }
            Expr::IsNull(a) => format!("({} IS NULL)", self.operand(a)),
            Expr::Intersects(geometry) => {
                let placeholder = self.bind(Param::Geometry(geometry.clone()));
                self.dialect.intersects(&placeholder)
            }
            Expr::Related(relation, Some(geometry)) => {
                let placeholder = self.bind(Param::Geometry(geometry.clone()));
                self.dialect.related(*relation, &placeholder)
            }
            Expr::Related(relation, None) => {
                let geometry = self.operand(&Operand::Geometry);
                let of_itself = if relation.is_of_itself() { "TRUE" } else { "FALSE" };
                format!("(CASE WHEN {geometry} IS NULL THEN NULL ELSE {of_itself} END)")
            }
        }
    }

    /// Joins in halves: SQLite takes a chain of a thousand ANDs or ORs for a tree that is too deep.
    fn join(&mut self, parts: &[Expr], word: &str, empty: &str) -> String {
        match parts {
            [] => empty.to_owned(),
            [only] => self.expr(only),
            _ => {
                let (left, right) = parts.split_at(parts.len() / 2);
                format!("({}{word}{})", self.join(left, word, empty), self.join(right, word, empty))
            }
        }
    }

    fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            // An index beyond the register's fields can't come from the parser; NULL makes the condition unknown.
            Operand::Field(i) => self.register.fields.get(*i).map_or("NULL".to_owned(), |f| column(self.dialect, f)),
            Operand::Folded(i) => {
                let text = self.register.fields.get(*i).map_or("NULL".to_owned(), |f| column(self.dialect, f));
                self.dialect.fold(&text)
            }
            // Bound by the desk before it comes here; if it weren't, the condition is unknown.
            Operand::Current(_) => "NULL".to_owned(),
            Operand::Fid => "fid".to_owned(),
            Operand::Id => "id".to_owned(),
            Operand::RecordedAt => self.dialect.instant("recorded_at"),
            Operand::Geometry => if self.register.geometry.is_some() { "geom" } else { "NULL" }.to_owned(),
            Operand::Literal(value) => self.bind(Param::Value(value.clone())),
            Operand::Call(function, of) => {
                let of = self.operand(of);
                match function {
                    Function::CaseI | Function::Lower => self.dialect.fold(&of),
                    function => self.dialect.call(*function, &of),
                }
            }
            Operand::Calculated(a, operator, b) => {
                let (a, b) = (self.operand(a), self.operand(b));
                self.dialect.calculated(&a, *operator, &b)
            }
        }
    }

    /// The range of an index in which all texts lie that begin as the pattern does, if it begins with anything.
    fn prefix_range(&mut self, text: &str, pattern: &str) -> Option<String> {
        let prefix = beginning(pattern);
        let first = prefix.chars().next_back()?;
        let from = self.bind(Param::Value(Value::Text(prefix.clone())));
        // The order is that of code points: the next text after all that begin so has the next character last.
        let next = (u32::from(first) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        Some(match next {
            Some(next) => {
                let mut end = prefix;
                end.pop();
                end.push(next);
                let end = self.bind(Param::Value(Value::Text(end)));
                format!("{text} >= {from} AND {text} < {end}")
            }
            None => format!("{text} >= {from}"),
        })
    }

    fn bind(&mut self, param: Param) -> String {
        bind(self.dialect, self.params, param)
    }
}

/// What every text that a pattern matches begins with.
fn beginning(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' | '_' => break,
            '\\' => out.push(chars.next().unwrap_or('\\')),
            c => out.push(c),
        }
    }
    out
}
