//! Reading a register: `[register]` and the tables beside it.

use super::{Source, reader::Reader};
use crate::{
    Field, FieldKind, Register,
    catalogue::{
        Constraint, Contact, Destroys, Format, Freshness, GeometryDef, Mask, Metadata, Processing, Retention, Symbology,
    },
};
use meydan_geo::GeometryType;
use serde_json::Value as Json;

/// Keys of `[register]`.
const REGISTER: &[&str] = &[
    "name",
    "was",
    "title",
    "description",
    "articles",
    "label",
    "key",
    "tucbs",
    "unit",
    "subject",
    "journal",
    "checks",
    "part",
];
/// Keys of `[[field]]`.
const FIELD: &[&str] = &[
    "name",
    "was",
    "title",
    "description",
    "type",
    "list",
    "register",
    "required",
    "unique",
    "personal",
    "mask",
    "format",
    "unit",
    "min",
    "max",
    "max_length",
    "default",
    "indexed",
    "tucbs",
];
/// The words for `type` of a field.
const KINDS: &[&str] = &["text", "integer", "real", "boolean", "date", "timestamp", "money", "code", "reference"];
/// The words for `type` of a geometry.
const GEOMETRIES: &[(&str, GeometryType)] = &[
    ("point", GeometryType::Point),
    ("line_string", GeometryType::LineString),
    ("polygon", GeometryType::Polygon),
    ("multi_point", GeometryType::MultiPoint),
    ("multi_line_string", GeometryType::MultiLineString),
    ("multi_polygon", GeometryType::MultiPolygon),
    ("geometry_collection", GeometryType::GeometryCollection),
];
/// The words for `destroys` of the retention.
const DESTROYS: &[(&str, Destroys)] = &[("personal", Destroys::Personal), ("record", Destroys::Record)];
/// The words for `mask` of a field.
const MASKS: &[(&str, Mask)] = &[
    ("all", Mask::All),
    ("last_two", Mask::LastTwo),
    ("last_four", Mask::LastFour),
    ("initials", Mask::Initials),
    ("email", Mask::Email),
];
/// The words for `format` of a field.
const FORMATS: &[(&str, Format)] = &[("national_id", Format::NationalId), ("email", Format::Email), ("phone", Format::Phone)];
/// Limit: years of retention, days of freshness: what a person could mean.
const MAX_YEARS: i64 = 1000;
const MAX_DAYS: i64 = 365_000;

/// Reads the register of a file; `styles` are the JSON files among the sources.
pub(super) fn read(file: &Reader<'_>, styles: &[&Source]) -> Option<Register> {
    let name = file.table("register", "register".to_owned(), REGISTER)?.text("name").unwrap_or_default();
    // Read again under its own name, so that faults name the register.
    let head = file.table("register", name.clone(), REGISTER)?;
    let mut fields: Vec<Field> = file.tables("field", "name", |f| format!("{name}.{f}"), FIELD).iter().map(field).collect();
    // Lists are narrowed by it for whoever has a grant with a unit scope.
    if let Some(unit) = head.text("unit") {
        fields.iter_mut().filter(|f| f.name == unit).for_each(|f| f.indexed = true);
    }
    let label = head.text("label").unwrap_or_else(|| fields.first().map(|f| f.name.clone()).unwrap_or_default());
    Some(Register {
        was: head.text("was"),
        module: file.text.source.module.clone(),
        title: head.need_bilingual("title"),
        description: head.need_bilingual("description"),
        articles: head.texts("articles"),
        geometry: file.table("geometry", format!("{name}/geometry"), &["type", "required"]).and_then(|g| geometry(&g)),
        key: head.texts("key"),
        label,
        constraints: file
            .tables("constraint", "name", |c| format!("{name}/{c}"), &["name", "check", "message"])
            .iter()
            .map(|c| Constraint {
                name: c.need_text("name"),
                check: c.need_text("check"),
                message: c.need_bilingual("message"),
            })
            .collect(),
        freshness: file
            .table("freshness", format!("{name}/freshness"), &["max_age_days"])
            .and_then(|f| f.whole("max_age_days", 1..=MAX_DAYS))
            .map(|days| Freshness { max_age_days: days as u32 }),
        retention: file.table("retention", format!("{name}/retention"), &["years", "after", "destroys", "basis"]).map(|r| {
            Retention {
                years: r.whole("years", 0..=MAX_YEARS).map(|y| y as u32),
                after: r.text("after"),
                destroys: r.word("destroys", DESTROYS).unwrap_or_default(),
                basis: r.need_bilingual("basis"),
            }
        }),
        unit: head.text("unit"),
        subject: head.text("subject"),
        journal: head.flag("journal"),
        checks: head.texts("checks"),
        indexes: file
            .tables("index", "fields", |_| format!("{name}/index"), &["fields"])
            .iter()
            .map(|i| i.texts("fields"))
            .collect(),
        part: head.flag("part"),
        workflow: super::workflow::workflow(file, &name),
        processing: file.table("processing", format!("{name}/processing"), &["purpose", "basis", "subjects", "special"]).map(
            |p| Processing {
                purpose: p.need_bilingual("purpose"),
                basis: p.need_bilingual("basis"),
                subjects: p.need_bilingual("subjects"),
                special: p.flag("special"),
            },
        ),
        symbology: file
            .table("symbology", format!("{name}/symbology"), &["min_zoom", "order", "tile_fields", "style", "layer"])
            .map(|s| symbology(&s, styles)),
        metadata: metadata(file, &name),
        tucbs: head.text("tucbs"),
        name,
        fields,
    })
}

