//! Who is there, and in which post.

use super::{directory_server, house::House, passwords, *};
use meydan_identity::ldap::{Imported, Options, import};
use serde_json::json;

const LOOK: Options = Options { dry_run: true, force: false };
const DO: Options = Options { dry_run: false, force: false };

async fn imported(house: &House, settings: &Settings, options: Options) -> Imported {
    import(&house.desk, &House::operator(), settings, options).await.unwrap_or_else(|e| panic!("{e}"))
}

const POSTS: &str = r#"
[[posts]]
group = "cn=derin-1,ou=gruplar,dc=bel,dc=tr"
unit = "CBS"
role = "staff"
[[posts]]
group = "cn=halka-a,ou=gruplar,dc=bel,dc=tr"
unit = "AKS"
role = "chief"
[[posts]]
group = "CN=Müdür\\2C vekil (CBS),OU=gruplar,DC=bel,DC=tr"
unit = "MUD"
role = "branch_manager"
title = "Şube müdürü"
[[posts]]
group = "cn=yok,ou=gruplar,dc=bel,dc=tr"
unit = "CBS"
role = "field_team"
[[posts]]
group = "cn=derin-1,ou=gruplar,dc=bel,dc=tr"
unit = "YOK"
role = "staff"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn people_and_posts_come_from_slapd_and_go_with_it() {
    let slapd = Slapd::start();
    let settings = settings(&slapd.settings(&slapd.ldaps(), "ou=kisiler,dc=bel,dc=tr", POSTS));
    let house = House::with_units(&["CBS", "AKS", "MUD"]).await;
    // Known before by her login name, in capitals.
    house.insert("person", json!({ "first_name": "A.", "last_name": "Y.", "login": "Ayse.Yilmaz" })).await;

    // Has a password of their own here.
    house.insert("person", json!({ "first_name": "Ç.", "last_name": "B.", "login": "cift" })).await;
    house.give_password("cift").await;

    let look = imported(&house, &settings, LOOK).await;
    assert_eq!((look.inserted, look.linked, look.opened, look.posts), (5, 2, 5, 4), "{look:#?}");
    assert_eq!(house.people().await.len(), 2, "only a look");

    let first = imported(&house, &settings, DO).await;
    assert_eq!((first.inserted, first.linked, first.opened, first.posts, first.rejected), (5, 2, 5, 4, 0), "{first:#?}");
    assert_eq!(first.notes.len(), 3, "no such group, no such unit, a password here: {:#?}", first.notes);
    assert_eq!(house.origin("ayse.yilmaz").await, "directory", "her password is the directory's from now on");
    assert_eq!(house.origin("ışıl.güneş").await, "directory");
    assert_eq!(house.origin("cift").await, "", "whose login is their own keeps it");
    let people = house.people().await;
    let person = |login: &str| people.get(login).map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).unwrap();
    assert_eq!(person("ayse.yilmaz"), ("Ayşe", "Yılmaz", "active"));
    assert_eq!(person("ışıl.güneş"), ("Işıl", "Güneş", "active"));
    assert_eq!(person("istanbullu"), ("İbrahim", "İstanbulluoğlu", "active"));
    assert_eq!(person("parantez(1)"), ("Yıldız*", "Ters\\Bölü", "active"));
    assert_eq!(person("pasif.kisi").2, "disabled");
    assert_eq!(house.holders("CBS").await, ["jürgen.müller", "ışıl.güneş"], "three groups deep, without the disabled one");
    assert_eq!(house.holders("AKS").await, ["ayse.yilmaz", "istanbullu"], "from the ring");
    assert_eq!(house.holders("MUD").await, ["parantez(1)"]);

    // They log in by the directory: the whole way, from the login name to a session.
    let identity = meydan_identity::Identity::new(std::sync::Arc::clone(&house.desk));
    let identity = identity.with_password_source(std::sync::Arc::new(LdapSource::new(settings.clone())));
    let visit = meydan_identity::Visit { address: Some("192.0.2.7".to_owned()), ..meydan_identity::Visit::default() };
    for login in ["ayse.yilmaz", "ışıl.güneş"] {
        let session = identity.login(login, directory_server::PASSWORD, &visit).await;
        assert!(matches!(session, Ok(meydan_identity::Login::Done { .. })), "{login}");
        assert!(identity.login(login, "yanlış", &visit).await.is_err(), "{login}");
    }
    for login in ["pasif.kisi", "cift"] {
        assert!(identity.login(login, directory_server::PASSWORD, &visit).await.is_err(), "{login}: disabled; of their own");
    }

    let head = house.desk.head();
    let again = imported(&house, &settings, DO).await;
    assert!(again.is_nothing() && again.unchanged == 7, "{again:#?}");
    assert_eq!(house.desk.head(), head, "the same directory again writes nothing");

    // One is disabled, one gone, one renamed, one leaves a group, one joins; and one login name goes to somebody else.
    slapd.change(
        "dn: uid=jürgen.müller,ou=kisiler,dc=bel,dc=tr\nchangetype: modify\nreplace: employeeType\nemployeeType: pasif\n\n\
         dn: uid=istanbullu,ou=kisiler,dc=bel,dc=tr\nchangetype: delete\n\n\
         dn: uid=istanbullu,ou=kisiler,dc=bel,dc=tr\nchangetype: add\nobjectClass: inetOrgPerson\nuid: istanbullu\ncn: İsmail Öz\nsn: Öz\n\n\
         dn: uid=ayse.yilmaz,ou=kisiler,dc=bel,dc=tr\nchangetype: modify\nreplace: sn\nsn: Yılmaz Çelik\n\n\
         dn: cn=derin-3,ou=gruplar,dc=bel,dc=tr\nchangetype: modify\nreplace: member\nmember: uid=cift,ou=kisiler,dc=bel,dc=tr\n",
    );
    house.update("person", "login", "cift", json!({ "status": "disabled" })).await;
    let second = imported(&house, &settings, DO).await;
    assert_eq!((second.inserted, second.updated, second.disabled, second.enabled), (1, 1, 2, 0), "{second:#?}");
    let people = house.people().await;
    let person = |login: &str| people.get(login).map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).unwrap();
    assert_eq!(person("ayse.yilmaz").1, "Yılmaz Çelik");
    assert_eq!(person("jürgen.müller").2, "disabled");
    assert_eq!(person("istanbullu"), ("İsmail", "Öz", "active"), "a new person of an old login name");
    assert_eq!(person(""), ("İbrahim", "İstanbulluoğlu", "disabled"), "who had it before is disabled, not deleted");
    assert_eq!(person("cift").2, "disabled", "disabled here by hand");
    assert_eq!(house.holders("CBS").await, ["(ışıl.güneş)", "jürgen.müller"]);
    assert_eq!(
        house.holders("AKS").await,
        ["()", "ayse.yilmaz", "istanbullu"],
        "groups name their members by name: the new one is in"
    );

    // Back again: enabled, because it was the directory that disabled; in the group again, the same day.
    slapd.change(
        "dn: uid=jürgen.müller,ou=kisiler,dc=bel,dc=tr\nchangetype: modify\ndelete: employeeType\n\n\
         dn: cn=derin-3,ou=gruplar,dc=bel,dc=tr\nchangetype: modify\nadd: member\nmember: uid=ışıl.güneş,ou=kisiler,dc=bel,dc=tr\n",
    );
    let third = imported(&house, &settings, DO).await;
    assert_eq!((third.enabled, third.opened), (1, 1), "{third:#?}");
    assert_eq!(house.holders("CBS").await, ["jürgen.müller", "ışıl.güneş"]);
    assert!(imported(&house, &settings, DO).await.is_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_come_in_pages_and_many_do_not_go_at_once() {
    let slapd = Slapd::start();
    let many = settings(&slapd.settings(&slapd.ldap(), "ou=kalabalik,dc=bel,dc=tr", "page_size = 300"));
    let house = House::with_units(&[]).await;
    let first = imported(&house, &many, DO).await;
    assert_eq!((first.read, first.inserted, first.rejected), (2000, 2000, 0), "{:#?}", first.notes);
    assert!(imported(&house, &many, DO).await.is_nothing());
    // Another base: as if all were gone.
    let few = settings(&slapd.settings(&slapd.ldap(), "ou=kisiler,dc=bel,dc=tr", ""));
    let refused = import(&house.desk, &House::operator(), &few, DO).await.unwrap_err();
    assert_eq!(refused.code(), "directory-would-end-many");
    assert!(house.people().await.values().all(|(.., status)| status == "active"));
    let nobody = settings(&slapd.settings(&slapd.ldap(), "ou=gruplar,dc=bel,dc=tr", ""));
    assert_eq!(import(&house.desk, &House::operator(), &nobody, DO).await.unwrap_err().code(), "directory-empty");
    // The directory gives five hundred and no more: half a directory is none.
    let whole = settings(&slapd.settings(&slapd.ldap(), "ou=yok,dc=bel,dc=tr", ""));
    assert_eq!(import(&house.desk, &House::operator(), &whole, DO).await.unwrap_err().code(), "directory-unavailable");
}

const AD_POSTS: &str = r#"
[[posts]]
group = "CN=Müdürler\\, CBS (1),CN=Users,DC=belediye,DC=test"
unit = "CBS"
role = "branch_manager"
[[posts]]
group = "CN=Halka B,CN=Users,DC=belediye,DC=test"
unit = "AKS"
role = "chief"
[[posts]]
group = "CN=Domain Users,CN=Users,DC=belediye,DC=test"
unit = "HERKES"
role = "staff"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn active_directory_answers_for_passwords_people_and_posts() {
    let samba = directory_server::samba::Samba::start();
    passwords::active_directory(&samba).await;
    let filter = "person_filter = \"(&(objectClass=user)(!(objectClass=computer))(userPrincipalName=*))\"";
    let settings = settings(&samba.settings(&samba.ldaps(), &format!("{filter}\npage_size = 2\n{AD_POSTS}")));
    let house = House::with_units(&["CBS", "AKS", "HERKES"]).await;
    let first = imported(&house, &settings, DO).await;
    assert_eq!((first.inserted, first.rejected), (6, 0), "{first:#?}");
    let people = house.people().await;
    let status = |login: &str| people.get(login).map(|p| p.2.as_str()).unwrap_or_else(|| panic!("{login} in {people:?}"));
    assert_eq!(people["ibrahim.i"].1, "İstanbulluoğlu");
    assert_eq!((status("ayse.yilmaz"), status("pasif.kisi"), status("suresi.dolan")), ("active", "disabled", "disabled"));
    assert_eq!(house.holders("CBS").await, ["isil.gunes"], "three groups deep, without the disabled one");
    assert_eq!(house.holders("AKS").await, ["ayse.yilmaz"], "from the ring");
    assert_eq!(
        house.holders("HERKES").await,
        ["ayse.yilmaz", "ibrahim.i", "isil.gunes", "parola.degis"],
        "by the primary group"
    );
    assert!(imported(&house, &settings, DO).await.is_nothing());
    samba.tool(&["user", "disable", "ayse.yilmaz"]);
    samba.tool(&["group", "removemembers", "derin3", "isil.gunes"]);
    samba.tool(&["user", "delete", "IBRAHIM.I"]);
    let second = imported(&house, &settings, DO).await;
    assert_eq!((second.disabled, second.closed), (2, 2), "{second:#?}");
    assert_eq!(house.holders("CBS").await, ["(isil.gunes)"]);
    assert_eq!(house.holders("HERKES").await, ["(ibrahim.i)", "ayse.yilmaz", "isil.gunes", "parola.degis"]);
}
