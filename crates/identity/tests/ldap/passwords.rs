//! Whose password it is.

use super::{directory_server::PASSWORD, *};
use meydan_identity::PasswordSource as _;

#[tokio::test(flavor = "multi_thread")]
async fn slapd_knows_its_passwords_over_tls_from_the_first_byte_and_by_start_tls() {
    let slapd = Slapd::start();
    for url in [slapd.ldaps(), slapd.ldap()] {
        let source = source(&slapd.settings(&url, "ou=kisiler,dc=bel,dc=tr", ""));
        for login in ["ayse.yilmaz", "AYSE.YILMAZ", "ışıl.güneş", "jürgen.müller", "parantez(1)"] {
            assert!(source.check(login, PASSWORD).await.unwrap(), "{login} at {url}");
            assert!(!source.check(login, "yanlış").await.unwrap(), "{login}");
            assert!(!source.check(login, "").await.unwrap(), "{login}: an empty password is anonymous, and nobody's");
            assert!(!source.check(login, &PASSWORD.to_lowercase()).await.unwrap(), "{login}");
        }
        for nobody in ["pasif.kisi", "kimse", "*", "ayse*", "ayse.yilmaz)(uid=*", "", " ", "k0001", "a\0b"] {
            assert!(!source.check(nobody, PASSWORD).await.unwrap(), "{nobody}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slapd_binds_by_a_name_made_of_the_login_name() {
    let slapd = Slapd::start();
    let direct = "direct_bind = \"uid={login},ou=kisiler,dc=bel,dc=tr\"\nlogin_attribute = \"uid\"";
    let source = source(&slapd.settings(&slapd.ldaps(), "ou=kisiler,dc=bel,dc=tr", direct));
    assert!(source.check("ayse.yilmaz", PASSWORD).await.unwrap());
    assert!(!source.check("ayse.yilmaz", "yanlış").await.unwrap());
    assert!(!source.check("pasif.kisi", PASSWORD).await.unwrap());
    assert!(!source.check("arayan,ou=hizmet", PASSWORD).await.unwrap());
    // Without an account that searches they must see themselves, and this directory doesn't let them.
    let settings = slapd.settings(&slapd.ldaps(), "ou=kisiler,dc=bel,dc=tr", direct);
    let alone: String = settings.lines().filter(|l| !l.starts_with("bind_")).map(|l| format!("{l}\n")).collect();
    let source = self::source(&alone);
    assert!(!source.check("ayse.yilmaz", "yanlış").await.unwrap());
    assert_eq!(source.check("ayse.yilmaz", PASSWORD).await.unwrap_err().code(), "directory-unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_one_login_name_are_none_and_a_filter_by_group_holds() {
    let slapd = Slapd::start();
    let by_group = "person_filter = \"(&(objectClass=inetOrgPerson)(memberOf=cn=halka-b,ou=gruplar,dc=bel,dc=tr))\"";
    let members = source(&slapd.settings(&slapd.ldaps(), "ou=kisiler,dc=bel,dc=tr", by_group));
    assert!(members.check("ayse.yilmaz", PASSWORD).await.unwrap());
    assert!(!members.check("istanbullu", PASSWORD).await.unwrap(), "not in the group");
    slapd.change("dn: uid=k0001,ou=kalabalik,dc=bel,dc=tr\nchangetype: modify\nadd: uid\nuid: cift\n");
    let all = source(&slapd.settings(&slapd.ldaps(), "dc=bel,dc=tr", ""));
    assert!(all.check("k0002", PASSWORD).await.unwrap());
    assert!(!all.check("cift", PASSWORD).await.unwrap());
}

/// Search and bind, and bind by `user@realm`, on one provisioned domain: provisioning takes seconds.
pub async fn active_directory(samba: &Samba) {
    let direct = "direct_bind = \"{login}@belediye.test\"";
    for (url, more) in [(samba.ldaps(), ""), (samba.ldaps(), direct), (samba.ldap(), ""), (samba.ldap(), direct)] {
        let source = source(&samba.settings(&url, more));
        for login in ["ayse.yilmaz", "isil.gunes", "ibrahim.i"] {
            assert!(source.check(login, PASSWORD).await.expect("asked"), "{login} at {url} {more}");
            assert!(!source.check(login, "yanlış").await.expect("asked"), "{login}");
            assert!(!source.check(login, "").await.expect("asked"), "{login}");
        }
        // Disabled (533), expired (701), must change the password first (773), no such account.
        for login in
            ["pasif.kisi", "suresi.dolan", "parola.degis", "kimse", "BELEDIYE\\ayse.yilmaz", "ayse.yilmaz@belediye.test"]
        {
            assert!(!source.check(login, PASSWORD).await.expect("asked"), "{login} at {url} {more}");
        }
    }
}
