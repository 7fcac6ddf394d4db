//! Units: no ring, no unit that ends before what stands in it.

use super::{
    calendar::Period,
    draft::{Draft, fault, is_operator},
};
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
    post::Directory,
};
use uuid::Uuid;

/// The check `unit`.
pub(super) struct UnitCheck;

impl Check for UnitCheck {
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError> {
        let directory = change.directory;
        let Some(unit) = Draft::after(change) else {
            let id = change.before.map(|r| r.id);
            return id.filter(|id| occupied(directory, *id, None)).map(|_| not_empty("code")).into_iter().collect();
        };
        let mut faults = Vec::new();
        if let Some(before) = Draft::before(change)
            && !unit.keeps(before, "code")
            && !is_operator(change.principal)
        {
            faults.push(fault(
                "code",
                "birimin kodu değişmez; yetkiler bu kodla yazılır",
                "a unit's code doesn't change; grants are written with it",
            ));
        }
        if let Some(parent) = unit.reference("parent") {
            if above(directory, parent).contains(&unit.id()) {
                faults.push(fault(
                    "parent",
                    "birim kendi altındaki bir birime bağlanamaz",
                    "a unit can't be under one that is below it",
                ));
            }
            let days = directory.unit(parent).map(|p| Period::new(p.from, p.until));
            if days.is_some_and(|days| !days.covers(unit.period()) && days.last() < unit.period().last()) {
                faults.push(fault("valid_until", "üst birim daha önce kapanıyor", "the unit above ends earlier"));
            }
        }
        if unit.date("valid_until").is_some() && occupied(directory, unit.id(), Some(unit.period())) {
            faults.push(not_empty("valid_until"));
        }
        faults
    }
}

fn not_empty(field: &str) -> FieldError {
    fault(
        field,
        "birimin altında o günden sonra da süren birim ya da görev var; önce onlar kapatılmalı",
        "units or posts under it go on after that day; end them first",
    )
}

/// A unit and all above it; ends at a ring.
fn above(directory: &Directory, unit: Uuid) -> Vec<Uuid> {
    let mut line = vec![unit];
    while let Some(next) = line.last().and_then(|id| directory.unit(*id)).and_then(|u| u.parent).filter(|id| !line.contains(id))
    {
        line.push(next);
    }
    line
}

/// True if a unit or post directly under the unit goes on after these days; with no days, if there is any.
fn occupied(directory: &Directory, unit: Uuid, days: Option<Period>) -> bool {
    let after = |until| days.is_none_or(|days| Period::new(None, until).last() > days.last());
    directory.units().any(|u| u.parent == Some(unit) && u.id != unit && after(u.until))
        || directory.posts().any(|p| p.unit == unit && after(p.until))
}
