//! One folder per standard or surface: parse, ask the desk, print.
