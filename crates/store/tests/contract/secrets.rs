//! Secrets: kept, found, used up, forgotten.

use super::House;
use jiff::Timestamp;
use meydan_kernel::{Secret, Store};
use std::sync::Arc;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_microsecond(1_790_000_000_000_000 + second * 1_000_000 + 7).expect("in range")
}

fn secret(kind: &str, key: &str, owner: Option<Uuid>, made: i64) -> Secret {
    Secret {
        kind: kind.to_owned(),
        key: key.to_owned(),
        owner,
        content: format!("{{\"hash\":\"{key} “ğ”\"}}"),
        created_at: at(made),
        expires_at: None,
    }
}

async fn one(store: &Arc<dyn Store>, kind: &str, key: &str) -> Option<Secret> {
    store.secret(kind, key).await.expect("the store answers")
}

/// What is kept is found as it was, by key and by owner, until it is forgotten; also by who opens the store later.
pub async fn secrets_are_kept_and_forgotten(house: &dyn House) {
    let store = house.open().await;
    let (ayse, mehmet) = (Uuid::now_v7(), Uuid::now_v7());
    let session = Secret { expires_at: Some(at(60)), ..secret("session", "a", Some(ayse), 2) };
    let nobodys = Secret { expires_at: Some(at(61)), ..secret("challenge", "a", None, 1) };
    let older = secret("session", "b", Some(ayse), 1);
    let others = secret("session", "c", Some(mehmet), 3);
    for kept in [&session, &nobodys, &older, &others] {
        store.keep_secret(kept).await.expect("it is kept");
    }
    assert_eq!(one(&store, "session", "a").await, Some(session.clone()));
    assert_eq!(one(&store, "challenge", "a").await, Some(nobodys.clone()));
    assert_eq!(one(&store, "session", "A").await, None);
    assert_eq!(one(&store, "token", "a").await, None);
    assert_eq!(store.secrets("session", None).await, Ok(vec![older.clone(), session.clone(), others.clone()]), "oldest first");
    assert_eq!(store.secrets("session", Some(ayse)).await, Ok(vec![older.clone(), session.clone()]));
    assert_eq!(store.secrets("challenge", Some(ayse)).await, Ok(Vec::new()));

    let replaced = Secret { content: "{}".to_owned(), owner: Some(mehmet), expires_at: None, ..session.clone() };
    store.keep_secret(&replaced).await.expect("it is kept");
    assert_eq!(one(&store, "session", "a").await, Some(replaced));
    store.keep_secret(&session).await.expect("it is kept");
    drop(store);

    let store = house.open().await;
    assert_eq!(one(&store, "session", "a").await, Some(session));
    assert_eq!(store.forget_expired_secrets(at(59)).await, Ok(0));
    assert_eq!(store.forget_expired_secrets(at(60)).await, Ok(1), "from then on it is as if it weren't there");
    assert_eq!(one(&store, "session", "a").await, None);
    assert_eq!(store.forget_secret("session", "a").await, Ok(false));
    assert_eq!(store.forget_secret("challenge", "a").await, Ok(true));
    store.keep_secret(&secret("session", "d", Some(ayse), 4)).await.expect("it is kept");
    store.keep_secret(&secret("token", "e", Some(ayse), 4)).await.expect("it is kept");
    assert_eq!(store.forget_secrets_of("session", ayse).await, Ok(2));
    assert_eq!(store.secrets("session", None).await, Ok(vec![others]));
    assert!(one(&store, "token", "e").await.is_some());
    assert_eq!(store.head(), 0, "no secret is in the log");
    for (name, fine, detail) in store.checks().await.expect("the store answers") {
        assert!(fine, "{name}: {detail}");
    }
}

/// A secret is swapped only while it is as given; of many who use up the same, one wins.
pub async fn a_secret_is_swapped_once(house: &dyn House) {
    let store = house.open().await;
    let first = Secret { expires_at: Some(at(60)), ..secret("totp", "x", Some(Uuid::now_v7()), 0) };
    assert_eq!(store.swap_secret(None, &first).await, Ok(true));
    assert_eq!(store.swap_secret(None, &secret("totp", "x", None, 9)).await, Ok(false), "there is one");
    let next = Secret { content: "{\"step\":2}".to_owned(), ..first.clone() };
    for wrong in [
        Secret { content: "{}".to_owned(), ..first.clone() },
        Secret { owner: None, ..first.clone() },
        Secret { created_at: at(1), ..first.clone() },
        Secret { expires_at: None, ..first.clone() },
        Secret { key: "y".to_owned(), ..first.clone() },
    ] {
        assert_eq!(store.swap_secret(Some(&wrong), &next).await, Ok(false), "{wrong:?}");
        assert_eq!(one(&store, "totp", "x").await, Some(first.clone()));
        assert_eq!(one(&store, "totp", "y").await, None);
    }
    assert_eq!(store.swap_secret(Some(&first), &next).await, Ok(true));
    assert_eq!(store.swap_secret(Some(&first), &next).await, Ok(false));
    assert_eq!(one(&store, "totp", "x").await, Some(next.clone()));
    // In the place of one of another name.
    let other = secret("session", "z", next.owner, 3);
    assert_eq!(store.swap_secret(Some(&next), &other).await, Ok(true));
    assert_eq!((one(&store, "totp", "x").await, one(&store, "session", "z").await), (None, Some(other)));

    let elsewhere = house.open().await;
    for round in 0..5 {
        let code = secret("code", &format!("{round}"), None, round);
        store.keep_secret(&code).await.expect("it is kept");
        let mut tasks = Vec::new();
        for i in 0..16 {
            let store = Arc::clone(if i % 4 == 0 { &elsewhere } else { &store });
            let code = code.clone();
            tasks.push(tokio::spawn(async move {
                let used = Secret { content: format!("{{\"by\":{i}}}"), ..code.clone() };
                store.swap_secret(Some(&code), &used).await.expect("the store answers").then_some(used)
            }));
        }
        let mut winners = Vec::new();
        for task in tasks {
            winners.extend(task.await.expect("no panic"));
        }
        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(one(&store, "code", &format!("{round}")).await, winners.pop());
        // The same for a place that is free.
        let mut tasks = Vec::new();
        for i in 0..16 {
            let store = Arc::clone(if i % 4 == 0 { &elsewhere } else { &store });
            let new = secret("first", &format!("{round}"), None, i);
            tasks.push(tokio::spawn(async move { store.swap_secret(None, &new).await.expect("the store answers") }));
        }
        let mut won = 0;
        for task in tasks {
            won += u32::from(task.await.expect("no panic"));
        }
        assert_eq!(won, 1);
    }
}

/// What one process keeps, another sees, and both may write at once, beside changesets.
pub async fn secrets_are_of_all_processes(house: &dyn House) {
    let town = Arc::new(super::city::Town::found(house.open().await).await);
    let elsewhere = house.open().await;
    let mut tasks = Vec::new();
    for i in 0..40 {
        let store = Arc::clone(if i % 2 == 0 { &town.store } else { &elsewhere });
        let town = Arc::clone(&town);
        tasks.push(tokio::spawn(async move {
            let kept = secret("session", &format!("{i}"), None, i);
            store.keep_secret(&kept).await.expect("it is kept");
            town.lamp(&format!("{i}"), i, None).await;
            assert_eq!(one(&store, "session", &kept.key).await, Some(kept));
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    for store in [&town.store, &elsewhere] {
        assert_eq!(store.secrets("session", None).await.expect("the store answers").len(), 40);
    }
    assert_eq!(town.store.head(), 40);
}
