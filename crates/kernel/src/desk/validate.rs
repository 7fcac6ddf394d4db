//! Validation of one record against its definition: types, required fields, ranges, codes, geometry, constraints.

use super::Prepared;
use crate::{
    Bilingual, Error, FieldKind, Operation, Record, Register, Result, Value,
    catalogue::{Catalogue, Field},
    cql2,
    error::FieldError,
};
use meydan_geo::{GeometryType, Wkb};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// See [`super::Desk::read_values`].
pub(super) fn read_values(register: &Register, json: &Map<String, Json>) -> Result<Vec<(usize, Value)>> {
    let mut set = Vec::with_capacity(json.len());
    let mut faults = Vec::new();
    for (name, value) in json {
        let Some(index) = register.field_index(name) else {
            faults.push(fault(name, "böyle bir alan yok", "there is no such field"));
            continue;
        };
        let kind = &register.fields[index].kind;
        match Value::from_json(value, kind) {
            Some(value) => set.push((index, value)),
            None => faults.push(fault(
                name,
                format!("değer “{}” türünde değil", kind.word()),
                format!("the value is not of type “{}”", kind.word()),
            )),
        }
    }
    if faults.is_empty() { Ok(set) } else { Err(invalid(register, faults)) }
}

fn fault(field: &str, tr: impl Into<String>, en: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), message: Bilingual::new(tr, en) }
}

pub(super) fn invalid(register: &Register, faults: Vec<FieldError>) -> Error {
    Error::invalid(
        "invalid-record",
        format!("Kayıt “{}” kütüğünün tanımına uymuyor.", register.title.tr),
        format!("The record does not fit the definition of the register “{}”.", register.title.en),
    )
    .hint("Adı verilen alanları düzeltin; hiçbir şey değiştirilmedi.", "Correct the fields named; nothing was changed.")
    .with_fields(faults)
}

impl Prepared {
    /// The operation with its geometry brought to the register's type, or all that is wrong with it.
    pub(super) fn validate(&self, register: &Register, id: Uuid, operation: Operation) -> Result<Operation> {
        match operation {
            Operation::Insert { values, geometry } => {
                let (values, geometry) = self.content(register, id, values, geometry)?;
                Ok(Operation::Insert { values, geometry })
            }
            Operation::Update { expected, values, geometry } => {
                let (values, geometry) = self.content(register, id, values, geometry)?;
                Ok(Operation::Update { expected, values, geometry })
            }
            Operation::Erase { expected, values, geometry, fields, geometries } => {
                let (values, geometry) = Self::remains(register, values, geometry)?;
                Ok(Operation::Erase { expected, values, geometry, fields, geometries })
            }
            delete @ Operation::Delete { .. } => Ok(delete),
        }
    }

    /// What is left after a destruction: a law that says "destroy" is above the definition's "required" and its conditions.
    fn remains(register: &Register, values: Vec<Value>, geometry: Option<Wkb>) -> Result<(Vec<Value>, Option<Wkb>)> {
        if values.len() != register.fields.len() {
            return Err(Error::internal("a record has another number of values than its register has fields"));
        }
        if register.fields.iter().zip(&values).all(|(field, value)| value.fits(&field.kind)) {
            return Ok((values, geometry));
        }
        Err(Error::internal("what is left of a record is not of its fields' types"))
    }

    fn content(
        &self,
        register: &Register,
        id: Uuid,
        values: Vec<Value>,
        geometry: Option<Wkb>,
    ) -> Result<(Vec<Value>, Option<Wkb>)> {
        let mut faults = Vec::new();
        if values.len() != register.fields.len() {
            return Err(Error::internal("a record has another number of values than its register has fields"));
        }
        for (field, value) in register.fields.iter().zip(&values) {
            if let Some(message) = field_fault(&self.catalogue, field, value) {
                faults.push(FieldError { field: field.name.clone(), message });
            }
        }
        let geometry = match fit_geometry(register, geometry) {
            Ok(geometry) => geometry,
            Err(message) => {
                faults.push(FieldError { field: "geometry".to_owned(), message });
                None
            }
        };
        if !faults.is_empty() {
            return Err(invalid(register, faults));
        }
        let constraints = self.constraints.get(&register.name).map_or(&[][..], Vec::as_slice);
        if constraints.is_empty() {
            return Ok((values, geometry));
        }
        let record = Record::draft(id, values, geometry);
        for (index, check) in constraints {
            if cql2::is_violated(check, &record) {
                let constraint = &register.constraints[*index];
                faults.push(FieldError { field: constraint.name.clone(), message: constraint.message.clone() });
            }
        }
        if faults.is_empty() { Ok((record.values, record.geometry)) } else { Err(invalid(register, faults)) }
    }
}

