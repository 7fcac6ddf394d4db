//! A small city with something to hide: lamps whose cost nobody but the lighting branch sees, contracts that are nobody else's
//! business, and people who come with tokens.

use crate::city::{City, Reply, surveyor};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, request::Builder},
};
use meydan_faces::{App, Caller, Settings, router};
use meydan_identity::{Identity, TokenWish};
use meydan_kernel::{
    Desk,
    catalogue::{Source, load},
    desk::Edit,
    permission::Limits,
    post::StandingKey,
};
use serde_json::{Value as Json, json};
use std::{net::SocketAddr, sync::Arc};
use tower::ServiceExt;
use uuid::Uuid;

/// What a lamp cost: it must never be seen in an answer to anybody else.
pub const COST: i64 = 7_341_953;
/// How many lamps there are.
pub const LAMPS: usize = 5;
/// National identity number of the head.
pub const NATIONAL_ID: &str = "10000000146";

const LAMP: &str = r#"
[register]
name = "lamp"
title = { tr = "Sokak lambası", en = "Street lamp" }
description = { tr = "Sokak lambaları.", en = "Street lamps." }
articles = ["7/l"]
label = "plate"

[[field]]
name = "plate"
title = { tr = "Plaka", en = "Plate" }
type = "text"
max_length = 20
required = true

[[field]]
name = "cost"
title = { tr = "Bedel", en = "Cost" }
type = "money"

[geometry]
type = "point"

[[grant]]
name = "lamp_public"
to = ["everyone"]
actions = ["read", "export", "history"]
fields = ["plate"]
"#;

const CONTRACT: &str = r#"
[register]
name = "contract"
title = { tr = "Sözleşme", en = "Contract" }
description = { tr = "Bakım sözleşmeleri.", en = "Maintenance contracts." }
articles = ["7/l"]
label = "name"

[[field]]
name = "name"
title = { tr = "Ad", en = "Name" }
type = "text"
required = true

[geometry]
type = "point"
"#;

/// The city, asked from an address of the internet.
pub struct Guarded {
    pub city: City,
    pub router: Router,
    /// The head of the department, whose personal data is kept.
    pub head: Uuid,
    /// A token of a GIS expert.
    pub token: String,
}

/// From which address the requests come.
pub const ADDRESS: [u8; 4] = [203, 0, 113, 9];

impl Guarded {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let own = [("lamp.toml", LAMP), ("contract.toml", CONTRACT)];
        let own = own.map(|(file, text)| Source { module: "city".into(), file: file.into(), text: text.into() });
        let sources: Vec<Source> = meydan_modules::sources().into_iter().chain(own).collect();
        let mut city = City::of(load(&sources).unwrap_or_else(|faults| panic!("{faults:?}"))).await;
        let bare = &city.app.desk;
        let desk = Desk::new(Arc::clone(bare.store()), bare.catalogue()).expect("a desk");
        let desk = Arc::new(desk.with_checks(meydan_modules::checks()));
        city.app = Arc::new(App::new(Arc::clone(&desk), Arc::new(Identity::new(desk)), settings));
        city.router = router(Arc::clone(&city.app)).layer(axum::Extension(Caller::of(surveyor())));
        let unit = insert(&city, "unit", json!({ "code": "BİD", "name": "Bilgi İşlem Dairesi", "kind": "department" })).await;
        let post = insert(&city, "post", json!({ "title": "CBS Uzmanı", "role": "gis_expert", "unit": unit })).await;
        let named = |first: &str, login: &str| json!({ "first_name": first, "last_name": "Yılmaz", "login": login });
        let mut head = named("Ayşe", "ayse");
        head["national_id"] = NATIONAL_ID.into();
        head["phone"] = "+905321112233".into();
        let head = insert(&city, "person", head).await;
        let expert = insert(&city, "person", named("Mehmet", "mehmet")).await;
        insert(&city, "holding", json!({ "person": expert, "post": post, "unit": unit, "valid_from": "2020-01-01" })).await;
        for lamp in 0..LAMPS {
            insert(&city, "lamp", json!({ "plate": format!("L-{lamp}"), "cost": COST })).await;
        }
        insert(&city, "contract", json!({ "name": "Gizli Bakım" })).await;
        let day = meydan_kernel::post::day(jiff::Timestamp::now());
        let directory = city.app.desk.directory().await.expect("a directory");
        let standing = directory.standings(expert, day).first().map(StandingKey::of);
        let wish = TokenWish { name: "deneme".into(), standing, limits: Limits::default(), days: 1 };
        let token = city.app.identity.make_token(expert, wish).await.expect("a token").secret;
        let router = asked_from(&city, ADDRESS);
        Self { city, router, head, token }
    }

    /// The same, asked from another address.
    pub fn from(&self, address: [u8; 4]) -> Router {
        asked_from(&self.city, address)
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(&self.router, Request::get(path)).await
    }

    pub async fn get_as_expert(&self, path: &str) -> Reply {
        send(&self.router, Request::get(path).header("authorization", format!("Bearer {}", self.token))).await
    }
}

fn asked_from(city: &City, address: [u8; 4]) -> Router {
    router(Arc::clone(&city.app)).layer(axum::Extension(ConnectInfo(SocketAddr::from((address, 4711)))))
}

/// Asks.
pub async fn send(router: &Router, request: Builder) -> Reply {
    let request = request.header("host", "kent.example").body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("the router never fails");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole body").to_vec();
    Reply { status: parts.status, headers: parts.headers, body }
}

async fn insert(city: &City, register: &str, values: Json) -> Uuid {
    let desk = &city.app.desk;
    let definition = desk.register(register).expect("there");
    let set = desk.read_values(&definition, values.as_object().expect("an object")).expect("values");
    let id = Uuid::now_v7();
    let edit = Edit::Insert { id: Some(id), set, geometry: None };
    desk.change(&surveyor(), vec![(register.to_owned(), edit)]).await.unwrap_or_else(|e| panic!("{register}: {e}"));
    id
}
