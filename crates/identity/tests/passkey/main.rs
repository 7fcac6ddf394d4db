//! Passkeys from end to end: a device of our own, the real checks, the real store.

mod device;
mod house;

use device::{Device, Says, bytes, text};
use house::{House, act, visit};
use meydan_identity::{MAX_PASSKEYS, Passkey, PasskeyOptions, Proof, RelyingParty};
use meydan_kernel::{Kind, Secret};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// Adds a passkey to a person.
async fn add(house: &House, person: Uuid, name: &str) -> (Device, Passkey) {
    let asked = house.identity.passkey_options_to_register(person, name).await.expect("asked");
    let (device, answer) = Device::create(&asked.options, &Says::truth());
    let passkey = house.identity.register_passkey(&act(), person, &asked.challenge, &answer).await.expect("added");
    (device, passkey)
}

async fn login_options(house: &House) -> PasskeyOptions {
    house.identity.passkey_options_to_login().await.expect("asked")
}

/// Logs in with a device that says this; the error's code if it is refused.
async fn login(house: &House, device: &mut Device, says: &Says) -> Result<Uuid, &'static str> {
    let asked = login_options(house).await;
    let answer = device.get(&asked.options, says);
    let new = house.identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.map_err(|e| e.code())?;
    assert_eq!(new.session.proof, Proof::Passkey);
    Ok(new.session.person)
}

#[tokio::test]
async fn a_person_comes_by_a_passkey_without_saying_who_they_are() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    house.person("orhan").await;

    let asked = house.identity.passkey_options_to_register(person, "  Telefonum ").await.unwrap();
    let options = &asked.options;
    assert_eq!(options["rp"], json!({ "name": "Deneme Kenti", "id": "kent.example" }));
    assert_eq!(options["user"]["name"], "gulizar");
    assert_eq!(options["user"]["displayName"], "Gülizar Işık");
    assert_eq!(bytes(&options["user"]["id"]), person.as_bytes());
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["requireResidentKey"], true);
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["timeout"], 300_000);
    assert!(bytes(&options["challenge"]).len() >= 16, "WebAuthn level 3 §13.4.3");

    let (mut device, answer) = Device::create(options, &Says::truth());
    let passkey = house.identity.register_passkey(&act(), person, &asked.challenge, &answer).await.unwrap();
    assert_eq!((passkey.name.as_str(), passkey.used_at), ("Telefonum", None));
    assert_eq!(house.identity.passkeys_of(person).await.unwrap(), vec![passkey.clone()]);

    let asked = login_options(&house).await;
    assert_eq!(asked.options["userVerification"], "required");
    assert_eq!(asked.options["rpId"], "kent.example");
    assert_eq!(asked.options["allowCredentials"].as_array().map_or(0, Vec::len), 0, "nothing about anybody");
    let answer = device.get(&asked.options, &Says::truth());
    let new = house.identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.unwrap();
    assert_eq!((new.session.person, new.session.proof), (person, Proof::Passkey));
    let session = house.identity.session(&new.cookie).await.unwrap().unwrap();
    assert_eq!(session.address.as_deref(), Some("192.0.2.7"));

    let used = &house.identity.passkeys_of(person).await.unwrap()[0];
    assert!(used.used_at.is_some_and(|at| at >= passkey.created_at));
    let mine = |kind: &str| (kind.to_owned(), Some(person));
    assert_eq!(house.events().await, vec![mine("passkey_added"), mine("login")]);
}

#[tokio::test]
async fn what_isnt_the_truth_is_refused() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (mut device, _) = add(&house, person, "Telefon").await;
    let truth = Says::truth();
    let lies = [
        ("another origin", Says { origin: "https://kent.example.evil.example".to_owned(), ..truth.clone() }),
        ("a subdomain", Says { origin: "https://a.kent.example".to_owned(), ..truth.clone() }),
        ("another port", Says { origin: "https://kent.example:8443".to_owned(), ..truth.clone() }),
        ("no TLS", Says { origin: "http://kent.example".to_owned(), ..truth.clone() }),
        ("a file", Says { origin: "file:///kent.example".to_owned(), ..truth.clone() }),
        ("another domain's key", Says { domain: "evil.example".to_owned(), ..truth.clone() }),
        ("no finger", Says { verified: false, ..truth.clone() }),
        ("nobody there", Says { present: false, ..truth.clone() }),
        ("a frame", Says { cross_origin: true, ..truth.clone() }),
        ("the other ceremony", Says { ceremony: Some("webauthn.create"), ..truth.clone() }),
        ("another person", Says { user: Some(Uuid::now_v7().as_bytes().to_vec()), ..truth.clone() }),
        ("nobody's", Says { user: Some(Vec::new()), ..truth.clone() }),
        ("no id", Says { user: Some(vec![7; 3]), ..truth.clone() }),
    ];
    for (what, says) in lies {
        assert_eq!(login(&house, &mut device, &says).await, Err("passkey-refused"), "{what}");
    }
    assert!(house.identity.sessions_of(person).await.unwrap().is_empty());
    assert_eq!(login(&house, &mut device, &truth).await, Ok(person));
}

