//! The registers of the worlds: the organisation, and what it keeps: jobs (all that a grant can ask of), signs (nothing special),
//! a diary (a journal).

use meydan_geo::GeometryType;
use meydan_kernel::{
    Bilingual, Catalogue, Field, FieldKind, Register,
    catalogue::{Code, CodeList, GeometryDef, Mask, Metadata},
};
use std::sync::Arc;

pub fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        was: None,
        title: Bilingual::new(name, name),
        description: None,
        kind,
        required: false,
        unique: false,
        personal: false,
        mask: Mask::All,
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

pub fn register(name: &str, fields: Vec<Field>, geometry: Option<GeometryType>) -> Register {
    Register {
        name: name.to_owned(),
        was: None,
        module: "own".to_owned(),
        title: Bilingual::new(name, name),
        description: Bilingual::new(name, name),
        articles: Vec::new(),
        label: fields[0].name.clone(),
        fields,
        geometry: geometry.map(|kind| GeometryDef { kind, required: false }),
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
        part: false,
        workflow: None,
        indexes: Vec::new(),
    }
}

pub fn text(name: &str) -> Field {
    field(name, FieldKind::Text)
}

pub fn date(name: &str) -> Field {
    field(name, FieldKind::Date)
}

pub fn reference(name: &str, register: &str) -> Field {
    field(name, FieldKind::Reference { register: register.to_owned() })
}

fn organisation() -> Vec<Register> {
    let dated = |mut fields: Vec<Field>| {
        fields.extend([date("valid_from"), date("valid_until")]);
        fields
    };
    let unit = dated(vec![text("code"), text("name"), reference("parent", "unit")]);
    let post = dated(vec![text("title"), text("role"), reference("unit", "unit")]);
    let person = ["first_name", "last_name", "login", "email", "status"].map(text).to_vec();
    let holding = dated(vec![reference("person", "person"), reference("post", "post")]);
    let proxy = dated(vec![
        reference("delegator", "person"),
        reference("delegate", "person"),
        reference("post", "post"),
        text("actions"),
        text("registers"),
        text("status"),
    ]);
    vec![
        register("unit", unit, Some(GeometryType::Polygon)),
        register("post", post, None),
        register("person", person, None),
        register("holding", holding, None),
        register("proxy", proxy, None),
    ]
}

fn journals() -> Vec<Register> {
    let person = |name| reference(name, "person");
    let look = vec![
        person("viewer"),
        reference("post", "post"),
        person("on_behalf_of"),
        text("register"),
        text("record"),
        text("fields"),
        person("subject"),
        text("reason"),
        text("face"),
    ];
    let event = vec![text("kind"), person("person"), text("register"), text("record"), text("address"), text("detail")];
    let journal = |name, fields| Register { journal: true, ..register(name, fields, None) };
    vec![journal("look", look), journal("security_event", event), journal("diary", vec![text("entry"), person("owner")])]
}

pub fn job() -> Register {
    let mut phone = text("phone");
    (phone.personal, phone.mask) = (true, Mask::LastFour);
    let mut health = text("health");
    health.personal = true;
    let fields = vec![
        text("title"),
        field("status", FieldKind::Code { list: "job_status".to_owned() }),
        field("priority", FieldKind::Integer),
        reference("unit", "unit"),
        reference("owner", "person"),
        reference("post", "post"),
        date("due"),
        field("urgent", FieldKind::Boolean),
        phone,
        health,
        text("note"),
    ];
    let unit = Some("unit".to_owned());
    Register { unit, subject: Some("owner".to_owned()), ..register("job", fields, Some(GeometryType::Point)) }
}

/// All registers, no grants.
pub fn catalogue() -> Catalogue {
    let mut out = Catalogue::default();
    let sign = register("sign", vec![text("title"), text("note")], None);
    for r in organisation().into_iter().chain(journals()).chain([job(), sign]) {
        out.registers.insert(r.name.clone(), Arc::new(r));
    }
    let codes = super::condition::STATUSES.iter().map(|c| Code {
        code: (*c).to_owned(),
        title: Bilingual::new(*c, *c),
        retired: false,
        national: None,
    });
    let list = CodeList {
        name: "job_status".to_owned(),
        title: Bilingual::new("Durum", "Status"),
        source: None,
        codes: codes.collect(),
    };
    out.code_lists.insert(list.name.clone(), Arc::new(list));
    out
}
