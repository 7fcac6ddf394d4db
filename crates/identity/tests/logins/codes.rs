//! Authenticator apps and recovery codes.

use crate::house::{House, PASSWORD, code, done, from, operator, visit};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use meydan_identity::{Answer, Login, Method, NewSession, Proof, Vault, Visit};

/// The code that a phone shows for a key in base32, some steps from now (RFC 6238, written apart from the house's own).
fn shown(key: &str, steps: i64) -> String {
    let mut bits = 0u128;
    let mut bytes = Vec::new();
    for (n, letter) in key.bytes().enumerate() {
        bits = bits << 5 | u128::from(if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' });
        if n % 8 == 7 {
            bytes.extend_from_slice(&(bits as u64).to_be_bytes()[3..]);
            bits = 0;
        }
    }
    let step = Timestamp::now().as_second() / 30 + steps;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Waits if the present step is about to end, so that two codes of one test are of one step.
async fn early_in_a_step() {
    let left = 30 - Timestamp::now().as_second() % 30;
    if left < 8 {
        tokio::time::sleep(std::time::Duration::from_secs(u64::try_from(left).unwrap())).await;
    }
}

struct Owner {
    session: NewSession,
    device: String,
    key: String,
    recovery: Vec<String>,
}

/// A person whose app's code of the step before now was used to confirm it.
async fn owner(house: &House) -> Owner {
    house.member("gulizar").await;
    let (session, device) = house.enter("gulizar").await;
    early_in_a_step().await;
    let offer = house.identity.offer_totp(&session.session).await.unwrap();
    assert!(offer.uri.contains(&offer.key) && offer.svg.starts_with("<svg"));
    assert!(offer.uri.starts_with("otpauth://totp/Trabzon%20B%C3%BCy%C3%BCk%C5%9Fehir:gulizar?"), "{}", offer.uri);
    let recovery = house.identity.confirm_totp(&session.session, &shown(&offer.key, -1), &visit()).await.unwrap();
    Owner { session, device, key: offer.key, recovery }
}

async fn half(house: &House, visit: &Visit) -> (String, Vec<Method>) {
    match house.identity.login("gulizar", PASSWORD, visit).await.unwrap() {
        Login::SecondFactor { challenge, methods } => (challenge, methods),
        Login::Done { .. } => panic!("no second factor was asked for"),
    }
}

#[tokio::test]
async fn the_password_alone_is_half_a_login_and_a_code_is_good_once() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let (challenge, methods) = half(&house, &visit()).await;
    assert_eq!(methods, [Method::Code, Method::RecoveryCode]);
    assert!(!house.is_good(&challenge).await, "half a login is no session");
    assert_eq!(
        code(house.identity.second_factor(&challenge, &shown(&owner.key, -1), &visit()).await),
        "wrong-code",
        "used to confirm"
    );
    assert_eq!(code(house.identity.second_factor(&challenge, &shown(&owner.key, 40), &visit()).await), "wrong-code");
    let now = shown(&owner.key, 0);
    let spaced = format!("{} {}", &now[..3], &now[3..]);
    let (session, _) = done(house.identity.second_factor(&challenge, &spaced, &visit()).await.unwrap());
    assert_eq!(session.session.proof, Proof::PasswordAndCode);
    assert_eq!(code(house.identity.second_factor(&challenge, &shown(&owner.key, 1), &visit()).await), "challenge-over");
    // Whoever saw the code can't use it again, and neither one of before.
    let (challenge, _) = half(&house, &visit()).await;
    assert_eq!(code(house.identity.second_factor(&challenge, &now, &visit()).await), "wrong-code");
    assert_eq!(code(house.identity.second_factor(&challenge, &shown(&owner.key, 1), &visit()).await), "fine");
}

#[tokio::test]
async fn one_code_at_two_doors_at_once_opens_one() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let (a, b) = (half(&house, &visit()).await.0, half(&house, &visit()).await.0);
    let now = shown(&owner.key, 0);
    let here = visit();
    let (a, b) = tokio::join!(house.identity.second_factor(&a, &now, &here), house.identity.second_factor(&b, &now, &here));
    let mut codes = [code(a), code(b)];
    codes.sort_unstable();
    assert_eq!(codes, ["fine", "wrong-code"]);
}

#[tokio::test]
async fn recovery_codes_are_good_once_each() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let person = owner.session.session.person;
    assert_eq!(owner.recovery.len(), 10);
    let known = Visit { device: Some(owner.device.clone()), ..visit() };
    let (challenge, _) = half(&house, &known).await;
    let first = owner.recovery[0].to_lowercase();
    assert_eq!(code(house.identity.second_factor(&challenge, &first, &known).await), "fine");
    let (challenge, _) = half(&house, &known).await;
    assert_eq!(code(house.identity.second_factor(&challenge, &first, &known).await), "wrong-code");
    assert_eq!(house.identity.second_factor_of(person).await.unwrap().recovery_codes, 9);
    assert_eq!(house.count("recovery_code_used").await, 1);
    let renewed = house.identity.renew_recovery_codes(&owner.session.session, &known).await.unwrap();
    assert_eq!(code(house.identity.second_factor(&challenge, &owner.recovery[1], &known).await), "wrong-code", "void");
    assert_eq!(code(house.identity.second_factor(&challenge, &renewed[1], &known).await), "fine");
    // Another person's recovery code is none.
    let ali = house.member("ali").await;
    let (alis, _) = house.enter("ali").await;
    let answer = Answer::Code(renewed[2].clone());
    assert_eq!(code(house.identity.prove_again(&alis.cookie, &answer, &visit()).await), "wrong-code");
    assert_eq!(house.identity.second_factor_of(ali).await.unwrap().recovery_codes, 0);
}

