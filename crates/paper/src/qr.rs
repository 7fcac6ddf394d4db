//! QR codes of addresses.

use crate::error::PaperError;
use qrcodegen::{QrCode, QrCodeEcc};
use std::rc::Rc;

/// The longest address in bytes: what a telephone still reads from a code of two centimetres.
pub const MAX_ADDRESS_BYTES: usize = 400;

/// The empty border that readers need, in modules (ISO/IEC 18004).
pub(crate) const QUIET: i32 = 4;

/// The code of an address, readable with 15 % of it damaged.
pub(crate) fn code(address: &str) -> Result<Rc<QrCode>, PaperError> {
    let too_long = PaperError::AddressTooLong { limit: MAX_ADDRESS_BYTES };
    if address.len() > MAX_ADDRESS_BYTES {
        return Err(too_long);
    }
    QrCode::encode_text(address, QrCodeEcc::Medium).map(Rc::new).map_err(|_| too_long)
}
