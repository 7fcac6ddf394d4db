//! Meydan: the one program of a municipality's IT department. Command line, configuration, wiring.

fn main() {}