#[tokio::test]
async fn codes_are_not_guessed() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let thief = from("203.0.113.9");
    let (challenge, _) = half(&house, &thief).await;
    for _ in 0..5 {
        assert_eq!(code(house.identity.second_factor(&challenge, "000000", &thief).await), "wrong-code");
    }
    assert_eq!(
        code(house.identity.second_factor(&challenge, "000000", &thief).await),
        "challenge-over",
        "five for each password"
    );
    let (challenge, _) = half(&house, &thief).await;
    assert_eq!(code(house.identity.second_factor(&challenge, &shown(&owner.key, 0), &thief).await), "too-many-tries");
    // Their owner is not held up by that.
    let known = Visit { device: Some(owner.device.clone()), ..visit() };
    let (challenge, _) = half(&house, &known).await;
    assert_eq!(code(house.identity.second_factor(&challenge, &shown(&owner.key, 0), &known).await), "fine");
    assert!(house.count("second_factor_failed").await == 1 && house.count("locked").await == 1);
    assert_eq!(code(house.identity.second_factor("made up", "000000", &thief).await), "challenge-over");
}

#[tokio::test]
async fn a_new_app_needs_a_fresh_login_and_its_first_code() {
    let house = House::new().await;
    house.member("gulizar").await;
    let (session, _) = house.enter("gulizar").await;
    let mut stale = session.session.clone();
    stale.verified_at -= jiff::SignedDuration::from_mins(11);
    assert_eq!(code(house.identity.offer_totp(&stale).await), "step-up-required");
    assert_eq!(code(house.identity.confirm_totp(&session.session, "000000", &visit()).await), "no-offer");
    let first = house.identity.offer_totp(&session.session).await.unwrap();
    let second = house.identity.offer_totp(&session.session).await.unwrap();
    assert_ne!(first.key, second.key);
    early_in_a_step().await;
    assert_eq!(code(house.identity.confirm_totp(&session.session, &shown(&first.key, 0), &visit()).await), "wrong-code");
    let _ = done(house.identity.login("gulizar", PASSWORD, &visit()).await.unwrap());
    assert_eq!(code(house.identity.confirm_totp(&stale, &shown(&second.key, 0), &visit()).await), "step-up-required");
    house.identity.confirm_totp(&session.session, &shown(&second.key, 0), &visit()).await.unwrap();
    assert_eq!(code(house.identity.offer_totp(&session.session).await), "totp-there");
    assert_eq!(code(house.identity.remove_totp(&stale, &visit()).await), "step-up-required");
    house.identity.remove_totp(&session.session, &visit()).await.unwrap();
    let _ = done(house.identity.login("gulizar", PASSWORD, &visit()).await.unwrap());
}

#[tokio::test]
async fn a_lost_phone_is_taken_away_by_who_may() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let person = owner.session.session.person;
    // A new enrolment link sets the password; the second factor is still asked for.
    let link = house.identity.make_enrolment(&operator(), person).await.unwrap();
    let login = house.identity.enrol_password(&link.code, "kestane gölgesinde çay", &visit()).await.unwrap();
    assert!(matches!(login, Login::SecondFactor { .. }));
    house.identity.remove_totp_of(&operator(), person).await.unwrap();
    assert_eq!(house.identity.second_factor_of(person).await.unwrap().recovery_codes, 0);
    let _ = done(house.identity.login("gulizar", "kestane gölgesinde çay", &visit()).await.unwrap());
    assert_eq!(code(house.identity.remove_totp_of(&operator(), person).await), "no-totp");
}

#[tokio::test]
async fn keys_of_apps_are_unreadable_in_the_store_and_no_one_gets_in_without_the_key_file() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let kept = house.desk.store().secrets("totp", None).await.unwrap().remove(0);
    assert!(!kept.content.contains(&owner.key) && kept.content.contains("sealed"));
    let (challenge, _) = half(&house, &visit()).await;
    let without = meydan_identity::Identity::new(house.desk.clone());
    assert_eq!(code(without.second_factor(&challenge, &shown(&owner.key, 0), &visit()).await), "no-secrets-key");
    let other = Vault::load_or_make(&house.folder.path().join("other.key")).unwrap();
    // Who looks after the machine is told so before people stand at the door.
    let store = house.desk.store();
    let unreadable = async |vault| meydan_identity::examine_apps(&**store, vault).await.unwrap();
    let right = Vault::load(&house.folder.path().join("secrets.key")).unwrap().unwrap();
    for (vault, wanted) in [(None, 1), (Some(&other), 1), (Some(&right), 0)] {
        let found = unreadable(vault).await;
        assert_eq!((found.all, found.unreadable), (1, wanted));
    }
    let other = meydan_identity::Identity::new(house.desk.clone()).with_vault(other);
    assert_eq!(code(other.second_factor(&challenge, &shown(&owner.key, 0), &visit()).await), "other-secrets-key");
    assert_eq!(code(house.restarted().second_factor(&challenge, &shown(&owner.key, 0), &visit()).await), "fine");
}
