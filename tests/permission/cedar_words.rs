//! Grants in Cedar's language. Cedar knows two truth values and no NULL: a condition becomes two expressions, one for "is true"
//! and one for "is false"; what is neither is unknown.

use crate::world::{
    Drawn,
    condition::{Cond, joined},
};
use meydan_kernel::catalogue::{Party, Scope};
use std::fmt::Write as _;

/// One grant as a policy; `units` are the ids of units by code.
pub fn policy(drawn: &Drawn, units: &dyn Fn(&str) -> String) -> String {
    let grant = &drawn.grant;
    let actions: Vec<String> = grant.actions.iter().map(|a| format!("Action::\"{}\"", a.word())).collect();
    let mut out = format!("permit(principal, action in [{}], resource) when {{ true", actions.join(", "));
    if grant.register != "*" {
        let _ = write!(out, " && resource.register == \"{}\"", grant.register);
    }
    let parties: Vec<String> = grant.to.iter().map(party).collect();
    let _ = write!(out, " && ({})", parties.join(" || "));
    if !grant.of_units.is_empty() {
        let named: Vec<String> = grant.of_units.iter().map(|code| format!("Unit::\"{}\"", units(code))).collect();
        let _ = write!(out, " && principal has unit && principal.unit in [{}]", named.join(", "));
    }
    if grant.reason {
        out += " && context.reason";
    }
    if grant.step_up {
        // Who has the grant by a party that is not asked for a proof needs none.
        let excused = grant.to.iter().filter(|p| !grant.step_up_of.is_empty() && !grant.step_up_of.contains(p));
        let excused: String = excused.map(|p| format!(" || {}", party(p))).collect();
        let _ = write!(out, " && (context.proven{excused})");
    }
    if !grant.by_proxy {
        out += " && !principal.proxied";
    }
    match &grant.fields {
        None => {
            out += " && !(context.personal && (action in [Action::\"read\", Action::\"history\", Action::\"export\"]))";
        }
        Some(names) if names.iter().any(|n| n == "*") => {}
        Some(names) => {
            let names: String = names.iter().map(|n| format!(" || context.field == \"{n}\"")).collect();
            let _ = write!(out, " && (context.field == \"\"{names})");
        }
    }
    let on = |r: &str| {
        let mut term = "true".to_owned();
        match grant.scope {
            Scope::Any => {}
            Scope::Own => {
                let _ = write!(term, " && principal has unit && {r} has unit && {r}.unit == principal.unit");
            }
            Scope::Below => {
                let _ = write!(term, " && principal has unit && {r} has unit && {r}.unit in principal.unit");
            }
        }
        if grant.area {
            let _ = write!(
                term,
                " && principal has unit && principal.unit has west && {r} has x && {r}.x >= principal.unit.west \
                 && {r}.x <= principal.unit.east && {r}.y >= principal.unit.south && {r}.y <= principal.unit.north"
            );
        }
        if let Some(cond) = &drawn.cond {
            let _ = write!(term, " && ({})", is(cond, r, true));
        }
        term
    };
    let _ = write!(out, " && {} && (if context has after then ({}) else true) }};", on("resource"), on("context.after"));
    out
}

fn party(party: &Party) -> String {
    match party {
        Party::Everyone => "true".to_owned(),
        Party::Bearer => "false".to_owned(),
        Party::Person => "principal has person".to_owned(),
        Party::Staff => "principal has post".to_owned(),
        Party::Role(role) => format!("(principal has role && principal.role == \"{role}\")"),
    }
}

/// The policies that are no grants: limits, journals, the operator.
pub const STANDING: &str = r#"
forbid(principal, action, resource) when {
  principal.kind != "operator" && principal has limitActions && !principal.limitActions.contains(action) };
forbid(principal, action, resource) when {
  principal.kind != "operator" && principal has limitRegisters && !principal.limitRegisters.contains(resource.register) };
forbid(principal, action, resource) when {
  principal.kind != "operator" && principal has proxyActions && !principal.proxyActions.contains(action) };
forbid(principal, action, resource) when {
  principal.kind != "operator" && principal has proxyRegisters && !principal.proxyRegisters.contains(resource.register) };
forbid(principal, action in [Action::"insert", Action::"update", Action::"delete"], resource) when {
  principal.kind != "operator" && resource.journal };
permit(principal, action, resource) when { principal.kind == "operator" };
"#;

/// The condition is true (or false, if not `wanted`) of `r`.
fn is(cond: &Cond, r: &str, wanted: bool) -> String {
    let atom = |there: &str, test: String| format!("({there} && {}({test}))", if wanted { "" } else { "!" });
    let has = |attribute: &str| format!("{r} has {attribute}");
    let known = |attribute: &str, mine: &str| format!("{r} has {attribute} && principal has {mine}");
    let not = |yes: bool| if yes { "" } else { "!" };
    match cond {
        Cond::Status(s, yes) => atom(&has("status"), format!("{}({r}.status == \"{s}\")", not(*yes))),
        Cond::StatusIn(list, yes) => {
            atom(&has("status"), format!("{}([\"{}\"].contains({r}.status))", not(*yes), list.join("\", \"")))
        }
        Cond::NoStatus(none) => format!("({}({r} has status))", not(*none != wanted)),
        Cond::Priority(op, n) => atom(&has("priority"), compare(&format!("{r}.priority"), op, &n.to_string())),
        Cond::PriorityBetween(low, high, yes) => {
            atom(&has("priority"), format!("{}({r}.priority >= {low} && {r}.priority <= {high})", not(*yes)))
        }
        Cond::Mine(yes) => atom(&known("owner", "person"), format!("{}({r}.owner == principal.person)", not(*yes))),
        Cond::OfMyUnit(yes) => atom(&known("unit", "unit"), format!("{}({r}.unit == principal.unit)", not(*yes))),
        Cond::OfMyPost => atom(&known("post", "post"), format!("{r}.post == principal.post")),
        Cond::Due(op) => atom(&has("due"), compare(&format!("{r}.due"), op, "context.today")),
        Cond::Urgent => atom(&has("urgent"), format!("{r}.urgent")),
        Cond::TitleStarts(c, yes) => atom(&has("title"), format!("{}({r}.title like \"{c}*\")", not(*yes))),
        Cond::In([west, south, east, north]) => {
            atom(&has("x"), format!("{r}.x >= {west} && {r}.x <= {east} && {r}.y >= {south} && {r}.y <= {north}"))
        }
        Cond::Never => (!wanted).to_string(),
        Cond::And(terms) => joined(terms, if wanted { " && " } else { " || " }, |t| is(t, r, wanted)),
        Cond::Or(terms) => joined(terms, if wanted { " || " } else { " && " }, |t| is(t, r, wanted)),
        Cond::Not(inner) => is(inner, r, !wanted),
    }
}

fn compare(left: &str, op: &str, right: &str) -> String {
    match op {
        "=" => format!("{left} == {right}"),
        "<>" => format!("{left} != {right}"),
        op => format!("{left} {op} {right}"),
    }
}
