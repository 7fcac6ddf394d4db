//! Copies of what somebody reads in the program: by e-mail to their office address, by web push. Made from the log, so that no
//! notice is passed over; made twice, the second is there already.

use super::{NOTICE, Notice, Outbox, instant, text};
use crate::{config::StaffMail, machine::made_of};
use jiff::Timestamp;
use meydan_kernel::{Register, Result, Value, log::Verb, query::Key};
use std::sync::Arc;

/// Name under which the store remembers how far the log was followed.
const FOLLOWER: &str = "notices";
/// Log entries read at once.
const BATCH: usize = 5_000;
/// Where it stands is written down at least after so many entries.
const WRITTEN_EVERY: i64 = 10_000;

/// Where in the log the copies stand.
#[derive(Default)]
pub(super) struct Follower {
    next: Option<i64>,
    written: i64,
}

impl Outbox {
    /// Makes the copies of the notices that came since.
    pub(super) async fn copies(&self, register: &Arc<Register>, follower: &mut Follower) -> Result<()> {
        let store = self.desk.store();
        let head = store.head();
        let mut next = match follower.next {
            Some(next) => next,
            None => {
                // What was told before the house learned to send it stays where it is.
                let kept = store.follower(FOLLOWER).await?;
                let next = if kept == 0 { head } else { kept };
                follower.written = if kept == 0 { -1 } else { kept };
                next
            }
        };
        let mut made = false;
        if self.staff != StaffMail::AtOnce && !self.ways.pushes() {
            next = head;
        }
        while next < head {
            if store.touches(next, head, &[NOTICE]) == Some(false) {
                next = head;
                break;
            }
            let entries = store.entries(next, BATCH).await?;
            let Some(last) = entries.last() else { break };
            let beyond = last.position + 1;
            for entry in entries.iter().filter(|e| e.register == NOTICE && e.verb == Verb::Insert) {
                if let Some(record) = store.get(register, Key::Id(entry.id), None).await? {
                    made |= self.copy(register, &Notice::read(register, &record)).await?;
                }
            }
            next = beyond;
        }
        if made || follower.written < 0 || next - follower.written > WRITTEN_EVERY {
            store.set_follower(FOLLOWER, next).await?;
            follower.written = next;
        }
        follower.next = Some(next);
        Ok(())
    }

    /// Makes what is to go out beside a notice; true if something was.
    async fn copy(&self, register: &Arc<Register>, notice: &Notice) -> Result<bool> {
        if notice.status == "waiting" && notice.channel == "in_app" {
            let sent = [("status", text("sent")), ("sent_at", instant(Timestamp::now())), ("next_at", Value::Null)];
            self.update(register, notice, notice.version, &sent).await?;
        } else if notice.status == "waiting" && notice.next_at.is_none() {
            let due = [("next_at", instant(Timestamp::now()))];
            self.update(register, notice, notice.version, &due).await?;
        }
        let Some(person) = notice.person.filter(|_| notice.channel == "in_app") else { return Ok(false) };
        let mut ways = Vec::new();
        let directory = self.desk.directory().await?;
        let somebody = directory.person(person).filter(|p| p.active);
        if let Some(address) = somebody.and_then(|p| p.email.as_ref()).filter(|_| self.staff == StaffMail::AtOnce) {
            ways.push(("email", text(address.as_str())));
        }
        if somebody.is_some() && self.ways.can_push(person).await? {
            ways.push(("push", Value::Null));
        }
        for (channel, address) in &ways {
            let case = notice.case.as_ref();
            let values = [
                ("person", Value::Reference(person)),
                ("address", address.clone()),
                ("channel", text(*channel)),
                ("reason", text(notice.reason.as_str())),
                ("language", text(notice.lang.tag())),
                ("subject", text(notice.subject.as_str())),
                ("body", text(notice.body.as_str())),
                ("case_register", case.map_or(Value::Null, |(register, _)| text(register.as_str()))),
                ("case_id", case.map_or(Value::Null, |(_, id)| text(id.to_string()))),
                ("created_at", instant(Timestamp::now())),
                ("next_at", instant(Timestamp::now())),
            ];
            self.make(register, made_of(&["copy", channel, &notice.id.to_string()]), &values).await?;
        }
        Ok(!ways.is_empty())
    }
}
