//! Plans are carried out on a model of tables: what the steps make must be what is wanted.

use super::*;
use crate::{
    Bilingual, Field, FieldKind, Register,
    catalogue::{Code, CodeList, GeometryDef, Metadata},
};
use meydan_geo::GeometryType;
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

/// Columns by name, and the geometry: what a store's table is.
type Table = (BTreeMap<String, FieldKind>, Option<GeometryType>);

fn tables(catalogue: &Catalogue) -> BTreeMap<String, Table> {
    let table = |r: &Register| {
        (r.fields.iter().map(|f| (f.name.clone(), f.kind.clone())).collect(), r.geometry.as_ref().map(|g| g.kind))
    };
    catalogue.registers.values().map(|r| (r.name.clone(), table(r))).collect()
}

/// Carries out the steps as a store would.
fn carry_out(plan: &Plan, applied: &Catalogue, wanted: &Catalogue) -> BTreeMap<String, Table> {
    let (mut now, target) = (tables(applied), tables(wanted));
    for step in &plan.steps {
        match step {
            Step::AddRegister { register } => assert!(now.insert(register.clone(), target[register].clone()).is_none()),
            Step::RenameRegister { from, register } => {
                let table = now.remove(from).expect("there is a table to rename");
                assert!(now.insert(register.clone(), table).is_none());
            }
            Step::DropRegister { register } => assert!(now.remove(register).is_some()),
            Step::AddField { register, field } => {
                let kind = target[register].0[field].clone();
                assert!(now.get_mut(register).unwrap().0.insert(field.clone(), kind).is_none());
            }
            Step::RenameField { register, from, field } => {
                let columns = &mut now.get_mut(register).unwrap().0;
                let kind = columns.remove(from).expect("there is a column to rename");
                assert!(columns.insert(field.clone(), kind).is_none());
            }
            Step::DropField { register, field } => assert!(now.get_mut(register).unwrap().0.remove(field).is_some()),
            Step::WidenField { register, field } => {
                let kind = target[register].0[field].clone();
                now.get_mut(register).unwrap().0.insert(field.clone(), kind).expect("there is a column to widen");
            }
            Step::WidenGeometry { register } => now.get_mut(register).unwrap().1 = target[register].1,
            Step::AddIndex { register, fields } | Step::DropIndex { register, fields } => {
                assert!(fields.iter().all(|f| now[register].0.contains_key(f)), "{fields:?} are there");
            }
            Step::Reindex { register } => assert!(now.contains_key(register)),
            Step::Describe { .. } => {}
        }
    }
    // References and lists change their spelling only: a store keeps both as they are.
    for (name, (columns, _)) in &mut now {
        for (column, kind) in columns.iter_mut() {
            let target = &target[name].0[column];
            if kind.word() == target.word() && matches!(kind, FieldKind::Code { .. } | FieldKind::Reference { .. }) {
                *kind = target.clone();
            }
        }
    }
    now
}

fn text() -> Bilingual {
    Bilingual::new("Ad", "Name")
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        was: None,
        title: text(),
        description: None,
        kind,
        required: false,
        unique: false,
        personal: false,
        mask: Default::default(),
        format: None,
        unit: None,
        min: None,
        max: None,
        max_length: None,
        default: None,
        indexed: false,
        tucbs: None,
        house: false,
    }
}

fn register(name: &str, fields: Vec<Field>) -> Register {
    Register {
        name: name.to_owned(),
        was: None,
        module: "test".to_owned(),
        title: text(),
        description: text(),
        articles: Vec::new(),
        label: fields.first().map(|f| f.name.clone()).unwrap_or_default(),
        fields,
        geometry: None,
        key: Vec::new(),
        constraints: Vec::new(),
        freshness: None,
        retention: None,
        symbology: None,
        metadata: Metadata::default(),
        tucbs: None,
        unit: None,
        subject: None,
        processing: None,
        journal: false,
        checks: Vec::new(),
        indexes: Vec::new(),
        part: false,
        workflow: None,
    }
}

