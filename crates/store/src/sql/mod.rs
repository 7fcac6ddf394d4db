//! SQL text shared by both stores.
