//! Work: tasks, comments, attachments, notices, duty; and what goes with every case.

pub mod effects;
pub mod holders;
pub mod notice;
mod wording;
