//! What a question asks for already need not be asked for once more: a unit's own inbox is narrowed to its unit by the question
//! itself, and without the grant's OR the store finds the page in an index alone.

use crate::{
    Value,
    cql2::{Comparison, Expr, Operand},
};

/// What is left of a condition where `asked` is true anyway: `None` if nothing is.
pub(crate) fn beyond(condition: Expr, asked: &Expr) -> Option<Expr> {
    match condition {
        Expr::And(terms) => {
            let mut left: Vec<Expr> = terms.into_iter().filter_map(|term| beyond(term, asked)).collect();
            if left.len() > 1 { Some(Expr::And(left)) } else { left.pop() }
        }
        condition if follows(&condition, asked) => None,
        condition => Some(condition),
    }
}

/// True if the condition is true wherever `asked` is; false if that can't be seen easily.
fn follows(condition: &Expr, asked: &Expr) -> bool {
    match condition {
        Expr::Literal(b) => *b,
        Expr::And(terms) => terms.iter().all(|term| follows(term, asked)),
        Expr::Or(terms) => terms.iter().any(|term| follows(term, asked)),
        Expr::Compare(Operand::Field(field), Comparison::Eq, Operand::Literal(value)) => {
            is_kept_to(asked, *field, &|v| v == value) || has(asked, condition)
        }
        Expr::In(Operand::Field(field), list) => {
            let among = |v: &Value| list.iter().any(|item| matches!(item, Operand::Literal(l) if l == v));
            is_kept_to(asked, *field, &among) || has(asked, condition)
        }
        other => has(asked, other),
    }
}

/// True if the condition is one of those that must all hold.
fn has(asked: &Expr, condition: &Expr) -> bool {
    asked == condition || matches!(asked, Expr::And(terms) if terms.iter().any(|term| has(term, condition)))
}

/// True if a field has one of these values wherever `asked` is true. Null equals nothing: it keeps to nothing and is passed over.
fn is_kept_to(asked: &Expr, field: usize, among: &impl Fn(&Value) -> bool) -> bool {
    let fits = |operand: &Operand| matches!(operand, Operand::Literal(v) if v.is_null() || among(v));
    match asked {
        Expr::And(terms) => terms.iter().any(|term| is_kept_to(term, field, among)),
        Expr::Compare(Operand::Field(f), Comparison::Eq, value) => *f == field && fits(value),
        Expr::In(Operand::Field(f), list) => *f == field && list.iter().all(fits),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Record, cql2::holds};
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![Just(Value::Null), (0..3_i64).prop_map(Value::Int)]
    }

    fn leaf() -> impl Strategy<Value = Expr> {
        let field = || (0..2_usize).prop_map(Operand::Field);
        let literal = || value().prop_map(Operand::Literal);
        prop_oneof![
            any::<bool>().prop_map(Expr::Literal),
            (field(), literal()).prop_map(|(f, v)| Expr::Compare(f, Comparison::Eq, v)),
            (field(), literal()).prop_map(|(f, v)| Expr::Compare(f, Comparison::Ne, v)),
            (field(), proptest::collection::vec(literal(), 0..4)).prop_map(|(f, list)| Expr::In(f, list)),
            field().prop_map(Expr::IsNull),
        ]
    }

    fn expr() -> impl Strategy<Value = Expr> {
        leaf().prop_recursive(3, 12, 3, |inner| {
            let some = || proptest::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                some().prop_map(Expr::And),
                some().prop_map(Expr::Or),
                inner.clone().prop_map(|e| Expr::Not(Box::new(e))),
            ]
        })
    }

    proptest! {
        /// Over every record there is: what is left, with what was asked, lets through exactly what the whole condition did.
        #[test]
        fn nothing_more_is_let_through(condition in expr(), asked in expr()) {
            let left = beyond(condition.clone(), &asked);
            let values = [Value::Null, Value::Int(0), Value::Int(1), Value::Int(2)];
            for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (a, b))) {
                let record = Record::draft(uuid::Uuid::nil(), vec![a.clone(), b.clone()], None);
                let whole = holds(&condition, &record) && holds(&asked, &record);
                let narrowed = left.as_ref().is_none_or(|c| holds(c, &record)) && holds(&asked, &record);
                prop_assert_eq!(whole, narrowed, "{:?} beyond {:?}: {:?}", condition, asked, left);
            }
        }
    }

    #[test]
    fn a_unit_that_is_asked_for_is_not_asked_for_twice() {
        let one = |n| Operand::Literal(Value::Int(n));
        let own = Expr::In(Operand::Field(0), vec![one(0), one(1)]);
        let public = Expr::Compare(Operand::Field(1), Comparison::Eq, one(1));
        let grant = Expr::Or(vec![public.clone(), own]);
        let open = Expr::IsNull(Operand::Field(1));
        let asked = |unit| Expr::And(vec![Expr::Compare(Operand::Field(0), Comparison::Eq, one(unit)), open.clone()]);
        assert_eq!(beyond(grant.clone(), &asked(1)), None);
        assert_eq!(beyond(grant.clone(), &asked(2)), Some(grant.clone()));
        assert_eq!(beyond(Expr::And(vec![grant, public.clone()]), &asked(0)), Some(public));
    }
}
