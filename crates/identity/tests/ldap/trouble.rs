//! Servers that are down, slow, lying or not the one that they say.

use super::{
    directory_server::{Authority, PASSWORD, SEARCHER_PASSWORD, trickster},
    *,
};
use meydan_identity::PasswordSource as _;
use meydan_kernel::Kind;
use std::time::{Duration, Instant};

/// Refused in time, with a sentence and a cause, and no secret in either.
async fn refused(text: &str, cause: &str) {
    let began = Instant::now();
    let error = source(text).check("ayse.yilmaz", PASSWORD).await.expect_err("nobody is let in");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!((error.kind(), error.code()), (Kind::Unavailable, "directory-unavailable"));
    let told = format!("{error:?} {error}");
    assert!(error.cause_text().is_some_and(|c| c.contains(cause)), "{cause:?} in {told}");
    assert!(!told.contains(PASSWORD) && !told.contains(SEARCHER_PASSWORD), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_none_lets_nobody_in() {
    let slapd = Slapd::start();
    let at = |url: &str| slapd.settings(url, "ou=kisiler,dc=bel,dc=tr", "").replace("timeout_s = 2", "timeout_s = 1");
    refused(&at(&trickster::nobody()), "refused").await;
    refused(&at(&trickster::answering(b"")), "no answer within 1 s").await;
    refused(&at(&trickster::answering(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "no LDAP message").await;
    // A sequence of two gigabytes; one that is announced and never comes; StartTLS refused.
    refused(&at(&trickster::answering(b"\x30\x84\x7f\xff\xff\xff")), "too large").await;
    refused(&at(&trickster::answering(b"\x30\x84\x00\x00\xff\xff\x02")), "no answer within 1 s").await;
    refused(&at(&trickster::answering(b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00")), "refuses StartTLS").await;
    // Says yes to StartTLS, and then that everything is fine, in the clear.
    let lie =
        b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
    refused(&at(&trickster::answering(lie)), "").await;
    // Trusted, and still none: ten thousand sequences within each other, which would end a program that reads them by recursion;
    // an operation that no server sends; success without its parts; success for another question; a search's end for a bind.
    let mut bomb: Vec<u8> = vec![0x30, 0];
    for _ in 0..10_000 {
        let length = u32::try_from(bomb.len()).expect("small").to_be_bytes();
        bomb.splice(0..0, [0x30, 0x84].into_iter().chain(length));
    }
    let lying = |bytes: &[u8]| trusted::answering(slapd.folder.path(), bytes.to_vec());
    refused(&at(&lying(&bomb)), "nests too deep").await;
    refused(&at(&lying(b"\x30\x05\x02\x01\x01\x42\x00")), "nothing that a server sends").await;
    refused(&at(&lying(b"\x30\x08\x02\x01\x01\x61\x03\x0a\x01\x00")), "lacks parts").await;
    refused(&at(&lying(b"\x30\x0c\x02\x01\x09\x61\x07\x0a\x01\x00\x04\x00\x04\x00")), "").await;
    refused(&at(&lying(b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00")), "").await;
    // The second server of the same directory answers.
    let both =
        at("ldap://127.0.0.1:1").replace("urls = [", &format!("urls = [\"{}\", \"{}\", ", trickster::nobody(), slapd.ldaps()));
    assert!(source(&both).check("ayse.yilmaz", PASSWORD).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_somebody_else_lets_nobody_in() {
    let slapd = Slapd::start();
    let stranger = directory_server::folder();
    Authority(stranger.path()).make();
    let ours = slapd.settings(&slapd.ldaps(), "ou=kisiler,dc=bel,dc=tr", "");
    let theirs = ours.replace(&slapd.ca().display().to_string(), &stranger.path().join("ca.pem").display().to_string());
    refused(&theirs, "certificate").await;
    // The right authority, another name.
    refused(&ours.replace("127.0.0.1", "127.0.0.2"), "").await;
    let by_name = ours.replace("127.0.0.1", "localhost");
    assert!(source(&by_name).check("ayse.yilmaz", PASSWORD).await.unwrap(), "the certificate is for this name too");
    // The system's authorities don't know this one.
    let system: String = ours.lines().filter(|l| !l.starts_with("ca_file")).map(|l| format!("{l}\n")).collect();
    refused(&system, "certificate").await;
    // The password of the searching account is wrong, or can be read by everybody.
    let file = slapd.folder.path().join("searcher.password");
    std::fs::write(&file, "yanlış\n").expect("written");
    refused(&ours, "bind_dn").await;
    std::fs::write(&file, "\n").expect("written");
    refused(&ours, "empty").await;
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("set");
    refused(&ours, "chmod").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_holds_up_nobody_else() {
    let slapd = Slapd::start();
    let other = Slapd::start();
    let text = slapd.settings(&slapd.ldaps(), "ou=kisiler,dc=bel,dc=tr", "").replace("timeout_s = 2", "timeout_s = 1");
    let hanging = std::sync::Arc::new(source(&text));
    slapd.running.signal("STOP");
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let source = std::sync::Arc::clone(&hanging);
            tokio::spawn(async move { source.check("ayse.yilmaz", PASSWORD).await })
        })
        .collect();
    let began = Instant::now();
    let fine = source(&other.settings(&other.ldaps(), "ou=kisiler,dc=bel,dc=tr", ""));
    assert!(fine.check("ayse.yilmaz", PASSWORD).await.unwrap());
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
    for one in waiting {
        assert_eq!(one.await.unwrap().expect_err("hanging").code(), "directory-unavailable");
    }
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    slapd.running.signal("CONT");
    assert!(hanging.check("ayse.yilmaz", PASSWORD).await.unwrap(), "back again");
}
