//! Signed notes (C2SP signed-note) and the checkpoint in them (C2SP tlog-checkpoint), Ed25519.
//!
//! The private key is not the store's business: it lives in a file beside the data.

use super::tree::Hash;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Signature type of Ed25519 in key texts.
const ED25519: u8 = 1;
/// Start of a private key's text.
const PRIVATE: &str = "PRIVATE+KEY+";
/// What a signature line starts with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a key or a note is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a key's text.
    #[error("the text is not a key")]
    Key,
    /// Not a note's text.
    #[error("the text is not a signed note")]
    Note,
    /// The text of the note is not a checkpoint.
    #[error("the note is not a checkpoint")]
    Checkpoint,
    /// No signature by this key.
    #[error("the note is not signed by this key")]
    Unsigned,
    /// A signature by this key that does not hold.
    #[error("the signature does not hold")]
    Forged,
}

/// The key that signs: a name and an Ed25519 key.
#[derive(Clone)]
pub struct SealKey {
    name: String,
    key: SigningKey,
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the key itself.
        write!(f, "SealKey({})", self.verifier())
    }
}

impl SealKey {
    /// A key from 32 random bytes. The name is the log's origin, made from the public key, so that two logs never share one.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        let name = format!("meydan/{}", hex(&Sha256::digest(key.verifying_key().as_bytes())[..6]));
        Self { name, key }
    }

    /// Reads `PRIVATE+KEY+name+hash+base64`.
    ///
    /// # Errors
    /// [`NoteError::Key`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, seed) = pieces(text.trim().strip_prefix(PRIVATE).ok_or(NoteError::Key)?)?;
        let key = SigningKey::from_bytes(&seed);
        let found = Self { name: name.to_owned(), key };
        if found.verifier().id != id { Err(NoteError::Key) } else { Ok(found) }
    }

    /// The text that [`SealKey::parse`] reads. Keep it secret.
    pub fn to_private_text(&self) -> String {
        let verifier = self.verifier();
        format!("{PRIVATE}{}+{}+{}", self.name, hex(&verifier.id), key_text(self.key.as_bytes()))
    }

    /// The key that checks.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(self.name.clone(), self.key.verifying_key())
    }

    /// A signed checkpoint.
    pub fn sign(&self, size: u64, root: &Hash) -> String {
        let text = format!("{}\n{size}\n{}\n", self.name, BASE64_STANDARD.encode(root));
        let mut signature = self.verifier().id.to_vec();
        signature.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{DASH}{} {}\n", self.name, BASE64_STANDARD.encode(signature))
    }
}

/// The key that checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}+{}", self.name, hex(&self.id), key_text(self.key.as_bytes()))
    }
}

impl Verifier {
    fn new(name: String, key: VerifyingKey) -> Self {
        let mut hash = Sha256::new();
        hash.update(name.as_bytes());
        hash.update([b'\n', ED25519]);
        hash.update(key.as_bytes());
        let digest: Hash = hash.finalize().into();
        Self { name, id: [digest[0], digest[1], digest[2], digest[3]], key }
    }

    /// Reads `name+hash+base64`.
    ///
    /// # Errors
    /// [`NoteError::Key`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, key) = pieces(text.trim())?;
        let found = Self::new(name.to_owned(), VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?);
        if found.id != id { Err(NoteError::Key) } else { Ok(found) }
    }

    /// The key's name: the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks a signed checkpoint and reads it.
    ///
    /// # Errors
    /// [`NoteError`]; a checkpoint of another origin is `Checkpoint`.
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = split(note)?;
        let mut signed = false;
        for line in signatures.lines() {
            let (name, signature) = line.strip_prefix(DASH).and_then(|l| l.split_once(' ')).ok_or(NoteError::Note)?;
            let bytes = BASE64_STANDARD.decode(signature).map_err(|_| NoteError::Note)?;
            // Signatures by others (witnesses) are passed over.
            let Some(signature) = bytes.strip_prefix(&self.id).filter(|_| name == self.name) else { continue };
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Forged)?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Forged)?;
            signed = true;
        }
        if !signed {
            return Err(NoteError::Unsigned);
        }
        let checkpoint = Checkpoint::parse(text)?;
        if checkpoint.origin == self.name { Ok(checkpoint) } else { Err(NoteError::Checkpoint) }
    }
}

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a checkpoint, without looking at signatures.
    ///
    /// # Errors
    /// [`NoteError::Checkpoint`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let mut line = || lines.next().filter(|l| !l.is_empty()).ok_or(NoteError::Checkpoint);
        let (origin, size, root) = (line()?, line()?, line()?);
        let number = size.parse::<u64>().ok().filter(|n| n.to_string() == size).ok_or(NoteError::Checkpoint)?;
        let root = BASE64_STANDARD.decode(root).ok().and_then(|b| Hash::try_from(b).ok()).ok_or(NoteError::Checkpoint)?;
        Ok(Self { origin: origin.to_owned(), size: number, root })
    }
}

