//! What the walk says about what happened on purpose.

pub mod erasing;
