//! The text index of a server: a folder beside the store.

use crate::context::{City, Context};
use meydan_followers::FullText;
use std::{path::PathBuf, sync::Arc};

/// Limit: servers of one city on one machine that keep an index of their own each; one index has one writer.
const MAX_INDEXES: usize = 8;

/// Opens it; none if that can't be: the city is served without a search then.
pub(super) fn open(context: &Context, city: &City) -> Option<FullText> {
    let folder = context.config.search_folder();
    let mut last = None;
    for number in 1..=MAX_INDEXES {
        let folder = if number == 1 { folder.clone() } else { PathBuf::from(format!("{}-{number}", folder.display())) };
        let opened = std::fs::create_dir_all(&folder)
            .map_err(meydan_kernel::Error::unavailable)
            .and_then(|()| FullText::open(Some(&folder), Arc::clone(&city.store), &city.desk.catalogue()));
        match opened {
            Ok(index) => return Some(index),
            Err(error) => last = Some(error),
        }
    }
    if let Some(error) = last {
        let cause = error.cause_text().unwrap_or_default();
        tracing::warn!("there is no text search: {error} {cause}");
    }
    None
}