fn field_fault(catalogue: &Catalogue, field: &Field, value: &Value) -> Option<Bilingual> {
    if value.is_null() {
        return field.required.then(|| Bilingual::new("zorunlu alan boş", "a required field is empty"));
    }
    if !value.fits(&field.kind) {
        let word = field.kind.word();
        return Some(Bilingual::new(format!("değer “{word}” türünde değil"), format!("the value is not of type “{word}”")));
    }
    match value {
        Value::Int(i) => range_fault(field, *i as f64),
        Value::Real(r) if !r.is_finite() => Some(Bilingual::new("sonlu bir sayı değil", "not a finite number")),
        Value::Real(r) => range_fault(field, *r),
        Value::Text(text) => text_fault(catalogue, field, text),
        _ => None,
    }
}

fn range_fault(field: &Field, number: f64) -> Option<Bilingual> {
    if let Some(min) = field.min.filter(|min| number < *min) {
        return Some(Bilingual::new(format!("{min} değerinden küçük olamaz"), format!("can't be less than {min}")));
    }
    let max = field.max.filter(|max| number > *max)?;
    Some(Bilingual::new(format!("{max} değerinden büyük olamaz"), format!("can't be more than {max}")))
}

fn text_fault(catalogue: &Catalogue, field: &Field, text: &str) -> Option<Bilingual> {
    if text.contains('\0') {
        return Some(Bilingual::new("U+0000 karakteri içeremez", "can't hold the character U+0000"));
    }
    if field.required && text.trim().is_empty() {
        return Some(Bilingual::new("zorunlu alan boş", "a required field is empty"));
    }
    if let Some(longest) = field.max_length.filter(|longest| text.chars().count() > *longest) {
        return Some(Bilingual::new(
            format!("en çok {longest} karakter olabilir"),
            format!("can have {longest} characters at most"),
        ));
    }
    if let Some(fault) = field.format.and_then(|format| super::format::fault(format, text)) {
        return Some(fault);
    }
    let FieldKind::Code { list } = &field.kind else { return None };
    let known = catalogue.code_lists.get(list).is_some_and(|l| l.get(text).is_some());
    (!known).then(|| {
        Bilingual::new(
            format!("“{text}” kodu “{list}” listesinde yok"),
            format!("the code “{text}” is not in the list “{list}”"),
        )
    })
}

fn fit_geometry(register: &Register, geometry: Option<Wkb>) -> Result<Option<Wkb>, Bilingual> {
    let (definition, geometry) = match (&register.geometry, geometry) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(Bilingual::new("bu kütükte geometri yok", "this register has no geometry")),
        (Some(d), None) if d.required => return Err(Bilingual::new("geometri zorunlu", "a geometry is required")),
        (Some(_), None) => return Ok(None),
        (Some(d), Some(g)) => (d, g),
    };
    let geometry = promote(geometry, definition.kind).ok_or_else(|| {
        Bilingual::new(
            format!("geometri türü {:?} olmalı", definition.kind),
            format!("the geometry must be of type {:?}", definition.kind),
        )
    })?;
    match geometry.bbox() {
        None => return Err(Bilingual::new("geometri boş", "the geometry is empty")),
        Some(b) if b.min_x < -180.0 || b.max_x > 180.0 || b.min_y < -90.0 || b.max_y > 90.0 => {
            return Err(Bilingual::new(
                "koordinatlar boylam/enlem sınırlarının dışında",
                "coordinates are outside longitude/latitude",
            ));
        }
        Some(_) => {}
    }
    match meydan_geo::validity::check(&geometry) {
        None => Ok(Some(geometry)),
        Some(fault) => Err(Bilingual::new(fault.tr(), fault.en())),
    }
}

/// The geometry in the wanted type: itself, or a multi of one; `None` if it can't be.
fn promote(geometry: Wkb, wanted: GeometryType) -> Option<Wkb> {
    use GeometryType::*;
    let has = geometry.geometry_type();
    match (has, wanted) {
        _ if has == wanted => Some(geometry),
        (Point, MultiPoint) | (LineString, MultiLineString) | (Polygon, MultiPolygon) => Some(geometry.to_multi()),
        (MultiPoint, Point) | (MultiLineString, LineString) | (MultiPolygon, Polygon) => geometry.to_single(),
        (_, GeometryCollection) => Some(geometry),
        _ => None,
    }
}
