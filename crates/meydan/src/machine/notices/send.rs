//! The ways out: e-mail, short messages, web push. Calls that block run beside the others.

use super::{Notice, Outbox};
use crate::config::{self, Config};
use meydan_kernel::{Query, Result as KernelResult, Secret, Store, Value, cql2, query::Key};
use meydan_messages::{
    Failure, Result,
    mail::{Address, Attachment, MAX_ATTACHMENTS_BYTES, Mail, Sender},
    push::{Pusher, Subscription, Urgency, VapidKey},
    sms::{MAX_TEXT_CHARS, Sms, Texter},
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Kind of the secrets of browsers that want to be told.
pub(crate) const SUBSCRIPTION: &str = "push";
/// Kind and key of the secret of the installation's own key for web push.
const OWN_KEY: (&str, &str) = ("vapid", "installation");
/// A notice may wait so long for a browser that is away.
const PUSH_WAITS: Duration = Duration::from_secs(24 * 60 * 60);

/// Web push with the installation's key.
#[derive(Clone)]
pub(crate) struct Push(Arc<Pusher>);

impl Push {
    /// With the installation's key, made when it is first needed; all servers of a city have the same.
    ///
    /// # Errors
    /// `message-settings`; those of the store.
    pub(crate) async fn open(settings: &config::Push, store: &dyn Store) -> anyhow::Result<Self> {
        let kept = match store.secret(OWN_KEY.0, OWN_KEY.1).await? {
            Some(secret) => secret,
            None => {
                let key = VapidKey::generate()?;
                let made = Secret {
                    kind: OWN_KEY.0.to_owned(),
                    key: OWN_KEY.1.to_owned(),
                    owner: None,
                    content: key.to_secret().reveal().to_owned(),
                    created_at: jiff::Timestamp::now(),
                    expires_at: None,
                };
                // If another server made one in this moment, that one counts.
                store.swap_secret(None, &made).await?;
                store.secret(OWN_KEY.0, OWN_KEY.1).await?.unwrap_or(made)
            }
        };
        Ok(Self(Arc::new(Pusher::new(VapidKey::read(&kept.content)?, &settings.contact, &settings.reach)?)))
    }

    /// The key that browsers are given.
    pub(crate) fn public_key(&self) -> &str {
        self.0.public_key()
    }
}

/// The ways that there are.
pub(super) struct Ways {
    store: Arc<dyn Store>,
    mail: Option<Arc<Sender>>,
    /// What stands behind the @ of our messages' ids.
    domain: String,
    /// Where answers go that the sender's own address doesn't get.
    answers: Option<String>,
    sms: Option<Arc<Texter>>,
    push: Option<Push>,
}

impl Ways {
    pub(super) fn open(config: &Config, store: Arc<dyn Store>, push: Option<Push>) -> anyhow::Result<Self> {
        let server = config.mail_server();
        let own: Vec<String> = config.mailboxes().iter().flat_map(|m| m.own.clone()).collect();
        let from = server.as_ref().map(|s| bare(&s.from).to_owned()).unwrap_or_default();
        let read = own.iter().any(|o| o.eq_ignore_ascii_case(&from));
        Ok(Self {
            mail: server.as_ref().map(|s| Sender::new(s).map(Arc::new)).transpose()?,
            domain: domain(&from).to_owned(),
            answers: own.first().filter(|_| !read).cloned(),
            sms: config.sms_gateway().map(|g| Texter::new(&g).map(Arc::new)).transpose()?,
            push,
            store,
        })
    }

    /// Codes of the channels that can be sent by.
    pub(super) fn channels(&self) -> Vec<&'static str> {
        let there = [("email", self.mail.is_some()), ("sms", self.sms.is_some()), ("push", self.push.is_some())];
        there.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
    }

    /// True if there is web push at all.
    pub(super) fn pushes(&self) -> bool {
        self.push.is_some()
    }

    /// True if somebody wants to be told by web push, and can be.
    pub(super) async fn can_push(&self, person: Uuid) -> KernelResult<bool> {
        Ok(self.push.is_some() && !self.store.secrets(SUBSCRIPTION, Some(person)).await?.is_empty())
    }

    pub(super) async fn send(&self, outbox: &Outbox, notice: &Notice) -> Result<()> {
        match (notice.channel.as_str(), &self.mail, &self.sms, &self.push) {
            ("email", Some(sender), _, _) => self.mail(outbox, Arc::clone(sender), notice).await,
            ("sms", _, Some(texter), _) => text(Arc::clone(texter), notice.clone()).await,
            ("push", _, _, Some(push)) => self.push(push, notice).await,
            _ => Err(Failure::Settings("no such way".to_owned())),
        }
    }

    async fn mail(&self, outbox: &Outbox, sender: Arc<Sender>, notice: &Notice) -> Result<()> {
        let later = |e: meydan_kernel::Error| Failure::Later { why: e.to_string(), after: None };
        let to = notice.address.clone().ok_or_else(|| Failure::Refused("no address".to_owned()))?;
        let mut mail = Mail {
            to: Address { name: None, email: to },
            subject: notice.subject.clone(),
            text: notice.body.clone(),
            automatic: true,
            message_id: message_id(notice.id, &self.domain),
            reply_to: self.answers.clone().map(|email| Address { name: None, email }),
            ..Mail::default()
        };
        if let (Some(person), Some(link)) = (notice.person, outbox.link(notice)) {
            let directory = outbox.desk.directory().await.map_err(later)?;
            mail.to.name = directory.person(person).map(|p| p.name.clone());
            mail.text.push_str(&format!("\n\n{link}\n"));
        }
        if notice.person.is_none() {
            mail.in_reply_to = outbox.answered(notice).await.map_err(later)?;
            if notice.reason == "answered" {
                mail.attachments = outbox.letters(notice).await.map_err(later)?;
            }
        }
        blocking(move || sender.send(&mail)).await
    }

    async fn push(&self, push: &Push, notice: &Notice) -> Result<()> {
        let later = |e: meydan_kernel::Error| Failure::Later { why: e.to_string(), after: None };
        let person = notice.person.ok_or_else(|| Failure::Refused("to nobody of the house".to_owned()))?;
        let path = notice.case.as_ref().map(|(register, id)| format!("/registers/{register}/{id}"));
        let payload = serde_json::json!({ "title": notice.subject, "url": path, "tag": notice.id }).to_string();
        let (mut sent, mut last) = (false, Failure::Gone);
        for kept in self.store.secrets(SUBSCRIPTION, Some(person)).await.map_err(later)? {
            let pusher = Arc::clone(&push.0);
            let told = match serde_json::from_str::<Subscription>(&kept.content) {
                Ok(to) => {
                    let payload = payload.clone();
                    blocking(move || pusher.send(&to, payload.as_bytes(), PUSH_WAITS, Urgency::Normal)).await
                }
                Err(_) => Err(Failure::Gone),
            };
            match told {
                Ok(()) => sent = true,
                Err(Failure::Gone) => drop(self.store.forget_secret(SUBSCRIPTION, &kept.key).await.map_err(later)?),
                Err(failure) => last = failure,
            }
        }
        if sent { Ok(()) } else { Err(last) }
    }
}