fn catalogue(registers: Vec<Register>) -> Catalogue {
    let list = CodeList { name: "use".to_owned(), title: text(), source: None, codes: vec![code("konut"), code("ticari")] };
    Catalogue {
        registers: registers.into_iter().map(|r| (r.name.clone(), Arc::new(r))).collect(),
        code_lists: [("use".to_owned(), Arc::new(list))].into(),
        palette: BTreeMap::new(),
        ..Catalogue::default()
    }
}

fn code(word: &str) -> Code {
    Code { code: word.to_owned(), title: text(), retired: false, national: None }
}

#[test]
fn a_rename_keeps_the_table_and_a_reference_to_it() {
    let before = catalogue(vec![
        register("quarter", vec![field("name", FieldKind::Text)]),
        register("door", vec![field("quarter", FieldKind::Reference { register: "quarter".to_owned() })]),
    ]);
    let mut neighbourhood = register("neighbourhood", vec![field("name", FieldKind::Text)]);
    neighbourhood.was = Some("quarter".to_owned());
    let mut reference = field("neighbourhood", FieldKind::Reference { register: "neighbourhood".to_owned() });
    reference.was = Some("quarter".to_owned());
    let after = catalogue(vec![neighbourhood, register("door", vec![reference])]);
    let plan = plan(&before, &after, &[]);
    assert_eq!(plan.refused, []);
    assert!(plan.steps.contains(&Step::RenameRegister { from: "quarter".to_owned(), register: "neighbourhood".to_owned() }));
    assert!(
        !plan.steps.iter().any(|s| matches!(s, Step::AddRegister { .. } | Step::DropRegister { .. } | Step::DropField { .. }))
    );
    assert_eq!(carry_out(&plan, &before, &after), tables(&after));
    assert!(super::plan(&after, &after, &[]).is_empty(), "`was` stays in the file and does nothing the second time");
}

#[test]
fn indexes_of_several_fields_come_and_go_and_follow_a_rename() {
    let fields = |names: [&str; 3]| names.map(|n| field(n, FieldKind::Text)).to_vec();
    let index = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    let mut before = register("lamp", fields(["a", "b", "c"]));
    before.indexes = vec![index(["a", "b"]), index(["b", "c"]), index(["c", "a"])];
    let mut after = register("lamp", fields(["a", "d", "c"]));
    after.fields[1].was = Some("b".to_owned());
    after.indexes = vec![index(["a", "d"]), index(["a", "c"]), index(["c", "a"])];
    let plan = plan(&catalogue(vec![before]), &catalogue(vec![after]), &[]);
    let told: Vec<String> = plan.steps.iter().map(|s| s.sentence().en).filter(|s| s.contains("index")).collect();
    assert_eq!(
        told,
        [
            "The register “lamp” loses an index of several fields: d, c; values stay.",
            "The register “lamp” gets an index of several fields: a, c."
        ]
    );
}

#[test]
fn what_would_lose_data_is_refused_until_it_is_named() {
    let before = catalogue(vec![
        register("park", vec![field("name", FieldKind::Text), field("area", FieldKind::Real)]),
        register("lamp", vec![field("name", FieldKind::Text)]),
    ]);
    let after = catalogue(vec![register("park", vec![field("name", FieldKind::Text)])]);
    let refused: Vec<_> = plan(&before, &after, &[]).refused.into_iter().filter_map(|r| r.allow).collect();
    assert_eq!(refused, ["park.area", "lamp"]);
    let allowed = plan(&before, &after, &refused);
    assert_eq!(allowed.refused, []);
    assert_eq!(carry_out(&allowed, &before, &after), tables(&after));
}

#[test]
fn a_narrower_type_and_a_lost_code_are_refused_whatever_is_allowed() {
    let before = catalogue(vec![register("park", vec![field("area", FieldKind::Real)])]);
    let mut after = catalogue(vec![register("park", vec![field("area", FieldKind::Integer)])]);
    let list = CodeList { name: "use".to_owned(), title: text(), source: None, codes: vec![code("konut")] };
    after.code_lists.insert("use".to_owned(), Arc::new(list));
    let plan = plan(&before, &after, &["park".to_owned(), "park.area".to_owned(), "use.ticari".to_owned()]);
    let subjects: Vec<_> = plan.refused.iter().map(|r| r.subject.as_str()).collect();
    assert_eq!(subjects, ["park.area", "use.ticari"]);
    assert!(plan.refused.iter().all(|r| r.allow.is_none() && !r.reason.tr.is_empty() && !r.reason.en.is_empty()));
}

