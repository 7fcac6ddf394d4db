//! Why a message did not leave, or none could be read.

use std::time::Duration;

/// Limit: characters kept of what a server said.
const MAX_SAID: usize = 300;

/// What came of it.
pub type Result<T> = std::result::Result<T, Failure>;

/// A failure, by what is to be done about it. Its text is for the operator's journal: a server's answer may name an address, so it is
/// shown to nobody else; [`Failure::sentences`] are for everybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The configuration can't be taken; nothing was tried.
    #[error("settings: {0}")]
    Settings(String),
    /// This message or its address is refused for ever: trying again won't help.
    #[error("refused: {0}")]
    Refused(String),
    /// The address is no more (a subscription that ended): forget it.
    #[error("the address is gone")]
    Gone,
    /// Not now: try again later.
    #[error("later: {why}")]
    Later {
        /// What happened.
        why: String,
        /// How long the other side asks to be left alone.
        after: Option<Duration>,
    },
}

impl Failure {
    /// True if trying the same again is of no use.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Gone)
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Settings(_) => "message-settings",
            Self::Refused(_) => "message-refused",
            Self::Gone => "address-gone",
            Self::Later { .. } => "message-later",
        }
    }

    /// A sentence in Turkish and in English that names nobody.
    pub fn sentences(&self) -> [&'static str; 2] {
        match self {
            Self::Settings(_) => ["İleti ayarlarında hata var.", "There is a fault in the settings for messages."],
            Self::Refused(_) => {
                ["İleti karşı tarafça kalıcı olarak reddedildi.", "The other side refuses the message for ever."]
            }
            Self::Gone => ["Alıcının adresi artık yok.", "The recipient's address is no more."],
            Self::Later { .. } => [
                "İleti şimdi gönderilemedi; yeniden denenecek.",
                "The message could not be delivered now; it will be tried again.",
            ],
        }
    }

    pub(crate) fn later(why: impl std::fmt::Display) -> Self {
        Self::Later { why: short(why), after: None }
    }

    pub(crate) fn refused(why: impl std::fmt::Display) -> Self {
        Self::Refused(short(why))
    }

    pub(crate) fn settings(why: impl std::fmt::Display) -> Self {
        Self::Settings(short(why))
    }
}

/// One line of a bounded length, whatever a server says.
fn short(why: impl std::fmt::Display) -> String {
    why.to_string().chars().take(MAX_SAID).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