impl Outbox {
    /// Id of the mail by which the case came, so that our answer stands below it.
    async fn answered(&self, notice: &Notice) -> KernelResult<Option<String>> {
        let Some((name, id)) = &notice.case else { return Ok(None) };
        let register = self.desk.register(name)?;
        let Some(case) = self.desk.store().get(&register, Key::Id(*id), None).await? else { return Ok(None) };
        Ok(match (case.value(&register, "channel"), case.value(&register, "external_id")) {
            (Some(Value::Text(channel)), Some(Value::Text(id))) if channel == "email" => Some(id.clone()),
            _ => None,
        })
    }

    /// The official letters of the case: they go with its answer.
    async fn letters(&self, notice: &Notice) -> KernelResult<Vec<Attachment>> {
        let (Some((name, id)), Ok(register)) = (&notice.case, self.desk.register("attachment")) else { return Ok(Vec::new()) };
        let filter = format!("whole_register = '{name}' AND whole = '{id}' AND kind = 'official_answer'");
        let filter = Some(cql2::parse(&register, &filter)?);
        let query = Query { filter, ..Query::all(Arc::clone(&register)) };
        let (mut out, mut size) = (Vec::new(), 0);
        for record in self.desk.store().query(&query).await? {
            let file = self.desk.file(&self.house, &register, record.id).await?;
            size += file.bytes.len();
            if size > MAX_ATTACHMENTS_BYTES {
                break;
            }
            let name = match record.value(&register, "name") {
                Some(Value::Text(name)) => name.clone(),
                _ => "yanit.pdf".to_owned(),
            };
            out.push(Attachment { name, media_type: "application/pdf".to_owned(), bytes: file.bytes });
        }
        Ok(out)
    }
}

async fn text(texter: Arc<Texter>, notice: Notice) -> Result<()> {
    let to = notice.address.as_deref().and_then(meydan_identity::Contact::phone);
    let to = to.ok_or_else(|| Failure::Refused("no phone number".to_owned()))?;
    let said = if notice.body.trim().is_empty() { &notice.subject } else { &notice.body };
    let said: String = said.chars().take(MAX_TEXT_CHARS).collect();
    let id = notice.id.to_string();
    blocking(move || texter.send(&Sms { to: to.address(), text: &said, id: &id })).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|e| Err(Failure::Later { why: e.to_string(), after: None }))
}

/// The id of a notice's mail: always the same, so that a receiver sees that a repeated one is the same.
fn message_id(notice: Uuid, domain: &str) -> String {
    format!("{notice}@{domain}")
}

/// The notice that a mail's id is of, if it is one of ours.
pub(crate) fn notice_of(message_id: &str) -> Option<Uuid> {
    let (id, _) = message_id.split_once('@')?;
    (id.len() == 36).then(|| Uuid::parse_str(id).ok()).flatten()
}

/// `bilgi@bel.tr` of `Örnek Belediyesi <bilgi@bel.tr>`.
pub(crate) fn bare(from: &str) -> &str {
    from.rsplit_once('<').map_or(from, |(_, rest)| rest).trim_end_matches('>').trim()
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("meydan.invalid", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mails_id_leads_back_to_its_notice() {
        assert_eq!(bare("Örnek <bilgi@bel.tr>"), "bilgi@bel.tr");
        assert_eq!((bare(" a@b.tr "), domain("a@b.tr")), ("a@b.tr", "b.tr"));
        let id = Uuid::now_v7();
        assert_eq!(notice_of(&message_id(id, "bel.tr")), Some(id));
        assert_eq!((notice_of("x@bel.tr"), notice_of("")), (None, None));
    }
}
