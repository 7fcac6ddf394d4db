//! Grants in the language of PostgreSQL's row-level security. Who comes stands in settings of the session; the tree of units is
//! walked by the database itself.

use crate::world::{
    Drawn,
    condition::{Cond, joined},
    registers,
};
use meydan_kernel::{
    Principal,
    catalogue::{Action, Party, Scope},
    permission::Capacity,
};
use serde_json::json;
use std::fmt::Write as _;

/// Two policies that hold whatever the grants say: limits, and the operator.
pub const STANDING: &str = "\
CREATE POLICY limits ON meydan.job AS RESTRICTIVE FOR SELECT TO clerk USING (current_setting('app.kind') = 'operator' OR \
NOT EXISTS (SELECT 1 FROM jsonb_array_elements(current_setting('app.limits')::jsonb) AS l \
WHERE (l ? 'actions' AND NOT l->'actions' ? 'read') OR (l ? 'registers' AND NOT l->'registers' ? 'job')));\n\
CREATE POLICY operator ON meydan.job FOR SELECT TO clerk USING (current_setting('app.kind') = 'operator');\n";

/// One grant to read jobs as a policy.
pub fn policy(drawn: &Drawn) -> String {
    let grant = &drawn.grant;
    let mut terms: Vec<String> = Vec::new();
    let parties: Vec<String> = grant.to.iter().map(party).collect();
    terms.push(format!("({})", parties.join(" OR ")));
    if !grant.of_units.is_empty() {
        terms.push(format!("{} IN ({})", me("unit"), below(&format!("code IN ('{}')", grant.of_units.join("', '")))));
    }
    match grant.scope {
        Scope::Any => {}
        Scope::Own => terms.push(format!("unit = {}", me("unit"))),
        Scope::Below => terms.push(format!("unit IN ({})", below(&format!("id = {}", me("unit"))))),
    }
    if grant.area {
        terms.push(format!("ST_Intersects(geom, (SELECT u.geom FROM meydan.unit u WHERE u.id = {}))", me("unit")));
    }
    if let Some(cond) = &drawn.cond {
        terms.push(sql(cond));
    }
    if grant.reason {
        terms.push("current_setting('app.reason') = 'yes'".to_owned());
    }
    if grant.step_up {
        let excused = grant.to.iter().filter(|p| !grant.step_up_of.is_empty() && !grant.step_up_of.contains(p));
        let excused: String = excused.map(|p| format!(" OR {}", party(p))).collect();
        terms.push(format!("(current_setting('app.proven') = 'yes'{excused})"));
    }
    if !grant.by_proxy {
        terms.push("current_setting('app.proxied') = 'no'".to_owned());
    }
    let shown: Vec<String> = match &grant.fields {
        None => registers::job().fields.into_iter().filter(|f| !f.personal).map(|f| f.name).collect(),
        Some(names) if names.iter().any(|n| n == "*") => registers::job().fields.into_iter().map(|f| f.name).collect(),
        Some(names) => names.clone(),
    };
    terms.push(format!("current_setting('app.used') IN ('', '{}')", shown.join("', '")));
    format!("CREATE POLICY {} ON meydan.job FOR SELECT TO clerk USING ({});\n", grant.name, terms.join(" AND "))
}

/// The session's settings for who comes.
pub fn settings(principal: &Principal) -> String {
    let mut out = String::new();
    let mut set = |name: &str, value: &str| {
        let _ = writeln!(out, "SET app.{name} = '{value}';");
    };
    let standing = principal.standing();
    let kind = match principal.capacity {
        // These worlds have no cases: who bears one is everybody there.
        Capacity::Everyone | Capacity::Bearer(_) => "everyone",
        Capacity::Operator => "operator",
        Capacity::Person(_) => "person",
        Capacity::Post(_) => "post",
    };
    set("kind", kind);
    set("person", &principal.person().map(|id| id.to_string()).unwrap_or_default());
    set("post", &standing.map(|s| s.post.to_string()).unwrap_or_default());
    set("role", standing.map_or("", |s| &s.role));
    set("unit", &standing.map(|s| s.unit.id.to_string()).unwrap_or_default());
    set("proxied", if standing.is_some_and(|s| s.proxy.is_some()) { "yes" } else { "no" });
    set("reason", if principal.act.reason.is_some() { "yes" } else { "no" });
    set("proven", if principal.verified_at.is_some() { "yes" } else { "no" });
    let limits = principal.limits.iter().map(|l| {
        let mut one = serde_json::Map::new();
        if let Some(actions) = &l.actions {
            one.insert("actions".into(), json!(actions.iter().map(|a| Action::word(*a)).collect::<Vec<_>>()));
        }
        if let Some(registers) = &l.registers {
            one.insert("registers".into(), json!(registers));
        }
        serde_json::Value::Object(one)
    });
    set("limits", &serde_json::Value::Array(limits.collect()).to_string());
    out
}

fn me(what: &str) -> String {
    format!("NULLIF(current_setting('app.{what}'), '')::uuid")
}

/// Ids of the units for which this is true, and of all below them.
fn below(root: &str) -> String {
    format!(
        "WITH RECURSIVE b AS (SELECT id FROM meydan.unit WHERE {root} \
         UNION SELECT u.id FROM meydan.unit u JOIN b ON u.parent = b.id) SELECT id FROM b"
    )
}

fn party(party: &Party) -> String {
    match party {
        Party::Everyone => "TRUE".to_owned(),
        Party::Bearer => "FALSE".to_owned(),
        Party::Person => "current_setting('app.person') <> ''".to_owned(),
        Party::Staff => "current_setting('app.post') <> ''".to_owned(),
        Party::Role(role) => format!("current_setting('app.role') = '{role}'"),
    }
}

fn sql(cond: &Cond) -> String {
    let not = |yes: bool| if yes { "" } else { "NOT " };
    match cond {
        Cond::Status(s, yes) => format!("{}(status = '{s}')", not(*yes)),
        Cond::StatusIn(list, yes) => format!("{}(status = ANY ('{{{}}}'))", not(*yes), list.join(",")),
        Cond::NoStatus(none) => format!("status IS {}NULL", if *none { "" } else { "NOT " }),
        Cond::Priority(op, n) => format!("priority {op} {n}"),
        Cond::PriorityBetween(low, high, yes) => format!("{}(priority >= {low} AND priority <= {high})", not(*yes)),
        Cond::Mine(yes) => format!("{}(owner = {})", not(*yes), me("person")),
        Cond::OfMyUnit(yes) => format!("{}(unit = {})", not(*yes), me("unit")),
        Cond::OfMyPost => format!("post = {}", me("post")),
        Cond::Due(op) => format!("due {op} date '2026-03-05'"),
        Cond::Urgent => "urgent".to_owned(),
        Cond::TitleStarts(c, yes) => format!("{}(left(title, 1) = '{c}')", not(*yes)),
        Cond::In([west, south, east, north]) => {
            format!("ST_Intersects(geom, ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))")
        }
        Cond::Never => "FALSE".to_owned(),
        Cond::And(terms) => joined(terms, " AND ", sql),
        Cond::Or(terms) => joined(terms, " OR ", sql),
        Cond::Not(inner) => format!("NOT ({})", sql(inner)),
    }
}
