//! Files at the desk: a record says what they are and who may see them; their bytes lie apart under their digest. Nobody reaches the
//! bytes but through the record.

use super::{Desk, Edit};
use crate::{
    Committed, Error, Principal, Query, Record, Register, Result, Value,
    cql2::{Comparison, Expr, Operand},
    permission::Capacity,
    query::Key,
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// Names of the fields that a register of files has.
pub mod field {
    /// SHA-256 of the bytes, in hex.
    pub const DIGEST: &str = "digest";
    /// SHA-256 of the copy for those outside of the house.
    pub const RENDITION: &str = "rendition";
    /// Bytes of it.
    pub const SIZE: &str = "size";
    /// Media type, by the bytes.
    pub const MEDIA_TYPE: &str = "media_type";
    /// Name.
    pub const NAME: &str = "name";
}

/// A file that somebody adds: what the record says, and the bytes.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its record's id: sent twice, it is kept once.
    pub id: Uuid,
    /// Values by field index, without digests and size.
    pub set: Vec<(usize, Value)>,
    /// Where it was taken, in lon/lat.
    pub geometry: Option<meydan_geo::Wkb>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The copy for those outside of the house; `None` if the bytes themselves may go out.
    pub rendition: Option<Vec<u8>>,
}

/// A file as somebody may see it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its record, masked for who asks.
    pub record: Record,
    /// The bytes: the original for who works in the house, else the copy for those outside.
    pub bytes: Vec<u8>,
    /// True for the original.
    pub original: bool,
}

type Sha = [u8; 32];

impl Desk {
    /// Adds a file: the bytes are kept only if the record may be made. Sent again under the same id nothing is changed.
    ///
    /// # Errors
    /// `not-a-file-register`; as [`Desk::change`]; `key-taken` if the id is another record's; those of [`crate::Store::keep_blob`].
    pub async fn add_file(&self, principal: &Principal, register: &Arc<Register>, file: NewFile) -> Result<Option<Committed>> {
        self.add_file_with(principal, register, file, Vec::new()).await
    }

