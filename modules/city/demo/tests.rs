//! The sample city keeps the rules that a real one must keep.
