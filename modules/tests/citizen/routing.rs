//! Which unit gets a request, and who of it.

use crate::house::{House, at, everyone, operator, text};
use meydan_kernel::Value;

/// Kind, category, more fields, and the field that is refused.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, Value)], Option<&'a str>);

#[tokio::test]
async fn every_request_goes_to_the_unit_that_has_to_see_to_it() {
    let house = House::new().await;
    let now = at("2026-03-02T10:00");
    let first = operator(now);
    let highways = [
        ("title", text("Karayolları")),
        ("owner", text("highways")),
        ("category", house.find("request_category", "code", "pothole").await),
        ("unit", house.unit("DIS-KGM").await),
        ("order", Value::Int(1)),
    ];
    house.insert(&first, "routing_rule", &highways, None).await.unwrap();
    let east = [
        ("title", text("Doğuyaka parkları")),
        ("district", house.find("district", "name", "Doğuyaka").await),
        ("category", house.find("request_category", "code", "load").await),
        ("unit", house.unit("ILCE-02").await),
    ];
    house.insert(&first, "routing_rule", &east, None).await.unwrap();
    let closed = [("title", text("Kapanmış birim")), ("unit", house.unit("BIDB-CBS-ESKI").await), ("order", Value::Int(0))];
    house.insert(&first, "routing_rule", &closed, None).await.unwrap();
    // A metre is some 0.00001 degrees.
    let beside = |y: f64| Some((39.75, y + 0.0003));
    let table = [
        ("pothole", beside(40.95), "ILCE-01", "a district's street is the district's"),
        ("pothole", beside(40.97), "FIB-YB", "an avenue is the metropolitan municipality's"),
        ("pothole", beside(40.91), "DIS-KGM", "a highway by its rule"),
        ("pothole", Some((39.75, 40.93)), "FIB-YB", "no street within sixty metres: the category's unit"),
        ("pothole", Some((39.95, 40.95)), "FIB-YB", "no street in the east at all"),
        ("load", Some((39.75, 40.95)), "PBB-YA", "the category's unit"),
        ("load", Some((39.95, 40.95)), "ILCE-02", "a rule by district"),
        ("leak", None, "SKI-AR", "without a place"),
        ("", Some((39.75, 40.95)), "BIDB-IKS-153", "without a category to the call centre"),
    ];
    for (category, point, unit, why) in table {
        let id =
            house.file(&everyone(now), ("complaint", category), &[], point).await.unwrap_or_else(|e| panic!("{why}: {e:?}"));
        assert_eq!(house.unit_of(id).await, unit, "{why}");
        assert!(!house.value(id, "service_hours").await.is_null(), "{why}: nothing is without a clock");
    }
    assert_eq!(house.unit_of(house.file_formal("information_request", now).await).await, "BIDB-IKS");
    // A rule that is changed counts at once; the unit that somebody says by hand stays.
    let rule = house.find("routing_rule", "title", "Karayolları").await;
    let Value::Reference(rule) = rule else { panic!() };
    let set = house.set("routing_rule", &[("active", Value::Bool(false))]);
    let edit = meydan_kernel::desk::Edit::Update { id: rule, expected: None, set, geometry: None };
    house.desk.change(&first, vec![("routing_rule".to_owned(), edit)]).await.unwrap();
    let id = house.file(&everyone(now), ("complaint", "pothole"), &[], beside(40.91)).await.unwrap();
    assert_eq!(house.unit_of(id).await, "FIB-YB");
    let agent = house.acting("merve.tunc", "call_centre_agent", now).await;
    house.go(&agent, id, "direct", &[("unit", house.unit("UDB-TT").await)]).await.unwrap();
    assert_eq!(house.unit_of(id).await, "UDB-TT");
    house.go(&agent, id, "direct", &[("category", house.find("request_category", "code", "leak").await)]).await.unwrap();
    assert_eq!(house.unit_of(id).await, "SKI-AR");
}

#[tokio::test]
async fn what_the_category_says_is_filled_and_what_it_lacks_is_refused() {
    let house = House::new().await;
    let now = at("2026-03-02T10:00");
    let file = async |kind: &str, category: &str, more: &[(&str, Value)], point| {
        house.file(&everyone(now), (kind, category), more, point).await
    };
    let id = file("complaint", "pothole", &[], Some((39.75, 40.9503))).await.unwrap();
    assert_eq!(house.value(id, "subject").await, text("pothole, Uzun Sokak, Merkezkent Merkez Mahallesi"));
    assert_eq!((house.value(id, "service_hours").await, house.value(id, "public").await), (Value::Int(16), Value::Bool(true)));
    assert_eq!(house.value(id, "street").await, house.find("street", "name", "Uzun Sokak").await);
    let urgent = file("complaint", "leak", &[], None).await.unwrap();
    assert_eq!(house.value(urgent, "priority").await, text("urgent"));
    let named = [("applicant_name", text("Ayşe Örnek"))];
    let formal = [&named[..], &[("applicant_address", text("Uzun Sokak 12"))]].concat();
    let table: [Row<'_>; 8] = [
        ("complaint", "pothole", &[], Some("geometry")),
        ("complaint", "pothole", &[("address", text("Uzun Sokak 12"))], None),
        ("thanks", "pothole", &[], None),
        ("complaint", "quiet", &[], Some("applicant_name")),
        ("complaint", "quiet", &named, None),
        ("complaint", "old", &[], Some("category")),
        ("petition", "quiet", &named, Some("petition_needs_name")),
        ("petition", "quiet", &formal, None),
    ];
    for (kind, category, more, wrong) in table {
        match (file(kind, category, more, None).await, wrong) {
            (Ok(id), None) => {
                // Never in public: petitions, thanks, categories that aren't.
                let shown = kind == "complaint" && category == "pothole";
                assert_eq!(house.value(id, "public").await, Value::Bool(shown), "{kind} {category}");
            }
            (Err(e), Some(field)) => assert_eq!(e.fields()[0].field, field, "{kind} {category}: {e:?}"),
            (other, wanted) => panic!("{kind} {category}: {other:?}, {wanted:?}"),
        }
    }
    let secret = [&formal[..], &[("anonymous", Value::Bool(true))]].concat();
    assert_eq!(file("information_request", "leak", &secret, None).await.unwrap_err().fields()[0].field, "anonymous");
}
