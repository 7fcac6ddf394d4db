//! Files that come in pieces, over a bad line: what is there of one is kept for the person who sends it until it is whole and has
//! become some record's file, for two days at most. Nobody else sees it, and it is in no log, history or export.

use super::Desk;
use crate::{Error, Kind, Principal, Result, Secret, store::MAX_BLOB};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Limit: bytes of one piece, 1 MiB.
pub const MAX_PIECE: usize = 1 << 20;
/// Limit: bytes that one person may have under way, 256 MiB.
const MAX_UNDER_WAY: u64 = 256 << 20;
/// How long a piece waits for the next.
const KEPT: SignedDuration = SignedDuration::from_hours(48);
/// Kind of what says how much is there.
const UPLOAD: &str = "upload";
/// Kind of the pieces.
const PIECE: &str = "upload_piece";

type Sha = [u8; 32];

/// How far a file has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Bytes of the whole.
    pub size: u64,
    /// Bytes that are there, from the first on.
    pub have: u64,
    /// Where each piece begins.
    pieces: Vec<u64>,
}

impl Upload {
    /// True if all of it is there.
    pub const fn is_whole(&self) -> bool {
        self.size > 0 && self.have == self.size
    }
}

impl Desk {
    /// How far a file of somebody has come; nothing of it if none of it is there.
    ///
    /// # Errors
    /// `login-required`; those of the store.
    pub async fn upload_state(&self, principal: &Principal, digest: Sha) -> Result<Upload> {
        let owner = owner(principal)?;
        Ok(self.upload_head(owner, digest, principal).await?.map_or_else(Upload::default, |(_, upload)| upload))
    }

    /// Takes the next piece of a file; one that does not begin where the file ends so far changes nothing. Returns how far it has
    /// come then. When the last piece is there the whole is held against its digest.
    ///
    /// # Errors
    /// `login-required`; `bad-piece`, `piece-too-large`, `blob-too-large`, `too-much-under-way`; `blob-differs` if the whole is not
    /// what its digest says (all of it is forgotten then); those of the store.
    pub async fn upload(&self, principal: &Principal, digest: Sha, size: u64, from: u64, bytes: &[u8]) -> Result<Upload> {
        let owner = owner(principal)?;
        let known = self.upload_head(owner, digest, principal).await?;
        fits(size, from, bytes.len())?;
        let (head, mut upload) = match known {
            Some((secret, upload)) => (Some(secret), upload),
            None => (None, Upload { size, ..Upload::default() }),
        };
        if upload.size != size {
            return Err(bad_piece());
        }
        if upload.have != from || upload.is_whole() {
            return Ok(upload);
        }
        if head.is_none() {
            self.refuse_too_much(owner, principal, size).await?;
        }
        let kept = |kind: &str, key: String, content: String| Secret {
            kind: kind.to_owned(),
            key,
            owner: Some(owner),
            content,
            created_at: principal.now,
            expires_at: principal.now.checked_add(KEPT).ok(),
        };
        self.store.keep_secret(&kept(PIECE, piece_key(owner, digest, from), STANDARD.encode(bytes))).await?;
        upload.have += bytes.len() as u64;
        upload.pieces.push(from);
        if upload.is_whole() {
            let whole = self.pieces(owner, digest, &upload).await?;
            if <Sha>::from(Sha256::digest(&whole)) != digest {
                self.forget_pieces(owner, digest, &upload).await?;
                return Err(Error::invalid(
                    "blob-differs",
                    "Dosya, özetinin söylediği dosya değil.",
                    "The file is not what its digest says.",
                ));
            }
        }
        let content = serde_json::to_string(&upload).map_err(Error::internal)?;
        let told = kept(UPLOAD, key(owner, digest), content);
        if self.store.swap_secret(head.as_ref(), &told).await? {
            return Ok(upload);
        }
        self.upload_state(principal, digest).await
    }

