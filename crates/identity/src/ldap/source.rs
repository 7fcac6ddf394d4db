//! The directory as a source of passwords.

use super::{connect::Connection, error::unavailable, name, session::apart, settings::Settings};
use crate::PasswordSource;
use meydan_kernel::Result;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Limit: logins that ask the directory at once; a slow one can't hold everything.
const MAX_AT_ONCE: usize = 32;
/// How many times the server's own time the whole of a login may take: connect, search, bind.
const WHOLE: u32 = 3;

/// Checks passwords by binding to the directory.
pub struct LdapSource {
    settings: Arc<Settings>,
    turns: Arc<Semaphore>,
}

impl LdapSource {
    /// Over checked settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), turns: Arc::new(Semaphore::new(MAX_AT_ONCE)) }
    }
}

#[async_trait::async_trait]
impl PasswordSource for LdapSource {
    async fn check(&self, login: &str, password: &str) -> Result<bool> {
        let may_be = match self.settings.direct_bind {
            Some(_) => name::is_account(login),
            None => name::is_login(login),
        };
        if password.is_empty() || !may_be {
            return Ok(false);
        }
        let time = self.settings.timeout() * WHOLE;
        let (settings, login, password) = (Arc::clone(&self.settings), login.trim().to_owned(), password.to_owned());
        let turns = Arc::clone(&self.turns);
        let work = apart(async move {
            let _turn = turns.acquire_owned().await.map_err(unavailable)?;
            check(&settings, &login, &password).await
        });
        match tokio::time::timeout(time, work).await {
            Ok(answer) => answer,
            Err(_) => Err(unavailable(format!("no answer within {} s", time.as_secs()))),
        }
    }
}

async fn check(settings: &Settings, login: &str, password: &str) -> Result<bool> {
    let mut connection = Connection::open(settings).await?;
    if let Some(template) = &settings.direct_bind {
        if !connection.bind(settings, &name::bind_name(template, login), password).await? {
            return Ok(false);
        }
        // Who can bind may still be none of those who may log in here. Where no account searches, they are asked by themselves.
        connection.bind_as_searcher(settings).await?;
        return Ok(one_enabled(&mut connection, settings, login).await?.is_some());
    }
    connection.bind_as_searcher(settings).await?;
    match one_enabled(&mut connection, settings, login).await? {
        Some(dn) => connection.bind(settings, &dn, password).await,
        None => Ok(false),
    }
}

/// Name of the one person with a login name, if they aren't disabled. Two of a name are none.
async fn one_enabled(connection: &mut Connection, settings: &Settings, login: &str) -> Result<Option<String>> {
    let person = name::filter(&format!("({}={})", settings.login_attribute(), name::LOGIN), login);
    let enabled = match settings.disabled_filter() {
        "" => String::new(),
        disabled => format!("(!{disabled})"),
    };
    let filter = format!("(&{}{enabled}{person})", settings.person_filter());
    let mut found = connection.find(settings, &filter, &[settings.login_attribute()], 2).await?;
    if found.len() > 1 {
        tracing::warn!("the directory has several people of one login name; none of them is let in");
    }
    match (found.pop(), found.is_empty()) {
        (Some(entry), true) if !entry.dn.is_empty() => Ok(Some(entry.dn)),
        _ => Ok(None),
    }
}
