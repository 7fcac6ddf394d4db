//! A house with real definitions and a real store.

use jiff::Timestamp;
use meydan_identity::{Identity, Login, NewSession, PasswordSource, TokenWish, Vault, Visit};
use meydan_kernel::{
    Act, Catalogue, Desk, Principal, Query, Store, Value,
    catalogue::{load, plan},
    desk::Edit,
    permission::Limits,
};
use meydan_store::sqlite::SqliteStore;
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

pub const PASSWORD: &str = "pencere kaldırım lodos";

pub struct House {
    pub identity: Arc<Identity>,
    pub desk: Arc<Desk>,
    pub folder: TempDir,
}

impl House {
    pub async fn new() -> Self {
        Self::with(None).await
    }

    pub async fn with(source: Option<Arc<dyn PasswordSource>>) -> Self {
        let catalogue = load(&meydan_modules::sources()).expect("the definitions have no fault");
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("city.gpkg")).await.expect("the store opens"));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables");
        let desk = Desk::new(store, Arc::new(catalogue)).expect("a desk").with_checks(meydan_modules::checks());
        let desk = Arc::new(desk);
        let vault = Vault::load_or_make(&folder.path().join("secrets.key")).expect("a key");
        let identity = Identity::new(Arc::clone(&desk)).with_vault(vault).of_city("Trabzon Büyükşehir", []);
        let identity = match source {
            Some(source) => identity.with_password_source(source),
            None => identity,
        };
        Self { identity: Arc::new(identity), desk, folder }
    }

    /// The same store after the server was started anew.
    pub fn restarted(&self) -> Identity {
        let vault = Vault::load_or_make(&self.folder.path().join("secrets.key")).expect("a key");
        Identity::new(Arc::clone(&self.desk)).with_vault(vault)
    }

    pub async fn person(&self, login: &str, more: &[(&str, &str)]) -> Uuid {
        let register = self.desk.register("person").unwrap();
        let id = Uuid::now_v7();
        let known = [("first_name", "Gülizar"), ("last_name", "Işık"), ("login", login)];
        let set = known
            .iter()
            .chain(more)
            .map(|(name, value)| (register.field_index(name).expect("a field"), Value::Text((*value).to_owned())));
        let edit = Edit::Insert { id: Some(id), set: set.collect(), geometry: None };
        self.desk.change(&operator(), vec![("person".to_owned(), edit)]).await.expect("entered");
        id
    }

    /// A person with the password [`PASSWORD`].
    pub async fn member(&self, login: &str) -> Uuid {
        let id = self.person(login, &[]).await;
        self.identity.set_password_by(&operator(), id, PASSWORD).await.expect("set");
        id
    }

    pub async fn set_status(&self, person: Uuid, status: &str) {
        let register = self.desk.register("person").unwrap();
        let set = vec![(register.field_index("status").unwrap(), Value::Text(status.to_owned()))];
        let edit = Edit::Update { id: person, expected: None, set, geometry: None };
        self.desk.change(&operator(), vec![("person".to_owned(), edit)]).await.expect("changed");
    }

    pub async fn enter(&self, login: &str) -> (NewSession, String) {
        done(self.identity.login(login, PASSWORD, &visit()).await.expect("let in"))
    }

    pub async fn token(&self, person: Uuid, days: i64) -> meydan_identity::NewToken {
        let wish = TokenWish { name: "deneme".to_owned(), standing: None, limits: Limits::default(), days };
        self.identity.make_token(person, wish).await.expect("made")
    }

    /// Kind, person and detail of all security events, oldest first.
    pub async fn events(&self) -> Vec<(String, Option<Uuid>, String)> {
        let register = self.desk.register("security_event").unwrap();
        let records = self.desk.store().query(&Query::all(Arc::clone(&register))).await.expect("read");
        let text = |r: &meydan_kernel::Record, name: &str| match r.value(&register, name) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let told = records.iter().map(|r| {
            let person = match r.value(&register, "person") {
                Some(Value::Reference(id)) => Some(*id),
                _ => None,
            };
            (text(r, "kind"), person, text(r, "detail"))
        });
        told.collect()
    }

    pub async fn count(&self, kind: &str) -> usize {
        self.events().await.iter().filter(|(k, ..)| k == kind).count()
    }

    /// True if the cookie opens anything.
    pub async fn is_good(&self, cookie: &str) -> bool {
        match self.identity.session(cookie).await.expect("asked") {
            Some(session) => self.identity.principal_of(&session, "page").await.is_ok(),
            None => false,
        }
    }
}

pub fn operator() -> Principal {
    Principal::operator(Act { person: "sınama".to_owned(), source: "test".to_owned(), ..Act::default() })
}

pub fn visit() -> Visit {
    from("192.0.2.7")
}

pub fn from(address: &str) -> Visit {
    Visit { address: Some(address.to_owned()), agent: Some("Deneme/1".to_owned()), ..Visit::default() }
}

pub fn done(login: Login) -> (NewSession, String) {
    match login {
        Login::Done { session, device } => (session, device),
        Login::SecondFactor { .. } => panic!("asks for a second factor"),
    }
}

pub fn code<T>(result: meydan_kernel::Result<T>) -> &'static str {
    match result {
        Ok(_) => "fine",
        Err(error) => error.code(),
    }
}

/// Ends a secret's time, as if it had passed.
pub async fn let_pass(house: &House, kind: &str, person: Uuid) {
    for mut secret in house.desk.store().secrets(kind, Some(person)).await.unwrap() {
        secret.expires_at = Some(Timestamp::now() - jiff::SignedDuration::from_secs(1));
        house.desk.store().keep_secret(&secret).await.unwrap();
    }
}
