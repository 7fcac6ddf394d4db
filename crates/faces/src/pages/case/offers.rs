//! What who looks may do with a case, each as a small form with exactly the fields that it takes.

use super::super::{
    form::{self, Content, Input},
    inbox::people,
    page::Visit,
    params::Params,
    refusal::Refusal,
};
use crate::Problem;
use meydan_kernel::{
    FieldKind, Record, Register, Value,
    catalogue::workflow::field,
    desk::Offer,
    permission::FieldSet,
    post::{PERSON, UNIT},
};
use std::sync::Arc;

/// A form that came back.
pub struct Again {
    /// The transition.
    pub transition: String,
    /// What was typed.
    pub form: Params,
    /// Why.
    pub refusal: Refusal,
}

/// One thing that can be done.
pub struct OfferForm {
    /// Name of the transition.
    pub name: String,
    /// What the button says.
    pub title: String,
    /// Its inputs.
    pub inputs: Vec<Input>,
    /// It takes a reason.
    pub reason: bool,
    /// What was typed as one.
    pub typed_reason: String,
    /// Who does it must prove anew who they are.
    pub step_up: bool,
    /// It came back: open.
    pub open: bool,
    /// It takes an answer's text.
    pub answers: bool,
    /// It joins the case to another.
    pub joins: bool,
}

impl OfferForm {
    /// True if there is nothing to fill in.
    pub fn is_bare(&self) -> bool {
        self.inputs.is_empty() && !self.reason && !self.step_up
    }
}

/// The forms of what is offered.
///
/// # Errors
/// Those of the store (names of references).
pub async fn forms(
    visit: &Visit,
    register: &Arc<Register>,
    record: &Record,
    offers: Vec<Offer>,
    again: Option<&Again>,
) -> Result<Vec<OfferForm>, Problem> {
    let mut out = Vec::with_capacity(offers.len());
    for offer in offers {
        let transition = &offer.transition;
        let names = FieldSet::named(register, &[&transition.needs[..], &transition.fields[..]].concat());
        let mut content = Content::of(record);
        for index in record.hidden.iter() {
            if let Some(slot) = content.values.get_mut(index) {
                *slot = Value::Null;
            }
        }
        let (mut inputs, _) = form::inputs(visit, register, &content, names).await?;
        let again = again.filter(|a| a.transition == transition.name);
        for input in &mut inputs {
            input.required = transition.needs.contains(&input.name);
            offer_choices(visit, register, record, input);
            if let Some(again) = again {
                fill(input, again);
            }
        }
        out.push(OfferForm {
            name: transition.name.clone(),
            title: visit.say(&transition.title).to_owned(),
            answers: inputs.iter().any(|i| i.name == "answer"),
            joins: transition.needs.iter().any(|n| n == "duplicate_of"),
            inputs,
            reason: offer.reason,
            typed_reason: again.and_then(|a| a.form.get("reason")).unwrap_or_default().to_owned(),
            step_up: offer.step_up,
            open: again.is_some(),
        });
    }
    Ok(out)
}

/// Units and persons are chosen from a list: of persons, those who hold a post where the case is.
fn offer_choices(visit: &Visit, register: &Register, record: &Record, input: &mut Input) {
    let Some(FieldKind::Reference { register: target }) = register.field(&input.name).map(|f| &f.kind) else { return };
    let choices = match target.as_str() {
        UNIT => people::units(visit),
        PERSON if input.name == field::ASSIGNEE => {
            let unit = match record.value(register, field::UNIT) {
                Some(Value::Reference(id)) => Some(*id),
                _ => None,
            };
            people::of_units(visit, &people::line(visit, unit))
        }
        _ => return,
    };
    let chosen = std::mem::take(&mut input.id);
    input.form = "choice";
    input.choices = choices.into_iter().map(|(id, name)| (id.clone(), name, id == chosen)).collect();
}

fn fill(input: &mut Input, again: &Again) {
    input.fault = again.refusal.at(&input.name).map(str::to_owned);
    let Some(typed) = again.form.raw(&input.name) else { return };
    typed.clone_into(&mut input.value);
    for (word, _, chosen) in &mut input.choices {
        *chosen = word == typed;
    }
    if input.form == "reference" {
        again.form.raw(&format!("{}.id", input.name)).unwrap_or_default().clone_into(&mut input.id);
    }
}
