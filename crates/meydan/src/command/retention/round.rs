//! One round of destruction over one register: found first, destroyed then, so that no old state is read while values go.

use super::daily::Turn;
use anyhow::Result;
use meydan_kernel::{
    Desk, Error, Principal, Register,
    desk::{Destroyed, Destruction, MAX_DESTROYED},
};
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// Limit: records found before they are destroyed; then it goes on looking.
const MAX_FOUND: usize = 100_000;

/// Destroys all that is due in a register; between two changesets a process says that its turn goes on.
pub(super) async fn destroy(
    desk: &Desk,
    principal: &Principal,
    register: &Arc<Register>,
    why: &Destruction,
    mut turn: Option<&mut Turn>,
) -> Result<Destroyed> {
    let mut all = Destroyed::default();
    let mut left: HashSet<Uuid> = HashSet::new();
    loop {
        let Some(mut walk) = desk.due(principal, register)? else { return Ok(all) };
        let mut found = Vec::new();
        while found.len() < MAX_FOUND
            && let Some(due) = walk.next().await?
        {
            if !left.contains(&due.id) {
                found.push(due.id);
            }
        }
        drop(walk);
        let before = all.records;
        for ids in found.chunks(MAX_DESTROYED) {
            if let Some(turn) = turn.as_deref_mut() {
                turn.goes_on().await?;
            }
            let done = desk.destroy_due(principal, register, ids, why).await?;
            (all.records, all.versions) = (all.records + done.records, all.versions + done.versions);
            left.extend(done.left.iter().map(|(id, _)| *id));
            all.left.extend(done.left);
        }
        if found.len() < MAX_FOUND || all.records == before {
            return Ok(all);
        }
    }
}

/// What was left, for people who look at the journal: how many of each error.
pub(super) fn reasons(left: &[(Uuid, Error)]) -> Vec<(&'static str, usize)> {
    let mut counted: Vec<(&'static str, usize)> = Vec::new();
    for (_, error) in left {
        match counted.iter_mut().find(|(code, _)| *code == error.code()) {
            Some((_, n)) => *n += 1,
            None => counted.push((error.code(), 1)),
        }
    }
    counted
}
