//! Web push, decrypted by http_ece and its signature checked by py_vapid.

use crate::peers::peers;
use meydan_messages::{
    Failure, Reach,
    push::{MAX_PAYLOAD_BYTES, Pusher, Subscription, Urgency, VapidKey},
};
use serde_json::json;
use std::time::Duration;

#[test]
fn the_browser_reads_what_was_sent_and_the_service_knows_whose_it_is() {
    let mut peers = peers();
    let kept = VapidKey::generate().unwrap().to_secret();
    let reach = Reach { allow_private: true, ca_file: Some(peers.ca()) };
    let pusher = Pusher::new(VapidKey::read(kept.reveal()).unwrap(), "mailto:bilgi@ornek.bel.tr", &reach).unwrap();
    let origin = format!("https://127.0.0.1:{}", peers.port("web"));
    let to = |status: u16| Subscription {
        endpoint: format!("{origin}/push/{status}"),
        p256dh: peers.text("p256dh").to_owned(),
        auth: peers.text("auth").to_owned(),
    };
    let all = [200, 404, 410, 401, 403, 413, 429, 500, 301].map(to);
    for text in ["Talebiniz sonuçlandı: ığüşöçİ", "", &"a".repeat(MAX_PAYLOAD_BYTES)] {
        pusher.send(&all[0], text.as_bytes(), Duration::from_secs(3600), Urgency::High).unwrap();
        let came = peers.next();
        assert_eq!((&came["plain"], &came["verified"]), (&json!(text), &json!(true)));
        assert_eq!((&came["ttl"], &came["urgency"]), (&json!("3600"), &json!("high")));
        assert_eq!((&came["claims"]["aud"], &came["claims"]["sub"]), (&json!(origin), &json!("mailto:bilgi@ornek.bel.tr")));
        assert_eq!(came["key"], json!(pusher.public_key()));
        assert!(came["bytes"].as_u64().unwrap() <= 4096);
    }
    let came = all.iter().skip(1).map(|to| pusher.send(to, b"x", Duration::ZERO, Urgency::Normal).unwrap_err());
    let codes: Vec<_> = came.map(|f| f.code()).collect();
    let (gone, refused, later) = ("address-gone", "message-refused", "message-later");
    assert_eq!(codes, [gone, gone, later, refused, refused, later, later, later]);
    let patience = pusher.send(&all[6], b"x", Duration::ZERO, Urgency::Normal);
    assert_eq!(patience, Err(Failure::Later { why: "HTTP 429".into(), after: Some(Duration::from_secs(120)) }));
    let long = pusher.send(&all[0], &[b'a'; MAX_PAYLOAD_BYTES + 1], Duration::ZERO, Urgency::Normal);
    assert!(long.unwrap_err().is_final());
}
