//! What both stores ask of a blob before they keep it.

use bytes::Bytes;
use meydan_kernel::{Error, Kind, Result, store::MAX_BLOB};
use sha2::{Digest as _, Sha256};

/// The bytes, if there are not too many of them and the digest is theirs; off the runtime's threads, as they may take a while.
///
/// # Errors
/// `blob-too-large`, `blob-differs`.
pub(crate) async fn checked(digest: [u8; 32], bytes: Vec<u8>) -> Result<Bytes> {
    if bytes.len() > MAX_BLOB {
        let most = MAX_BLOB >> 20;
        return Err(Error::new(
            Kind::TooLarge,
            "blob-too-large",
            format!("Bir dosya en çok {most} MB olabilir."),
            format!("A file can have {most} MB at most."),
        ));
    }
    let (is_its, bytes) =
        tokio::task::spawn_blocking(move || (Sha256::digest(&bytes).as_slice() == digest, Bytes::from(bytes)))
            .await
            .map_err(Error::internal)?;
    if is_its {
        return Ok(bytes);
    }
    Err(Error::invalid(
        "blob-differs",
        "Dosyanın içeriği, bildirilen SHA-256 özetiyle uyuşmuyor.",
        "The file's content is not what its SHA-256 digest says.",
    ))
}
