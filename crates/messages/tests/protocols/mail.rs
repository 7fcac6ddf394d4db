//! SMTP to aiosmtpd, the message read by Python's library.

use crate::peers::{Peers, free_port, peers};
use meydan_messages::{
    Failure, Secret, Security,
    mail::{Address, Attachment, Mail, MailServer, Sender},
};
use serde_json::json;

fn server(peers: &Peers, port: &str, security: Security) -> MailServer {
    MailServer {
        host: "127.0.0.1".into(),
        port: peers.port(port),
        security,
        user: Some("bilgi".into()),
        password: Some(Secret::new("Gizli.2026!ş\n")),
        from: "Örnek Belediyesi <bilgi@ornek.bel.tr>".into(),
        ca_file: Some(peers.ca()),
    }
}

fn mail(to: &str) -> Mail {
    Mail {
        to: Address { name: Some("Ayşe Çınar, \"Öğretmen\"".into()), email: format!("{to}@ornek.example") },
        subject: "Talebiniz alındı: İstiklâl Caddesi’ndeki ışık".into(),
        text: "Sayın Ayşe Çınar,\n.\nTalebiniz 2026-000042 numarayla alındı.\n".into(),
        message_id: "<2026-000042.1@ornek.bel.tr>".into(),
        ..Mail::default()
    }
}

#[test]
fn a_mail_arrives_as_it_was_written_over_starttls_and_tls() {
    let mut peers = peers();
    let full = Mail {
        html: Some("<p>Talebiniz <b>alındı</b>.</p>".into()),
        reply_to: Some(Address { name: None, email: "talep+42@ornek.bel.tr".into() }),
        in_reply_to: Some("soru-1@ornek.example".into()),
        references: vec!["<soru-0@ornek.example>".into(), "bozuk".into()],
        automatic: true,
        unsubscribe: Some("https://ornek.bel.tr/abonelik/son?k=abc".into()),
        attachments: vec![Attachment {
            name: "dilekçe ığüşöç.pdf".into(),
            media_type: "application/pdf".into(),
            bytes: (0..=255).cycle().take(70_000).collect(),
        }],
        ..mail("ayse")
    };
    for (port, security) in [("starttls", Security::StartTls), ("tls", Security::Tls)] {
        Sender::new(&server(&peers, port, security)).unwrap().send(&full).unwrap();
        let came = peers.next();
        // On the other port there is nothing but TLS.
        let upgraded = json!(security == Security::StartTls);
        assert_eq!((&came["tls"], &came["user"], &came["defects"]), (&upgraded, &json!("bilgi"), &json!([])), "{came}");
        assert_eq!((&came["from"], &came["to"]), (&json!("bilgi@ornek.bel.tr"), &json!(["ayse@ornek.example"])));
        let head = &came["headers"];
        assert_eq!(head["Subject"], json!(full.subject));
        assert_eq!(head["From"], json!("Örnek Belediyesi <bilgi@ornek.bel.tr>"));
        assert!(
            head["To"].as_str().unwrap().contains("Ayşe Çınar, ") && head["To"].as_str().unwrap().contains("Öğretmen"),
            "{head}"
        );
        assert_eq!(head["Reply-To"], json!("talep+42@ornek.bel.tr"));
        assert_eq!(head["Message-ID"], json!("<2026-000042.1@ornek.bel.tr>"));
        assert_eq!(head["In-Reply-To"], json!("<soru-1@ornek.example>"));
        assert_eq!(head["References"], json!("<soru-0@ornek.example> <soru-1@ornek.example>"));
        assert_eq!(head["Auto-Submitted"], json!("auto-generated"));
        assert_eq!(head["List-Unsubscribe"], json!("<https://ornek.bel.tr/abonelik/son?k=abc>"));
        assert_eq!(head["List-Unsubscribe-Post"], json!("List-Unsubscribe=One-Click"));
        assert_eq!(came["text"].as_str().unwrap().replace("\r\n", "\n"), full.text);
        assert_eq!(came["html"].as_str().unwrap().trim_end(), full.html.as_deref().unwrap());
        let file = &came["attachments"][0];
        assert_eq!((&file[0], &file[1]), (&json!("dilekçe ığüşöç.pdf"), &json!("application/pdf")));
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        assert_eq!(file[2], json!(STANDARD.encode(&full.attachments[0].bytes)));
    }
}

#[test]
fn for_ever_and_later_are_told_apart() {
    let peers = peers();
    let mut plain = server(&peers, "plain", Security::None);
    (plain.user, plain.password) = (None, None);
    let sender = Sender::new(&plain).unwrap();
    assert!(matches!(sender.send(&mail("yok")), Err(Failure::Refused(_))));
    assert!(matches!(sender.send(&mail("dolu")), Err(Failure::Later { .. })));
    let disliked = Mail { text: "X-Refuse-Me".into(), ..mail("ayse") };
    assert!(matches!(sender.send(&disliked), Err(Failure::Refused(_))));
    // What is our own fault never drops a mail: a wrong password, a missing login, a server that can't be trusted or reached, no TLS.
    let mut wrong = server(&peers, "tls", Security::Tls);
    wrong.password = Some(Secret::new("başka"));
    let mut nobody = wrong.clone();
    (nobody.user, nobody.password) = (None, None);
    let stranger = MailServer { ca_file: None, ..server(&peers, "tls", Security::Tls) };
    let away = MailServer { port: free_port(), ..plain.clone() };
    let bare = server(&peers, "plain", Security::StartTls);
    for server in [wrong, nobody, stranger, away, bare] {
        let came = Sender::new(&server).unwrap().send(&mail("ayse"));
        assert!(matches!(came, Err(Failure::Later { .. })), "{came:?}");
        assert!(!format!("{server:?}{came:?}").contains("başka"));
    }
    let open = MailServer { host: "posta.bel.tr".into(), ..plain };
    assert!(matches!(Sender::new(&open), Err(Failure::Settings(_))));
}
