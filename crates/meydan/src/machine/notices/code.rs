//! Codes in notices. The notice says where the code stands; the code itself is a secret with an end, filled in when it is sent and
//! written down nowhere.

use super::{Notice, Outbox};
use jiff::Timestamp;
use meydan_identity::sent_code::{PLACE, code_of, codes_over, forget_code};
use meydan_kernel::{Register, Result, Store, query::Key};
use std::sync::Arc;

/// Why a notice whose code is good no more isn't sent.
pub(super) const OVER: &str = "code-over: Kodun süresi dolmuş ya da yerine yenisi istenmiş; gönderilmedi. / \
    The code's time was over, or another one was asked for; it was not sent.";

/// A notice as it is sent.
pub(super) struct Filled {
    notice: Notice,
    code: Option<String>,
}

impl Filled {
    /// With its code, if it has the place for one; none if that is good no more.
    pub(super) async fn of(store: &dyn Store, mut notice: Notice, now: Timestamp) -> Result<Option<Self>> {
        // In other texts the letters are just letters.
        if notice.reason != "confirmation" || !notice.body.contains(PLACE) {
            return Ok(Some(Self { notice, code: None }));
        }
        let Some(code) = code_of(store, notice.id, now).await? else { return Ok(None) };
        notice.body = notice.body.replace(PLACE, &code);
        Ok(Some(Self { notice, code: Some(code) }))
    }

    pub(super) fn notice(&self) -> &Notice {
        &self.notice
    }

    /// A text in which the code may stand, without it.
    pub(super) fn hide(&self, text: &str) -> String {
        self.code.as_ref().map_or_else(|| text.to_owned(), |code| text.replace(code.as_str(), PLACE))
    }

    /// Forgets the code.
    pub(super) async fn forget(&self, store: &dyn Store) -> Result<()> {
        if self.code.is_some() { forget_code(store, self.notice.id).await } else { Ok(()) }
    }
}

impl Outbox {
    /// Closes the notices whose codes are over, also those for ways that there aren't.
    pub(super) async fn close_over(&self, register: &Arc<Register>) -> Result<()> {
        let store = self.desk.store();
        for id in codes_over(&**store, Timestamp::now()).await? {
            if let Some(record) = store.get(register, Key::Id(id), None).await? {
                let notice = Notice::read(register, &record);
                if notice.status == "waiting" {
                    self.failed(register, &notice, notice.version, OVER).await?;
                }
            }
            forget_code(&**store, id).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_refuses_a_message_and_repeats_it_tells_the_code_to_nobody() {
        let notice = Notice { body: "Doğrulama kodunuz: 402117".to_owned(), ..Notice::default() };
        let filled = Filled { notice, code: Some("402117".to_owned()) };
        assert_eq!(filled.hide("554 refused: \"kodunuz: 402117\""), "554 refused: \"kodunuz: {code}\"");
    }
}
