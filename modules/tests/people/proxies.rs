//! A proxy from the request to its end, through the desk.

use crate::house::{House, fields, text, today};
use jiff::ToSpan;
use meydan_kernel::Value;

fn day(days: i64) -> Value {
    Value::Date(today().checked_add(days.days()).unwrap())
}

#[tokio::test]
async fn requested_approved_by_the_superior_and_withdrawn() {
    let house = House::new().await;
    let chief = house.acting("hakan.soylu", "chief").await;
    let reference = async |login: &str| Value::Reference(house.person(login).await);
    let set = [
        ("delegator", reference("hakan.soylu").await),
        ("delegate", reference("kerem.altun").await),
        ("post", Value::Reference(house.post("BIDB-ESD-AG", "chief").await)),
        ("unit", Value::Reference(house.unit("BIDB-ESD-AG").await)),
        ("valid_from", day(0)),
        ("valid_until", day(13)),
        ("reason", text("Yıllık izin")),
    ];
    // Not for somebody else, not approved at once.
    let colleague = house.acting("nazan.kilic", "chief").await;
    assert_eq!(house.insert(&colleague, "proxy", &set, None).await.unwrap_err().code(), "not-allowed");
    let at_once = [&set[..], &[("status", text("approved"))]].concat();
    assert!(house.insert(&chief, "proxy", &at_once, None).await.is_err());
    let proxy = house.insert(&chief, "proxy", &set, None).await.unwrap();

    let decision = async |login: &str| {
        [("status", text("approved")), ("approved_by", Value::Reference(house.person(login).await)), ("approved_on", day(0))]
    };
    for (login, role) in [
        ("hakan.soylu", "chief"),
        ("kerem.altun", "staff"),
        ("sule.ozkaya", "branch_manager"),
        ("gulsum.yaman", "personnel_officer"),
    ] {
        let who = house.acting(login, role).await;
        assert!(house.update(&who, "proxy", proxy, &decision(login).await).await.is_err(), "{login}");
    }
    // An administrator may change records, but is nobody's superior.
    let administrator = house.acting("deniz.sarikaya", "administrator").await;
    let refused = house.update(&administrator, "proxy", proxy, &decision("deniz.sarikaya").await).await.unwrap_err();
    assert_eq!(fields(&refused), ["status"]);
    let manager = house.acting("murat.gungor", "branch_manager").await;
    let other_name = house.update(&manager, "proxy", proxy, &decision("ibrahim.karadag").await).await.unwrap_err();
    assert_eq!(fields(&other_name), ["approved_by"]);
    house.update(&manager, "proxy", proxy, &decision("murat.gungor").await).await.unwrap();

    let deputy = house.acting("kerem.altun", "chief").await;
    assert_eq!(deputy.act.on_behalf_of, Some(house.person("hakan.soylu").await.to_string()));
    // Nothing grows after approval, by nobody.
    for change in [("valid_until", day(20)), ("actions", text("read")), ("delegate", reference("sibel.ucar").await)] {
        assert!(house.update(&administrator, "proxy", proxy, std::slice::from_ref(&change)).await.is_err(), "{}", change.0);
    }
    house.update(&chief, "proxy", proxy, &[("status", text("withdrawn"))]).await.unwrap();
    let directory = house.desk.directory().await.unwrap();
    let standings = directory.standings(house.person("kerem.altun").await, today());
    assert!(standings.iter().all(|s| s.proxy.is_none()));
    // What was taken back doesn't come again.
    assert!(house.update(&chief, "proxy", proxy, &[("status", text("approved"))]).await.is_err());
}

#[tokio::test]
async fn who_acts_by_proxy_gives_and_approves_none() {
    let house = House::new().await;
    // A chief who stands in for the branch manager today; a request waits in the branch.
    let own = house.acting("fatma.ince", "chief").await;
    let reference = async |login: &str| Value::Reference(house.person(login).await);
    let set = [
        ("delegator", reference("fatma.ince").await),
        ("delegate", reference("busra.gunduz").await),
        ("post", Value::Reference(house.post("BIDB-AKS-NUM", "chief").await)),
        ("unit", Value::Reference(house.unit("BIDB-AKS-NUM").await)),
        ("valid_from", day(1)),
        ("valid_until", day(2)),
        ("reason", text("Yıllık izin")),
    ];
    let proxy = house.insert(&own, "proxy", &set, None).await.unwrap();
    let deputy = house.acting("emre.yildirim", "branch_manager").await;
    let decision = [("status", text("approved")), ("approved_by", reference("emre.yildirim").await), ("approved_on", day(0))];
    assert!(house.update(&deputy, "proxy", proxy, &decision).await.is_err());
    let on = [
        ("delegator", reference("emre.yildirim").await),
        ("delegate", reference("oguz.kaptan").await),
        ("post", Value::Reference(house.post("BIDB-AKS", "branch_manager").await)),
        ("unit", Value::Reference(house.unit("BIDB-AKS").await)),
        ("valid_from", day(1)),
        ("valid_until", day(2)),
        ("reason", text("x")),
    ];
    assert!(house.insert(&deputy, "proxy", &on, None).await.is_err());
    // Nor in their own post: the post isn't theirs.
    let chief = house.acting("emre.yildirim", "chief").await;
    assert_eq!(fields(&house.insert(&chief, "proxy", &on, None).await.unwrap_err()), ["post"]);
}