#[test]
fn a_field_that_becomes_required_must_be_allowed_by_name() {
    let before = catalogue(vec![register("park", vec![field("name", FieldKind::Text)])]);
    let mut name = field("name", FieldKind::Text);
    name.required = true;
    let mut kind = field("kind", FieldKind::Code { list: "use".to_owned() });
    kind.required = true;
    let mut filled = kind.clone();
    filled.name = "filled".to_owned();
    filled.default = Some("konut".into());
    let after = catalogue(vec![register("park", vec![name, kind, filled])]);
    let refused: Vec<_> = plan(&before, &after, &[]).refused.into_iter().map(|r| r.subject).collect();
    assert_eq!(refused, ["park.name", "park.kind"]);
    let allowed = plan(&before, &after, &refused);
    assert_eq!(carry_out(&allowed, &before, &after), tables(&after));
}

/// Mostly texts, so that most plans of two catalogues can be carried out.
fn any_kind() -> impl Strategy<Value = FieldKind> {
    prop_oneof![
        12 => Just(FieldKind::Text),
        1 => Just(FieldKind::Integer),
        1 => Just(FieldKind::Real),
        1 => Just(FieldKind::Date),
        1 => Just(FieldKind::Code { list: "use".to_owned() }),
        1 => Just(FieldKind::Reference { register: "r0".to_owned() }),
    ]
}

fn any_register(number: usize) -> impl Strategy<Value = Register> {
    let fields = proptest::collection::btree_map(0_u8..6, (any_kind(), any::<bool>(), any::<bool>(), 0_u8..8), 1..5);
    (fields, proptest::option::of(prop_oneof![Just(GeometryType::Point), Just(GeometryType::MultiPoint)]), any::<bool>())
        .prop_map(move |(fields, geometry, required)| {
            let names: Vec<u8> = fields.keys().copied().collect();
            let made = fields.into_iter().map(|(n, (kind, required, indexed, was))| {
                let mut f = field(&format!("f{n}"), kind);
                (f.required, f.indexed) = (required, indexed);
                f.was = (!names.contains(&was)).then(|| format!("f{was}"));
                f
            });
            let mut r = register(&format!("r{number}"), made.collect());
            r.geometry = geometry.map(|kind| GeometryDef { kind, required });
            r
        })
}

fn any_catalogue() -> impl Strategy<Value = Catalogue> {
    (any_register(0), proptest::option::of(any_register(1)), proptest::option::of(any_register(2)), any::<bool>()).prop_map(
        |(a, b, c, renames)| {
            let mut c = c;
            if let (None, Some(c), true) = (&b, &mut c, renames) {
                c.was = Some("r1".to_owned());
            }
            catalogue([Some(a), b, c].into_iter().flatten().collect())
        },
    )
}

proptest! {
    #[test]
    fn nothing_is_planned_for_what_is_applied(a in any_catalogue()) {
        prop_assert!(plan(&a, &a, &[]).is_empty());
    }

    #[test]
    fn a_plan_that_is_not_refused_makes_what_is_wanted(a in any_catalogue(), b in any_catalogue()) {
        let first = plan(&a, &b, &[]);
        let allow: Vec<String> = first.refused.iter().filter_map(|r| r.allow.clone()).collect();
        let plan = plan(&a, &b, &allow);
        if !plan.refused.is_empty() {
            // A type that can't become the other: never allowed, and always with a reason.
            prop_assert!(plan.refused.iter().all(|r| r.allow.is_none() && !r.reason.tr.is_empty()));
            return Ok(());
        }
        prop_assert_eq!(carry_out(&plan, &a, &b), tables(&b));
        for (name, register) in &b.registers {
            let told = plan.steps.iter().any(|s| matches!(s, Step::Describe { name: n } | Step::AddRegister { register: n } if n == name));
            prop_assert!(told || a.registers.get(name) == Some(register));
        }
    }
}
