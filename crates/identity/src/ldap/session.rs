//! What is asked of a directory server over a connection: bind, search in pages.

use super::{
    connect::Connection,
    error::{refused, unavailable},
    settings::Settings,
};
use ldap3::{
    LdapResult, Scope, SearchEntry,
    controls::{Control, ControlType, MakeCritical, PagedResults},
};
use meydan_kernel::Result;
use std::collections::HashMap;

/// Limit: entries of one search.
pub(super) const MAX_ENTRIES: usize = 200_000;
/// How many times a login's time a whole page of a large search may take.
const PAGE_PATIENCE: u32 = 6;

const SUCCESS: u32 = 0;
const NO_SUCH_OBJECT: u32 = 32;
const INVALID_CREDENTIALS: u32 = 49;

/// An entry: its name, and its attributes by name in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// Distinguished name as the server writes it.
    pub dn: String,
    attributes: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    fn of(entry: SearchEntry) -> Self {
        let texts = entry.attrs.into_iter().map(|(name, values)| (name, values.into_iter().map(String::into_bytes).collect()));
        // `;lang-tr`, `;binary` and other options are beside the plain attribute, not instead of it.
        let all = texts.chain(entry.bin_attrs).map(|(name, values)| (name.to_lowercase(), values));
        Self { dn: entry.dn, attributes: all.collect() }
    }

    /// The values of an attribute as the bytes that they are.
    pub(super) fn bytes(&self, attribute: &str) -> &[Vec<u8>] {
        self.attributes.get(&attribute.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The values of an attribute that are text.
    pub(super) fn texts(&self, attribute: &str) -> impl Iterator<Item = &str> {
        self.bytes(attribute).iter().filter_map(|v| std::str::from_utf8(v).ok()).map(str::trim).filter(|v| !v.is_empty())
    }

    /// The first value of an attribute that is text.
    pub(super) fn text(&self, attribute: &str) -> Option<&str> {
        self.texts(attribute).next()
    }
}

impl Connection {
    /// Binds; false if the name or the password isn't right. Never with an empty password: that would be anonymous and succeed.
    ///
    /// # Errors
    /// `directory-unavailable`.
    pub(super) async fn bind(&mut self, settings: &Settings, name: &str, password: &str) -> Result<bool> {
        if name.is_empty() || password.is_empty() {
            return Ok(false);
        }
        let answer = self.ldap.with_timeout(settings.timeout()).simple_bind(name, password).await;
        let answer = answer.map_err(|e| self.broken(&e))?;
        match answer.rc {
            SUCCESS => Ok(true),
            INVALID_CREDENTIALS => {
                if let Some(why) = super::active_directory::why_refused(&answer.text) {
                    tracing::info!(why, "the directory refuses a login");
                }
                Ok(false)
            }
            // No such object, invalid name, inappropriate authentication, constraint violation (locked), unwilling to perform.
            NO_SUCH_OBJECT | 34 | 48 | 19 | 53 => Ok(false),
            code => Err(refused("bind", code, &answer.text)),
        }
    }

    /// Binds as the account that searches; without one the connection stays anonymous.
    ///
    /// # Errors
    /// `directory-unavailable`.
    pub(super) async fn bind_as_searcher(&mut self, settings: &Settings) -> Result<()> {
        let Some(name) = &settings.bind_dn else { return Ok(()) };
        let password = settings.bind_password()?;
        if self.bind(settings, name, &password).await? {
            Ok(())
        } else {
            Err(unavailable("the directory refuses the account of bind_dn"))
        }
    }

    /// All entries under a base that match, page by page.
    ///
    /// # Errors
    /// `directory-unavailable`, also when not all could be had: half a directory is no directory.
    pub(super) async fn search(
        &mut self,
        settings: &Settings,
        base: &str,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut cookie = Vec::new();
        loop {
            let control = PagedResults { size: settings.page_size, cookie: std::mem::take(&mut cookie) }.critical();
            let time = settings.timeout() * PAGE_PATIENCE;
            let found = {
                let asked = self.ldap.with_controls(control).search(base, Scope::Subtree, filter, attributes);
                tokio::time::timeout(time, asked).await
            };
            let found = found.map_err(|_| unavailable(format!("no page within {} s", time.as_secs())))?;
            let ldap3::SearchResult(page, answer) = found.map_err(|e| self.broken(&e))?;
            if answer.rc != SUCCESS {
                return Err(refused("search", answer.rc, &answer.text));
            }
            entries.extend(page.into_iter().map(SearchEntry::construct).map(Entry::of));
            if entries.len() > MAX_ENTRIES {
                return Err(unavailable(format!("more than {MAX_ENTRIES} entries match {filter}")));
            }
            cookie = next_page(&answer);
            if cookie.is_empty() {
                return Ok(entries);
            }
        }
    }

    /// The entries under a base that match, if there are few: not more than `limit` are read.
    ///
    /// # Errors
    /// `directory-unavailable`.
    pub(super) async fn find(
        &mut self,
        settings: &Settings,
        filter: &str,
        attributes: &[&str],
        limit: usize,
    ) -> Result<Vec<Entry>> {
        let control = PagedResults { size: i32::try_from(limit).unwrap_or(i32::MAX), cookie: Vec::new() };
        let asked = self.ldap.with_controls(control).search(&settings.base, Scope::Subtree, filter, attributes);
        let found = tokio::time::timeout(settings.timeout(), asked).await;
        let found = found.map_err(|_| unavailable(format!("no answer within {} s", settings.timeout_s)))?;
        let ldap3::SearchResult(page, answer) = found.map_err(|e| self.broken(&e))?;
        if answer.rc != SUCCESS {
            return Err(refused("search", answer.rc, &answer.text));
        }
        Ok(page.into_iter().map(SearchEntry::construct).map(Entry::of).collect())
    }

    /// One entry by name.
    ///
    /// # Errors
    /// `directory-unavailable`.
    pub(super) async fn entry(
        &mut self,
        settings: &Settings,
        dn: &str,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Option<Entry>> {
        let asked = self.ldap.search(dn, Scope::Base, filter, attributes);
        let found = tokio::time::timeout(settings.timeout(), asked).await;
        let found = found.map_err(|_| unavailable(format!("no answer within {} s", settings.timeout_s)))?;
        let ldap3::SearchResult(page, answer) = found.map_err(|e| self.broken(&e))?;
        match answer.rc {
            SUCCESS => Ok(page.into_iter().next().map(SearchEntry::construct).map(Entry::of)),
            // It isn't there, its name can't be one here, or it lies in another directory, which is not asked.
            NO_SUCH_OBJECT | 34 | 10 => Ok(None),
            code => Err(refused("search", code, &answer.text)),
        }
    }
}

/// Where the next page begins; empty at the end.
fn next_page(answer: &LdapResult) -> Vec<u8> {
    let control = answer.ctrls.iter().find_map(|c| match c {
        Control(Some(ControlType::PagedResults), raw) => Some(raw.parse::<PagedResults>()),
        _ => None,
    });
    control.map(|c| c.cookie).unwrap_or_default()
}

/// Runs what uses the library apart: whatever a server makes it do, this program goes on.
///
/// # Errors
/// The work's own; `directory-unavailable` if the library gave up.
pub(super) async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    // A set ends what is in it when it is dropped: nobody waits for an answer that nobody wants any more.
    let mut alone = tokio::task::JoinSet::new();
    alone.spawn(work);
    match alone.join_next().await {
        Some(Ok(done)) => done,
        _ => Err(unavailable("the directory's answer was not understood")),
    }
}
