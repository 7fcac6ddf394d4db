//! Which person an outside identity is: by the link made at their first login there, or by a field of the person.

use super::Outsider;
use crate::{Identity, Visit, edevlet::NationalId};
use jiff::Timestamp;
use meydan_kernel::{
    Act, Error, Kind, Query, Result, Secret, Value,
    cql2::{Comparison, Expr, Operand},
    post::PERSON,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Kind of the secret.
const KIND: &str = "link";
/// Field of the person that holds the national identity number.
const NATIONAL_ID: &str = "national_id";

/// A subject of an issuer.
pub(crate) struct Subject {
    /// The issuer, exactly as it writes itself.
    pub issuer: String,
    /// Its name for the person, for ever the same.
    pub subject: String,
    /// By what the person is found at their first login.
    pub by: Option<By>,
}

/// By what a person is found at their first login.
pub(crate) enum By {
    /// An e-mail address that the issuer has verified.
    Email(String),
    /// A login name.
    Login(String),
}

/// An outside identity of a person, as they or an administrator see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Name of the link, for removing it.
    pub id: Uuid,
    /// Key of the provider.
    pub provider: String,
    /// The issuer.
    pub issuer: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Identity {
    /// The person that an outside identity is.
    pub(super) async fn person_of(&self, provider: &str, who: &Outsider, visit: &Visit) -> Result<Uuid> {
        match who {
            Outsider::NationalId(number) => self.who_may_log_in(self.person_by_number(number).await?).await,
            Outsider::Subject(subject) => {
                let key = key(subject);
                if let Some(person) = self.store().secret(KIND, &key).await?.and_then(|s| s.owner) {
                    return self.who_may_log_in(person).await;
                }
                let person = self.who_may_log_in(self.person_found(subject).await?).await?;
                self.link(provider, subject, key, person, visit).await?;
                Ok(person)
            }
        }
    }

    /// The person, if they have a login name: without one nobody logs in, whatever e-mail or number stands in their record.
    async fn who_may_log_in(&self, person: Uuid) -> Result<Uuid> {
        let directory = self.desk.directory().await?;
        let has_login = directory.person(person).is_some_and(|p| p.login.is_some());
        has_login.then_some(person).ok_or_else(|| unknown_person("the person has no login name"))
    }

    /// The person whose first login this is.
    async fn person_found(&self, subject: &Subject) -> Result<Uuid> {
        let directory = self.desk.directory().await?;
        let found: Vec<Uuid> = match &subject.by {
            None => return Err(unknown_person("nothing to find them by (no verified e-mail or no login name)")),
            Some(By::Login(login)) => directory.by_login(login).map(|p| p.id).into_iter().collect(),
            Some(By::Email(email)) => {
                let same = |own: &String| own.eq_ignore_ascii_case(email);
                directory.persons().filter(|p| p.email.as_ref().is_some_and(same)).map(|p| p.id).collect()
            }
        };
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(unknown_person("nobody has this e-mail or login name")),
            _ => Err(unknown_person("several persons have this e-mail")),
        }
    }

    /// Makes the link. A person has one identity per issuer: another one with the same e-mail is somebody else.
    async fn link(&self, provider: &str, subject: &Subject, key: String, person: Uuid, visit: &Visit) -> Result<()> {
        if self.links_of(person).await?.iter().any(|l| l.issuer == subject.issuer) {
            return Err(link_taken());
        }
        // Who isn't active gets no link.
        self.desk.directory().await?.principal(person, None, Act::default(), Timestamp::now())?;
        let link = Link {
            id: Uuid::now_v7(),
            provider: provider.to_owned(),
            issuer: subject.issuer.clone(),
            created_at: Timestamp::now(),
        };
        let secret = Secret {
            kind: KIND.to_owned(),
            key: key.clone(),
            owner: Some(person),
            content: serde_json::to_string(&link).map_err(Error::internal)?,
            created_at: link.created_at,
            expires_at: None,
        };
        if !self.store().swap_secret(None, &secret).await? {
            // Another request made it a moment ago.
            let owner = self.store().secret(KIND, &key).await?.and_then(|s| s.owner);
            return if owner == Some(person) { Ok(()) } else { Err(link_taken()) };
        }
        self.note_own("identity_linked", person, visit.address.as_deref(), Some(provider.to_owned())).await
    }

    /// The person with a national identity number. The number is in no error and no journal.
    async fn person_by_number(&self, number: &NationalId) -> Result<Uuid> {
        let register = self.desk.register(PERSON)?;
        let field = register.field_index(NATIONAL_ID).ok_or_else(|| Error::internal("persons have no national_id"))?;
        let same = Operand::Literal(Value::Text(number.digits().to_owned()));
        let filter = Some(Expr::Compare(Operand::Field(field), Comparison::Eq, same));
        let found = self.store().query(&Query { filter, limit: Some(2), ..Query::all(register) }).await?;
        match found.as_slice() {
            [one] => Ok(one.id),
            _ => Err(unknown_person("no person, or several, with this national identity number")),
        }
    }

    /// The outside identities of a person, the oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn links_of(&self, person: Uuid) -> Result<Vec<Link>> {
        let kept = self.store().secrets(KIND, Some(person)).await?;
        Ok(kept.iter().filter_map(|s| serde_json::from_str(&s.content).ok()).collect())
    }

    /// Removes an outside identity of a person; true if it was there. Their next login there is a first one again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn unlink(&self, person: Uuid, id: Uuid) -> Result<bool> {
        for kept in self.store().secrets(KIND, Some(person)).await? {
            let link: Option<Link> = serde_json::from_str(&kept.content).ok();
            if link.is_some_and(|l| l.id == id) {
                return self.store().forget_secret(KIND, &kept.key).await;
            }
        }
        Ok(false)
    }
}

/// The key tells nothing of the issuer's name for the person.
fn key(subject: &Subject) -> String {
    let mut hash = Sha256::new();
    for part in [&subject.issuer, &subject.subject] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

fn unknown_person(cause: &str) -> Error {
    Error::new(
        Kind::Forbidden,
        "unknown-person",
        "Kimliğiniz doğrulandı, ancak bu kişi Meydan'da kayıtlı değil.",
        "Your identity was proven, but this person is not recorded in Meydan.",
    )
    .hint(
        "Bilgi İşlem Dairesi Başkanlığından kişi kaydınızın açılmasını ya da düzeltilmesini isteyin.",
        "Ask the Department of Information Technologies to record you, or to correct your record.",
    )
    .cause(cause)
}

fn link_taken() -> Error {
    Error::new(
        Kind::Forbidden,
        "link-taken",
        "Bu kişiye aynı sağlayıcıdan başka bir kimlik bağlı.",
        "This person is linked to another identity of the same provider.",
    )
    .hint("Yöneticinizden eski bağlantıyı kaldırmasını isteyin.", "Ask your administrator to remove the old link.")
}
