//! Passwords: right and wrong, slow for guessers, quick for their owner.

use crate::house::{House, PASSWORD, code, done, from, operator, visit};
use meydan_identity::{Visit, seconds_to_wait};
use meydan_kernel::Lang;

#[tokio::test]
async fn the_right_password_lets_in_and_nothing_else_does() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (session, device) = house.enter(" gulizar ").await;
    assert!(house.is_good(&session.cookie).await && device != session.cookie);
    assert_eq!(session.session.person, person);
    for (login, password) in [
        ("gulizar", "pencere kaldirim lodos"),
        ("gulizar", ""),
        ("gulizar", "x"),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("gulizar\0", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        (&"a".repeat(100_000), PASSWORD),
    ] {
        let error = house.identity.login(login, password, &from("198.51.100.1")).await.err().unwrap();
        assert_eq!(error.code(), "wrong-login");
        assert_eq!(error.message(Lang::Tr), "Kullanıcı adı ya da parola yanlış.");
        assert!(error.fields().is_empty());
    }
    assert_eq!(code(house.identity.login("gulizar", &"p".repeat(1 << 20), &from("198.51.100.2")).await), "wrong-login");
    assert_eq!(house.count("login").await, 1);
    assert_eq!(house.count("login_failed").await, 2, "one for the person, one for all that nobody has");
}

#[tokio::test]
async fn a_password_is_the_same_on_every_keyboard() {
    let house = House::new().await;
    house.member("gulizar").await;
    // Decomposed: dotless i, and c with cedilla as two characters.
    let person = house.person("ali", &[]).await;
    house.identity.set_password_by(&operator(), person, "çınar gölge rüzgâr").await.unwrap();
    let apart = "c\u{327}\u{131}nar go\u{308}lge ru\u{308}zga\u{302}r";
    assert_eq!(code(house.identity.login("ali", apart, &visit()).await), "fine");
}

#[tokio::test]
async fn guessers_wait_and_the_owner_does_not() {
    let house = House::new().await;
    house.member("gulizar").await;
    let (_, device) = house.enter("gulizar").await;
    let attacker = from("203.0.113.9");
    for _ in 0..5 {
        assert_eq!(code(house.identity.login("gulizar", "yanlış parola 12", &attacker).await), "wrong-login");
    }
    let error = house.identity.login("gulizar", "yanlış parola 12", &attacker).await.err().unwrap();
    assert_eq!((error.code(), error.kind()), ("too-many-tries", meydan_kernel::Kind::TooMany));
    assert!(seconds_to_wait(&error).is_some_and(|s| (1..=2).contains(&s)), "{error}");
    // Even the right password has to wait there, so that a guess tells nothing.
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &attacker).await), "too-many-tries");
    // The owner's browser, even from the attacker's address.
    let known = Visit { device: Some(device), ..attacker.clone() };
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &known).await), "fine");
    // Another person from the same office.
    house.member("ali").await;
    assert_eq!(code(house.identity.login("ali", PASSWORD, &attacker).await), "fine");
    // A made up device is none.
    let made_up = Visit { device: Some("A".repeat(43)), ..attacker.clone() };
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &made_up).await), "too-many-tries");
    assert!(house.count("locked").await == 1 && house.count("login_failed").await == 1);
    // A login that nobody has is slowed down alike.
    for _ in 0..5 {
        assert_eq!(code(house.identity.login("nobody", PASSWORD, &from("203.0.113.10")).await), "wrong-login");
    }
    assert_eq!(code(house.identity.login("nobody", PASSWORD, &from("203.0.113.10")).await), "too-many-tries");
    // However they are spelled: else a free try would tell that nobody has the name.
    for (known, unknown) in [("GULIZAR", "NOBODY"), ("gülızar", "nobödy"), (" Gulizar ", " Nobody ")] {
        assert_eq!(code(house.identity.login(known, PASSWORD, &attacker).await), "too-many-tries", "{known}");
        assert_eq!(code(house.identity.login(unknown, PASSWORD, &from("203.0.113.10")).await), "too-many-tries", "{unknown}");
    }
}

