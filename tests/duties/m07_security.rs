//! Article 7/f: who may what, by register, by field and by area.

use crate::{
    harness::{
        City,
        people::{refusal, text},
    },
    sample::{self, AUDITOR, DISTRICT_OFFICER, GIS_EXPERT, NETWORK_STAFF, PERSONNEL},
};
use serde_json::{Value as Json, json};

/// Corners of a polygon or multipolygon.
fn rings(geometry: &Json) -> Vec<Vec<(f64, f64)>> {
    let point = |p: &Json| (p[0].as_f64().unwrap(), p[1].as_f64().unwrap());
    let ring = |r: &Json| r.as_array().unwrap().iter().map(point).collect();
    let polygons = match geometry["type"].as_str() {
        Some("Polygon") => vec![geometry["coordinates"].clone()],
        Some("MultiPolygon") => geometry["coordinates"].as_array().unwrap().clone(),
        other => panic!("{other:?} has no area"),
    };
    polygons.iter().flat_map(|p| p.as_array().unwrap().iter().map(ring).collect::<Vec<_>>()).collect()
}

/// By the crossings of a ray (even-odd), holes counted.
fn is_within((x, y): (f64, f64), area: &[Vec<(f64, f64)>]) -> bool {
    let crossings = |ring: &Vec<(f64, f64)>| {
        let edges = ring.iter().zip(ring.iter().skip(1));
        edges.filter(|((x1, y1), (x2, y2))| (*y1 > y) != (*y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1).count()
    };
    area.iter().map(crossings).sum::<usize>() % 2 == 1
}

fn by_register_field_and_area(city: &City) {
    let server = city.serve();
    let public = server.public();
    // By register: the city's are everybody's to read, people's are not, and no history is.
    assert_eq!(public.get("/ogc/collections/building/items?limit=1").status, 200);
    for path in ["/ogc/collections/person/items", "/ogc/collections/holding/items", "/ogc/collections/security_event/items"] {
        assert_eq!(refusal(&public.get(path)), (401, "login-required".to_owned()), "{path}");
    }
    let building = text(&public.records("building", "floors >= 1")[0]["id"]);
    assert_eq!(refusal(&public.get(&format!("/api/records/building/{building}/history"))).0, 401);
    // By field: names are known in the house, numbers are not, and nobody learns them by asking for them.
    let staff = server.asked_by(city, NETWORK_STAFF);
    let colleague = server.record("person", "login = 'zeynep.uzun'");
    let id = text(&colleague["id"]);
    let seen = staff.record("person", &format!("id = '{id}'"));
    assert_eq!((&seen["first_name"], &seen["email"]), (&json!("Zeynep"), &colleague["email"]));
    let hidden = |record: &Json, field: &str| record[field].as_str().is_none_or(|v| v.contains('•'));
    for field in ["national_id", "phone", "registration_no", "birth_date"] {
        assert!(hidden(&seen, field), "{field}: {seen}");
        let asked = staff.get(&format!("/ogc/collections/person/items?filter={field}%20IS%20NOT%20NULL&limit=1000"));
        let found = if asked.status == 200 { asked.json()["features"].as_array().unwrap().clone() } else { Vec::new() };
        // Of oneself one may know all.
        assert!(found.iter().all(|f| f["properties"]["last_name"] == "Altun"), "{field} is told by a filter: {found:?}");
    }
    // Who keeps the records of people sees them masked too; an own record is open to oneself.
    let kept = server.asked_by(city, PERSONNEL).record("person", &format!("id = '{id}'"));
    assert!(hidden(&kept, "national_id") && kept["national_id"].as_str().is_some_and(|v| v.len() > 2), "{kept}");
    let own = server.asked_by(city, GIS_EXPERT).record("person", &format!("id = '{id}'"));
    assert!(own["national_id"].as_str().is_some_and(|v| v.len() == 11 && v.starts_with("999")), "{own}");
    // By area: a district's officer changes what lies in the district, and nothing else.
    let officer = server.asked_by(city, DISTRICT_OFFICER);
    let units = server.get("/ogc/collections/unit/items?limit=1000").json();
    let district = units["features"].as_array().unwrap().iter().find(|f| f["properties"]["code"] == "ILCE-01").unwrap();
    let area = rings(&district["geometry"]);
    let (west, east) = area[0].iter().fold((180.0_f64, -180.0_f64), |(w, e), (x, _)| (w.min(*x), e.max(*x)));
    let (south, north) = area[0].iter().fold((90.0_f64, -90.0_f64), |(s, n), (_, y)| (s.min(*y), n.max(*y)));
    let square = |x: f64, y: f64| {
        let (e, n) = (x + 1e-5, y + 1e-5);
        json!({ "type": "Polygon", "coordinates": [[[x, y], [e, y], [e, n], [x, n], [x, y]]] })
    };
    let build = |x: f64, y: f64| {
        let change =
            json!({ "register": "building", "op": "insert", "values": { "name": "Ek bina" }, "geometry": square(x, y) });
        officer.post("/api/changes", &json!({ "reason": "e2e", "changes": [change] })).status
    };
    let (mut inside, mut outside) = (0, 0);
    for i in 0..8 {
        for j in 0..8 {
            // A little over the border on every side.
            let at = |low: f64, high: f64, n: i32| low - (high - low) * 0.2 + (high - low) * 1.4 * f64::from(n) / 7.0;
            let (x, y) = (at(west, east, i), at(south, north, j));
            let corners = [(x, y), (x + 1e-5, y), (x + 1e-5, y + 1e-5), (x, y + 1e-5)].map(|corner| is_within(corner, &area));
            match corners {
                [true, true, true, true] => {
                    assert_eq!(build(x, y), 201, "{x} {y} is in the district");
                    inside += 1;
                }
                [false, false, false, false] => {
                    assert_eq!(build(x, y), 403, "{x} {y} is outside of the district");
                    outside += 1;
                }
                _ => {}
            }
        }
    }
    assert!(inside > 5 && outside > 5, "{inside} inside, {outside} outside: it proves nothing");
    // What was refused is written down, for the administrator and the auditor.
    let events = server.asked_by(city, AUDITOR).records("security_event", "fid > 0");
    assert!(events.len() >= 3, "{events:?}");
    drop(server);
    city.ok(&["log", "verify"]);
}

#[test]
fn duty_7_f_data_is_guarded_by_register_field_and_area() {
    by_register_field_and_area(&sample::embedded());
}

#[test]
fn duty_7_f_data_is_guarded_by_register_field_and_area_in_postgresql() {
    by_register_field_and_area(&sample::in_database());
}
