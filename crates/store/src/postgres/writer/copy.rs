//! Many new rows at once, by COPY in binary form.

use super::{
    super::types::{GeometryIn, In, Instant},
    job::{Batch, Item},
    pipeline::Trouble,
    write::{copy_target, positions},
};
use bytes::{BufMut, Bytes, BytesMut};
use futures::SinkExt as _;
use meydan_kernel::{Error, Register};
use tokio_postgres::{
    Client, CopyInSink,
    types::{IsNull, ToSql, Type},
};

/// Signature, flags, length of the extension: PostgreSQL's manual, COPY, "Binary Format".
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;
/// Bytes of one message: large enough to be few, small enough for the server to work while the next is made.
const CHUNK: usize = 128 * 1024;

/// Copies new records into a register's table.
pub async fn records(client: &Client, register: &Register, rows: &[&Item]) -> Result<(), Trouble> {
    let columns = i16::try_from(4 + register.fields.len() + usize::from(register.geometry.is_some())).unwrap_or(i16::MAX);
    let mut out = Rows::start(client, &copy_target(register)).await?;
    for item in rows {
        let record = &item.record;
        out.row(columns);
        out.value(&record.fid, &Type::INT8)?;
        out.value(&record.id, &Type::UUID)?;
        out.value(&record.version, &Type::INT8)?;
        out.value(&Instant(record.recorded_at), &Type::TIMESTAMPTZ)?;
        for value in &record.values {
            // The value writes itself by its own kind, which fits the column's.
            out.value(&In(value), &Type::TEXT)?;
        }
        if register.geometry.is_some() {
            out.value(&GeometryIn(record.geometry.as_ref()), &Type::BYTEA)?;
        }
        out.full().await?;
    }
    out.finish().await
}

/// Copies the batch's log entries.
pub async fn log(client: &Client, batch: &Batch) -> Result<(), Trouble> {
    const TARGET: &str =
        "COPY meydan.log (position, changeset, register, record, fid, version, verb, digest, salt) FROM STDIN BINARY";
    let mut out = Rows::start(client, TARGET).await?;
    for (position, job, item) in positions(batch) {
        out.row(9);
        out.value(&position, &Type::INT8)?;
        out.value(&job.id, &Type::UUID)?;
        out.value(&item.register.as_str(), &Type::TEXT)?;
        out.value(&item.record.id, &Type::UUID)?;
        out.value(&item.record.fid, &Type::INT8)?;
        out.value(&item.record.version, &Type::INT8)?;
        out.value(&(item.verb() as i16), &Type::INT2)?;
        out.value(&&item.digest[..], &Type::BYTEA)?;
        out.value(&&item.salt[..], &Type::BYTEA)?;
        out.full().await?;
    }
    out.finish().await
}

struct Rows {
    sink: std::pin::Pin<Box<CopyInSink<Bytes>>>,
    buffer: BytesMut,
}

impl Rows {
    async fn start(client: &Client, target: &str) -> Result<Self, Trouble> {
        let sink = Box::pin(client.copy_in(target).await.map_err(Trouble::before_commit)?);
        let mut buffer = BytesMut::with_capacity(CHUNK + CHUNK / 4);
        buffer.put_slice(HEADER);
        Ok(Self { sink, buffer })
    }

    fn row(&mut self, columns: i16) {
        self.buffer.put_i16(columns);
    }

    fn value(&mut self, value: &impl ToSql, ty: &Type) -> Result<(), Trouble> {
        let at = self.buffer.len();
        self.buffer.put_i32(-1);
        if let IsNull::No = value.to_sql(ty, &mut self.buffer).map_err(|e| Trouble::Refused(Error::internal(e)))? {
            let length = i32::try_from(self.buffer.len() - at - 4).map_err(|e| Trouble::Refused(Error::internal(e)))?;
            if let Some(slot) = self.buffer.get_mut(at..at + 4) {
                slot.copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(())
    }

    async fn full(&mut self) -> Result<(), Trouble> {
        if self.buffer.len() >= CHUNK {
            let chunk = self.buffer.split().freeze();
            self.buffer.reserve(CHUNK + CHUNK / 4);
            self.sink.send(chunk).await.map_err(Trouble::before_commit)?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Trouble> {
        self.buffer.put_i16(TRAILER);
        self.sink.send(self.buffer.freeze()).await.map_err(Trouble::before_commit)?;
        self.sink.as_mut().finish().await.map(|_| ()).map_err(Trouble::before_commit)
    }
}
