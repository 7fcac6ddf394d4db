//! CQL2 expressions as SQL conditions. SQL's three-valued logic is CQL2's, so the shape is kept one to one.

use super::dialect::{Dialect, Param, bind, column};
use meydan_kernel::{
    Register,
    cql2::{Comparison, Expr, Operand},
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
            Expr::Compare(a, op, b) => format!("({} {} {})", self.operand(a), sign(*op), self.operand(b)),
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
                // A folded operand is folded already; folding twice changes nothing but costs.
                let text = if *fold && !matches!(operand, Operand::Folded(_)) { self.dialect.fold(&text) } else { text };
                let pattern = self.bind(Param::Value(meydan_kernel::Value::Text(pattern.clone())));
                self.dialect.like(&text, &pattern)
            }
            Expr::IsNull(a) => format!("({} IS NULL)", self.operand(a)),
            Expr::Intersects(geometry) => {
                let placeholder = self.bind(Param::Geometry(geometry.clone()));
                self.dialect.intersects(&placeholder)
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
        }
    }

    fn bind(&mut self, param: Param) -> String {
        bind(self.dialect, self.params, param)
    }
}

const fn sign(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => "=",
        Comparison::Ne => "<>",
        Comparison::Lt => "<",
        Comparison::Le => "<=",
        Comparison::Gt => ">",
        Comparison::Ge => ">=",
    }
}
