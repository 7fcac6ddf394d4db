//! What only the PostgreSQL store promises.

pub mod apart;
pub mod bulk;
pub mod doubt;
pub mod erasure;
pub mod faults;
pub mod guards;
pub mod letters;
pub mod lingering;
pub mod processes;
