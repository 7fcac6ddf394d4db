//! What notices to the house say, in both languages.

use super::notice::Told;
use meydan_kernel::Bilingual;

/// What the notices speak of.
pub(super) struct About<'a> {
    /// What the case is called.
    pub(super) label: &'a str,
    /// Its number as it is said.
    pub(super) number: &'a str,
    /// Its last day, if a deadline runs.
    pub(super) due: Option<&'a str>,
    /// Why, if somebody said so.
    pub(super) why: Option<&'a str>,
}

impl About<'_> {
    fn told(&self, reason: &'static str, tr: &str, en: &str) -> Told {
        let Self { label, number, due, why } = self;
        let mut body = Bilingual::new(format!("{tr}: {label}\nNumara: {number}"), format!("{en}: {label}\nNumber: {number}"));
        if let Some(due) = due {
            body.tr.push_str(&format!("\nSon gün: {due}"));
            body.en.push_str(&format!("\nLast day: {due}"));
        }
        if let Some(why) = why {
            body.tr.push_str(&format!("\nGerekçe: {why}"));
            body.en.push_str(&format!("\nReason: {why}"));
        }
        Told { reason, subject: Bilingual::new(format!("{tr}: {label}"), format!("{en}: {label}")), body, short: None }
    }

    /// The case is yours now.
    pub(super) fn assigned(&self) -> Told {
        self.told("assigned", "Size verildi", "Given to you")
    }

    /// Something happened to your case: what the transition is called.
    pub(super) fn moved(&self, step: &Bilingual) -> Told {
        self.told("progress", &step.tr, &step.en)
    }

    /// New in your unit.
    pub(super) fn in_unit(&self) -> Told {
        self.told("new_in_unit", "Biriminize geldi", "New in your unit")
    }

    /// An answer awaits your approval.
    pub(super) fn to_approve(&self) -> Told {
        self.told("progress", "Onayınızı bekleyen yanıt", "An answer awaits your approval")
    }

    /// What you gave was reported as done.
    pub(super) fn reported(&self) -> Told {
        self.told("progress", "Verdiğiniz görevin sonucu bildirildi", "The task that you gave was reported")
    }

    /// A deadline is near.
    pub(super) fn near(&self, deadline: &Bilingual) -> Told {
        let (tr, en) = (format!("Süresi yaklaştı ({})", deadline.tr), format!("Due soon ({})", deadline.en));
        self.told("due_soon", &tr, &en)
    }

    /// A deadline is over.
    pub(super) fn missed(&self, deadline: &Bilingual) -> Told {
        let (tr, en) = (format!("Süresi aşıldı ({})", deadline.tr), format!("Overdue ({})", deadline.en));
        self.told("overdue", &tr, &en)
    }

    /// A deadline has been over for long: who is above is told.
    pub(super) fn escalated(&self, deadline: &Bilingual) -> Told {
        let tr = format!("Süresi aşıldı, üste bildirildi ({})", deadline.tr);
        let en = format!("Overdue, told to you as superior ({})", deadline.en);
        self.told("escalated", &tr, &en)
    }
}