    /// A file that is all there.
    ///
    /// # Errors
    /// `login-required`; those of the store.
    pub async fn uploaded(&self, principal: &Principal, digest: Sha) -> Result<Option<Vec<u8>>> {
        let owner = owner(principal)?;
        match self.upload_head(owner, digest, principal).await? {
            Some((_, upload)) if upload.is_whole() => self.pieces(owner, digest, &upload).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Forgets a file that came in pieces: it has become a record's.
    ///
    /// # Errors
    /// `login-required`; those of the store.
    pub async fn forget_upload(&self, principal: &Principal, digest: Sha) -> Result<()> {
        let owner = owner(principal)?;
        match self.upload_head(owner, digest, principal).await? {
            Some((_, upload)) => self.forget_pieces(owner, digest, &upload).await,
            None => Ok(()),
        }
    }

    async fn upload_head(&self, owner: Uuid, digest: Sha, principal: &Principal) -> Result<Option<(Secret, Upload)>> {
        let secret = self.store.secret(UPLOAD, &key(owner, digest)).await?.filter(|s| !s.is_over(principal.now));
        Ok(secret.and_then(|secret| {
            let upload = serde_json::from_str(&secret.content).ok()?;
            Some((secret, upload))
        }))
    }

    async fn pieces(&self, owner: Uuid, digest: Sha, upload: &Upload) -> Result<Vec<u8>> {
        let mut whole = Vec::with_capacity(usize::try_from(upload.size).unwrap_or_default());
        for from in &upload.pieces {
            let piece = self.store.secret(PIECE, &piece_key(owner, digest, *from)).await?;
            let piece = piece.ok_or_else(|| Error::internal("a piece of an upload is missing"))?;
            whole.extend(STANDARD.decode(piece.content).map_err(Error::internal)?);
        }
        Ok(whole)
    }

    async fn forget_pieces(&self, owner: Uuid, digest: Sha, upload: &Upload) -> Result<()> {
        self.store.forget_secret(UPLOAD, &key(owner, digest)).await?;
        for from in &upload.pieces {
            self.store.forget_secret(PIECE, &piece_key(owner, digest, *from)).await?;
        }
        Ok(())
    }

    async fn refuse_too_much(&self, owner: Uuid, principal: &Principal, size: u64) -> Result<()> {
        let under_way = self.store.secrets(UPLOAD, Some(owner)).await?;
        let living = under_way.iter().filter(|s| !s.is_over(principal.now));
        let sum: u64 = living.filter_map(|s| serde_json::from_str::<Upload>(&s.content).ok()).map(|u| u.size).sum();
        if sum + size <= MAX_UNDER_WAY {
            return Ok(());
        }
        Err(Error::new(
            Kind::TooLarge,
            "too-much-under-way",
            "Yarım kalan dosyalarınız çok yer tutuyor; önce onları tamamlayın.",
            "Your unfinished files take too much room; finish those first.",
        ))
    }
}

fn owner(principal: &Principal) -> Result<Uuid> {
    principal.person().ok_or_else(|| {
        let (tr, en) = ("Bunun için oturum açmanız gerekir.", "You need to log in for this.");
        Error::new(Kind::Unauthenticated, "login-required", tr, en)
    })
}

/// Refuses a piece that can be none of its file.
fn fits(size: u64, from: u64, length: usize) -> Result<()> {
    if size > MAX_BLOB as u64 {
        return Err(Error::new(Kind::TooLarge, "blob-too-large", "Dosya çok büyük.", "The file is too large."));
    }
    if length > MAX_PIECE {
        return Err(Error::new(Kind::TooLarge, "piece-too-large", "Dosya parçası çok büyük.", "The piece is too large."));
    }
    let end = from.checked_add(length as u64);
    if length == 0 || end.is_none_or(|end| end > size) { Err(bad_piece()) } else { Ok(()) }
}

fn bad_piece() -> Error {
    Error::invalid("bad-piece", "Dosya parçası dosyanın sınırlarına uymuyor.", "The piece does not fit into its file.")
}

fn key(owner: Uuid, digest: Sha) -> String {
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    format!("{owner}/{hex}")
}

fn piece_key(owner: Uuid, digest: Sha, from: u64) -> String {
    format!("{}/{from}", key(owner, digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_lies_within_its_file() {
        assert!(fits(10, 0, 10).is_ok() && fits(10, 9, 1).is_ok());
        for (size, from, length) in [(10, 10, 1), (10, 0, 0), (10, u64::MAX, 2), (u64::MAX, 0, 1), (10 << 20, 0, MAX_PIECE + 1)]
        {
            assert!(fits(size, from, length).is_err(), "{size} {from} {length}");
        }
    }
}