#[tokio::test]
async fn a_new_passkey_is_checked_in_the_same_way() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let truth = Says::truth();
    let lies = [
        Says { origin: "https://evil.example".to_owned(), ..truth.clone() },
        Says { domain: "evil.example".to_owned(), ..truth.clone() },
        Says { verified: false, ..truth.clone() },
        Says { present: false, ..truth.clone() },
        Says { cross_origin: true, ..truth.clone() },
        Says { ceremony: Some("webauthn.get"), ..truth.clone() },
    ];
    for (i, says) in lies.iter().enumerate() {
        let asked = house.identity.passkey_options_to_register(person, "Telefon").await.unwrap();
        let (_, answer) = Device::create(&asked.options, says);
        let error = house.identity.register_passkey(&act(), person, &asked.challenge, &answer).await.unwrap_err();
        assert_eq!(error.code(), "bad-passkey", "lie {i}");
    }
    let asked = house.identity.passkey_options_to_register(person, "Telefon").await.unwrap();
    let (_, mut answer) = Device::create(&asked.options, &truth);
    answer["clientExtensionResults"]["credProps"]["rk"] = false.into();
    let error = house.identity.register_passkey(&act(), person, &asked.challenge, &answer).await.unwrap_err();
    assert_eq!(error.code(), "passkey-not-discoverable");
    assert!(house.identity.passkeys_of(person).await.unwrap().is_empty());
    assert!(house.events().await.is_empty());
}

#[tokio::test]
async fn a_challenge_is_used_once_by_whom_it_was_made_for_and_for_what() {
    let house = House::new().await;
    let (gulizar, orhan) = (house.person("gulizar").await, house.person("orhan").await);
    let identity = &house.identity;

    let asked = identity.passkey_options_to_register(gulizar, "Telefon").await.unwrap();
    let (mut device, answer) = Device::create(&asked.options, &Says::truth());
    let error = identity.register_passkey(&act(), orhan, &asked.challenge, &answer).await.unwrap_err();
    assert_eq!(error.code(), "passkey-challenge-over", "another person's");
    identity.register_passkey(&act(), gulizar, &asked.challenge, &answer).await.unwrap();
    let error = identity.register_passkey(&act(), gulizar, &asked.challenge, &answer).await.unwrap_err();
    assert_eq!(error.code(), "passkey-challenge-over", "twice");

    let asked = login_options(&house).await;
    let answer = device.get(&asked.options, &Says::truth());
    let _ = identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.unwrap();
    let again = identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.err().unwrap();
    assert_eq!(again.code(), "passkey-challenge-over", "replayed");

    // The old answer with a new challenge's name: signed over another challenge.
    let other = login_options(&house).await;
    let error = identity.login_by_passkey(&other.challenge, &answer, &visit()).await.err().unwrap();
    assert_eq!(error.code(), "passkey-refused");

    // A challenge to register or to prove doesn't log in.
    for options in [
        identity.passkey_options_to_register(gulizar, "İkinci").await.unwrap(),
        identity.passkey_options_to_prove(gulizar).await.unwrap(),
    ] {
        let answer = device.get(&options.options, &Says::truth());
        let error = identity.login_by_passkey(&options.challenge, &answer, &visit()).await.err().unwrap();
        assert_eq!(error.code(), "passkey-challenge-over");
    }
    for nonsense in ["", "x", &"x".repeat(100_000)] {
        let error = identity.login_by_passkey(nonsense, &answer, &visit()).await.err().unwrap();
        assert_eq!(error.code(), "passkey-challenge-over");
    }
}

