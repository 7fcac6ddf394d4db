//! API tokens: for programs, with an owner, a post, a scope and an end.

use crate::{Identity, bearer};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Act, Error, Kind, Principal, Result, Secret,
    permission::{Limits, step_up_required},
    post::StandingKey,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "token";
/// How a token begins, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "meydan_";
/// Limit: days that a token may live.
pub const MAX_DAYS: i64 = 366;
/// Limit: characters of a token's name.
const MAX_NAME: usize = 100;

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct TokenWish {
    /// What it is for, in the owner's words.
    pub name: String,
    /// In which of the owner's posts it acts.
    pub standing: Option<StandingKey>,
    /// What it may do of what the owner may.
    pub limits: Limits,
    /// Days that it lives, at most [`MAX_DAYS`].
    pub days: i64,
}

/// One token, as its owner or an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Name of the token for lists and for revoking it; tells nothing about its secret.
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// What it is for.
    pub name: String,
    /// In which post it acts.
    pub standing: Option<StandingKey>,
    /// What it may do.
    pub limits: Limits,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Its last four characters, to tell tokens apart.
    pub ends_with: String,
}

/// A token just made: the only time its secret is known.
pub struct NewToken {
    /// What the program sends as `Authorization: Bearer`.
    pub secret: String,
    /// The token.
    pub token: Token,
}

impl Identity {
    /// Makes a token for a person.
    ///
    /// # Errors
    /// `bad-token` naming the field; `not-your-post`; those of the store.
    pub async fn make_token(&self, person: Uuid, wish: TokenWish) -> Result<NewToken> {
        let name = wish.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(bad_token().field(
                "name",
                format!("1–{MAX_NAME} karakterlik bir ad yazın"),
                format!("give it a name of 1–{MAX_NAME} characters"),
            ));
        }
        if !(1..=MAX_DAYS).contains(&wish.days) {
            return Err(bad_token().field("days", format!("1–{MAX_DAYS} gün olabilir"), format!("1–{MAX_DAYS} days")));
        }
        let now = Timestamp::now();
        self.desk.directory().await?.principal(person, wish.standing.as_ref(), Act::default(), now)?;
        let secret = format!("{PREFIX}{}", bearer::make()?);
        let token = Token {
            id: Uuid::now_v7(),
            person,
            name: name.to_owned(),
            standing: wish.standing,
            limits: wish.limits,
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24 * wish.days),
            ends_with: secret.chars().skip(secret.len().saturating_sub(4)).collect(),
        };
        let kept = Secret {
            kind: KIND.to_owned(),
            key: bearer::hash(&secret),
            owner: Some(person),
            content: serde_json::to_string(&token).map_err(Error::internal)?,
            created_at: now,
            expires_at: Some(token.expires_at),
        };
        self.store().keep_secret(&kept).await?;
        Ok(NewToken { secret, token })
    }

    /// Makes a token for a person as somebody wishes: the person themself, who has proven lately who they are and doesn't come
    /// with a token or by proxy, or who may manage their logins.
    ///
    /// # Errors
    /// `step-up-required`, `not-allowed`, and those of [`Identity::make_token`].
    pub async fn make_token_by(&self, by: &Principal, person: Uuid, wish: TokenWish) -> Result<NewToken> {
        self.may_change_tokens(by, person).await?;
        let made = self.make_token(person, wish).await?;
        self.note_by(by, "token_made", person, Some(format!("{} …{}", made.token.id, made.token.ends_with))).await?;
        Ok(made)
    }

    /// Revokes a token of a person as somebody wishes; true if it was there.
    ///
    /// # Errors
    /// `step-up-required`, `not-allowed`; those of the store.
    pub async fn revoke_token_by(&self, by: &Principal, person: Uuid, id: Uuid) -> Result<bool> {
        // One's own goes at once, in whatever post one acts: who has lost a key can't be kept waiting.
        if by.person() != Some(person) {
            self.may_manage(by, person).await?;
        }
        let revoked = self.revoke_token(person, id).await?;
        if revoked {
            self.note_by(by, "token_revoked", person, Some(id.to_string())).await?;
        }
        Ok(revoked)
    }

    async fn may_change_tokens(&self, by: &Principal, person: Uuid) -> Result<()> {
        if by.person() != Some(person) || !by.limits.is_empty() {
            return self.may_manage(by, person).await;
        }
        if by.is_verified() { Ok(()) } else { Err(step_up_required()) }
    }

    /// Who comes with a token.
    ///
    /// # Errors
    /// `bad-credentials` if there is no such token, or no longer; `no-longer-active`, `not-your-post`; those of the store.
    pub async fn principal_by_token(&self, secret: &str, source: &str) -> Result<Principal> {
        let kept = match secret.starts_with(PREFIX) {
            true => self.store().secret(KIND, &bearer::hash(secret)).await?,
            false => None,
        };
        let now = Timestamp::now();
        let kept = kept.filter(|s| !s.is_over(now)).ok_or_else(bad_credentials)?;
        let token: Token = serde_json::from_str(&kept.content).map_err(|_| bad_credentials())?;
        let directory = self.desk.directory().await?;
        let act = Act { source: source.to_owned(), ..Act::default() };
        let mut principal = directory.principal(token.person, token.standing.as_ref(), act, now)?;
        principal.limits.push(token.limits);
        Ok(principal)
    }

    /// The tokens of a person, the newest last.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn tokens_of(&self, person: Uuid) -> Result<Vec<Token>> {
        let now = Timestamp::now();
        let kept = self.store().secrets(KIND, Some(person)).await?;
        Ok(kept.iter().filter(|s| !s.is_over(now)).filter_map(|s| serde_json::from_str(&s.content).ok()).collect())
    }

    /// All tokens of everybody, the newest last: for who looks after logins.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn all_tokens(&self) -> Result<Vec<Token>> {
        let now = Timestamp::now();
        let kept = self.store().secrets(KIND, None).await?;
        Ok(kept.iter().filter(|s| !s.is_over(now)).filter_map(|s| serde_json::from_str(&s.content).ok()).collect())
    }

    /// Revokes one token of a person by its name; true if it was there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn revoke_token(&self, person: Uuid, id: Uuid) -> Result<bool> {
        for kept in self.store().secrets(KIND, Some(person)).await? {
            let token: Option<Token> = serde_json::from_str(&kept.content).ok();
            if token.is_some_and(|t| t.id == id) {
                return self.store().forget_secret(KIND, &kept.key).await;
            }
        }
        Ok(false)
    }
}

/// The credentials are not known; which part is wrong is not said.
pub(crate) fn bad_credentials() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "bad-credentials",
        "Erişim anahtarı geçersiz ya da süresi dolmuş.",
        "The access token is not valid, or no longer.",
    )
    .hint("Hesabım sayfasından yeni bir anahtar alın.", "Make a new one on the page “My account”.")
}

fn bad_token() -> Error {
    Error::invalid("bad-token", "Anahtar bu biçimde oluşturulamaz.", "The token can't be made like this.")
}
