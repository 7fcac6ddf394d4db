//! A small house: the department with its head, an expert who stands in for the head, and a clerk of another branch.

use crate::{
    browser::Browser,
    city::{City, Reply, surveyor},
};
use meydan_faces::{App, Settings, router};
use meydan_identity::{Identity, Vault};
use meydan_kernel::{Desk, desk::Edit};
use serde_json::{Value as Json, json};
use std::{net::SocketAddr, sync::Arc};
use uuid::Uuid;

/// Everybody's password, to keep the tests short.
pub const PASSWORD: &str = "çınar altında demli";

pub struct House {
    pub city: City,
    /// The head of the department.
    pub head: Uuid,
    /// A GIS expert, who stands in for the head.
    pub expert: Uuid,
    /// The expert's own post.
    pub expert_post: Uuid,
    /// The head's post.
    pub head_post: Uuid,
    /// The approved proxy.
    pub proxy: Uuid,
    _folder: tempfile::TempDir,
}

impl House {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let mut city = City::empty().await;
        let folder = tempfile::tempdir().expect("a folder");
        let vault = Vault::load_or_make(&folder.path().join("secrets.key")).expect("a key");
        let old = &city.app.desk;
        let desk = Desk::new(Arc::clone(old.store()), old.catalogue()).expect("a desk").with_checks(meydan_modules::checks());
        let desk = desk.with_effects(meydan_modules::effects());
        let desk = Arc::new(desk);
        let identity = Arc::new(Identity::new(Arc::clone(&desk)).with_vault(vault).of_city("Deneme Kenti", []));
        city.app = Arc::new(App::new(desk, identity, settings));
        let address = axum::extract::ConnectInfo(SocketAddr::from(([10, 1, 2, 3], 4711)));
        city.router = router(Arc::clone(&city.app)).layer(axum::Extension(address));
        let unit = insert(&city, "unit", json!({ "code": "BİD", "name": "Bilgi İşlem Dairesi", "kind": "department" })).await;
        let post =
            async |title: &str, role: &str| insert(&city, "post", json!({ "title": title, "role": role, "unit": unit })).await;
        let head_post = post("Daire Başkanı", "department_head").await;
        let expert_post = post("CBS Uzmanı", "gis_expert").await;
        let person = async |first: &str, last: &str, login: &str, phone: &str| {
            insert(&city, "person", json!({ "first_name": first, "last_name": last, "login": login, "phone": phone })).await
        };
        let head = person("Ayşe", "Yılmaz", "ayse", "+905321112233").await;
        let expert = person("Mehmet", "Işık", "mehmet", "+905324445566").await;
        for (person, post) in [(head, head_post), (expert, expert_post)] {
            insert(&city, "holding", json!({ "person": person, "post": post, "unit": unit, "valid_from": "2020-01-01" })).await;
            city.app.identity.set_password_by(&surveyor(), person, PASSWORD).await.expect("a password");
        }
        let mayor = person("Hatice", "Er", "hatice", "+905327778899").await;
        let today = meydan_kernel::post::day(jiff::Timestamp::now());
        let proxy = json!({
            "delegator": head, "delegate": expert, "post": head_post, "unit": unit, "valid_from": today.to_string(),
            "valid_until": today.saturating_add(jiff::Span::new().days(14)).to_string(), "reason": "Yıllık izin", "status": "approved", "approved_by": mayor, "approved_on": today.to_string(),
        });
        let proxy = insert(&city, "proxy", proxy).await;
        Self { city, head, expert, expert_post, head_post, proxy, _folder: folder }
    }

    /// A browser in which somebody has logged in.
    pub async fn logged_in(&self, login: &str) -> Browser<'_> {
        let mut browser = Browser::new(&self.city);
        let reply = log_in(&mut browser, login, PASSWORD).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        browser
    }
}

pub async fn log_in(browser: &mut Browser<'_>, login: &str, password: &str) -> Reply {
    browser.fill("/login", &[("login", login), ("password", password)]).await
}

/// Enters a record as the operator of the machine.
pub async fn insert(city: &City, register: &str, values: Json) -> Uuid {
    let desk = &city.app.desk;
    let definition = desk.register(register).expect("there");
    let set = desk.read_values(&definition, values.as_object().expect("an object")).expect("values");
    let id = Uuid::now_v7();
    let edit = Edit::Insert { id: Some(id), set, geometry: None };
    desk.change(&surveyor(), vec![(register.to_owned(), edit)]).await.unwrap_or_else(|e| panic!("{register}: {e}"));
    id
}