    /// As [`Desk::add_file`], with other edits that happen together with it or not at all.
    ///
    /// # Errors
    /// As [`Desk::add_file`].
    pub async fn add_file_with(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        file: NewFile,
        also: Vec<(String, Edit)>,
    ) -> Result<Option<Committed>> {
        let NewFile { id, mut set, geometry, bytes, rendition } = file;
        let digest: Sha = Sha256::digest(&bytes).into();
        let outside: Sha = rendition.as_ref().map_or(digest, |r| Sha256::digest(r).into());
        let size = Value::Int(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        for (name, value) in
            [(field::DIGEST, Value::Text(hex(digest))), (field::RENDITION, Value::Text(hex(outside))), (field::SIZE, size)]
        {
            let index = register.field_index(name).ok_or_else(|| not_of_files(register))?;
            set.retain(|(i, _)| *i != index);
            set.push((index, value));
        }
        if let Some(there) = self.store.get(register, Key::Id(id), None).await? {
            let same = set.iter().all(|(i, v)| there.values.get(*i) == Some(v));
            self.get(principal, register, Key::Id(id), None).await?;
            return if same { Ok(None) } else { Err(id_taken(register)) };
        }
        let mut edit = vec![(register.name.clone(), Edit::Insert { id: Some(id), set, geometry })];
        edit.extend(also);
        self.prepare(principal, edit.clone()).await?;
        self.store.keep_blob(digest, bytes).await?;
        if let Some(copy) = rendition {
            self.store.keep_blob(outside, copy).await?;
        }
        self.carry_out(principal, edit).await.map(Some)
    }

    /// Refuses a digest that somebody writes by hand: who names the bytes of another's file would get them through a record of
    /// their own, and could keep them from being destroyed. Bytes come by [`Desk::add_file`] only.
    pub(super) fn refuse_bytes_by_hand(&self, principal: &Principal, edits: &[(String, Edit)]) -> Result<()> {
        if matches!(principal.capacity, Capacity::Operator) {
            return Ok(());
        }
        let catalogue = self.catalogue();
        for (name, edit) in edits {
            let Some(register) = catalogue.registers.get(name) else { continue };
            let digests = digests_of(register);
            let written = match edit {
                Edit::Insert { set, .. } | Edit::Update { set, .. } | Edit::Proceed { set, .. } => {
                    digests.into_iter().find(|i| set.iter().any(|(index, _)| index == i))
                }
                Edit::Replace { .. } => digests.first().copied(),
                Edit::Delete { .. } | Edit::Erase { .. } | Edit::Look { .. } => None,
            };
            if let Some(field) = written.and_then(|i| register.fields.get(i)) {
                return Err(crate::permission::forbidden_field(register, &field.name));
            }
        }
        Ok(())
    }

    /// A file's record and bytes. Who works in the house gets the original; who doesn't, the copy that is for outside.
    ///
    /// # Errors
    /// As [`Desk::get`]; `no-such-file` if there are no bytes, or none for who asks.
    pub async fn file(&self, principal: &Principal, register: &Arc<Register>, id: Uuid) -> Result<Seen> {
        let record = self.get(principal, register, Key::Id(id), None).await?;
        let staff = matches!(principal.capacity, Capacity::Operator | Capacity::Post(_));
        let digest = |name: &str| match record.value(register, name) {
            Some(Value::Text(text)) => register.field_index(name).filter(|i| !record.hidden.has(*i)).and_then(|_| unhex(text)),
            _ => None,
        };
        let original = staff && digest(field::DIGEST).is_some();
        let wanted = if original { digest(field::DIGEST) } else { digest(field::RENDITION) };
        let bytes = match wanted {
            Some(digest) => self.store.blob(digest).await?,
            None => None,
        };
        let bytes = bytes.ok_or_else(no_such_file)?;
        Ok(Seen { record, bytes, original })
    }

    /// Digests of the files that records have, in any version: to be forgotten with them.
    pub(super) async fn files_of(&self, register: &Arc<Register>, ids: &[Uuid]) -> Result<BTreeSet<Sha>> {
        let fields: Vec<usize> = digests_of(register);
        let mut found = BTreeSet::new();
        for id in ids.iter().filter(|_| !fields.is_empty()) {
            for version in self.store.history(register, *id).await? {
                found.extend(fields.iter().filter_map(|i| match version.record.values.get(*i) {
                    Some(Value::Text(text)) => unhex(text),
                    _ => None,
                }));
            }
        }
        Ok(found)
    }

    /// Destroys the bytes that no record points to any more.
    pub(super) async fn forget_unused(&self, digests: &BTreeSet<Sha>) -> Result<()> {
        let catalogue = self.catalogue();
        for digest in digests {
            let mut used = false;
            for register in catalogue.registers.values() {
                let is =
                    |i: &usize| Expr::Compare(Operand::Field(*i), Comparison::Eq, Operand::Literal(Value::Text(hex(*digest))));
                let any: Vec<Expr> = digests_of(register).iter().map(is).collect();
                if !any.is_empty() {
                    let query = Query { filter: Some(Expr::Or(any)), limit: Some(1), ..Query::all(Arc::clone(register)) };
                    used |= !self.store.query(&query).await?.is_empty();
                }
            }
            if !used {
                self.store.forget_blob(*digest).await?;
            }
        }
        Ok(())
    }
}

/// Indexes of the fields that name bytes; none if the register is none of files.
fn digests_of(register: &Register) -> Vec<usize> {
    let both = register.field_index(field::DIGEST).zip(register.field_index(field::RENDITION));
    both.map_or_else(Vec::new, |(a, b)| vec![a, b])
}

fn hex(digest: Sha) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Sha> {
    let mut out = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

fn not_of_files(register: &Register) -> Error {
    Error::invalid(
        "not-a-file-register",
        format!("“{}” kütüğü dosya tutmaz.", register.title.tr),
        format!("The register “{}” keeps no files.", register.title.en),
    )
}

fn id_taken(register: &Register) -> Error {
    Error::new(
        crate::Kind::Conflict,
        "key-taken",
        format!("Bu kimlikle başka bir kayıt var (“{}”).", register.title.tr),
        format!("Another record has this id (“{}”).", register.title.en),
    )
}

fn no_such_file() -> Error {
    Error::not_found("no-such-file", "Dosya yok ya da size açık değil.", "There is no such file, or it is not open to you.")
}

#[cfg(test)]
mod tests {
    #[test]
    fn digests_are_read_back() {
        let digest = [0xa7; 32];
        assert_eq!(super::unhex(&super::hex(digest)), Some(digest));
        assert_eq!(super::unhex("ab"), None);
        assert_eq!(super::unhex(&"ğ".repeat(32)), None);
    }
}
