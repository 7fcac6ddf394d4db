//! Errors as values: a kind, a stable code, a sentence in both languages, what to do next. Faces turn them into RFC 9457.

use crate::{Bilingual, Lang};

/// What sort of failure it is; faces map it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The input is wrong; nothing was changed. HTTP 400.
    Invalid,
    /// There is no such thing. HTTP 404.
    NotFound,
    /// Someone else changed it first, or a unique key is taken. HTTP 409.
    Conflict,
    /// The given version is not the current one. HTTP 412.
    Precondition,
    /// Nobody is logged in, and this needs somebody. HTTP 401.
    Unauthenticated,
    /// The person may not do this. HTTP 403.
    Forbidden,
    /// Too often in too short a time. HTTP 429.
    TooMany,
    /// The house doesn't do that. HTTP 501 or 406, as the face sees fit.
    Unsupported,
    /// Over a named limit. HTTP 413.
    TooLarge,
    /// Can't be done now, may be later. HTTP 503.
    Unavailable,
    /// Our fault. HTTP 500.
    Internal,
}

/// What is wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field as in the definition, or a JSON pointer.
    pub field: String,
    /// What is wrong with it.
    pub message: Bilingual,
}

/// An error that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: Kind,
    code: &'static str,
    message: Bilingual,
    hint: Option<Bilingual>,
    fields: Vec<FieldError>,
    cause: Option<String>,
}

/// The house's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind with its stable code (kebab-case; part of the API) and its sentence in both languages.
    pub fn new(kind: Kind, code: &'static str, tr: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, code, message: Bilingual::new(tr, en), hint: None, fields: Vec::new(), cause: None }))
    }

    /// Wrong input.
    pub fn invalid(code: &'static str, tr: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, tr, en)
    }

    /// Nothing there.
    pub fn not_found(code: &'static str, tr: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, code, tr, en)
    }

    /// Our fault; `cause` goes to the operator's journal and not to the user.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Internal,
            "internal",
            "Beklenmeyen bir hata oluştu; hiçbir şey değiştirilmedi.",
            "Something unexpected went wrong; nothing was changed.",
        )
        .cause(cause)
    }

    /// The store can't be reached or is busy beyond its limit.
    pub fn unavailable(cause: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Unavailable,
            "store-unavailable",
            "Veri deposuna şu anda ulaşılamıyor.",
            "The data store can't be reached at the moment.",
        )
        .hint("Biraz sonra yeniden deneyin.", "Try again in a moment.")
        .cause(cause)
    }

    /// Adds what to do next.
    pub fn hint(mut self, tr: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.hint = Some(Bilingual::new(tr, en));
        self
    }

    /// Names a field that is wrong.
    pub fn field(mut self, field: impl Into<String>, tr: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.fields.push(FieldError { field: field.into(), message: Bilingual::new(tr, en) });
        self
    }

    /// Names wrong fields.
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.0.fields.extend(fields);
        self
    }

    /// Names no field.
    #[must_use]
    pub fn without_fields(&self) -> Self {
        Self(Box::new(Inner { fields: Vec::new(), ..(*self.0).clone() }))
    }

    /// Keeps the technical cause for the operator's journal.
    pub fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// True if it is a refusal: nobody is logged in, or they may not.
    pub fn is_refusal(&self) -> bool {
        matches!(self.0.kind, Kind::Unauthenticated | Kind::Forbidden)
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Its sentence.
    pub fn message(&self, lang: Lang) -> &str {
        self.0.message.get(lang)
    }

    /// What to do next.
    pub fn hint_text(&self, lang: Lang) -> Option<&str> {
        self.0.hint.as_ref().map(|h| h.get(lang))
    }

    /// The wrong fields.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// The technical cause, for the journal only.
    pub fn cause_text(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [{}]", self.0.message.en, self.0.code)?;
        for field in &self.0.fields {
            write!(f, "; {}: {}", field.field, field.message.en)?;
        }
        if let Some(cause) = &self.0.cause {
            write!(f, " ({cause})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
