//! The sealer of the log and its verification.