#[tokio::test]
async fn of_many_answers_to_one_challenge_one_is_taken() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (mut device, _) = add(&house, person, "Telefon").await;
    let asked = login_options(&house).await;
    let answer = device.get(&asked.options, &Says::truth());
    let visit = visit();
    let all = (0..12).map(|_| house.identity.login_by_passkey(&asked.challenge, &answer, &visit));
    let done = futures::future::join_all(all).await;
    assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1);
    assert_eq!(house.identity.sessions_of(person).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_challenge_ends_after_five_minutes() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (mut device, _) = add(&house, person, "Telefon").await;
    let asked = login_options(&house).await;
    let store = house.desk.store();
    let kept = store.secrets("challenge", None).await.unwrap().pop().unwrap();
    let life = kept.expires_at.unwrap().duration_since(kept.created_at);
    assert_eq!(life.as_mins(), 5);
    assert!(!kept.key.contains(&asked.challenge), "only its hash is kept");
    let over = Secret { expires_at: Some(jiff::Timestamp::now()), ..kept };
    store.keep_secret(&over).await.unwrap();
    let answer = device.get(&asked.options, &Says::truth());
    let error = house.identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.err().unwrap();
    assert_eq!((error.code(), error.kind()), ("passkey-challenge-over", Kind::Invalid));
}

#[tokio::test]
async fn a_copied_key_opens_nothing_any_more_and_ends_what_it_opened() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (mut device, passkey) = add(&house, person, "Anahtarlık").await;
    let mut copy = device.clone();
    for _ in 0..3 {
        assert_eq!(login(&house, &mut device, &Says::truth()).await, Ok(person));
    }
    assert_eq!(house.identity.sessions_of(person).await.unwrap().len(), 3);
    // A wrong signature with a low counter is no sign of a copy: nobody can lock a passkey that they don't have.
    let mut stranger = copy.clone();
    let asked = login_options(&house).await;
    let mut forged = stranger.get(&asked.options, &Says::truth());
    forged["response"]["signature"] = text(&[0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]).into();
    let error = house.identity.login_by_passkey(&asked.challenge, &forged, &visit()).await.err().unwrap();
    assert_eq!(error.code(), "passkey-refused");
    assert_eq!(house.identity.sessions_of(person).await.unwrap().len(), 3);

    assert_eq!(login(&house, &mut copy, &Says::truth()).await, Err("key-theft-suspected"));
    assert!(house.identity.sessions_of(person).await.unwrap().is_empty(), "whoever came in by it is out");
    // Also for the device whose counter is right: which of the two is the owner's nobody knows.
    assert_eq!(login(&house, &mut device, &Says::truth()).await, Err("key-theft-suspected"));
    let now = &house.identity.passkeys_of(person).await.unwrap()[0];
    assert!(now.id == passkey.id && now.suspected_at.is_some());
    let suspicions = house.events().await.into_iter().filter(|(k, p)| k == "key_theft_suspected" && *p == Some(person));
    assert_eq!(suspicions.count(), 1);
}

#[tokio::test]
async fn a_device_that_counts_nothing_is_no_copy() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (device, _) = add(&house, person, "Bulutta").await;
    for _ in 0..3 {
        let asked = login_options(&house).await;
        let answer = device.assertion(&asked.options, &Says::truth());
        let _ = house.identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.unwrap();
    }
}

