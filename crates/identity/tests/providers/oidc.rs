//! The whole way through the real `oidc-provider`.

use super::{
    house::{HOME, House, parameter, state},
    oidc_provider::{OidcProvider, browser::Browser},
};
use meydan_identity::{Proof, ReturnQuery, Visit};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_comes_by_each_algorithm_and_way_of_showing_the_secret() {
    let provider = OidcProvider::start();
    let house = House::with_oidc(["rs", "es", "ed"].map(|client| provider.client(client, "login")).to_vec()).await;
    let ayse = house.id_of("ayse").await;
    for client in ["rs", "es", "ed"] {
        let departure = house.identity.depart(client, "/registers/door?x=1", None).await.unwrap();
        let query = Browser::new().log_in(&departure.redirect, "ayse");
        let visit = Visit { address: Some("192.0.2.7".into()), agent: Some("test".into()), ..Visit::default() };
        let arrival = house.identity.arrive(client, &ReturnQuery::read(&query), Some(&departure.cookie), &visit).await.unwrap();
        assert_eq!((arrival.next.as_str(), arrival.new.session.person), ("/registers/door?x=1", ayse));
        let session = house.identity.session(&arrival.new.cookie).await.unwrap().expect("a session");
        assert_eq!((session.proof, session.verified_at), (Proof::Provider, arrival.new.session.verified_at));
        let principal = house.identity.principal_of(&session, "test").await.unwrap();
        assert!(principal.is_verified() && principal.person() == Some(ayse), "{client}: the provider has just asked them");
    }
    // One issuer, one subject: one link, whichever client.
    let links = house.identity.links_of(ayse).await.unwrap();
    assert_eq!(
        links.iter().map(|l| (l.provider.as_str(), l.issuer.as_str())).collect::<Vec<_>>(),
        [("rs", provider.issuer.as_str())]
    );
    let kinds: Vec<String> = house.events().await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["identity_linked", "login", "login", "login"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_come_and_who_may_not() {
    let provider = OidcProvider::start();
    let house = House::with_oidc(vec![provider.client("rs", "email")]).await;
    let come = async |name: &str| {
        let departure = house.identity.depart("rs", "/", None).await.unwrap();
        let query = Browser::new().log_in(&departure.redirect, name);
        house.arrive("rs", &query, &departure.cookie).await.map(|session| session.person)
    };
    // The same e-mail, but nobody has verified it.
    assert_eq!(come("mallory").await, Err("unknown-person"));
    assert_eq!(come("stranger").await, Err("unknown-person"));
    assert_eq!(come("nobody").await, Err("unknown-person"));
    assert_eq!(come("gone").await, Err("no-longer-active"));
    let ayse = house.id_of("ayse").await;
    assert_eq!(come("ayse").await, Ok(ayse));
    // Another subject with her verified e-mail (a reused address): she is linked already.
    assert_eq!(come("second").await, Err("link-taken"));
    // The link holds when her e-mail changes; it goes when it is removed, and then there is nobody to find.
    house.edit("person", Some(ayse), json!({ "email": "ayse@kent.example" })).await;
    assert_eq!(come("ayse").await, Ok(ayse));
    let link = house.identity.links_of(ayse).await.unwrap().remove(0);
    assert!(house.identity.unlink(ayse, link.id).await.unwrap());
    assert_eq!(come("ayse").await, Err("unknown-person"));
    // Who is put off may not come, linked or not.
    let fatma = house.id_of("fatma").await;
    assert_eq!(come("fatma").await, Ok(fatma));
    // Who has no login name doesn't log in: whoever records people could else record one with an e-mail of their own.
    house.edit("person", Some(fatma), json!({ "login": null })).await;
    assert_eq!(come("fatma").await, Err("unknown-person"), "linked before");
    house.person(json!({ "first_name": "Ayşe", "last_name": "İki", "email": "ayse.yilmaz@kent.example" })).await;
    assert_eq!(come("ayse").await, Err("unknown-person"), "not linked");
    assert!(house.desk.directory().await.unwrap().persons().filter(|p| p.login.is_none()).count() == 2);
    house.edit("person", Some(fatma), json!({ "login": "fatma" })).await;
    house.edit("person", Some(fatma), json!({ "status": "left", "left_on": "2026-01-01" })).await;
    assert_eq!(come("fatma").await, Err("no-longer-active"));
    let failed = house.failures().await;
    assert!(failed.contains(&None) && failed.contains(&Some(fatma)), "of nobody, of somebody: {failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_is_one_browsers_and_is_used_once() {
    let provider = OidcProvider::start();
    let house = House::with_oidc(vec![provider.client("rs", "login"), provider.client("ed", "login")]).await;
    let depart = async || house.identity.depart("rs", "/", None).await.unwrap();

    // Login fixation: the attacker's own answer in the victim's browser, and the other way round.
    let (attacker, victim) = (depart().await, depart().await);
    let query = Browser::new().log_in(&attacker.redirect, "ayse");
    assert_eq!(house.arrive("rs", &query, &victim.cookie).await, Err("login-flow-over"));
    // The victim's flow is used up by that; the attacker's own still works, once.
    let fresh = Browser::new().log_in(&victim.redirect, "ayse");
    assert_eq!(house.arrive("rs", &fresh, &victim.cookie).await, Err("login-flow-over"));
    assert!(house.arrive("rs", &query, &attacker.cookie).await.is_ok());
    assert_eq!(house.arrive("rs", &query, &attacker.cookie).await, Err("login-flow-over"), "replay");

    // A code used already, in a flow of its own: the provider refuses it.
    let used = parameter(&format!("?{query}"), "code");
    let other = depart().await;
    let replay = format!("code={used}&state={}&iss={}", state(&other), provider.issuer);
    assert_eq!(house.arrive("rs", &replay, &other.cookie).await, Err("provider-answer-wrong"));

    // An unused code of another flow: PKCE refuses it.
    let (one, two) = (depart().await, depart().await);
    let code = parameter(&format!("?{}", Browser::new().log_in(&one.redirect, "ayse")), "code");
    let injected = format!("code={code}&state={}&iss={}", state(&two), provider.issuer);
    assert_eq!(house.arrive("rs", &injected, &two.cookie).await, Err("provider-answer-wrong"));

    // No state, another's, twice; no cookie, nonsense; another provider's door.
    for change in ["", "&state=other"] {
        let flow = depart().await;
        let state = if change.is_empty() { String::new() } else { format!("&state={}", state(&flow)) };
        assert_eq!(house.arrive("rs", &format!("code=x{state}{change}"), &flow.cookie).await, Err("login-flow-over"));
    }
    assert_eq!(house.arrive("rs", "code=x&state=y", "nonsense").await, Err("login-flow-over"));
    let none = house.identity.arrive("rs", &ReturnQuery::read("code=x&state=y"), None, &Visit::default()).await;
    assert_eq!(none.err().map(|e| e.code()), Some("login-flow-over"));
    let flow = depart().await;
    let query = Browser::new().log_in(&flow.redirect, "ayse");
    assert_eq!(house.arrive("ed", &query, &flow.cookie).await, Err("login-flow-over"));
    assert_eq!(house.arrive("no-such", &query, &flow.cookie).await, Err("login-flow-over"));

    // Two requests with the same answer at once: one comes in.
    let flow = depart().await;
    let query = Browser::new().log_in(&flow.redirect, "ayse");
    let both = tokio::join!(house.arrive("rs", &query, &flow.cookie), house.arrive("rs", &query, &flow.cookie));
    assert_eq!([&both.0, &both.1].iter().filter(|r| r.is_ok()).count(), 1, "{both:?}");

    // Mix-up (RFC 9207): the answer names another issuer, or none although this one always does.
    for iss in ["&iss=https://evil.example", ""] {
        let flow = depart().await;
        let query = Browser::new().log_in(&flow.redirect, "ayse");
        let query = query.split('&').filter(|p| !p.starts_with("iss=")).collect::<Vec<_>>().join("&") + iss;
        assert_eq!(house.arrive("rs", &query, &flow.cookie).await, Err("provider-answer-wrong"));
    }

    let flow = depart().await;
    let query = Browser::new().cancel(&flow.redirect);
    assert_eq!(house.arrive("rs", &query, &flow.cookie).await, Err("provider-declined"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_asks_anew_and_takes_the_same_person_only() {
    let provider = OidcProvider::start();
    let house = House::with_oidc(vec![provider.client("rs", "login")]).await;
    let ayse = house.id_of("ayse").await;
    let mut browser = Browser::new();
    let flow = house.identity.depart("rs", "/", None).await.unwrap();
    let first = house.arrive("rs", &browser.log_in(&flow.redirect, "ayse"), &flow.cookie).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    // A second login in the same browser asks nothing: it is no fresh proof.
    let flow = house.identity.depart("rs", "/", None).await.unwrap();
    let silent = house.arrive("rs", &browser.pass(&flow.redirect), &flow.cookie).await.unwrap();
    assert_eq!(silent.verified_at, first.verified_at);
    // A step-up does ask.
    let flow = house.identity.depart("rs", "/admin", Some(ayse)).await.unwrap();
    let stepped = house.arrive("rs", &browser.log_in(&flow.redirect, "ayse"), &flow.cookie).await.unwrap();
    assert!(stepped.verified_at > first.verified_at);
    // Somebody else there is not this person here.
    let flow = house.identity.depart("rs", "/", Some(ayse)).await.unwrap();
    let query = Browser::new().log_in(&flow.redirect, "fatma");
    assert_eq!(house.arrive("rs", &query, &flow.cookie).await, Err("other-person"));
    assert_eq!(house.events().await.iter().filter(|(kind, _)| kind == "step_up").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_are_found_and_logging_out_is_offered() {
    let provider = OidcProvider::start();
    let house = House::with_oidc(vec![provider.client("rs", "login")]).await;
    let come = async || {
        let flow = house.identity.depart("rs", "/", None).await.unwrap();
        house.arrive("rs", &Browser::new().log_in(&flow.redirect, "ayse"), &flow.cookie).await
    };
    let session = come().await.unwrap();
    provider.rotate();
    // Not read anew at once, or a stranger could have us ask the provider without end; soon after it is.
    assert_eq!(come().await, Err("provider-answer-wrong"));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(come().await.is_ok());

    let address = house.identity.logout_address(&session).await.unwrap().expect("it offers that");
    assert!(address.starts_with(&provider.issuer), "{address}");
    assert_eq!(parameter(&address, "post_logout_redirect_uri"), format!("{HOME}/"));
    let page = ureq::get(&address).call().expect("the provider takes it").body_mut().read_to_string().unwrap();
    assert!(page.contains("sign-out") || page.contains("Sign-out") || page.contains("logout"), "{page}");
    assert_eq!(house.identity.logout_address(&session).await.unwrap(), None);
}
