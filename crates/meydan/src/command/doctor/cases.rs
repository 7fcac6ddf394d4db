//! Cases and messages: timers that nobody looks at, notices that don't leave, files that no record names, mailboxes out of reach.

use super::{
    Check, Status,
    case_files::{self, FILES},
};
use crate::{
    context::Context,
    machine::{notices::NOTICE, timers::failing},
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Bilingual, Catalogue, Error, Query, Register, Result, Store, cql2};
use meydan_messages::inbox::Inbox;
use std::sync::Arc;

/// A timer may be so late: the server looks at least every half minute.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// A notice may wait so long: most are tried again within an hour.
const WAITING: SignedDuration = SignedDuration::from_hours(1);
/// Failures of the last days are told.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

const TIMERS: (&str, &str) = ("Sürelerin izlenmesi", "Timers of cases");
const NOTICES: (&str, &str) = ("Bildirimler", "Notices");
const MAILBOX: (&str, &str) = ("Posta kutusu", "Mailbox");

/// All of them.
pub(super) async fn look(context: &Context, store: &dyn Store, catalogue: &Catalogue) -> Vec<Check> {
    let mut checks = vec![
        told("timers", TIMERS, timers(store, catalogue).await),
        told("notices", NOTICES, notices(context, store, catalogue).await),
        told("case-files", FILES, case_files::look(store, catalogue, Timestamp::now()).await),
    ];
    for mailbox in context.config.mailboxes() {
        let place = format!("{} ({})", mailbox.user, mailbox.host);
        let opened = tokio::task::spawn_blocking(move || Inbox::open(&mailbox).map(Inbox::close)).await;
        let fault = match opened {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let status = if fault.is_some() { Status::Broken } else { Status::Fine };
        let detail = fault.map_or_else(|| place.clone(), |fault| format!("{place}: {fault}"));
        checks.push(Check::new("mailbox", MAILBOX, status, Bilingual::new(detail.clone(), detail)).advise(
            "Sunucuya bu makineden ulaşılabiliyor mu, parola doğru mu? Yapılandırmada: [[mailbox]]",
            "Can the server be reached from this machine, is the password right? In the configuration: [[mailbox]]",
        ));
    }
    checks
}

fn told(name: &str, title: (&str, &str), found: Result<Check>) -> Check {
    found.unwrap_or_else(|error: Error| Check::failed(name, title, &error))
}

async fn count(store: &dyn Store, register: &Arc<Register>, filter: &str) -> Result<u64> {
    let filter = Some(cql2::parse(register, filter)?);
    store.count(&Query { filter, ..Query::all(Arc::clone(register)) }).await
}

/// Timers that are due for too long: nobody looks at them, or they fail.
async fn timers(store: &dyn Store, catalogue: &Catalogue) -> Result<Check> {
    let now = Timestamp::now();
    let before = now - PATIENCE;
    let mut late: u64 = 0;
    for register in catalogue.registers.values().filter(|r| r.workflow.is_some()) {
        late += count(store, register, &format!("timer_at < TIMESTAMP('{before}')")).await?;
    }
    if let Some(failing) = failing(store, now).await? {
        let others = late.saturating_sub(failing.cases as u64);
        let (tr, en) = failing.example.map_or_else(Default::default, |e| {
            let case = format!("{} {}", e.register, e.id);
            (format!(" Örneğin {case}: {}", e.why.tr), format!(" For instance {case}: {}", e.why.en))
        });
        let detail = Bilingual::new(
            format!("{} işin süresi hata veriyor ve giderek seyrek deneniyor; gecikmiş başka iş {others}.{tr}", failing.cases),
            format!(
                "the timers of {} cases fail and are tried less and less often; {others} others are late.{en}",
                failing.cases
            ),
        );
        return Ok(Check::new("timers", TIMERS, Status::Warning, detail).advise(
            "Nedeni giderin (takvim, birim, tanım); en geç bir saat içinde yeniden denenir. Hemen denemek için: meydan cases fire",
            "Mend the cause (calendar, unit, definition); they are tried again within an hour. To try at once: meydan cases fire",
        ));
    }
    let detail = if late == 0 {
        Bilingual::new("gecikmiş yok", "none is late")
    } else {
        Bilingual::new(format!("{late} işin zamanı geldi, bakan yok"), format!("{late} cases are due and nobody looks at them"))
    };
    let status = if late == 0 { Status::Fine } else { Status::Warning };
    Ok(Check::new("timers", TIMERS, status, detail).advise(
        "Süreleri sunucu izler: `meydan serve` çalışıyor mu, günlüğünde uyarı var mı? Arayı kapatmak için: meydan cases fire",
        "The server looks after them: does `meydan serve` run, does its journal warn? To catch up: meydan cases fire",
    ))
}

/// Notices that failed of late, or wait for too long.
async fn notices(context: &Context, store: &dyn Store, catalogue: &Catalogue) -> Result<Check> {
    let Some(register) = catalogue.registers.get(NOTICE) else {
        return Ok(Check::new("notices", NOTICES, Status::Fine, Bilingual::new("yok", "none")));
    };
    let now = Timestamp::now();
    let (recent, old) = (now - RECENT, now - WAITING);
    let failed = count(store, register, &format!("status = 'failed' AND created_at > TIMESTAMP('{recent}')")).await?;
    let waiting = count(store, register, &format!("status = 'waiting' AND created_at < TIMESTAMP('{old}')")).await?;
    let detail = Bilingual::new(
        format!("son yedi günde gönderilemeyen {failed}, bir saatten uzun bekleyen {waiting}"),
        format!("{failed} failed in the last seven days, {waiting} waiting for more than an hour"),
    );
    let status = if failed + waiting == 0 { Status::Fine } else { Status::Warning };
    let check = Check::new("notices", NOTICES, status, detail);
    let config = &context.config;
    Ok(if waiting > 0 && config.mail.is_none() && config.sms.is_none() {
        check.advise(
            "Gönderecek yol tanımlı değil: yapılandırmaya [mail] ya da [sms] yazın.",
            "There is no way to send them: write [mail] or [sms] into the configuration.",
        )
    } else {
        check.advise(
            "Nedenleri bildirim kütüğünün “failure” alanında ve sunucunun günlüğünde.",
            "The reasons stand in the field “failure” of the register of notices and in the server's journal.",
        )
    })
}
