//! The columns of the index, and where it lies.

use meydan_kernel::{Error, Result};
use std::path::{Path, PathBuf};
use tantivy::{
    Index, IndexSettings,
    directory::MmapDirectory,
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

/// The folder in the caller's that is the index's own: it is emptied when the index is made anew.
const FOLDER: &str = "full-text";

/// The columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// All terms (see `layout`); documents only, no positions, no frequencies.
    pub(super) words: Field,
    /// The record's id in two halves; the first names what to delete.
    pub(super) high: Field,
    pub(super) low: Field,
    /// Number of the register.
    pub(super) register: Field,
    /// When the record was made, in milliseconds.
    pub(super) at: Field,
    /// The id once more as a term, for deleting.
    pub(super) key: Field,
}

pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let fields = Fields {
        words: builder.add_text_field("words", TextOptions::default().set_indexing_options(indexing)),
        high: builder.add_u64_field("high", FAST),
        low: builder.add_u64_field("low", FAST),
        register: builder.add_u64_field("register", FAST),
        at: builder.add_u64_field("at", FAST),
        key: builder.add_bytes_field("key", INDEXED),
    };
    (builder.build(), fields)
}

/// Opens the index in a folder, or in memory without one. One that can't be read is thrown away: it can be made again.
pub(super) fn open(folder: Option<&Path>) -> Result<Index> {
    let (schema, _) = schema();
    let Some(folder) = folder else { return Ok(Index::create_in_ram(schema)) };
    let own = folder.join(FOLDER);
    match in_folder(&own, &schema) {
        Ok(index) => Ok(index),
        Err(_) => {
            std::fs::remove_dir_all(&own).map_err(|e| unusable(&own, &e.to_string()))?;
            in_folder(&own, &schema).map_err(|e| unusable(&own, &e))
        }
    }
}

fn in_folder(own: &PathBuf, schema: &Schema) -> std::result::Result<Index, String> {
    make_private(own).map_err(|e| e.to_string())?;
    let directory = MmapDirectory::open(own).map_err(|e| e.to_string())?;
    let builder = Index::builder().schema(schema.clone()).settings(IndexSettings::default());
    builder.open_or_create(directory).map_err(|e| e.to_string())
}

/// The index holds words of personal data: nobody but the server's own account may read it.
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn unusable(folder: &Path, why: &str) -> Error {
    let folder = folder.display();
    Error::unavailable(format!("the text index in {folder} can't be opened: {why}"))
}
