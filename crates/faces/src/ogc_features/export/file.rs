//! Formats that need a whole file before its first byte can be sent: written beside, then sent and forgotten.

use super::rows::Rows;
use crate::{App, definitions::Shape, ogc_features::ask::Ask};
use axum::body::Body;
use bytes::BytesMut;
use futures::{StreamExt, stream};
use meydan_formats::Format;
use meydan_kernel::{Error, Principal, Record, Result};
use std::{io, path::Path, sync::Arc};
use tempfile::TempDir;
use tokio::{
    fs::File,
    io::AsyncReadExt,
    sync::{Semaphore, mpsc},
    task,
};

/// Limit: files written at the same time; more requests wait their turn.
pub const MAX_FILES: usize = 4;
/// Batches of records between the store and the writer.
const WAITING_BATCHES: usize = 2;
/// Bytes read at once when the file is sent.
const PIECE_BYTES: usize = 1 << 16;

static TURNS: Semaphore = Semaphore::const_new(MAX_FILES);

/// Writes the selection as a file; gives its length and its bytes.
///
/// # Errors
/// Those of the store and of the format.
pub async fn body(
    app: &App,
    principal: &Principal,
    shape: &Arc<Shape>,
    ask: Ask,
    format: Format,
    extension: &str,
) -> Result<(u64, Body)> {
    let _turn = TURNS.acquire().await.map_err(Error::internal)?;
    let folder = tempfile::Builder::new().prefix("meydan-export-").tempdir().map_err(Error::internal)?;
    let path = folder.path().join(format!("{}.{extension}", shape.register.name));
    let rows = Rows::new(&shape.register, ask.select.as_deref(), ask.space);
    let (sender, receiver) = mpsc::channel(WAITING_BATCHES);
    let writing = {
        let (shape, path) = (Arc::clone(shape), path.clone());
        task::spawn_blocking(move || write(&shape, rows, format, &path, receiver))
    };
    let mut batches = app.desk.scan(principal, ask.query);
    while let Some(batch) = batches.next().await {
        // The writer hangs up only when it has failed: its own error comes below.
        if sender.send(batch?).await.is_err() {
            break;
        }
    }
    drop(sender);
    writing.await.map_err(Error::internal)??;
    send(folder, &path).await.map_err(Error::internal)
}

fn write(shape: &Shape, mut rows: Rows, format: Format, path: &Path, mut batches: mpsc::Receiver<Vec<Record>>) -> Result<()> {
    let mut writer = meydan_formats::create(path, format, rows.layout(&shape.register)).map_err(super::failure)?;
    while let Some(batch) = batches.blocking_recv() {
        for record in batch {
            writer.write(&rows.row(record)).map_err(super::failure)?;
        }
    }
    writer.finish().map_err(super::failure)
}

/// The folder goes when the last byte is sent, or the client hangs up.
async fn send(folder: TempDir, path: &Path) -> io::Result<(u64, Body)> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let pieces = stream::try_unfold((file, folder), |(mut file, folder)| async move {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        let read = file.read_buf(&mut piece).await?;
        Ok::<_, io::Error>((read > 0).then(|| (piece.freeze(), (file, folder))))
    });
    // A coder of contents may poll again after the end.
    Ok((length, Body::from_stream(pieces.fuse())))
}
