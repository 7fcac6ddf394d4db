//! Who asks.

use crate::{
    harness::{ADMINISTRATOR, City, Server},
    truth::Truth,
};

/// One kind of caller, as the definitions see them.
#[derive(Debug)]
pub struct Caller {
    pub name: &'static str,
    /// Parties and roles that grants name them by.
    pub parties: Vec<&'static str>,
    pub person: Option<String>,
    pub unit: Option<String>,
    /// Codes of the unit and of those above it.
    pub units: Vec<&'static str>,
    /// What their token is limited to.
    pub actions: Option<&'static [&'static str]>,
    token: Option<String>,
    /// Their token is good for nothing.
    pub is_refused: bool,
}

impl Caller {
    /// The server as they ask it.
    pub fn at(&self, server: &Server) -> Server {
        self.token.as_ref().map_or_else(|| server.public(), |token| server.with_token(token))
    }

    /// The status of what they may not do.
    pub fn refusal(&self) -> u16 {
        if self.is_refused || self.person.is_none() { 401 } else { 403 }
    }
}

const READ_ONLY: &[&str] = &["read"];

/// All of them.
pub fn all(city: &City, truth: &Truth) -> Vec<Caller> {
    let someone = |name, login: &str, role, codes: &[&'static str]| Caller {
        name,
        parties: vec!["everyone", "person", "staff", role],
        person: Some(truth.by("person", "login", login).id.clone()),
        unit: Some(truth.by("unit", "code", codes[0]).id.clone()),
        units: codes.to_vec(),
        actions: None,
        token: Some(city.token_of(login)),
        is_refused: false,
    };
    let nobody = || Caller {
        name: "nobody",
        parties: vec!["everyone"],
        person: None,
        unit: None,
        units: Vec::new(),
        actions: None,
        token: None,
        is_refused: false,
    };
    // The tests' administrator stands in the unit that the command line makes or finds.
    let person = &truth.by("person", "login", ADMINISTRATOR).id;
    let unit = truth.by("holding", "person", person).values["unit"].as_str().expect("a unit").to_owned();
    let administrator = |name, token| Caller {
        name,
        parties: vec!["everyone", "person", "staff", "administrator"],
        person: Some(person.clone()),
        unit: Some(unit.clone()),
        units: Vec::new(),
        actions: None,
        token: Some(token),
        is_refused: false,
    };
    let read_only = city.new_token(&["--login", ADMINISTRATOR, "--name", "read only", "--action", "read"]);
    let bad = format!("meydan_{}", "A".repeat(43));
    vec![
        nobody(),
        Caller { name: "a bad token", token: Some(bad), is_refused: true, ..nobody() },
        someone("staff of another unit", "kerem.altun", "staff", &["BIDB-ESD-AG", "BIDB-ESD", "BIDB", "BB"]),
        someone("manager of another branch", "murat.gungor", "branch_manager", &["BIDB-ESD", "BIDB", "BB"]),
        someone("officer of personnel", "gulsum.yaman", "personnel_officer", &["IKDB", "BB"]),
        someone("auditor", "vedat.celebi", "auditor", &["TKB", "BB"]),
        Caller { actions: Some(READ_ONLY), ..administrator("read-only token", read_only) },
        administrator("administrator", city.token().to_owned()),
    ]
}
