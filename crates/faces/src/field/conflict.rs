//! What happened to a case since somebody last saw it: by whom, when, and what; and whether it was no more than its clocks.

use crate::{Caller, changes::differences};
use meydan_kernel::{Desk, Lang, Principal, Register, Result, Value, Version, catalogue::workflow::field};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Step of a version that the house made by looking at the clocks.
const LOOK: &str = "look";
/// Fields that time moves and nobody.
const MOVED_BY_TIME: [&str; 5] = [field::CLOCKS, field::TIMER_AT, field::DUE_AT, field::LATE, field::STEP];

/// What happened meanwhile.
pub struct Meanwhile {
    /// Nothing but time went by: what somebody saw is what is there.
    pub only_time: bool,
    /// Each change with who and when, oldest first.
    pub steps: Json,
}

/// The changes of a case after the version that somebody saw. Who may not see the history learns only that there were some.
///
/// # Errors
/// Those of the store.
pub async fn since(
    desk: &Desk,
    caller: &Caller,
    principal: &Principal,
    lang: Lang,
    (register, id): (&Arc<Register>, Uuid),
    seen: i64,
) -> Result<Meanwhile> {
    let versions = match desk.history(principal, register, id).await {
        Err(error) if error.is_refusal() || error.code() == "no-such-record" => Vec::new(),
        versions => versions?,
    };
    let mut before: Option<&Version> = None;
    let (mut only_time, mut steps) = (!versions.is_empty(), Vec::new());
    for version in &versions {
        let earlier = before.replace(version);
        if version.record.version <= seen {
            continue;
        }
        let (changed, moved) = differences(register, earlier, version);
        let name = |index: usize| register.fields.get(index).map_or("", |f| f.name.as_str());
        let looked = version.record.value(register, field::STEP) == Some(&Value::Text(LOOK.to_owned()));
        only_time &= looked && !version.deleted && !moved && changed.iter().all(|d| MOVED_BY_TIME.contains(&name(d.field)));
        let text = |value: Option<&Value>| value.map_or(Json::Null, Value::to_json);
        let fields = changed
            .iter()
            .filter(|d| !is_inner(name(d.field)))
            .map(|d| json!({ "field": name(d.field), "old": text(d.old), "new": text(d.new) }));
        let step = match version.record.value(register, field::STEP) {
            Some(Value::Text(step)) => register.workflow.as_ref().and_then(|w| w.transition(step)).map(|t| t.title.get(lang)),
            _ => None,
        };
        steps.push(json!({
            "version": version.record.version, "at": version.record.recorded_at.to_string(),
            "by": caller.name_of(&version.act.person), "post": caller.name_of(&version.act.post),
            "reason": version.act.reason, "step": step, "changed": fields.collect::<Vec<_>>(), "moved": moved,
        }));
    }
    Ok(Meanwhile { only_time, steps: steps.into() })
}

/// Fields that tell a person nothing that the others don't.
fn is_inner(name: &str) -> bool {
    MOVED_BY_TIME.contains(&name) && name != field::DUE_AT
        || [field::FLOW, field::ENTERED_AT, field::HELD_SINCE].contains(&name)
}
