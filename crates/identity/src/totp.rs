//! Time-based one-time codes (RFC 6238) as authenticator apps make them: HMAC-SHA-1, six digits, thirty seconds.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};
use sha1::Sha1;
use std::fmt::Write as _;

/// Bytes of a key (RFC 4226 §4 R6 recommends 160 bits).
pub(crate) const KEY_BYTES: usize = 20;
/// Seconds of a step.
const STEP_S: i64 = 30;
/// Digits of a code.
pub(crate) const DIGITS: usize = 6;
/// Steps before and after the present one whose codes are taken too: clocks differ.
const SKEW: i64 = 1;
/// Blank modules around a QR code (ISO/IEC 18004 §5.3.8).
const QUIET: i32 = 4;

/// The code of a counter (RFC 4226 §5.3).
fn code(key: &[u8], counter: u64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&counter.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(hash[19] & 0x0f);
    let word = [0, 1, 2, 3].map(|n| hash.get(at + n).copied().unwrap_or_default());
    (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(u32::try_from(DIGITS).unwrap_or(6))
}

/// The counter of the step whose code this is, if it is one of now and after `last`: a code is good once only.
pub(crate) fn counter_of(key: &[u8], typed: &str, now: Timestamp, last: u64) -> Option<u64> {
    let typed: u32 = typed.parse().ok().filter(|_| typed.len() == DIGITS && typed.bytes().all(|b| b.is_ascii_digit()))?;
    let step = now.as_second().div_euclid(STEP_S);
    // All steps are computed and compared, so that time tells nothing.
    let mut found = None;
    for counter in (step - SKEW..=step + SKEW).filter_map(|c| u64::try_from(c).ok()) {
        let right = code(key, counter) ^ typed == 0;
        if right && counter > last {
            found = Some(counter);
        }
    }
    found
}

/// Base32 (RFC 4648 §6) without padding, as apps want keys typed.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut block = [0; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(block);
        for n in 0..(chunk.len() * 8).div_ceil(5) {
            let index = usize::try_from((bits >> (35 - 5 * n)) & 31).unwrap_or_default();
            out.push(char::from(LETTERS[index]));
        }
    }
    out
}

/// The address that a QR code carries (Key Uri Format): whose account at whom, and the key.
pub(crate) fn uri(issuer: &str, account: &str, key: &str) -> String {
    let (issuer, account) = (percent(issuer), percent(account));
    format!("otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}")
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A text as a QR code: an inline SVG, black on white in every theme, `None` if it is too long for one.
pub(crate) fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let (size, whole) = (code.size(), code.size() + 2 * QUIET);
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let start = x;
            while x < size && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let run = x - start;
                let _ = write!(path, "M{},{}h{run}v1h-{run}z", start + QUIET, y + QUIET);
            }
            x += 1;
        }
    }
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" class="qr" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0,0h{whole}v{whole}h-{whole}z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
#[path = "totp/tests.rs"]
mod tests;
