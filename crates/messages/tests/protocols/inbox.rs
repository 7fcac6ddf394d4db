//! IMAP to a real Dovecot.

use crate::dovecot::Dovecot;
use meydan_messages::{
    Failure, Secret, Security,
    inbox::{Fault, Inbox},
};

const DONE: &str = ".Yap&ATE-ld&ATE-";

fn mail(subject: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "Return-Path: <ayse@ornek.example>\nFrom: =?utf-8?Q?Ay=C5=9Fe_=C3=87=C4=B1nar?= <ayse@ornek.example>\n\
         To: Talep <talep@ornek.bel.tr>\nSubject: {subject}\nDate: Tue, 24 Nov 2026 10:00:00 +0300\n{more}\n{body}"
    )
    .into_bytes()
}

#[test]
fn mails_are_read_once_and_none_blocks_the_others() {
    let dovecot = Dovecot::start();
    let parts = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nMessage-ID: <1@ornek.example>\n\
        In-Reply-To: <0@ornek.bel.tr>\nReferences: <a@ornek.bel.tr> <0@ornek.bel.tr>\n";
    let body = "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nSokak lambası yanmıyor.\n--b\n\
        Content-Type: image/jpeg; name=lamba.jpg\nContent-Disposition: attachment; filename=\"../lamba.jpg\"\n\
        Content-Transfer-Encoding: base64\n\n/9j/4A==\n--b--\n";
    dovecot.deliver("01", &mail("=?utf-8?B?xLDFn8Sxaw==?=", parts, body));
    dovecot.deliver("02", b"\x00\xff\xfe no mail at all \x00");
    dovecot.deliver("03", &mail("Buyuk", "Message-ID: <3@ornek.example>\n", &"x".repeat(300_000)));
    dovecot.deliver("04", &mail("Yokum", "Auto-Submitted: auto-replied\nMessage-ID: <4@ornek.example>\n", "Tatildeyim"));
    dovecot.deliver("05", &mail("{12}", "", "* 9 FETCH (UID 1 BODY[] NIL)\r\nm1 OK\r\n"));

    let mut inbox = Inbox::open(&dovecot.mailbox("127.0.0.1", Security::Tls)).unwrap();
    let all = inbox.fetch(10, 100_000).unwrap();
    assert_eq!(all.len(), 5);
    let first = &all[0];
    assert_eq!((first.subject.as_str(), first.text.as_str()), ("İşık", "Sokak lambası yanmıyor."));
    assert_eq!((first.from.name.as_deref(), first.from.email.as_str()), (Some("Ayşe Çınar"), "ayse@ornek.example"));
    assert_eq!(first.date, Some("2026-11-24T07:00:00Z".parse().unwrap()));
    assert_eq!((first.message_id.as_str(), first.in_reply_to.as_deref()), ("1@ornek.example", Some("0@ornek.bel.tr")));
    assert_eq!(first.references, ["a@ornek.bel.tr", "0@ornek.bel.tr"]);
    let file = &first.attachments[0];
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str(), file.bytes.as_slice()),
        (".._lamba.jpg", "image/jpeg", &[0xff, 0xd8, 0xff, 0xe0][..])
    );
    assert!(
        first.fault.is_none() && !first.auto_submitted && !first.from_ourselves && first.to[0].email == "talep@ornek.bel.tr"
    );
    let faults: Vec<_> = all.iter().map(|m| m.fault).collect();
    assert_eq!(faults, [None, Some(Fault::Unreadable), Some(Fault::TooLarge), None, None]);
    // Whose the large one is, is known; what is in it, is not.
    let large = &all[2];
    assert_eq!((large.subject.as_str(), large.message_id.as_str(), large.text.as_str()), ("Buyuk", "3@ornek.example", ""));
    assert!(large.size > 300_000 && all[3].auto_submitted);
    assert_eq!(all[4].text, "* 9 FETCH (UID 1 BODY[] NIL)\nm1 OK");

    // Done once, done twice, and with a number of another folder: the same.
    for mail in &all[..2] {
        inbox.done(mail.place).unwrap();
        inbox.done(mail.place).unwrap();
    }
    let mut other = all[2].place;
    other.validity += 1;
    inbox.done(other).unwrap();
    inbox.close();
    assert_eq!((dovecot.holds("").len(), dovecot.holds(DONE).len()), (3, 2));

    // A server without MOVE and SASL-IR, over STARTTLS: the same.
    let mut inbox = Inbox::open(&dovecot.mailbox("127.0.0.2", Security::StartTls)).unwrap();
    let rest = inbox.fetch(1, 100_000).unwrap();
    assert_eq!((rest.len(), rest[0].place), (1, all[2].place));
    inbox.done(rest[0].place).unwrap();
    inbox.done(rest[0].place).unwrap();
    inbox.close();
    assert_eq!((dovecot.holds("").len(), dovecot.holds(DONE).len()), (2, 3));

    // Without a folder for it what is done is marked as seen.
    let mut marked = dovecot.mailbox("localhost", Security::Tls);
    marked.done_folder = None;
    let mut inbox = Inbox::open(&marked).unwrap();
    let rest = inbox.fetch(10, 100_000).unwrap();
    assert_eq!(rest.len(), 2, "looking marks nothing");
    inbox.done(rest[0].place).unwrap();
    assert_eq!(inbox.fetch(10, 100_000).unwrap().len(), 1);
    inbox.close();
    assert_eq!(dovecot.holds("").iter().filter(|name| name.ends_with(":2,S")).count(), 1);

    // Who isn't let in, who can't be trusted, and what must not leave the machine.
    let wrong = meydan_messages::inbox::Mailbox { password: Secret::new("x"), ..marked.clone() };
    let told = Inbox::open(&wrong).map(|_| ()).unwrap_err();
    assert!(matches!(&told, Failure::Later { why, .. } if why.contains("AUTHENTICATE")), "{told}");
    let stranger = meydan_messages::inbox::Mailbox { ca_file: None, ..marked.clone() };
    assert!(matches!(Inbox::open(&stranger), Err(Failure::Later { .. })));
    let plain = meydan_messages::inbox::Mailbox { host: "10.0.0.1".into(), security: Security::None, ..marked };
    assert!(matches!(Inbox::open(&plain), Err(Failure::Settings(_))));
}