#[tokio::test]
async fn no_bit_of_an_answer_can_be_changed() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (mut device, _) = add(&house, person, "Telefon").await;
    for part in ["clientDataJSON", "authenticatorData", "signature"] {
        for at in [0, 7, 20, 33, 36] {
            let asked = login_options(&house).await;
            let mut answer = device.get(&asked.options, &Says::truth());
            let mut changed = bytes(&answer["response"][part]);
            changed[at] ^= 1;
            answer["response"][part] = text(&changed).into();
            let error = house.identity.login_by_passkey(&asked.challenge, &answer, &visit()).await.err();
            assert_eq!(error.map(|e| e.code()), Some("passkey-refused"), "{part} byte {at}");
        }
    }
    assert!(house.identity.sessions_of(person).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_persons_passkey_stays_theirs() {
    let house = House::new().await;
    let (gulizar, orhan) = (house.person("gulizar").await, house.person("orhan").await);
    let (hers, passkey) = add(&house, gulizar, "Telefon").await;
    let (his, _) = add(&house, orhan, "Telefon").await;
    let identity = &house.identity;

    // Her key under his name, and his key under hers.
    for (device, other) in [(&hers, orhan), (&his, gulizar)] {
        let says = Says { user: Some(other.as_bytes().to_vec()), ..Says::truth() };
        assert_eq!(login(&house, &mut device.clone(), &says).await, Err("passkey-refused"));
    }
    // His key with her credential's id: the signature isn't hers.
    let mut mixed = Device { id: hers.id.clone(), user: gulizar.as_bytes().to_vec(), ..his.clone() };
    assert_eq!(login(&house, &mut mixed, &Says::truth()).await, Err("passkey-refused"));
    // Her credential can't be registered as his, too.
    let asked = identity.passkey_options_to_register(orhan, "Onunki").await.unwrap();
    let error =
        identity.register_passkey(&act(), orhan, &asked.challenge, &hers.creation(&asked.options, &Says::truth())).await;
    assert_eq!(error.unwrap_err().code(), "passkey-known");
    // Nor can he remove, rename or revoke hers.
    assert_eq!(identity.remove_passkey(&act(), orhan, passkey.id).await.unwrap_err().code(), "no-such-passkey");
    assert_eq!(identity.rename_passkey(orhan, passkey.id, "Benim").await.unwrap_err().code(), "no-such-passkey");
    assert_eq!(identity.revoke_passkey(&act(), orhan, passkey.id).await.unwrap_err().code(), "no-such-passkey");
    // Nor prove by his own key that he is she.
    let new = identity.open_session(gulizar, Proof::Password, None, None).await.unwrap();
    let asked = identity.passkey_options_to_prove(gulizar).await.unwrap();
    let answer = his.clone().get(&asked.options, &Says::truth());
    let error = identity.prove_again_by_passkey(&new.cookie, &asked.challenge, &answer, &visit()).await.err().unwrap();
    assert_eq!(error.code(), "passkey-refused");
}

#[tokio::test]
async fn a_person_proves_again_who_they_are() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let identity = &house.identity;
    let new = identity.open_session(person, Proof::Password, None, None).await.unwrap();
    assert_eq!(identity.passkey_options_to_prove(person).await.unwrap_err().code(), "no-such-passkey");
    let (mut device, _) = add(&house, person, "Telefon").await;
    let asked = identity.passkey_options_to_prove(person).await.unwrap();
    assert_eq!(bytes(&asked.options["allowCredentials"][0]["id"]), device.id);
    assert_eq!(asked.options["userVerification"], "required");
    // A security key that was asked for by its id needn't say whose it is.
    let says = Says { user: Some(Vec::new()), ..Says::truth() };
    let answer = device.get(&asked.options, &says);
    let proven = identity.prove_again_by_passkey(&new.cookie, &asked.challenge, &answer, &visit()).await.unwrap();
    assert!(identity.session(&new.cookie).await.unwrap().is_none(), "the old cookie is over");
    let session = identity.session(&proven.cookie).await.unwrap().unwrap();
    assert!(session.verified_at > new.session.verified_at);
    assert_eq!(house.kinds().await, ["passkey_added", "step_up"]);

    let asked = identity.passkey_options_to_prove(person).await.unwrap();
    let answer = device.get(&asked.options, &Says { verified: false, ..Says::truth() });
    let error = identity.prove_again_by_passkey(&proven.cookie, &asked.challenge, &answer, &visit()).await.err().unwrap();
    assert_eq!(error.code(), "passkey-refused");
    assert_eq!(identity.session(&proven.cookie).await.unwrap().unwrap().verified_at, session.verified_at);
    let asked = identity.passkey_options_to_prove(person).await.unwrap();
    let answer = device.get(&asked.options, &Says::truth());
    let error = identity.prove_again_by_passkey("nobody's", &asked.challenge, &answer, &visit()).await.err().unwrap();
    assert_eq!(error.code(), "not-logged-in");
}

