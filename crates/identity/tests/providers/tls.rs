//! The provider shows a certificate: only the right one, of an authority that is trusted, is taken.

use super::{house::House, oidc_provider::OidcProvider};
use serde_json::json;
use std::{path::Path, process::Command};

/// An authority of our own and a certificate of its for 127.0.0.1.
fn certify(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for command in [
        format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=Test -days 2"),
        format!("req {key} -keyout leaf.key -out leaf.csr -subj /CN=leaf"),
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 2 -extfile names".to_owned(),
    ] {
        let done = Command::new("openssl").args(command.split(' ')).current_dir(folder).output().expect("openssl starts");
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_trusted_certificate_for_the_name_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let provider = OidcProvider::start_secure(&folder.path().join("leaf.pem"), &folder.path().join("leaf.key"));
    let authority = json!({ "allow_private": true, "ca_file": folder.path().join("ca.pem") });
    let elsewhere = provider.issuer.replace("127.0.0.1", "localhost");
    let cases = [
        (&provider.issuer, json!({ "allow_private": true }), Some("UnknownIssuer")),
        (&elsewhere, authority.clone(), Some("certificate not valid for name")),
        (&provider.issuer, authority, None),
    ];
    for (issuer, reach, fault) in cases {
        let mut config = provider.client("ed", "login");
        (config["issuer"], config["reach"]) = (json!(issuer), reach);
        let house = House::with_oidc(vec![config]).await;
        let departed = house.identity.depart("ed", "/", None).await;
        match (departed, fault) {
            (Ok(departure), None) => assert!(departure.redirect.starts_with(&provider.issuer)),
            (Err(error), Some(fault)) => {
                let cause = error.cause_text().unwrap();
                assert!(cause.contains(fault), "{cause}");
            }
            (Ok(_), Some(fault)) => panic!("{issuer} was taken in spite of {fault}"),
            (Err(error), None) => panic!("{error}"),
        }
    }
}
