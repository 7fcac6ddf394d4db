//! The definitions as one number, for the log: who may write the store's file could change them unseen otherwise.

use super::Catalogue;
use sha2::{Digest, Sha256};

/// SHA-256 over the canonical JSON (RFC 8785) of all definitions, grants and lists, as `sha256:` and hex.
pub fn digest(catalogue: &Catalogue) -> String {
    let json = serde_json::to_value(catalogue).unwrap_or_default();
    let hash = Sha256::digest(crate::log::to_jcs(&json));
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
