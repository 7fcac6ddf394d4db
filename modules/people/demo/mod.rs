//! The sample organisation: the department as the regulation has it (articles 5 and 6), with what stands around it.
//!
//! Units and posts follow the regulation; chiefs' offices, persons, numbers and dates are invented, and each record says so
//! (`origin = generated`). Identity numbers pass the check of their digits and begin with 999000. The same seed makes the same
//! organisation on the same day: a proxy runs today, one is over, one is to come, one waits for approval.

mod persons;
mod posts;
mod units;
mod write;

pub use persons::{Login, logins};

use jiff::civil::Date;
use meydan_geo::Wkb;
use meydan_kernel::{Catalogue, Result, desk::Edit};

/// District municipalities of the province (as Trabzon has).
pub const DISTRICTS: usize = 18;

/// The sample organisation as batches of edits for [`meydan_kernel::Desk::change`], made by the operator one after the other:
/// what a record refers to stands in an earlier batch. `districts` are name and area of the sample city's districts
/// ([`crate::city::demo::Demo::districts`]); the organisation has a municipality for each, and [`DISTRICTS`] at least.
///
/// # Errors
/// `demo-definitions` or `no-such-register` if the definitions lack what it fills.
pub fn organisation(
    catalogue: &Catalogue,
    seed: u64,
    today: Date,
    districts: &[(String, Option<Wkb>)],
) -> Result<Vec<Vec<(String, Edit)>>> {
    let writer = write::Writer::new(catalogue, seed, today)?;
    let mut batches = writer.units(districts)?;
    batches.extend(writer.posts()?);
    batches.push(writer.persons()?);
    batches.push(writer.holdings()?);
    batches.push(writer.proxies()?);
    Ok(batches)
}
