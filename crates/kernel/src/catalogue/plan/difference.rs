//! What differs between two catalogues, and what of it may be done.

use super::{Plan, Refusal, Step};
use crate::{
    Bilingual, Catalogue, Field, FieldKind, Register,
    catalogue::{CodeList, GeometryDef},
};
use meydan_geo::GeometryType;
use std::collections::BTreeMap;

/// The name under which changes of the palette are told.
pub(super) const PALETTE: &str = "palette";

/// The name under which changes of grants and separations are told.
pub(super) const GRANTS: &str = "grants";

/// Compares two catalogues.
pub(super) struct Difference<'a> {
    applied: &'a Catalogue,
    wanted: &'a Catalogue,
    allow: &'a [String],
    /// Old register name by new one, where they differ.
    renamed: BTreeMap<&'a str, &'a str>,
    renames: Vec<Step>,
    changes: Vec<Step>,
    drops: Vec<Step>,
    indexes: Vec<Step>,
    describes: Vec<Step>,
    refused: Vec<Refusal>,
}

impl<'a> Difference<'a> {
    pub(super) fn new(applied: &'a Catalogue, wanted: &'a Catalogue, allow: &'a [String]) -> Self {
        let mut renamed: BTreeMap<&str, &str> = BTreeMap::new();
        for register in wanted.registers.values().filter(|r| !applied.registers.contains_key(&r.name)) {
            let Some(was) = register.was.as_deref() else { continue };
            let free = applied.registers.contains_key(was) && !wanted.registers.contains_key(was);
            // Of two registers that say they were the same one, the first has it.
            if free && !renamed.values().any(|taken| *taken == was) {
                renamed.insert(&register.name, was);
            }
        }
        Self {
            applied,
            wanted,
            allow,
            renamed,
            renames: Vec::new(),
            changes: Vec::new(),
            drops: Vec::new(),
            indexes: Vec::new(),
            describes: Vec::new(),
            refused: Vec::new(),
        }
    }

    pub(super) fn plan(mut self) -> Plan {
        let wanted = self.wanted;
        for register in wanted.registers.values() {
            let old_name = self.renamed.get(register.name.as_str()).copied().unwrap_or(&register.name);
            match self.applied.registers.get(old_name) {
                None => self.changes.push(Step::AddRegister { register: register.name.clone() }),
                Some(old) => self.register(old, register),
            }
        }
        self.dropped_registers();
        self.code_lists();
        if self.applied.palette != wanted.palette {
            self.describes.push(Step::Describe { name: PALETTE.to_owned() });
        }
        if self.applied.grants != wanted.grants || self.applied.separations != wanted.separations {
            self.describes.push(Step::Describe { name: GRANTS.to_owned() });
        }
        let mut steps = self.renames;
        steps.extend(self.changes);
        steps.extend(self.drops);
        steps.extend(self.indexes);
        steps.extend(self.describes);
        Plan { steps, refused: self.refused }
    }

    fn allowed(&self, subject: &str) -> bool {
        self.allow.iter().any(|a| a == subject)
    }

    /// Refuses unless it was allowed by name; true if allowed.
    fn permit(&mut self, subject: String, tr: impl Into<String>, en: impl Into<String>) -> bool {
        if self.allowed(&subject) {
            return true;
        }
        let reason = Bilingual::new(tr, en);
        self.refused.push(Refusal { allow: Some(subject.clone()), subject, reason });
        false
    }

    fn refuse(&mut self, subject: String, tr: impl Into<String>, en: impl Into<String>) {
        self.refused.push(Refusal { subject, reason: Bilingual::new(tr, en), allow: None });
    }

    fn dropped_registers(&mut self) {
        let applied = self.applied;
        for name in applied.registers.keys() {
            if self.wanted.registers.contains_key(name) || self.renamed.values().any(|old| old == name) {
                continue;
            }
            let allowed = self.permit(
                name.clone(),
                "kütük tanımlarda yok: silinirse bütün kayıtları ve geçmişleri gider; adı değiştiyse yeni tanıma `was` yazın",
                "the register is not defined any more: dropping it loses all its records and their history; if it was renamed, write `was` in the new definition",
            );
            if allowed {
                self.drops.push(Step::DropRegister { register: name.clone() });
            }
        }
    }

