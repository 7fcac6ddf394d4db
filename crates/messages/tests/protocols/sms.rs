//! The gateway of short messages; the signature checked by Python's own library.

use crate::peers::peers;
use meydan_messages::{
    Reach, Secret,
    sms::{Gateway, Sms, Texter},
};
use serde_json::json;

#[test]
fn the_gateway_knows_who_speaks_and_what_it_says_is_heard() {
    let mut peers = peers();
    let texter = |status: u16| {
        let reach = Reach { allow_private: true, ca_file: Some(peers.ca()) };
        let url = format!("https://localhost:{}/sms/{status}", peers.port("web"));
        Texter::new(&Gateway { url, secret: Secret::new(peers.text("secret")), reach }).unwrap()
    };
    let sms = Sms { to: "+905551112233", text: "Talebiniz alındı: 2026-000042", id: "notice-42" };
    let [good, refuses, unknown, busy] = [200, 422, 401, 503].map(texter);
    good.send(&sms).unwrap();
    let came = peers.next();
    assert_eq!(came["verified"], json!(true));
    assert_eq!(came["body"], json!({ "to": sms.to, "text": sms.text, "id": sms.id }));
    let codes = [&refuses, &unknown, &busy].map(|t| t.send(&sms).unwrap_err().code());
    assert_eq!(codes, ["message-refused", "message-later", "message-later"]);
    for wrong in [Sms { to: "05551112233", ..sms.clone() }, Sms { text: " ", ..sms.clone() }, Sms { id: "a.b", ..sms.clone() }]
    {
        assert!(good.send(&wrong).unwrap_err().is_final());
    }
}
