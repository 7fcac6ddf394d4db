//! Checks that need the whole catalogue: names, references, lists, defaults, constraints, styles.

use super::{faults::Faults, style, suggest};
use crate::{Catalogue, Field, FieldKind, Lang, Register, Value, catalogue::CodeList, cql2};
use std::collections::HashSet;

/// Names that every record has beside its fields.
const RESERVED_FIELDS: &[&str] = &["id", "fid", "version", "recorded_at", "geom", "geometry"];
/// Beginnings of table names that stores keep for themselves.
const RESERVED_BEGINNINGS: &[&str] = &["gpkg_", "rtree_", "sqlite_", "pg_", "meydan_", "ogr_"];
/// Limit: letters of a name; PostgreSQL cuts identifiers at 63 bytes, and indexes bear register and field.
const MAX_NAME: usize = 48;

/// Notes all that is wrong with the catalogue.
pub(super) fn check(catalogue: &Catalogue, faults: &Faults) {
    for list in catalogue.code_lists.values() {
        code_list(list, faults);
    }
    for register in catalogue.registers.values() {
        Check { catalogue, faults, register }.register();
    }
    super::check_grants::check(catalogue, faults);
    super::check_indexes::check(catalogue, faults);
    super::check_workflow::check(catalogue, faults);
    for (name, colour) in &catalogue.palette {
        for (theme, text) in [("light", &colour.light), ("dark", &colour.dark)] {
            if !style::is_colour(text) {
                faults.at(
                    &format!("palette.{name}"),
                    theme,
                    format!("“{text}” #rrggbb biçiminde bir renk değil"),
                    format!("“{text}” is not a colour like #rrggbb"),
                );
            }
        }
    }
}

fn name_fault(name: &str) -> Option<(String, String)> {
    let fits = name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    (!fits).then(|| {
        (
            format!("“{name}” ad olamaz: küçük harfle (a–z) başlar, a–z, 0–9 ve _ içerir, en çok {MAX_NAME} harftir"),
            format!("“{name}” can't be a name: it starts with a–z, has a–z, 0–9 and _, at most {MAX_NAME} of them"),
        )
    })
}

fn code_list(list: &CodeList, faults: &Faults) {
    if let Some((tr, en)) = name_fault(&list.name) {
        faults.at(&list.name, "name", tr, en);
    }
    let mut seen = HashSet::new();
    for code in &list.codes {
        let subject = format!("{}.{}", list.name, code.code);
        if code.code.trim().is_empty() {
            faults.at(&subject, "code", "kod boş olamaz", "a code can't be empty");
        }
        if !seen.insert(&code.code) {
            faults.at(
                &subject,
                "code",
                format!("“{}” kodu listede iki kez var", code.code),
                format!("the code “{}” is in the list twice", code.code),
            );
        }
    }
}

struct Check<'a> {
    catalogue: &'a Catalogue,
    faults: &'a Faults,
    register: &'a Register,
}

