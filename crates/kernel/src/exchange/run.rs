//! The two passes of an import.

use super::{
    Listener, Phase, Report, RowFault, apply,
    import::source_error,
    producer::{Producer, Running},
};
use crate::{Committed, Desk, Error, Principal, Register, Result, desk::Edit};
use futures::{StreamExt as _, future::BoxFuture, stream::FuturesOrdered};
use meydan_geo::feature::Feature;
use std::sync::Arc;
use uuid::Uuid;

/// Changesets that are on their way to the store at once: one is checked while the one before is written.
const IN_FLIGHT: usize = 2;
/// Records shown in the report.
const SAMPLE_SHOWN: usize = 5;

/// One import under way.
pub(super) struct Run<'a> {
    pub(super) desk: &'a Desk,
    pub(super) principal: &'a Principal,
    pub(super) register: &'a Arc<Register>,
    pub(super) listener: &'a mut dyn Listener,
    pub(super) report: &'a mut Report,
    pub(super) total: Option<u64>,
}

impl Run<'_> {
    /// First pass.
    pub(super) async fn check(&mut self, producer: Producer) -> Result<Producer> {
        let mut refused = Vec::new();
        let mut running = Running::start(producer)?;
        while let Some(mut part) = running.next().await {
            apply::count(self.report, &mut part);
            for (feature, faults) in part.rejected.drain(..) {
                self.put_aside(feature.as_ref(), faults)?;
            }
            if let Some(failure) = part.failure {
                return Err(failure);
            }
            let (asked, same) = apply::edits(self.desk, self.principal, self.register, part.rows).await?;
            self.report.unchanged += same;
            let (fine, bad) = apply::check(self.desk, self.principal, &self.register.name, asked).await?;
            for (asked, faults) in bad {
                refused.push(asked.row);
                self.report.rejected += 1;
                self.put_aside(asked.feature.as_ref(), faults)?;
            }
            for asked in fine {
                if asked.inserts {
                    self.report.inserted += 1;
                } else {
                    self.report.updated += 1;
                }
                self.show(&asked.edit);
            }
            self.listener.progress(Phase::Check, self.report.rows, self.total);
        }
        let mut producer = running.stop()?;
        self.report.missing = producer.reconciler.missing();
        producer.rejected.extend(refused);
        producer.rejected.sort_unstable();
        Ok(producer)
    }

    fn put_aside(&mut self, feature: Option<&Feature>, faults: Vec<RowFault>) -> Result<()> {
        self.listener.rejected(feature, &faults)?;
        faults.into_iter().for_each(|f| self.report.fault(f));
        Ok(())
    }

    /// Keeps the first records for the report.
    fn show(&mut self, edit: &Edit) {
        if self.report.sample.len() >= SAMPLE_SHOWN {
            return;
        }
        let named = |at: usize| self.register.fields.get(at).map(|f| f.name.clone());
        let members = match edit {
            Edit::Insert { set, .. } => set.iter().filter_map(|(at, v)| Some((named(*at)?, v.to_json()))).collect(),
            Edit::Replace { values, .. } => {
                values.iter().enumerate().filter_map(|(at, v)| Some((named(at)?, v.to_json()))).collect()
            }
            _ => return,
        };
        self.report.sample.push(members);
    }

    /// Second pass.
    pub(super) async fn apply(&mut self, mut producer: Producer) -> Result<()> {
        producer.first = false;
        producer.reconciler.restart();
        producer.source.rewind().map_err(source_error)?;
        let (desk, principal, register) = (self.desk, self.principal, self.register);
        let mut running = Running::start(producer)?;
        let mut flights: FuturesOrdered<BoxFuture<'_, Result<Committed>>> = FuturesOrdered::new();
        let mut done = 0;
        while let Some(part) = running.next().await {
            done += part.read;
            if let Some(failure) = part.failure {
                return Err(self.broken_off(failure));
            }
            let (asked, _) = apply::edits(desk, principal, register, part.rows).await.map_err(|e| self.broken_off(e))?;
            let edits: Vec<(String, Edit)> = asked.into_iter().map(|a| (register.name.clone(), a.edit)).collect();
            if !edits.is_empty() {
                while flights.len() >= IN_FLIGHT {
                    self.land(flights.next().await)?;
                }
                flights.push_back(Box::pin(desk.change(principal, edits)));
                // Looked at once, it is checked and handed to the store; the next part is made while that writes.
                if let std::task::Poll::Ready(landed) = futures::poll!(flights.next()) {
                    self.land(landed)?;
                }
            }
            self.listener.progress(Phase::Apply, done, self.total);
        }
        while let Some(landed) = flights.next().await {
            self.land(Some(landed))?;
        }
        running.stop().map(|_| ())
    }

    fn land(&mut self, landed: Option<Result<Committed>>) -> Result<()> {
        match landed {
            Some(Err(e)) => Err(self.broken_off(e)),
            Some(Ok(_)) => {
                self.report.changesets += 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Says how far it came.
    fn broken_off(&self, error: Error) -> Error {
        let n = self.report.changesets;
        if n == 0 {
            return error;
        }
        error.hint(
            format!("{n} değişiklik paketi yazılmıştı. Yeniden çalıştırın: yazılanlar aynı bulunur, kaldığı yerden sürer."),
            format!(
                "{n} changesets had been written. Run it again: those are found to be the same, and it goes on from there."
            ),
        )
    }

    /// Ends the records that the delivery does not hold.
    pub(super) async fn delete(&mut self, missing: Vec<(Uuid, i64)>, rows: usize) -> Result<()> {
        let total = missing.len() as u64;
        for chunk in missing.chunks(rows) {
            let edits = chunk
                .iter()
                .map(|(id, version)| (self.register.name.clone(), Edit::Delete { id: *id, expected: Some(*version) }))
                .collect();
            self.desk.change(self.principal, edits).await.map_err(|e| self.broken_off(e))?;
            self.report.changesets += 1;
            self.report.deleted += chunk.len() as u64;
            self.listener.progress(Phase::Delete, self.report.deleted, Some(total));
        }
        Ok(())
    }
}
