//! What a thief has of a stolen cookie, token or password, and when it ends.

use crate::house::{House, PASSWORD, code, done, from, let_pass, operator, visit};
use meydan_identity::{Answer, Visit};

const NEW: &str = "kestane gölgesinde çay";

#[tokio::test]
async fn a_stolen_cookie_ends_with_the_logout() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (session, _) = house.enter("gulizar").await;
    house.identity.logout(&session.cookie, &visit()).await.unwrap();
    assert!(!house.is_good(&session.cookie).await);
    assert_eq!(
        code(house.identity.prove_again(&session.cookie, &Answer::Password(PASSWORD.into()), &visit()).await),
        "not-logged-in"
    );
    house.identity.logout(&session.cookie, &visit()).await.unwrap();
    let events = house.events().await;
    assert_eq!(events.iter().filter(|(kind, who, _)| kind == "logout" && *who == Some(person)).count(), 1);
}

#[tokio::test]
async fn a_stolen_cookie_ends_with_a_new_password() {
    let house = House::new().await;
    house.member("gulizar").await;
    let (stolen, _) = house.enter("gulizar").await;
    let (own, device) = house.enter("gulizar").await;
    let visit = Visit { device: Some(device), ..visit() };
    let change = async |cookie: &str, current: Option<&str>, new: &str| {
        house.identity.change_password(cookie, current, new, &visit).await
    };
    assert_eq!(code(change(&own.cookie, Some("yanlış parola 12"), NEW).await), "wrong-password");
    assert_eq!(code(change(&own.cookie, None, NEW).await), "wrong-password", "the current one is needed");
    assert_eq!(code(change(&own.cookie, Some(PASSWORD), "kısa").await), "weak-password");
    assert!(house.is_good(&stolen.cookie).await);
    let went_on = change(&own.cookie, Some(PASSWORD), NEW).await.unwrap();
    assert!(house.is_good(&went_on.cookie).await);
    assert!(!house.is_good(&stolen.cookie).await && !house.is_good(&own.cookie).await);
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit).await), "wrong-login");
    assert_eq!(code(house.identity.login("gulizar", NEW, &visit).await), "fine");
}

#[tokio::test]
async fn a_stolen_cookie_ends_when_the_person_is_disabled() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (session, _) = house.enter("gulizar").await;
    house.set_status(person, "disabled").await;
    assert!(!house.is_good(&session.cookie).await, "at once, without a sweep");
    assert!(house.identity.sweep().await.unwrap() >= 1);
    house.set_status(person, "active").await;
    assert!(!house.is_good(&session.cookie).await, "swept away for good");
}

#[tokio::test]
async fn a_cookie_from_before_the_login_is_worth_nothing_after_it() {
    let house = House::new().await;
    house.member("gulizar").await;
    let (before, device) = house.enter("gulizar").await;
    let visit = Visit { cookie: Some(before.cookie.clone()), device: Some(device), ..visit() };
    let (after, _) = done(house.identity.login("gulizar", PASSWORD, &visit).await.unwrap());
    assert!(after.cookie != before.cookie && !house.is_good(&before.cookie).await && house.is_good(&after.cookie).await);
    // One that an attacker made up and planted never becomes a session.
    let planted = Visit { cookie: Some("planted".to_owned()), ..visit.clone() };
    let _ = done(house.identity.login("gulizar", PASSWORD, &planted).await.unwrap());
    assert!(!house.is_good("planted").await);
    // Proving again changes the cookie too.
    let proven = house.identity.prove_again(&after.cookie, &Answer::Password(PASSWORD.into()), &visit).await.unwrap();
    assert!(proven.cookie != after.cookie && !house.is_good(&after.cookie).await && house.is_good(&proven.cookie).await);
    assert_eq!(proven.session.id, after.session.id);
    assert!(proven.session.verified_at > after.session.verified_at);
}