#[tokio::test]
async fn who_is_disabled_doesnt_come_in_and_adds_nothing() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let (mut device, _) = add(&house, person, "Telefon").await;
    house.set(person, "login", meydan_kernel::Value::Null).await;
    assert_eq!(login(&house, &mut device, &Says::truth()).await, Err("passkey-refused"), "without a login name");
    house.disable(person).await;
    assert_eq!(login(&house, &mut device, &Says::truth()).await, Err("no-longer-active"));
    assert!(house.identity.sessions_of(person).await.unwrap().is_empty());
    let error = house.identity.passkey_options_to_register(person, "Yeni").await.unwrap_err();
    assert_eq!(error.code(), "no-longer-active");
    assert_eq!(house.kinds().await, ["passkey_added", "login_failed"]);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let identity = &house.identity;
    let (_, phone) = add(&house, person, "Telefon").await;
    let (mut gone, laptop) = add(&house, person, "Dizüstü").await;
    identity.rename_passkey(person, laptop.id, "Eski dizüstü").await.unwrap();
    assert_eq!(identity.rename_passkey(person, laptop.id, " \n ").await.unwrap_err().code(), "bad-passkey-name");
    assert_eq!(identity.passkeys_of(person).await.unwrap()[1].name, "Eski dizüstü");

    identity.remove_passkey(&act(), person, laptop.id).await.unwrap();
    assert_eq!(login(&house, &mut gone, &Says::truth()).await, Err("passkey-refused"));
    let error = identity.remove_passkey(&act(), person, phone.id).await.unwrap_err();
    assert_eq!((error.code(), error.kind()), ("last-way-in", Kind::Conflict));

    let now = jiff::Timestamp::now();
    let password = Secret {
        kind: "password".to_owned(),
        key: person.to_string(),
        owner: Some(person),
        content: "{}".to_owned(),
        created_at: now,
        expires_at: None,
    };
    house.desk.store().keep_secret(&password).await.unwrap();
    identity.remove_passkey(&act(), person, phone.id).await.unwrap();
    assert!(identity.passkeys_of(person).await.unwrap().is_empty());
    assert_eq!(identity.remove_passkey(&act(), person, phone.id).await.unwrap_err().code(), "no-such-passkey");

    house.desk.store().forget_secret("password", &person.to_string()).await.unwrap();
    let (_, lost) = add(&house, person, "Kayıp").await;
    identity.revoke_passkey(&act(), person, lost.id).await.unwrap();
    let kinds = house.kinds().await;
    assert_eq!(kinds.iter().filter(|k| *k == "passkey_removed").count(), 3);
}