/// The signed part of a note: its text with the last newline. This is what a time stamp is over.
///
/// # Errors
/// [`NoteError::Note`].
pub fn text_of(note: &str) -> Result<&str, NoteError> {
    split(note).map(|(text, _)| text)
}

fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let at = note.rfind("\n\n").ok_or(NoteError::Note)?;
    let signatures = note.get(at + 2..).unwrap_or_default();
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Note);
    }
    Ok((&note[..=at], signatures))
}

/// Name, id and the 32 bytes of `name+hash+base64`. The base64 itself may hold a plus.
fn pieces(text: &str) -> Result<(&str, [u8; 4], [u8; 32]), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(NoteError::Key) };
    if name.is_empty() || name.chars().any(char::is_whitespace) || id.len() != 8 {
        return Err(NoteError::Key);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| NoteError::Key)?.to_be_bytes();
    let bytes = BASE64_STANDARD.decode(key).map_err(|_| NoteError::Key)?;
    match bytes.split_first() {
        Some((&ED25519, key)) => Ok((name, id, key.try_into().map_err(|_| NoteError::Key)?)),
        _ => Err(NoteError::Key),
    }
}

fn key_text(key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519];
    bytes.extend_from_slice(key);
    BASE64_STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_and_checkpoints_come_back() {
        let key = SealKey::from_seed([7; 32]);
        let again = SealKey::parse(&key.to_private_text()).expect("a key");
        assert_eq!(again.verifier(), key.verifier());
        assert_eq!(Verifier::parse(&key.verifier().to_string()), Ok(key.verifier()));
        let note = key.sign(17, &[9; 32]);
        let checkpoint = key.verifier().open(&note).expect("signed");
        assert_eq!((checkpoint.size, checkpoint.root), (17, [9; 32]));
        assert_eq!(checkpoint.origin, key.verifier().name());
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }

    /// The key and note of golang.org/x/mod/sumdb/note's documentation, which C2SP signed-note grew from.
    #[test]
    fn the_note_of_the_go_documentation_is_opened() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let verifier = Verifier::parse(key).expect("a key");
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        // The signature holds; the text is no checkpoint.
        assert_eq!(verifier.open(note), Err(NoteError::Checkpoint));
        assert_eq!(verifier.open(&note.replace("answer", "Answer")), Err(NoteError::Forged));
    }

    #[test]
    fn forgeries_are_told() {
        let (key, other) = (SealKey::from_seed([1; 32]), SealKey::from_seed([2; 32]));
        let note = key.sign(5, &[3; 32]);
        assert_eq!(key.verifier().open(&note.replacen("\n5\n", "\n6\n", 1)), Err(NoteError::Forged));
        assert_eq!(other.verifier().open(&note), Err(NoteError::Unsigned));
        assert_eq!(key.verifier().open(note.trim_end()), Err(NoteError::Note));
        assert_eq!(Verifier::parse(&key.verifier().to_string().replacen("meydan", "meydam", 1)), Err(NoteError::Key));
    }

    proptest! {
        #[test]
        fn any_text_survives(text in ".{0,200}") {
            let key = SealKey::from_seed([1; 32]);
            let _ = (Verifier::parse(&text), SealKey::parse(&text), key.verifier().open(&text), Checkpoint::parse(&text));
            let _ = crate::log::proof::from_text(&text);
        }

        #[test]
        fn no_changed_byte_is_missed(at in 0usize..200, to in any::<u8>()) {
            let key = SealKey::from_seed([1; 32]);
            let note = key.sign(123_456, &[3; 32]);
            let mut bytes = note.clone().into_bytes();
            let at = at % bytes.len();
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            if let Ok(text) = String::from_utf8(bytes) {
                prop_assert!(key.verifier().open(&text).is_err(), "{}", text);
            }
        }
    }
}
