//! Each rule broken once, and the days between.

mod calendar;
mod rules;
mod world;