    fn register(&mut self, old: &Register, new: &Register) {
        let name = &new.name;
        if old.name != new.name {
            self.renames.push(Step::RenameRegister { from: old.name.clone(), register: name.clone() });
        }
        let mut taken = Vec::new();
        let mut now: BTreeMap<&str, &str> = BTreeMap::new();
        for field in &new.fields {
            let was = field.was.as_deref().filter(|was| old.field(&field.name).is_none() && new.field(was).is_none());
            // Of two fields that say they were the same one, the first has it.
            match old.field(&field.name).or_else(|| old.field(was?)).filter(|before| !taken.contains(&before.name.as_str())) {
                Some(before) => {
                    taken.push(before.name.as_str());
                    now.insert(&before.name, &field.name);
                    self.field(name, before, field);
                }
                None => self.new_field(name, field),
            }
        }
        for field in old.fields.iter().filter(|f| !taken.contains(&f.name.as_str())) {
            let allowed = self.permit(
                format!("{}.{}", old.name, field.name),
                "alan tanımda yok: silinirse değerleri gider; adı değiştiyse yeni alana `was` yazın",
                "the field is not defined any more: dropping it loses its values; if it was renamed, write `was` in the new field",
            );
            if allowed {
                self.drops.push(Step::DropField { register: name.clone(), field: field.name.clone() });
            }
        }
        self.geometry(new, old.geometry.as_ref(), new.geometry.as_ref());
        if indexes(old) != indexes(new) {
            self.indexes.push(Step::Reindex { register: name.clone() });
        }
        self.indexes_of_several(old, new, &now);
        if old != new {
            self.describes.push(Step::Describe { name: name.clone() });
        }
    }

    /// `now` is what the fields of the old register are called in the new one.
    fn indexes_of_several(&mut self, old: &Register, new: &Register, now: &BTreeMap<&str, &str>) {
        let name = |field: &String| now.get(field.as_str()).map(|name| (*name).to_owned());
        // One with a field that is dropped goes with it.
        let before: Vec<Vec<String>> = old.indexes.iter().filter_map(|fields| fields.iter().map(name).collect()).collect();
        let register = &new.name;
        for fields in before.iter().filter(|fields| !new.indexes.contains(fields)) {
            self.indexes.push(Step::DropIndex { register: register.clone(), fields: fields.clone() });
        }
        for fields in new.indexes.iter().filter(|fields| !before.contains(fields)) {
            self.indexes.push(Step::AddIndex { register: register.clone(), fields: fields.clone() });
        }
    }

    fn new_field(&mut self, register: &str, field: &Field) {
        let unknown = field.required && field.default.is_none();
        let allowed = !unknown
            || self.permit(
                format!("{register}.{}", field.name),
                "zorunlu yeni alanın varsayılan değeri yok: eski kayıtlar boş kalır ve doldurulmadan değiştirilemez",
                "the new required field has no default: old records stay empty and can't be changed until it is filled in",
            );
        if allowed {
            self.changes.push(Step::AddField { register: register.to_owned(), field: field.name.clone() });
        }
    }

    fn field(&mut self, register: &str, old: &Field, new: &Field) {
        let subject = format!("{register}.{}", new.name);
        if old.name != new.name {
            let (from, field) = (old.name.clone(), new.name.clone());
            self.renames.push(Step::RenameField { register: register.to_owned(), from, field });
        }
        match self.kinds(&old.kind, &new.kind) {
            Fit::Same => {}
            Fit::Wider => self.changes.push(Step::WidenField { register: register.to_owned(), field: new.name.clone() }),
            Fit::Loses => {
                let (from, to) = (old.kind.word(), new.kind.word());
                self.refuse(
                    subject.clone(),
                    format!("tür “{from}” → “{to}” değerleri bozabilir; yeni adla bir alan ekleyin, değerleri aktarın, sonra eskisini kaldırın"),
                    format!("the type “{from}” → “{to}” may spoil values; add a field of a new name, move the values, then drop the old one"),
                );
            }
        }
        if new.required && !old.required {
            self.permit(
                subject,
                "alan zorunlu oluyor: boş olan kayıtlar doldurulmadan değiştirilemez; önce boşları doldurun",
                "the field becomes required: records without a value can't be changed until it is filled in; fill them first",
            );
        }
    }

