//! A plan in words.

use super::Step;
use crate::Bilingual;

impl Step {
    /// What the step does, as a sentence.
    pub fn sentence(&self) -> Bilingual {
        match self {
            Self::AddRegister { register } => {
                Bilingual::new(format!("“{register}” kütüğü eklenir."), format!("The register “{register}” is added."))
            }
            Self::RenameRegister { from, register } => Bilingual::new(
                format!("“{from}” kütüğünün adı “{register}” olur; kayıtlar ve geçmişleri kalır."),
                format!("The register “{from}” is renamed “{register}”; records and their history stay."),
            ),
            Self::DropRegister { register } => Bilingual::new(
                format!("“{register}” kütüğü bütün kayıtları ve geçmişiyle silinir."),
                format!("The register “{register}” is dropped with all its records and their history."),
            ),
            Self::AddField { register, field } => Bilingual::new(
                format!("“{register}” kütüğüne “{field}” alanı eklenir."),
                format!("The field “{field}” is added to the register “{register}”."),
            ),
            Self::RenameField { register, from, field } => Bilingual::new(
                format!("“{register}” kütüğünde “{from}” alanının adı “{field}” olur; değerler kalır."),
                format!("In the register “{register}” the field “{from}” is renamed “{field}”; values stay."),
            ),
            Self::DropField { register, field } => Bilingual::new(
                format!("“{register}” kütüğünden “{field}” alanı değerleriyle silinir."),
                format!("The field “{field}” of the register “{register}” is dropped with its values."),
            ),
            Self::WidenField { register, field } => Bilingual::new(
                format!("“{register}” kütüğünde “{field}” alanının türü genişletilir; değerler kalır."),
                format!("In the register “{register}” the type of the field “{field}” is widened; values stay."),
            ),
            Self::Reindex { register } => Bilingual::new(
                format!("“{register}” kütüğünün dizinleri ve tekil anahtarları yenilenir."),
                format!("Indexes and unique keys of the register “{register}” are made anew."),
            ),
            Self::AddIndex { register, fields } => {
                let fields = fields.join(", ");
                Bilingual::new(
                    format!("“{register}” kütüğüne birlikte dizin eklenir: {fields}."),
                    format!("The register “{register}” gets an index of several fields: {fields}."),
                )
            }
            Self::DropIndex { register, fields } => {
                let fields = fields.join(", ");
                Bilingual::new(
                    format!("“{register}” kütüğünden birlikte dizin kaldırılır: {fields}; değerler kalır."),
                    format!("The register “{register}” loses an index of several fields: {fields}; values stay."),
                )
            }
            Self::WidenGeometry { register } => Bilingual::new(
                format!("“{register}” kütüğünün geometrisi eklenir ya da türü genişletilir."),
                format!("The geometry of the register “{register}” is added or its type is widened."),
            ),
            Self::Describe { name } => Bilingual::new(
                format!("“{name}” tanımı güncellenir; tabloya dokunulmaz."),
                format!("The definition of “{name}” is updated; no table is touched."),
            ),
        }
    }
}
