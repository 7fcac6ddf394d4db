//! A house with some people.

pub use crate::oidc_provider::HOME;
use meydan_identity::{Departure, EDevletConfig, Identity, OidcConfig, Providers, ReturnQuery, Session};
use meydan_kernel::{Act, Desk, Principal, Query, Record, Value, catalogue, desk::Edit};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// A national identity number whose check digits are right and that nobody has (it begins with 1 and is the known example).
pub const NUMBER: &str = "10000000146";

pub struct House {
    pub identity: Identity,
    pub desk: Arc<Desk>,
    pub folder: tempfile::TempDir,
}

impl House {
    /// A house without providers, with Ayşe, Fatma and who has left.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let wanted = catalogue::load(&meydan_modules::sources()).unwrap_or_else(|faults| panic!("{faults:#?}"));
        store.apply(&catalogue::plan(&catalogue::Catalogue::default(), &wanted, &[]), &wanted).await.unwrap();
        let desk = Desk::new(store, Arc::new(wanted)).unwrap().with_checks(meydan_modules::checks());
        let desk = Arc::new(desk);
        let identity = Identity::new(Arc::clone(&desk));
        let house = Self { identity, desk, folder };
        house
            .person(json!({ "first_name": "Ayşe", "last_name": "Yılmaz", "login": "ayse",
            "email": "Ayse.Yilmaz@kent.example", "national_id": NUMBER }))
            .await;
        house
            .person(
                json!({ "first_name": "Fatma", "last_name": "Demir", "login": "fatma", "email": "fatma.demir@kent.example" }),
            )
            .await;
        house
            .person(json!({ "first_name": "Gitti", "last_name": "Kaya", "login": "gone", "email": "gone@kent.example",
            "status": "left", "left_on": "2025-01-31" }))
            .await;
        house
    }

    /// With OIDC providers, each as written in the configuration but for its reach and secret.
    pub async fn with_oidc(configs: Vec<Json>) -> Self {
        let mut house = Self::new().await;
        house.secret("client.secret", "a secret: with+signs%");
        let configs = configs.into_iter().map(|json| serde_json::from_value::<OidcConfig>(json).unwrap()).collect();
        let providers = Providers::open(configs, None, Some(HOME), house.folder.path()).unwrap();
        house.identity = house.identity.with_providers(providers);
        house
    }

    /// With e-Devlet at an address.
    pub async fn with_e_devlet(base: &str, secret: &str) -> Self {
        let mut house = Self::new().await;
        house.secret("client.secret", secret);
        let config: EDevletConfig = serde_json::from_value(json!({
            "client_id": "0b4f", "client_secret_file": "client.secret", "base": base, "reach": { "allow_http": true },
        }))
        .unwrap();
        let providers = Providers::open(vec![], Some(config), Some(HOME), house.folder.path()).unwrap();
        house.identity = house.identity.with_providers(providers);
        house
    }

    /// Writes a file that only its owner reads.
    pub fn secret(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub async fn person(&self, json: Json) {
        self.edit("person", None, json).await;
    }

    /// Changes a record (or makes one) as the operator of the machine.
    pub async fn edit(&self, register: &str, id: Option<Uuid>, json: Json) {
        let known = self.desk.register(register).unwrap();
        let set = self.desk.read_values(&known, json.as_object().unwrap()).unwrap();
        let edit = match id {
            None => Edit::Insert { id: None, set, geometry: None },
            Some(id) => Edit::Update { id, expected: None, set, geometry: None },
        };
        let operator = Principal::operator(Act { person: "test".into(), source: "test".into(), ..Act::default() });
        self.desk.change(&operator, vec![(register.to_owned(), edit)]).await.unwrap();
    }

    pub async fn id_of(&self, login: &str) -> Uuid {
        self.desk.directory().await.unwrap().by_login(login).unwrap().id
    }

    /// Kind and detail of the security events, oldest first.
    pub async fn events(&self) -> Vec<(String, String)> {
        let register = self.desk.register("security_event").unwrap();
        let records: Vec<Record> = self.desk.store().query(&Query::all(Arc::clone(&register))).await.unwrap();
        let text = |record: &Record, field: &str| match record.value(&register, field) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        };
        records.iter().map(|r| (text(r, "kind"), text(r, "detail"))).collect()
    }

    /// Whom each failed login was of, if that was known.
    pub async fn failures(&self) -> Vec<Option<Uuid>> {
        let register = self.desk.register("security_event").unwrap();
        let records = self.desk.store().query(&Query::all(Arc::clone(&register))).await.unwrap();
        let failed = |r: &&Record| r.value(&register, "kind") == Some(&Value::Text("login_failed".into()));
        let person = |r: &Record| match r.value(&register, "person") {
            Some(Value::Reference(id)) => Some(*id),
            _ => None,
        };
        records.iter().filter(failed).map(person).collect()
    }

    /// Comes back from a provider; the code of the error if that was refused.
    pub async fn arrive(&self, provider: &str, query: &str, cookie: &str) -> Result<Session, &'static str> {
        let arrived = self.identity.arrive(provider, &ReturnQuery::read(query), Some(cookie), &Default::default()).await;
        arrived.map(|a| a.new.session).map_err(|e| e.code())
    }
}

/// One parameter of an address.
pub fn parameter(url: &str, name: &str) -> String {
    ReturnQuery::read(url.split_once('?').unwrap().1).get(name).unwrap_or_else(|| panic!("no {name} in {url}")).to_owned()
}

/// The state that was sent along.
pub fn state(departure: &Departure) -> String {
    parameter(&departure.redirect, "state")
}
