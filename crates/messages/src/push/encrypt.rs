//! Encryption of a notice for one browser (RFC 8291, `aes128gcm` of RFC 8188), by ring.

use crate::{Failure, Result};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    rand::{SecureRandom, SystemRandom},
};

/// Bytes of an uncompressed point of P-256.
pub(super) const KEY_BYTES: usize = 65;
/// Bytes of a browser's secret.
pub(super) const AUTH_BYTES: usize = 16;
/// The one record's size as announced (RFC 8188 §2.1); the record itself is shorter.
const RECORD_BYTES: u32 = 4096;
/// Ends the last record (RFC 8188 §2).
const LAST: u8 = 2;
/// Notices are made as long as the next multiple of this, so that the length tells little.
const PADDED_TO: usize = 128;

/// Encrypts.
///
/// # Errors
/// [`Failure::Refused`] if the key is none; [`Failure::Later`] if the system gives no random bytes.
pub(super) fn encrypt(payload: &[u8], browser_key: &[u8], auth: &[u8]) -> Result<Vec<u8>> {
    let random = SystemRandom::new();
    let no_random = |_| Failure::later("no random bytes");
    let mut salt = [0; 16];
    random.fill(&mut salt).map_err(no_random)?;
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(no_random)?;
    let own_public = own.compute_public_key().map_err(no_random)?;
    // RFC 8291 §3.3, §3.4
    let mut info = b"WebPush: info\0".to_vec();
    info.extend_from_slice(browser_key);
    info.extend_from_slice(own_public.as_ref());
    let mut ikm = [0; 32];
    agree_ephemeral(own, &UnparsedPublicKey::new(&ECDH_P256, browser_key), |shared| {
        derive(&Salt::new(HKDF_SHA256, auth).extract(shared), &info, &mut ikm)
    })
    .and_then(|derived| derived)
    .map_err(|_| Failure::refused("not the key of a browser"))?;
    let broken = |_| Failure::refused("the notice can't be encrypted");
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&ikm);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    derive(&prk, b"Content-Encoding: aes128gcm\0", &mut key).map_err(broken)?;
    derive(&prk, b"Content-Encoding: nonce\0", &mut nonce).map_err(broken)?;
    let mut record = payload.to_vec();
    record.push(LAST);
    record.resize(record.len().next_multiple_of(PADDED_TO), 0);
    let sealer = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).map_err(broken)?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    sealer.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).map_err(broken)?;
    let mut out = salt.to_vec();
    out.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    out.push(KEY_BYTES as u8);
    out.extend_from_slice(own_public.as_ref());
    out.append(&mut record);
    Ok(out)
}

/// How many bytes HKDF shall give.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(prk: &Prk, info: &[u8], out: &mut [u8]) -> std::result::Result<(), Unspecified> {
    prk.expand(&[info], Bytes(out.len()))?.fill(out)
}
