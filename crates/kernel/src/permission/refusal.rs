//! The errors of refusal: each says what to do next.

use super::Principal;
use crate::{Error, Kind, Register, catalogue::Action};

/// No grant allows this. Who is not logged in is told to log in.
pub fn not_allowed(principal: &Principal, register: &Register, action: Action) -> Error {
    if principal.is_everyone() {
        return Error::new(
            Kind::Unauthenticated,
            "login-required",
            "Bunun için oturum açmanız gerekir.",
            "You need to log in for this.",
        )
        .hint("Oturum açın ya da bir erişim anahtarı gönderin.", "Log in, or send an access token.");
    }
    let (tr, en) = action_words(action);
    Error::new(
        Kind::Forbidden,
        "not-allowed",
        format!("“{}” kütüğünde {tr} yetkiniz yok.", register.title.tr),
        format!("You may not {en} in the register “{}”.", register.title.en),
    )
    .hint(
        "Başka bir görevinizle deneyin ya da yöneticinizden yetki isteyin; “Neden?” sayfası gerekçeyi gösterir.",
        "Try in another of your posts or ask your manager for the right; the page “Why?” shows the grounds.",
    )
}

/// A field is hidden or may not be written.
pub fn forbidden_field(register: &Register, field: &str) -> Error {
    let title = register.field(field).map(|f| f.title.clone()).unwrap_or_default();
    Error::new(
        Kind::Forbidden,
        "forbidden-field",
        format!("“{}” alanı için yetkiniz yok.", title.tr),
        format!("You have no right to the field “{}”.", title.en),
    )
    .field(field, "yetkiniz yok", "you have no right to it")
    .hint("Bu alanı dışarıda bırakıp yeniden deneyin.", "Leave the field out and try again.")
}

/// A reason is needed, which will be logged.
pub fn reason_required() -> Error {
    Error::invalid("reason-required", "Bu işlem için gerekçe yazmalısınız.", "You must give a reason for this.")
        .field("reason", "gerekçe zorunlu", "a reason is required")
        .hint("Gerekçe kayıt altına alınır.", "The reason is logged.")
}

/// The person must prove anew who they are.
pub fn step_up_required() -> Error {
    Error::new(
        Kind::Forbidden,
        "step-up-required",
        "Bu işlem için kimliğinizi yeniden doğrulamanız gerekir.",
        "You need to prove again who you are for this.",
    )
    .hint(
        "Parolanızla ya da geçiş anahtarınızla doğrulayıp yeniden deneyin.",
        "Confirm with your password or passkey and try again.",
    )
}

const fn action_words(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Read => ("görme", "see records"),
        Action::History => ("geçmişi görme", "see the history"),
        Action::Export => ("dışa aktarma", "export records"),
        Action::Insert => ("kayıt ekleme", "add records"),
        Action::Update => ("kayıt değiştirme", "change records"),
        Action::Delete => ("kayıt silme", "delete records"),
        Action::Unmask => ("kişisel veriyi açma", "see personal data whole"),
        Action::Erase => ("kişisel veriyi yok etme", "destroy personal data"),
        Action::Manage => ("hesap yönetme", "manage logins"),
        Action::Audit => ("defteri denetleme", "audit the log"),
    }
}
