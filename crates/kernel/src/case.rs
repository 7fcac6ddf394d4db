//! The noun *case* (*iş*): a record whose register declares a workflow. Pure: what a transition makes of a case and its clocks;
//! who may is the desk's business (`desk/case`).

mod clock;
mod flow;
mod reference;

pub use clock::{Clock, Clocks, Happening};
pub(crate) use flow::Flow;
pub use flow::{instant, state_of};
pub use reference::{readable, reference, sample_reference, spoken};
