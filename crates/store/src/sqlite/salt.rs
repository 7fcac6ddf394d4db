//! Salts of the log's digests: 16 random bytes each, drawn from the system in one go for many.

use meydan_kernel::{Error, Result};

/// Bytes of one salt.
const SALT: usize = 16;
/// Salts drawn with one call.
const DRAWN: usize = 256;

/// A stock of salts that were never used.
#[derive(Default)]
pub(super) struct Salts {
    stock: Vec<u8>,
}

impl Salts {
    /// A salt that nobody had before.
    pub(super) fn next(&mut self) -> Result<[u8; SALT]> {
        if self.stock.len() < SALT {
            self.stock.resize(SALT * DRAWN, 0);
            getrandom::fill(&mut self.stock).map_err(Error::internal)?;
        }
        let rest = self.stock.len() - SALT;
        let mut salt = [0; SALT];
        salt.copy_from_slice(&self.stock[rest..]);
        self.stock.truncate(rest);
        Ok(salt)
    }
}
