//! The text index over a real store: what is found by Turkish words, by whom, and what becomes of it.

mod change;
mod may;
mod office;
mod turkish;