#[tokio::test]
async fn a_failure_is_a_write_whether_somebody_has_the_name_or_not_and_nothing_piles_up() {
    let house = House::new().await;
    for n in 0..20 {
        let visit = from(&format!("203.0.113.{n}"));
        assert_eq!(code(house.identity.login(&format!("nobody{n}"), PASSWORD, &visit).await), "wrong-login");
    }
    assert_eq!(house.count("login_failed").await, 1, "counted together");
    let written = house.desk.store().secrets("decoy", None).await.unwrap();
    assert_eq!(written.len(), 1);
    // Nor is a refused try quicker.
    for _ in 0..5 {
        let _ = house.identity.login("hiçkimse", PASSWORD, &visit()).await;
    }
    house.desk.store().forget_secret("decoy", "decoy").await.unwrap();
    for name in ["hiçkimse", "nobody0"] {
        for _ in 0..6 {
            let _ = house.identity.login(name, PASSWORD, &visit()).await;
        }
    }
    assert_eq!(house.count("locked").await, 1);
    assert_eq!(house.desk.store().secrets("decoy", None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_browser_of_many_persons_is_known_for_each() {
    let house = House::new().await;
    let mut visit = visit();
    for login in ["gulizar", "ali"] {
        house.member(login).await;
        let (_, device) = done(house.identity.login(login, PASSWORD, &visit).await.unwrap());
        visit.device = Some(device);
    }
    for login in ["gulizar", "ali"] {
        for _ in 0..6 {
            let _ = house.identity.login(login, "yanlış parola 12", &from("203.0.113.9")).await;
        }
        let known = Visit { device: visit.device.clone(), ..from("203.0.113.9") };
        assert_eq!(code(house.identity.login(login, PASSWORD, &known).await), "fine", "{login}");
    }
}

#[tokio::test]
async fn who_is_not_active_is_refused_like_a_stranger() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    house.set_status(person, "disabled").await;
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit()).await), "wrong-login");
    house.set_status(person, "active").await;
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit()).await), "fine");
}

#[tokio::test]
async fn a_weak_password_is_refused_with_its_reason() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let refused = async |password: &str| {
        let error = house.identity.set_password_by(&operator(), person, password).await.unwrap_err();
        assert_eq!(error.code(), "weak-password");
        error.fields()[0].message.tr.clone()
    };
    assert!(refused("kısa").await.contains("en az 12"));
    assert!(refused("gülizar hanım parolası").await.contains("gulizar"));
    assert!(refused("Trabzon kale surları").await.contains("trabzon"));
    assert!(refused("parola123456").await.contains("çok kullanılan"));
    assert!(refused(&"uzun bir cümle ".repeat(30)).await.contains("en çok 256"));
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit()).await), "fine", "the old one still holds");
}

#[tokio::test]
async fn many_logins_at_once_all_get_in() {
    let house = House::new().await;
    house.member("gulizar").await;
    let (_, device) = house.enter("gulizar").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (identity, visit) = (house.identity.clone(), Visit { device: Some(device.clone()), ..visit() });
        tasks.spawn(async move { done(identity.login("gulizar", PASSWORD, &visit).await.unwrap()).0.cookie });
    }
    let cookies: std::collections::HashSet<String> = tasks.join_all().await.into_iter().collect();
    assert_eq!(cookies.len(), 4);
}

#[tokio::test]
async fn no_secret_is_anywhere_but_where_it_belongs() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (session, device) = house.enter("gulizar").await;
    let code = house.identity.make_enrolment(&operator(), person).await.unwrap().code;
    let token = house.token(person, 1).await.secret;
    for kind in ["password", "session", "device", "enrolment", "token"] {
        for secret in house.desk.store().secrets(kind, None).await.unwrap() {
            let kept = format!("{secret:?}");
            for shown in [PASSWORD, &session.cookie, &device, &code, &token] {
                assert!(!kept.contains(shown), "{kind} is kept as it is");
            }
        }
    }
    for event in house.events().await {
        let told = format!("{event:?}");
        for shown in [PASSWORD, &session.cookie, &device, &code, &token] {
            assert!(!told.contains(shown), "{told}");
        }
    }
}