impl Check<'_> {
    fn at(&self, key: &str, tr: impl Into<String>, en: impl Into<String>) {
        self.faults.at(&self.register.name, key, tr, en);
    }

    fn register(&self) {
        let register = self.register;
        if let Some((tr, en)) = name_fault(&register.name) {
            self.at("name", tr, en);
        }
        if let Some(beginning) = RESERVED_BEGINNINGS.iter().find(|b| register.name.starts_with(**b)) {
            self.at(
                "name",
                format!("“{beginning}” ile başlayan adlar veri deposuna ayrılmıştır"),
                format!("names that start with “{beginning}” are the store's own"),
            );
        }
        if register.fields.is_empty() {
            self.at("name", "kütükte hiç alan yok", "the register has no fields");
        }
        if self.register.was.as_ref().is_some_and(|was| self.catalogue.registers.contains_key(was)) {
            self.at("was", "“was” hâlâ tanımlı bir kütüğü gösteriyor", "“was” names a register that is still defined");
        }
        self.named_fields("label", std::slice::from_ref(&register.label));
        self.named_fields("key", &register.key);
        self.named_fields("unit", register.unit.as_slice());
        self.unit();
        if register.subject.as_deref() != Some("id") {
            self.named_fields("subject", register.subject.as_slice());
        }
        self.personal_data();
        self.articles();
        let mut seen = HashSet::new();
        for field in &register.fields {
            if !seen.insert(field.name.as_str()) {
                let name = &field.name;
                self.field_at(
                    field,
                    "name",
                    format!("“{name}” alanı iki kez var"),
                    format!("the field “{name}” is there twice"),
                );
            }
            self.field(field);
        }
        self.constraints();
        if let Some(symbology) = &register.symbology {
            style::check(self.catalogue, register, symbology, self.faults);
        }
    }

    /// Unit scopes compare it with ids of units.
    fn unit(&self) {
        let Some(field) = self.register.unit.as_deref().and_then(|name| self.register.field(name)) else { return };
        if field.kind != (FieldKind::Reference { register: crate::post::UNIT.to_owned() }) {
            let name = &field.name;
            self.at(
                "unit",
                format!("“{name}” birimleri göstermiyor (type = \"reference\", register = \"unit\")"),
                format!("“{name}” doesn't point to units (type = \"reference\", register = \"unit\")"),
            );
        }
    }

    fn personal_data(&self) {
        let register = self.register;
        if register.fields.len() > crate::permission::MAX_FIELDS {
            let most = crate::permission::MAX_FIELDS;
            self.at("name", format!("en çok {most} alan olabilir"), format!("there can be {most} fields at most"));
        }
        if register.processing.is_none() && register.fields.iter().any(|f| f.personal) {
            self.at(
                "name",
                "kişisel alan var ama [processing] (amaç ve hukuki dayanak) yok",
                "there are personal fields but no [processing] (purpose and legal basis)",
            );
        }
        if let Some(after) = register.retention.as_ref().and_then(|r| r.after.as_ref()) {
            let dated = register.field(after).is_some_and(|f| matches!(f.kind, FieldKind::Date | FieldKind::Timestamp));
            if !dated {
                self.faults.at(
                    &format!("{}/retention", register.name),
                    "after",
                    format!("“{after}” bir tarih alanı değil"),
                    format!("“{after}” is not a field of dates"),
                );
            }
        }
    }

    fn named_fields(&self, key: &str, names: &[String]) {
        for name in names.iter().filter(|name| self.register.field(name).is_none()) {
            let (tr, en) = suggest::phrase(name, self.register.fields.iter().map(|f| f.name.as_str()));
            self.at(key, format!("“{name}” diye bir alan yok{tr}"), format!("there is no field “{name}”{en}"));
        }
    }

    fn articles(&self) {
        for article in &self.register.articles {
            let fits = article.split_once('/').is_some_and(|(number, clause)| {
                !clause.is_empty() && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
            });
            if !fits {
                self.at(
                    "articles",
                    format!("“{article}” madde/bent biçiminde değil (ör. 7/l)"),
                    format!("“{article}” is not article/clause (e.g. 7/l)"),
                );
            }
        }
    }

    fn field_at(&self, field: &Field, key: &str, tr: impl Into<String>, en: impl Into<String>) {
        self.faults.at(&format!("{}.{}", self.register.name, field.name), key, tr, en);
    }

    fn field(&self, field: &Field) {
        let name = &field.name;
        if let Some((tr, en)) = name_fault(name) {
            self.field_at(field, "name", tr, en);
        }
        if RESERVED_FIELDS.contains(&name.as_str()) {
            self.field_at(
                field,
                "name",
                format!("“{name}” her kayıtta zaten var"),
                format!("every record has “{name}” already"),
            );
        }
        if field.was.as_ref().is_some_and(|was| self.register.field(was).is_some()) {
            self.field_at(field, "was", "“was” hâlâ duran bir alanı gösteriyor", "“was” names a field that is still there");
        }
        if let (Some(min), Some(max)) = (field.min, field.max)
            && min > max
        {
            self.field_at(field, "min", "“min” “max”tan büyük", "“min” is greater than “max”");
        }
        match &field.kind {
            FieldKind::Code { list } if !self.catalogue.code_lists.contains_key(list) => {
                let (tr, en) = suggest::phrase(list, self.catalogue.code_lists.keys().map(String::as_str));
                self.field_at(
                    field,
                    "list",
                    format!("“{list}” diye bir kod listesi yok{tr}"),
                    format!("there is no code list “{list}”{en}"),
                );
            }
            FieldKind::Reference { register } if !self.catalogue.registers.contains_key(register) => {
                let (tr, en) = suggest::phrase(register, self.catalogue.registers.keys().map(String::as_str));
                self.field_at(
                    field,
                    "register",
                    format!("“{register}” diye bir kütük yok{tr}"),
                    format!("there is no register “{register}”{en}"),
                );
            }
            _ => {}
        }
        self.default(field);
    }

    fn default(&self, field: &Field) {
        let Some(default) = &field.default else { return };
        let word = field.kind.word();
        let Some(value) = Value::from_json(default, &field.kind).filter(|v| !v.is_null()) else {
            let (tr, en) = (format!("varsayılan değer “{word}” türünde değil"), format!("the default is not of type “{word}”"));
            return self.field_at(field, "default", tr, en);
        };
        let number = match value {
            Value::Int(i) => Some(i as f64),
            Value::Real(r) => Some(r),
            _ => None,
        };
        if number.is_some_and(|n| field.min.is_some_and(|min| n < min) || field.max.is_some_and(|max| n > max)) {
            self.field_at(field, "default", "varsayılan değer sınırların dışında", "the default is out of the bounds");
        }
        if let (FieldKind::Code { list }, Value::Text(code)) = (&field.kind, &value)
            && let Some(list) = self.catalogue.code_lists.get(list)
            && list.get(code).is_none()
        {
            let (tr, en) = suggest::phrase(code, list.codes.iter().map(|c| c.code.as_str()));
            let name = &list.name;
            self.field_at(
                field,
                "default",
                format!("“{code}” kodu “{name}” listesinde yok{tr}"),
                format!("the code “{code}” is not in the list “{name}”{en}"),
            );
        }
    }

    fn constraints(&self) {
        let mut seen = HashSet::new();
        for constraint in &self.register.constraints {
            let subject = format!("{}/{}", self.register.name, constraint.name);
            if let Some((tr, en)) = name_fault(&constraint.name) {
                self.faults.at(&subject, "name", tr, en);
            }
            if !seen.insert(&constraint.name) {
                self.faults.at(&subject, "name", "bu adda iki koşul var", "two constraints have this name");
            }
            if let Err(e) = cql2::parse(self.register, &constraint.check) {
                let hint = |lang| e.hint_text(lang).map(|h| format!(" {h}")).unwrap_or_default();
                self.faults.at(
                    &subject,
                    "check",
                    format!("koşul okunamıyor: {}{}", e.message(Lang::Tr), hint(Lang::Tr)),
                    format!("the condition can't be read: {}{}", e.message(Lang::En), hint(Lang::En)),
                );
            }
        }
    }
}
