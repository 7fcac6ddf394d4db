//! The city's registers: the base map and what stands on it (articles 7/c, 7/l, 9/ç, 9/d, 9/f, 9/h, 9/n). See `README.md`.

pub mod demo;
