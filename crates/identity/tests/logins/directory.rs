//! Persons whose password the house's directory knows. (The real directories are in the tests of `ldap`.)

use crate::house::{House, PASSWORD, code, done, operator, visit};
use meydan_identity::{DIRECTORY_ORIGIN, PasswordSource, Proof};
use meydan_kernel::{Error, Result};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Knows one password of everybody, and counts who asks.
struct Source(AtomicUsize);

#[async_trait::async_trait]
impl PasswordSource for Source {
    async fn check(&self, login: &str, password: &str) -> Result<bool> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match login {
            "broken" => Err(Error::unavailable("the directory is down")),
            _ => Ok(password == "dizin parolası 42"),
        }
    }
}

#[tokio::test]
async fn the_directory_is_asked_for_its_own_persons_only() {
    let source = Arc::new(Source(AtomicUsize::new(0)));
    let house = House::with(Some(source.clone())).await;
    house.member("gulizar").await;
    let theirs = house.person("ali", &[("origin", DIRECTORY_ORIGIN)]).await;
    assert_eq!(code(house.identity.login("gulizar", "dizin parolası 42", &visit()).await), "wrong-login");
    assert_eq!(code(house.identity.login("nobody", "dizin parolası 42", &visit()).await), "wrong-login");
    assert_eq!(source.0.load(Ordering::SeqCst), 0, "nobody else's password is told to it");
    let (session, _) = done(house.identity.login("ali", "dizin parolası 42", &visit()).await.unwrap());
    assert_eq!(session.session.proof, Proof::Directory);
    assert_eq!(code(house.identity.login("ali", PASSWORD, &visit()).await), "wrong-login");
    assert_eq!(source.0.load(Ordering::SeqCst), 2);
    assert_eq!(code(house.identity.login("ali", "", &visit()).await), "wrong-login");
    assert_eq!(source.0.load(Ordering::SeqCst), 2, "an empty password would bind as nobody");
    assert_eq!(code(house.identity.set_password_by(&operator(), theirs, PASSWORD).await), "password-elsewhere");
    house.set_status(theirs, "disabled").await;
    assert_eq!(code(house.identity.login("ali", "dizin parolası 42", &visit()).await), "wrong-login");
    assert_eq!(source.0.load(Ordering::SeqCst), 2, "who isn't active isn't asked for");
}

#[tokio::test]
async fn without_the_directory_nobody_of_it_gets_in_and_nobody_is_blamed() {
    let house = House::with(Some(Arc::new(Source(AtomicUsize::new(0))))).await;
    house.person("broken", &[("origin", DIRECTORY_ORIGIN)]).await;
    for _ in 0..8 {
        assert_eq!(code(house.identity.login("broken", "dizin parolası 42", &visit()).await), "store-unavailable");
    }
    assert_eq!(house.count("login_failed").await, 0);
    let none = House::new().await;
    none.person("ali", &[("origin", DIRECTORY_ORIGIN)]).await;
    assert_eq!(code(none.identity.login("ali", "dizin parolası 42", &visit()).await), "directory-unavailable");
}
