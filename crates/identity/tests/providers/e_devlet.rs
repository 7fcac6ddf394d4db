//! Logins by the e-Devlet gate.

use super::{
    gate::{Gate, SECRET, person},
    house::{House, NUMBER, parameter, state},
    server::Answer,
};
use serde_json::{Value as Json, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_known_by_the_number() {
    let gate = Gate::start(NUMBER);
    let house = House::with_e_devlet(&gate.base, SECRET).await;
    let flow = house.identity.depart("e-devlet", "/", None).await.unwrap();
    assert_eq!(parameter(&flow.redirect, "redirect_uri"), "http://127.0.0.1:9/login/return/e-devlet");
    let query = gate.log_in(&flow.redirect);
    let session = house.arrive("e-devlet", &query, &flow.cookie).await.unwrap();
    assert_eq!(session.person, house.id_of("ayse").await);
    // It doesn't say when they proved who they are: a login, no step-up.
    let principal = house.identity.principal_of(&session, "test").await.unwrap();
    assert!(!principal.is_verified());
    let again = house.identity.depart("e-devlet", "/", Some(session.person)).await;
    assert_eq!(again.err().map(|e| e.code()), Some("provider-cannot-verify"));
    // The answer again, in its own flow and in a fresh one.
    assert_eq!(house.arrive("e-devlet", &query, &flow.cookie).await.map(|_| ()), Err("login-flow-over"));
    let other = house.identity.depart("e-devlet", "/", None).await.unwrap();
    let replay = format!("code={}&state={}", parameter(&format!("?{query}"), "code"), state(&other));
    assert_eq!(house.arrive("e-devlet", &replay, &other.cookie).await.map(|_| ()), Err("provider-answer-wrong"));
    // Without a login name nobody logs in.
    house.edit("person", Some(session.person), json!({ "login": null })).await;
    let flow = house.identity.depart("e-devlet", "/", None).await.unwrap();
    let query = gate.log_in(&flow.redirect);
    assert_eq!(house.arrive("e-devlet", &query, &flow.cookie).await.map(|_| ()), Err("unknown-person"));
    assert!(!format!("{:?}", house.events().await).contains(NUMBER));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_of_the_gate_lets_nobody_in() {
    let gate = Gate::start(NUMBER);
    let house = House::with_e_devlet(&gate.base, SECRET).await;
    let come = async || {
        let flow = house.identity.depart("e-devlet", "/", None).await.unwrap();
        let query = gate.log_in(&flow.redirect);
        house.arrive("e-devlet", &query, &flow.cookie).await.map(|_| ())
    };
    assert_eq!(come().await, Ok(()));
    let wrong = Err("provider-answer-wrong");

    let without = |name: &str| {
        let mut json = person(NUMBER);
        json["kullaniciBilgileri"].as_object_mut().unwrap().remove(name);
        json
    };
    let answers: Vec<(Json, Result<(), &str>)> = vec![
        (json!({ "sonucKodu": "EDV09.001", "sonucAciklamasi": "Hata", "kullaniciBilgileri": { "kimlikNo": NUMBER } }), wrong),
        (json!({ "kullaniciBilgileri": { "kimlikNo": NUMBER } }), wrong),
        (json!({ "sonucKodu": "EDV09.000" }), wrong),
        (without("kimlikNo"), wrong),
        // Names are not what a person is known by.
        (without("ad"), Ok(())),
        (person("1000000014"), wrong),
        (person("20000000146"), Err("unknown-person")),
        (person("%"), wrong),
        (person("' OR '1'='1"), wrong),
        (json!([]), wrong),
    ];
    for (answer, expected) in answers {
        let said = answer.clone();
        gate.person(move || Answer::json(200, &said));
        assert_eq!(come().await, expected, "{answer}");
    }
    gate.person(|| Answer::html(200, "<html><body>Sistemimiz bakımdadır</body></html>"));
    assert_eq!(come().await, wrong);
    gate.person(|| Answer::json(401, &person(NUMBER)));
    assert_eq!(come().await, wrong, "the right body with a wrong status");
    gate.token(|| Answer::html(200, "<html><body>Hata</body></html>"));
    assert_eq!(come().await, wrong);
    gate.token(|| Answer::json(200, &json!({ "access_token": "" })));
    assert_eq!(come().await, wrong);
    gate.token(|| Answer::html(503, "<html></html>"));
    assert_eq!(come().await, Err("provider-unavailable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_client_a_late_code_and_a_refusal() {
    let gate = Gate::start(NUMBER);
    let house = House::with_e_devlet(&gate.base, "another secret").await;
    let depart = async || house.identity.depart("e-devlet", "/", None).await.unwrap();
    let flow = depart().await;
    let query = gate.log_in(&flow.redirect);
    assert_eq!(house.arrive("e-devlet", &query, &flow.cookie).await.map(|_| ()), Err("provider-answer-wrong"));

    let house = House::with_e_devlet(&gate.base, SECRET).await;
    let flow = house.identity.depart("e-devlet", "/", None).await.unwrap();
    let query = gate.log_in(&flow.redirect);
    gate.forget_codes();
    assert_eq!(house.arrive("e-devlet", &query, &flow.cookie).await.map(|_| ()), Err("provider-answer-wrong"));

    let flow = house.identity.depart("e-devlet", "/", None).await.unwrap();
    let refusal = format!("error=access_denied&error_description=x&state={}", state(&flow));
    assert_eq!(house.arrive("e-devlet", &refusal, &flow.cookie).await.map(|_| ()), Err("provider-declined"));

    // There is no PKCE: the state and the flow cookie are all that keep another's code out of this browser.
    let (mine, theirs) = (
        house.identity.depart("e-devlet", "/", None).await.unwrap(),
        house.identity.depart("e-devlet", "/", None).await.unwrap(),
    );
    let their_query = gate.log_in(&theirs.redirect);
    assert_eq!(house.arrive("e-devlet", &their_query, &mine.cookie).await.map(|_| ()), Err("login-flow-over"));
}
