//! Where the endpoint is and what it speaks (GeoReport v2, Service Discovery).

use super::{V2, document::Node};
use crate::App;
use meydan_kernel::Lang;

/// Address of the standard's text, as discovery names it.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When this face last changed what it answers.
const CHANGESET: &str = "2026-11-24T00:00:00+03:00";

/// The document of discovery.
pub fn discovery(app: &App, lang: Lang, base: &str) -> Node {
    let text = |t: &str| Node::Text(t.to_owned());
    let title = app.settings.city_title.get(lang);
    let key = match lang {
        Lang::Tr => format!(
            "Başvurmak için anahtar gerekmez. Kurum adına yazan programlar {base}/account/tokens sayfasında alınan erişim anahtarını api_key olarak gönderir."
        ),
        Lang::En => format!(
            "Filing takes no key. Programs that write for an institution send an access token, made at {base}/account/tokens, as api_key."
        ),
    };
    let endpoint = Node::Object(vec![
        ("specification", text(SPECIFICATION)),
        ("url", Node::Text(format!("{base}{V2}"))),
        ("changeset", text(CHANGESET)),
        ("type", text(if app.settings.generated { "test" } else { "production" })),
        ("formats", Node::List("format", vec![text("text/xml"), text("application/json")])),
    ]);
    Node::Object(vec![
        ("changeset", text(CHANGESET)),
        ("contact", Node::Text(format!("{title}, {base}"))),
        ("key_service", Node::Text(key)),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ])
}
