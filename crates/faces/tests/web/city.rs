//! A quarter of a city to ask: two neighbourhoods and a row of buildings in one street, entered through the desk.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use meydan_faces::{App, Caller, Settings, router};
use meydan_geo::Wkb;
use meydan_identity::Identity;
use meydan_kernel::{
    Act, Bilingual, Desk, Principal, Store, Value,
    catalogue::{Catalogue, load, plan},
    desk::Edit,
};
use meydan_store::sqlite::SqliteStore;
use serde_json::Value as Json;
use std::{net::SocketAddr, sync::Arc};
use tower::ServiceExt;
use uuid::Uuid;

/// How many buildings stand in the street.
pub const BUILDINGS: usize = 25;
/// Where the first of them stands (longitude, latitude).
pub const CORNER: (f64, f64) = (39.7200, 41.0050);
/// Degrees from one building to the next.
pub const STEP: f64 = 0.0004;

/// The city with its router.
pub struct City {
    pub app: Arc<App>,
    pub router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().expect("ASCII")
    }
}

pub fn surveyor() -> Principal {
    Principal::operator(Act {
        person: "Emine Kaya".into(),
        post: "Harita mühendisi".into(),
        on_behalf_of: None,
        reason: None,
        source: "test".into(),
    })
}

/// A square building of about 20 m.
pub fn footprint(lon: f64, lat: f64) -> Wkb {
    let d = 0.0002;
    Wkb::polygon(&[vec![(lon, lat), (lon + d, lat), (lon + d, lat + d), (lon, lat + d), (lon, lat)]]).expect("finite")
}

impl City {
    /// The empty city with the real definitions.
    pub async fn empty() -> Self {
        Self::of(load(&meydan_modules::sources()).expect("the definitions have no fault")).await
    }

    /// The empty city with definitions of its own.
    pub async fn of(catalogue: Catalogue) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("city.gpkg")).await.expect("the store opens"));
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables");
        let desk = Arc::new(Desk::new(store, Arc::new(catalogue)).expect("a desk"));
        let settings =
            Settings { city_title: Bilingual::new("Deneme Kenti", "Trial City"), generated: true, ..Settings::default() };
        let identity = Arc::new(Identity::new(Arc::clone(&desk)));
        let app = Arc::new(App::new(desk, identity, settings));
        // Who comes is a test of its own; here everybody is the operator of the machine.
        let router = router(Arc::clone(&app)).layer(axum::Extension(Caller::of(surveyor())));
        Self { router, app, _folder: folder }
    }

    /// The city with its street.
    pub async fn with_a_street() -> Self {
        let city = Self::empty().await;
        let building = city.app.desk.register("building").expect("there");
        let field = |name: &str| building.field_index(name).expect("a field");
        let edits = (0..BUILDINGS)
            .map(|i| {
                let kind = if i % 5 == 0 { "ticari" } else { "konut" };
                let edit = Edit::Insert {
                    id: None,
                    set: vec![
                        (field("name"), Value::Text(format!("İskele Apartmanı {i}"))),
                        (field("kind"), Value::Text(kind.into())),
                        (field("floors"), Value::Int(1 + (i as i64 % 7))),
                    ],
                    geometry: Some(footprint(CORNER.0 + i as f64 * STEP, CORNER.1)),
                };
                ("building".to_owned(), edit)
            })
            .collect();
        city.app.desk.change(&surveyor(), edits).await.expect("the street is entered");
        city
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body").to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::get(path).header("host", "kent.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// 200 and JSON.
    pub async fn json(&self, path: &str) -> Json {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    pub async fn post(&self, path: &str, body: &Json) -> Reply {
        let request = Request::post(path).header("host", "kent.example").header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// The id of a building by its fid.
    pub async fn building(&self, fid: i64) -> Uuid {
        let feature = self.json(&format!("/ogc/collections/building/items/{fid}")).await;
        feature["properties"]["id"].as_str().expect("an id").parse().expect("a UUID")
    }

    /// Serves on a port of its own until the test ends.
    pub async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}