#[tokio::test]
async fn a_thief_with_a_cookie_can_not_prove_to_be_its_owner() {
    let house = House::new().await;
    house.member("gulizar").await;
    let (stolen, _) = house.enter("gulizar").await;
    let thief = from("203.0.113.9");
    for _ in 0..5 {
        let guess = Answer::Password("yanlış parola 12".into());
        assert_eq!(code(house.identity.prove_again(&stolen.cookie, &guess, &thief).await), "wrong-password");
    }
    let guess = Answer::Password(PASSWORD.into());
    assert_eq!(code(house.identity.prove_again(&stolen.cookie, &guess, &thief).await), "too-many-tries");
    for typed in ["000000", "", "ABCDEF-ABCDEF-ABCDEF-ABCDEF", "🔑"] {
        assert_eq!(code(house.identity.prove_again(&stolen.cookie, &Answer::Code(typed.into()), &thief).await), "wrong-code");
    }
}

#[tokio::test]
async fn other_sessions_are_seen_and_ended() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (own, _) = house.enter("gulizar").await;
    let (second, _) = house.enter("gulizar").await;
    let (third, _) = house.enter("gulizar").await;
    assert_eq!(house.identity.sessions_of(person).await.unwrap().len(), 3);
    let other = house.member("ali").await;
    let (alis, _) = house.enter("ali").await;
    assert!(!house.identity.end_own_session(&own.cookie, alis.session.id, &visit()).await.unwrap(), "not theirs");
    assert!(house.identity.end_own_session(&own.cookie, second.session.id, &visit()).await.unwrap());
    let (went_on, ended) = house.identity.end_other_sessions(&own.cookie, &visit()).await.unwrap();
    assert_eq!(ended, 1);
    assert!(house.is_good(&went_on.cookie).await && house.is_good(&alis.cookie).await);
    assert!(!house.is_good(&second.cookie).await && !house.is_good(&third.cookie).await && !house.is_good(&own.cookie).await);
    assert_eq!(house.identity.end_sessions_by(&operator(), other).await.unwrap(), 1);
    assert!(!house.is_good(&alis.cookie).await);
}

#[tokio::test]
async fn nobody_looks_after_others_logins_without_the_right() {
    let house = House::new().await;
    let (person, _) = (house.member("gulizar").await, house.member("ali").await);
    let (ali, _) = house.enter("ali").await;
    let ali = house.identity.principal_of(&ali.session, "page").await.unwrap();
    let nobody = meydan_kernel::Principal::everyone("page");
    for (by, expected) in [(&ali, "not-allowed"), (&nobody, "login-required")] {
        assert_eq!(code(house.identity.make_enrolment(by, person).await), expected);
        assert_eq!(code(house.identity.end_sessions_by(by, person).await), expected);
        assert_eq!(code(house.identity.set_password_by(by, person, NEW).await), expected);
        assert_eq!(code(house.identity.remove_totp_of(by, person).await), expected);
    }
    assert_eq!(code(house.identity.make_enrolment(&operator(), uuid::Uuid::nil()).await), "no-such-record");
}

#[tokio::test]
async fn a_token_ends_by_revocation_by_time_and_with_its_owner() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let by = async |secret: &str| code(house.identity.principal_by_token(secret, "api").await);
    let revoked = house.token(person, 1).await;
    assert_eq!(by(&revoked.secret).await, "fine");
    assert!(house.identity.revoke_token(person, revoked.token.id).await.unwrap());
    assert_eq!(by(&revoked.secret).await, "bad-credentials");

    let old = house.token(person, 1).await;
    let_pass(&house, "token", person).await;
    assert_eq!(by(&old.secret).await, "bad-credentials");

    let owners = house.token(person, 1).await;
    house.set_status(person, "disabled").await;
    assert_eq!(by(&owners.secret).await, "no-longer-active");
    for made_up in ["", "meydan_", "meydan_AAAA", &owners.secret[..20], &format!("{} ", owners.secret)] {
        assert_eq!(by(made_up).await, "bad-credentials");
    }
}

#[tokio::test]
async fn idle_and_old_sessions_are_over() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (session, _) = house.enter("gulizar").await;
    let store = house.desk.store();
    let secret = store.secrets("session", Some(person)).await.unwrap().remove(0);
    let mut kept: meydan_identity::Session = serde_json::from_str(&secret.content).unwrap();
    kept.seen_at -= jiff::SignedDuration::from_mins(61);
    let idle = meydan_kernel::Secret { content: serde_json::to_string(&kept).unwrap(), ..secret };
    store.keep_secret(&idle).await.unwrap();
    assert!(house.restarted().session(&session.cookie).await.unwrap().is_none());
    assert!(store.secrets("session", Some(person)).await.unwrap().is_empty(), "forgotten at once");
}
