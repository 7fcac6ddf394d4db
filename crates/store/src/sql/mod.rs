//! SQL text shared by both stores: names, filters, orders, pages. What differs between them is in [`Dialect`].

pub mod dialect;
pub mod filter;
pub mod names;
pub mod question;
pub mod widen;

pub use dialect::{Dialect, Param};