    fn kinds(&self, old: &FieldKind, new: &FieldKind) -> Fit {
        use FieldKind::*;
        match (old, new) {
            (Code { list: a }, Code { list: b }) => {
                if a == b || self.covers(a, b) {
                    Fit::Same
                } else {
                    Fit::Loses
                }
            }
            (Reference { register: a }, Reference { register: b }) => {
                let now = self.renamed.get(b.as_str()).copied().unwrap_or(b);
                if a == now { Fit::Same } else { Fit::Loses }
            }
            (Integer, Real) | (Integer | Real | Boolean | Date | Code { .. }, Text) => Fit::Wider,
            (a, b) if a == b => Fit::Same,
            _ => Fit::Loses,
        }
    }

    /// True if the wanted list `b` has every code of the applied list `a`.
    fn covers(&self, a: &str, b: &str) -> bool {
        match (self.applied.code_lists.get(a), self.wanted.code_lists.get(b)) {
            (Some(a), Some(b)) => a.codes.iter().all(|c| b.get(&c.code).is_some()),
            _ => false,
        }
    }

    fn geometry(&mut self, register: &Register, old: Option<&GeometryDef>, new: Option<&GeometryDef>) {
        let subject = format!("{}.geometry", register.name);
        let step = Step::WidenGeometry { register: register.name.clone() };
        match (old, new) {
            (None, None) => {}
            (Some(_), None) => self.refuse(
                subject,
                "geometri tanımdan kalkmış: kayıtların yerleri kaybolur; geometriyi zorunlu olmadan bırakın",
                "the geometry is not defined any more: the records would lose their places; leave it without `required`",
            ),
            (None, Some(new)) => {
                let allowed = !new.required
                    || self.permit(
                        subject,
                        "zorunlu geometri ekleniyor: yeri olmayan kayıtlar çizilmeden değiştirilemez",
                        "a required geometry is added: records without one can't be changed until it is drawn",
                    );
                if allowed {
                    self.changes.push(step);
                }
            }
            (Some(old), Some(new)) => {
                if old.kind != new.kind {
                    if wider(old.kind, new.kind) {
                        self.changes.push(step);
                    } else {
                        let (from, to) = (old.kind, new.kind);
                        self.refuse(
                            subject.clone(),
                            format!("geometri türü {from:?} → {to:?} eldeki yerleri alamaz"),
                            format!("the geometry type {from:?} → {to:?} can't hold the places there are"),
                        );
                    }
                }
                if new.required && !old.required {
                    self.permit(
                        subject,
                        "geometri zorunlu oluyor: yeri olmayan kayıtlar çizilmeden değiştirilemez",
                        "the geometry becomes required: records without one can't be changed until it is drawn",
                    );
                }
            }
        }
    }

    fn code_lists(&mut self) {
        let (applied, wanted) = (self.applied, self.wanted);
        for (name, list) in &wanted.code_lists {
            match applied.code_lists.get(name) {
                Some(old) if old == list => continue,
                Some(old) => self.lost_codes(old, list),
                None => {}
            }
            self.describes.push(Step::Describe { name: name.clone() });
        }
        // A list that is gone is not refused: a field that used it was told above.
        for name in applied.code_lists.keys().filter(|name| !wanted.code_lists.contains_key(*name)) {
            self.describes.push(Step::Describe { name: name.clone() });
        }
    }

    fn lost_codes(&mut self, old: &CodeList, new: &CodeList) {
        for code in old.codes.iter().filter(|c| new.get(&c.code).is_none()) {
            self.refuse(
                format!("{}.{}", old.name, code.code),
                "kod kayıtlarda kullanılıyor olabilir: silmeyin, `retired = true` ile emekliye ayırın",
                "records may use the code: don't remove it, retire it with `retired = true`",
            );
        }
    }
}

enum Fit {
    Same,
    Wider,
    Loses,
}

/// True if every geometry of one type fits into a column of the other.
fn wider(old: GeometryType, new: GeometryType) -> bool {
    use GeometryType::*;
    new == GeometryCollection
        || matches!((old, new), (Point, MultiPoint) | (LineString, MultiLineString) | (Polygon, MultiPolygon))
}

/// What decides a register's indexes, by the fields' present names.
fn indexes(register: &Register) -> (Vec<(&str, bool, bool)>, &[String]) {
    let mut fields: Vec<_> =
        register.fields.iter().filter(|f| f.unique || f.indexed).map(|f| (f.name.as_str(), f.unique, f.indexed)).collect();
    fields.sort_unstable();
    (fields, &register.key)
}
