//! What a commit is refused with, worded for the person; the codes are part of the Store's contract.

use meydan_kernel::{Error, Kind, Register};
use uuid::Uuid;

/// `version-conflict`.
pub(super) fn version_conflict(register: &Register, expected: i64, current: i64) -> Error {
    Error::new(
        Kind::Precondition,
        "version-conflict",
        format!(
            "Kaydı bu sırada başkası değiştirdi (“{}”: beklenen sürüm {expected}, geçerli sürüm {current}).",
            register.title.tr
        ),
        format!(
            "Someone else changed the record meanwhile (“{}”: version {expected} expected, {current} is current).",
            register.title.en
        ),
    )
    .hint(
        "Kaydın son hâline bakıp değişikliğinizi yeniden yapın.",
        "Look at the record as it is now and make your change again.",
    )
}

/// `key-taken`, naming the fields.
pub(super) fn key_taken(register: &Register, fields: &[String]) -> Error {
    let error = Error::new(
        Kind::Conflict,
        "key-taken",
        format!("“{}” kütüğünde aynı anahtarla başka bir kayıt var.", register.title.tr),
        format!("Another record of the register “{}” has the same key.", register.title.en),
    );
    fields.iter().fold(error, |e, f| e.field(f, "bu değer başka bir kayıtta kullanılıyor", "another record has this value"))
}

/// `missing-reference`, naming the field.
pub(super) fn missing_reference(register: &Register, field: usize, target: &str, id: Uuid) -> Error {
    let name = register.fields.get(field).map_or("", |f| f.name.as_str());
    Error::invalid(
        "missing-reference",
        format!("“{}” kaydının gösterdiği kayıt yok.", register.title.tr),
        format!("A record of “{}” points to a record that does not exist.", register.title.en),
    )
    .field(
        name,
        format!("“{target}” kütüğünde {id} kaydı yok"),
        format!("there is no record {id} in the register “{target}”"),
    )
}

/// `still-referenced`, naming the register that points.
pub(super) fn still_referenced(register: &Register, referrer: &str, id: Uuid) -> Error {
    Error::new(
        Kind::Conflict,
        "still-referenced",
        format!("“{}” kütüğündeki {id} kaydı silinemez: “{referrer}” kütüğünde onu gösteren kayıt var.", register.title.tr),
        format!("The record {id} of “{}” can't be deleted: a record of “{referrer}” points to it.", register.title.en),
    )
    .hint("Önce onu gösteren kayıtları değiştirin ya da silin.", "Change or delete the records that point to it first.")
}
