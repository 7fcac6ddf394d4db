//! What may be said about who acts and why.

use crate::{Act, Error, Kind, Result};

/// Limit: bytes of all texts of an [`Act`] together. An entry of the log has at most 65,535 bytes in a bundle (C2SP tlog-tiles), and
/// a control character may take six in its JSON.
pub const MAX_ACT_BYTES: usize = 8_192;

/// Refuses an act that the log can't hold.
pub(super) fn check(act: &Act) -> Result<()> {
    let texts = [Some(&act.person), Some(&act.post), act.on_behalf_of.as_ref(), act.reason.as_ref(), Some(&act.source)];
    let texts = || texts.iter().flatten();
    if texts().any(|t| t.contains('\0')) {
        return Err(Error::invalid(
            "bad-act",
            "Gerekçe U+0000 karakteri içeremez.",
            "The reason can't hold the character U+0000.",
        ));
    }
    if texts().map(|t| t.len()).sum::<usize>() > MAX_ACT_BYTES {
        return Err(Error::new(
            Kind::TooLarge,
            "act-too-long",
            format!("Gerekçe çok uzun (kişi ve görevle birlikte en çok {MAX_ACT_BYTES} bayt)."),
            format!("The reason is too long (at most {MAX_ACT_BYTES} bytes together with person and post)."),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Entry, Verb};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn act(reason: String) -> Act {
        Act { person: "p".into(), post: "q".into(), on_behalf_of: None, reason: Some(reason), source: "api".into() }
    }

    #[test]
    fn too_much_is_refused() {
        assert!(check(&act("x".repeat(8_000))).is_ok());
        assert_eq!(check(&act("x".repeat(8_192))).expect_err("too long").code(), "act-too-long");
        assert_eq!(check(&act("a\0b".into())).expect_err("NUL").code(), "bad-act");
    }

    proptest! {
        #[test]
        fn what_is_taken_fits_into_a_bundle(reason in "\\PC{0,200}|[\u{1}-\u{1f}\"\\\\]{7000,9000}") {
            let act = act(reason);
            if check(&act).is_ok() {
                let entry = Entry {
                    position: i64::MAX,
                    changeset: Uuid::max(),
                    act,
                    recorded_at: jiff::Timestamp::MAX,
                    register: "r".repeat(48),
                    id: Uuid::max(),
                    fid: i64::MAX,
                    version: i64::MAX,
                    verb: Verb::Insert,
                    digest: [255; 32],
                    salt: None,
                };
                prop_assert!(entry.leaf_bytes().len() <= usize::from(u16::MAX));
            }
        }
    }
}
