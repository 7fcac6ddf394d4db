//! The key that authenticator apps' keys are encrypted with: there, its owner's only, and the right one.

use super::{Check, Status};
use crate::context::Context;
use meydan_identity::{KeptApps, Vault, examine_apps};
use meydan_kernel::{Bilingual, Lang, Store};

const NAME: &str = "secrets-key";
const TITLE: (&str, &str) = ("Doğrulama uygulamalarının anahtarı", "Key of the authenticator apps");

/// Loads the key and tries it on what the store keeps.
pub(super) async fn look(context: &Context, store: &dyn Store) -> Check {
    let path = context.config.secrets_key_path();
    let vault = match Vault::load(&path) {
        Ok(vault) => vault,
        Err(error) => {
            let check = Check::failed(NAME, TITLE, &error);
            return if error.hint_text(Lang::En).is_some() { check } else { put_back(check) };
        }
    };
    match examine_apps(store, vault.as_ref()).await {
        Ok(apps) => judged(&path.display().to_string(), vault.is_some(), apps),
        Err(error) => Check::failed(NAME, TITLE, &error),
    }
}

fn judged(place: &str, there: bool, apps: KeptApps) -> Check {
    let KeptApps { all, unreadable } = apps;
    if unreadable > 0 {
        let detail = if there {
            Bilingual::new(
                format!("{place} başka bir anahtar: {all} uygulamadan {unreadable} tanesininki açılmıyor"),
                format!("{place} is another key: of {all} apps, those of {unreadable} don't open"),
            )
        } else {
            Bilingual::new(
                format!("{place} yok, oysa {all} kişinin doğrulama uygulaması var"),
                format!("{place} is not there, and {all} people have an authenticator app"),
            )
        };
        return put_back(Check::new(NAME, TITLE, Status::Broken, detail));
    }
    let detail = if there {
        Bilingual::new(format!("{place}, {all} uygulama"), format!("{place}, {all} apps"))
    } else {
        // Nothing is lost by it: the first server makes one.
        Bilingual::new("henüz yok, gereken de yok", "not there yet, and nothing needs it")
    };
    Check::new(NAME, TITLE, Status::Fine, detail)
}

fn put_back(check: Check) -> Check {
    check.advise(
        "Asıl secrets.key dosyasını ayrı sakladığınız kopyadan geri koyun. Kopyası yoksa uygulamalar /people/… sayfasında ya da `meydan people admin --again --remove-app` ile kaldırılır, kişiler yeniden kurar.",
        "Put the right secrets.key back from the copy you keep apart. If there is none, remove the apps at /people/… or by `meydan people admin --again --remove-app`; people set them up anew.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_that_somebody_needs_is_missed() {
        let status = |there, all, unreadable| {
            let check = judged("secrets.key", there, KeptApps { all, unreadable });
            (check.status == Status::Broken, check.advice.is_some())
        };
        assert_eq!(status(false, 0, 0), (false, false));
        assert_eq!(status(true, 0, 0), (false, false));
        assert_eq!(status(true, 3, 0), (false, false));
        assert_eq!(status(true, 3, 1), (true, true));
        assert_eq!(status(false, 3, 3), (true, true));
    }
}