#[tokio::test]
async fn two_last_passkeys_dont_go_at_the_same_time() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    for _ in 0..10 {
        let (_, a) = add(&house, person, "Bir").await;
        let (_, b) = add(&house, person, "İki").await;
        let act = act();
        let (x, y) =
            tokio::join!(house.identity.remove_passkey(&act, person, a.id), house.identity.remove_passkey(&act, person, b.id));
        let left = house.identity.passkeys_of(person).await.unwrap();
        assert!(!left.is_empty(), "{x:?} {y:?}");
        for passkey in left {
            house.identity.revoke_passkey(&act, person, passkey.id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_device_is_asked_not_to_make_a_second_one_and_there_is_an_end() {
    let house = House::new().await;
    let person = house.person("gulizar").await;
    let identity = &house.identity;
    let (device, _) = add(&house, person, "Telefon").await;
    let asked = identity.passkey_options_to_register(person, "Telefon").await.unwrap();
    assert_eq!(bytes(&asked.options["excludeCredentials"][0]["id"]), device.id);
    let error =
        identity.register_passkey(&act(), person, &asked.challenge, &device.creation(&asked.options, &Says::truth())).await;
    assert_eq!(error.unwrap_err().code(), "bad-passkey");
    for i in 1..MAX_PASSKEYS {
        add(&house, person, &format!("{i}")).await;
    }
    let error = identity.passkey_options_to_register(person, "Bir fazla").await.unwrap_err();
    assert_eq!(error.code(), "too-many-passkeys");
    assert_eq!(identity.passkey_options_to_register(person, &"ı".repeat(101)).await.unwrap_err().code(), "bad-passkey-name");
}

#[tokio::test]
async fn on_the_machine_itself_localhost_is_the_domain() {
    let house = House::at("http://127.0.0.1:8080").await;
    let person = house.person("gulizar").await;
    let here = Says { origin: "http://localhost:8080".to_owned(), domain: "localhost".to_owned(), ..Says::truth() };
    let asked = house.identity.passkey_options_to_register(person, "Telefon").await.unwrap();
    let (mut device, answer) = Device::create(&asked.options, &here);
    house.identity.register_passkey(&act(), person, &asked.challenge, &answer).await.unwrap();
    let by_number = Says { origin: "http://127.0.0.1:8080".to_owned(), ..here.clone() };
    assert_eq!(login(&house, &mut device, &by_number).await, Err("passkey-refused"));
    let other_port = Says { origin: "http://localhost:8081".to_owned(), ..here.clone() };
    assert_eq!(login(&house, &mut device, &other_port).await, Err("passkey-refused"));
    assert_eq!(login(&house, &mut device, &here).await, Ok(person));
}

#[test]
fn passkeys_need_a_domain_and_https() {
    let origin = |address: &str| RelyingParty::new("Kent", address).map(|p| p.origin().to_owned()).map_err(|e| e.code());
    assert_eq!(origin("https://kent.example/"), Ok("https://kent.example".to_owned()));
    assert_eq!(origin("https://kent.example:8443/meydan"), Ok("https://kent.example:8443".to_owned()));
    assert_eq!(origin("http://[::1]:3000"), Ok("http://localhost:3000".to_owned()));
    assert_eq!(origin("http://0.0.0.0:3000"), Ok("http://localhost:3000".to_owned()));
    assert_eq!(origin("https://şehir.example"), Ok("https://xn--ehir-45a.example".to_owned()));
    for bad in
        ["", "kent.example", "http://kent.example", "https://192.0.2.1", "http://192.0.2.1:80", "ftp://localhost", "data:x"]
    {
        assert_eq!(origin(bad), Err("bad-passkey-address"), "{bad}");
    }
}

#[tokio::test]
async fn a_house_without_a_domain_says_so() {
    let house = House::new().await;
    let bare = meydan_identity::Identity::new(house.desk.clone());
    assert!(!bare.takes_passkeys() && house.identity.takes_passkeys());
    let error = bare.passkey_options_to_login().await.unwrap_err();
    assert_eq!(error.code(), "passkeys-not-set-up");
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..80).prop_map(|b| text(&b).into()),
    ];
    leaf.prop_recursive(3, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-zA-Z]{1,16}", inner, 0..6).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// A place in an answer, what is put there, and (for texts) bytes of it changed.
fn any_damage() -> impl Strategy<Value = (usize, Value, Vec<(usize, u8)>)> {
    (0..12_usize, any_json(), prop::collection::vec((0..300_usize, any::<u8>()), 0..4))
}

fn damaged(answer: &Value, (place, put, flips): &(usize, Value, Vec<(usize, u8)>)) -> Value {
    let mut answer = answer.clone();
    let top = ["id", "rawId", "type", "clientExtensionResults", "response"];
    let inner = ["clientDataJSON", "authenticatorData", "attestationObject", "signature", "userHandle", "transports"];
    if flips.is_empty() {
        match (top.get(*place), inner.get(place.saturating_sub(top.len()))) {
            (Some(key), _) => answer[key] = put.clone(),
            (None, Some(key)) => answer["response"][key] = put.clone(),
            (None, None) => answer = put.clone(),
        }
    } else if let Some(key) = inner.get(place % 4)
        && answer["response"][key].is_string()
    {
        let mut content = bytes(&answer["response"][key]);
        for (at, byte) in flips {
            let at = at % content.len();
            content[at] = *byte;
        }
        answer["response"][key] = text(&content).into();
    }
    answer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_answer_is_survived_and_no_damaged_one_opens_anything(damages in prop::collection::vec(any_damage(), 8)) {
        thread_local! {
            static WORLD: (tokio::runtime::Runtime, House, Uuid, Device) = {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime");
                let (house, person, device) = runtime.block_on(async {
                    let house = House::new().await;
                    let person = house.person("gulizar").await;
                    let (device, _) = add(&house, person, "Telefon").await;
                    (house, person, device)
                });
                (runtime, house, person, device)
            };
        }
        WORLD.with(|(runtime, house, person, device)| runtime.block_on(async {
            for damage in &damages {
                let asked = house.identity.passkey_options_to_register(*person, "Yeni").await.unwrap();
                let (_, good) = Device::create(&asked.options, &Says::truth());
                let _ = house.identity.register_passkey(&act(), *person, &asked.challenge, &damaged(&good, damage)).await;
                for passkey in house.identity.passkeys_of(*person).await.unwrap().split_off(1) {
                    house.identity.revoke_passkey(&act(), *person, passkey.id).await.unwrap();
                }

                let asked = login_options(house).await;
                let good = device.assertion(&asked.options, &Says::truth());
                let bad = damaged(&good, damage);
                let came_in = house.identity.login_by_passkey(&asked.challenge, &bad, &visit()).await;
                // What is signed, whose it says it is and which key it names must be as they were; the rest isn't secured by anything.
                let secured = |v: &Value| {
                    let part = |k: &str| v["response"][k].clone();
                    (v["rawId"].clone(), part("clientDataJSON"), part("authenticatorData"), part("signature"), part("userHandle"))
                };
                if came_in.is_ok() {
                    assert_eq!(secured(&bad), secured(&good));
                    house.identity.end_sessions_of(*person).await.unwrap();
                }
            }
        }));
    }
}