fn field(f: &Reader<'_>) -> Field {
    Field {
        name: f.need_text("name"),
        was: f.text("was"),
        title: f.need_bilingual("title"),
        description: f.bilingual("description"),
        kind: kind(f),
        required: f.flag("required"),
        unique: f.flag("unique"),
        personal: f.flag("personal"),
        mask: f.word("mask", MASKS).unwrap_or_default(),
        format: f.word("format", FORMATS),
        unit: f.text("unit"),
        min: f.number("min"),
        max: f.number("max"),
        max_length: f.whole("max_length", 1..=1_000_000).map(|n| n as usize),
        default: f.json("default"),
        indexed: f.flag("indexed"),
        tucbs: f.text("tucbs"),
        house: false,
    }
}

fn kind(f: &Reader<'_>) -> FieldKind {
    let word = f.need_text("type");
    let kind = match word.as_str() {
        "integer" => FieldKind::Integer,
        "real" => FieldKind::Real,
        "boolean" => FieldKind::Boolean,
        "date" => FieldKind::Date,
        "timestamp" => FieldKind::Timestamp,
        "money" => FieldKind::Money,
        "code" => FieldKind::Code { list: f.need_text("list") },
        "reference" => FieldKind::Reference { register: f.need_text("register") },
        "text" => FieldKind::Text,
        other => {
            if f.has("type") {
                let (tr, en) = super::suggest::phrase(other, KINDS.iter().copied());
                f.fault("type", format!("“{other}” diye bir tür yok{tr}"), format!("there is no type “{other}”{en}"));
            }
            FieldKind::Text
        }
    };
    if kind.word() != word {
        return kind; // An unknown word was told already; what may stand beside it can't be said.
    }
    let number = matches!(kind, FieldKind::Integer | FieldKind::Real | FieldKind::Money);
    let fits = |key: &str, fits: bool| {
        if f.has(key) && !fits {
            f.fault(
                key,
                format!("“{key}” anahtarı “{word}” türünde bir alana yazılamaz"),
                format!("a field of type “{word}” can't have “{key}”"),
            );
        }
    };
    fits("list", matches!(kind, FieldKind::Code { .. }));
    fits("register", matches!(kind, FieldKind::Reference { .. }));
    fits("max_length", kind == FieldKind::Text);
    fits("format", kind == FieldKind::Text);
    ["min", "max", "unit"].into_iter().for_each(|key| fits(key, number));
    kind
}

fn geometry(g: &Reader<'_>) -> Option<GeometryDef> {
    let word = g.need_text("type");
    let Some((_, kind)) = GEOMETRIES.iter().find(|(w, _)| *w == word) else {
        let (tr, en) = super::suggest::phrase(&word, GEOMETRIES.iter().map(|(w, _)| *w));
        g.fault("type", format!("“{word}” diye bir geometri türü yok{tr}"), format!("there is no geometry type “{word}”{en}"));
        return None;
    };
    Some(GeometryDef { kind: *kind, required: g.flag("required") })
}

fn symbology(s: &Reader<'_>, styles: &[&Source]) -> Symbology {
    let layers = match (s.text("style"), s.json("layer")) {
        (Some(_), Some(_)) => {
            s.fault("layer", "“style” ve “layer” birlikte yazılamaz", "“style” and “layer” can't both be given");
            Json::Array(Vec::new())
        }
        (Some(name), None) => style_file(s, &name, styles),
        (None, Some(layers)) => layers,
        (None, None) => {
            s.fault("style", "“style” ya da “layer” eksik", "“style” or “layer” is missing");
            Json::Array(Vec::new())
        }
    };
    Symbology {
        min_zoom: s.whole("min_zoom", 0..=22).unwrap_or(0) as u8,
        order: s.whole("order", -1_000_000..=1_000_000).unwrap_or(0) as i32,
        tile_fields: s.texts("tile_fields"),
        layers,
    }
}

fn style_file(s: &Reader<'_>, name: &str, styles: &[&Source]) -> Json {
    let end = format!("styles/{name}");
    let own = |source: &&&Source| source.module == s.text.source.module && source.file.replace('\\', "/").ends_with(&end);
    let Some(source) = styles.iter().find(own) else {
        s.fault("style", format!("“{end}” dosyası yok"), format!("there is no file “{end}”"));
        return Json::Array(Vec::new());
    };
    match serde_json::from_str(&source.text) {
        Ok(layers) => layers,
        Err(e) => {
            s.faults.add(
                &source.file,
                e.line(),
                &s.subject,
                format!("geçerli JSON değil: {e}"),
                format!("not valid JSON: {e}"),
            );
            Json::Array(Vec::new())
        }
    }
}

fn metadata(file: &Reader<'_>, name: &str) -> Metadata {
    let known = ["owner", "contact", "keywords", "licence", "lineage", "scale"];
    let Some(m) = file.table("metadata", format!("{name}/metadata"), &known) else { return Metadata::default() };
    Metadata {
        owner: m.bilingual("owner"),
        contact: m
            .table("contact", format!("{name}/contact"), &["name", "email"])
            .map(|c| Contact { name: c.need_text("name"), email: c.text("email") }),
        keywords: m
            .tables("keywords", "tr", |k| format!("{name}/keyword {k}"), &["tr", "en"])
            .iter()
            .map(|k| crate::Bilingual { tr: k.need_text("tr"), en: k.need_text("en") })
            .collect(),
        licence: m.text("licence"),
        lineage: m.bilingual("lineage"),
        scale: m.whole("scale", 1..=100_000_000).map(|s| s as u32),
    }
}
