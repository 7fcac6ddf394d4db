//! What a mail says (RFC 5322, MIME), taken from any bytes.

use super::{Fault, Incoming, MAX_ATTACHMENTS, MAX_LISTED, MAX_TEXT_BYTES, Place};
use crate::mail::{Address, Attachment, MAX_LINE_BYTES};
use jiff::Timestamp;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _, PartType, decoders::html::html_to_text};

/// Reads a mail. Never fails: what can't be read comes with [`Fault::Unreadable`], with whatever could.
pub fn read(bytes: &[u8], place: Place, size: u32, own: &[String]) -> Incoming {
    let nothing = Incoming {
        place,
        message_id: made_id(bytes),
        from: Address::default(),
        to: Vec::new(),
        subject: String::new(),
        date: None,
        text: String::new(),
        cut: false,
        attachments: Vec::new(),
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: false,
        from_ourselves: false,
        size,
        fault: Some(Fault::Unreadable),
    };
    // No mail is known that makes the parser panic; one that did would stop the queue for ever.
    let told =
        std::panic::catch_unwind(|| MessageParser::default().parse(bytes).map(|message| told(&message, own, nothing.clone())));
    told.ok().flatten().unwrap_or(nothing)
}

fn told(message: &Message, own: &[String], nothing: Incoming) -> Incoming {
    let from = message.from().or(message.sender()).and_then(|a| a.first()).map(address).unwrap_or_default();
    let (text, text_cut) = text(message);
    let ids = |value: &HeaderValue| -> Vec<String> {
        value.as_text_list().unwrap_or_default().iter().take(MAX_LISTED).filter_map(|id| an_id(id)).collect()
    };
    Incoming {
        message_id: message.message_id().and_then(an_id).unwrap_or(nothing.message_id),
        from_ourselves: own.iter().any(|o| o.eq_ignore_ascii_case(&from.email)),
        auto_submitted: is_automatic(message, &from.email),
        // RFC 5322 §3.6: there is no mail without a sender.
        fault: from.email.is_empty().then_some(Fault::Unreadable),
        from,
        to: message.to().into_iter().flat_map(|list| list.iter()).take(MAX_LISTED).map(address).collect(),
        subject: line(message.subject().unwrap_or_default(), MAX_LINE_BYTES),
        date: message.date().and_then(|d| Timestamp::from_second(d.to_timestamp()).ok()),
        text,
        cut: text_cut || message.attachment_count() > MAX_ATTACHMENTS,
        attachments: attachments(message),
        in_reply_to: ids(message.in_reply_to()).pop(),
        references: ids(message.references()),
        ..nothing
    }
}

fn address(address: &mail_parser::Addr) -> Address {
    let name = address.name().map(|n| line(n, MAX_LINE_BYTES)).filter(|n| !n.is_empty());
    Address { name, email: line(address.address().unwrap_or_default(), MAX_LINE_BYTES) }
}

/// All texts of the body, one below the other.
fn text(message: &Message) -> (String, bool) {
    let mut out = String::new();
    for part in message.text_bodies() {
        let piece = match &part.body {
            PartType::Text(text) => clean(text),
            PartType::Html(html) => clean(&html_to_text(&with_lines(html))),
            _ => continue,
        };
        if !out.is_empty() && !piece.is_empty() {
            out.push('\n');
        }
        out.push_str(&piece);
        if out.len() > MAX_TEXT_BYTES {
            out.truncate(out.floor_char_boundary(MAX_TEXT_BYTES));
            return (out, true);
        }
    }
    (out, false)
}

/// HTML with a line's end where a block ends: the parser knows paragraphs only.
fn with_lines(html: &str) -> String {
    const BLOCKS: [&str; 11] = ["div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"];
    let mut pieces = html.split("</");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let name: String = piece.chars().take_while(char::is_ascii_alphanumeric).take(12).collect();
        let ends_line = BLOCKS.contains(&name.to_ascii_lowercase().as_str());
        out.push_str(if ends_line { "<br></" } else { "</" });
        out.push_str(piece);
    }
    out
}

/// Lines ended alike, nothing unseen in them, not more than one empty line in a row.
fn clean(text: &str) -> String {
    let (mut out, mut empty) = (String::with_capacity(text.len()), 0);
    for line in text.lines() {
        let line: String = line.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_matches('\n').to_owned()
}

fn attachments(message: &Message) -> Vec<Attachment> {
    let named = message.attachments().take(MAX_ATTACHMENTS).enumerate();
    let taken = named.map(|(index, part)| {
        let given = part.attachment_name().map(|n| line(&n.replace(['/', '\\'], "_"), 200)).filter(|n| !n.is_empty());
        let kind = part.content_type().map(|t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or("octet-stream")));
        Attachment {
            name: given.unwrap_or_else(|| format!("ek-{}", index + 1)),
            media_type: line(&kind.unwrap_or_else(|| "application/octet-stream".to_owned()).to_ascii_lowercase(), 100),
            bytes: part.contents().to_vec(),
        }
    });
    taken.collect()
}

/// True if no person waits for an answer (RFC 3834 §2, and what is older than it).
fn is_automatic(message: &Message, from: &str) -> bool {
    let header = |name: &str| message.header_raw(name).map(|v| v.trim().to_ascii_lowercase());
    let submitted = header("Auto-Submitted").is_some_and(|v| v.split(';').next().map(str::trim) != Some("no"));
    let precedence = header("Precedence").is_some_and(|v| ["bulk", "junk", "list", "auto_reply"].contains(&v.as_str()));
    let robots = ["List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "Feedback-ID"];
    let bounced = header("Return-Path").is_some_and(|v| v == "<>");
    let report = message.content_type().is_some_and(|t| t.ctype() == "multipart" && t.subtype() == Some("report"));
    let daemon = from.split('@').next().is_some_and(|l| l.eq_ignore_ascii_case("mailer-daemon"));
    submitted || precedence || bounced || report || daemon || robots.iter().any(|name| message.header_raw(*name).is_some())
}

/// A text as one line of at most so many bytes.
fn line(text: &str, most: usize) -> String {
    let one: String = text.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c }).collect();
    let one = one.trim();
    one.get(..one.floor_char_boundary(most)).unwrap_or_default().to_owned()
}

fn an_id(id: &str) -> Option<String> {
    let bare = id.trim().trim_start_matches('<').trim_end_matches('>');
    let plain = !bare.is_empty() && bare.len() <= MAX_LINE_BYTES && !bare.chars().any(|c| c.is_control() || c.is_whitespace());
    plain.then(|| bare.to_owned())
}

/// An id for a mail that bears none.
fn made_id(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let hex: String = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    format!("{hex}@without-id.invalid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: Place = Place { validity: 1, uid: 1 };

    fn of(text: &str) -> Incoming {
        read(text.replace('\n', "\r\n").as_bytes(), PLACE, 0, &["bilgi@bel.tr".into()])
    }

    #[test]
    fn robots_and_we_ourselves_are_told_apart() {
        assert!(!of("From: ayse@ornek.example\nSubject: x\nAuto-Submitted: no\n\ny").auto_submitted);
        for head in
            ["Auto-Submitted: auto-replied", "Precedence: BULK", "List-Id: <a.b>", "Return-Path: <>", "X-Autoreply: yes"]
        {
            assert!(of(&format!("From: ayse@ornek.example\n{head}\n\ny")).auto_submitted, "{head}");
        }
        assert!(of("From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n--b--").auto_submitted);
        assert!(of("From: Biz <BILGI@bel.tr>\n\ny").from_ourselves);
        assert!(!of("From: Biz <bilgi@bel.tr.example>\n\ny").from_ourselves);
    }

    #[test]
    fn html_is_read_as_lines_without_what_nobody_sees() {
        let mail =
            of("From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n<head><title>t</title></head><style>p{}</style>\
            <div>Çöp &amp; moloz</div><div>Gül Sokak <b>5</b></div><script>alert(1)</script><p>Teşekkürler</p>");
        assert_eq!(mail.text, "Çöp & moloz\nGül Sokak 5\nTeşekkürler");
    }

    #[test]
    fn turkish_letters_of_older_programs_are_read() {
        let mut bytes =
            b"From: =?iso-8859-9?Q?Ay=FEe_=C7=FDnar?= <a@b.example>\r\nSubject: =?windows-1254?B?3mlr4nlldA==?=\r\n\
            Content-Type: text/plain; charset=windows-1254\r\n\r\n"
                .to_vec();
        bytes.extend(b"\xdeikayet: \xf0\xfd\xfe");
        let mail = read(&bytes, PLACE, 0, &[]);
        assert_eq!((mail.from.name.as_deref(), mail.text.as_str()), (Some("Ayşe Çınar"), "Şikayet: ğış"));
        assert_eq!(mail.subject, "Şikâyet");
    }

    #[test]
    fn a_mail_without_id_has_always_the_same() {
        let (one, two, other) = (of("From: a@b.example\n\ny"), of("From: a@b.example\n\ny"), of("From: a@b.example\n\nz"));
        assert!(one.message_id == two.message_id && one.message_id != other.message_id);
        let bare = of("From: a@b.example\nMessage-ID: <x@y>\nIn-Reply-To: <1@bel.tr>\nReferences: <0@bel.tr> <1@bel.tr>\n\ny");
        assert_eq!((bare.message_id.as_str(), bare.in_reply_to.as_deref()), ("x@y", Some("1@bel.tr")));
        assert_eq!(bare.references, ["0@bel.tr", "1@bel.tr"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            read(&bytes, PLACE, 0, &[]);
        }

        #[test]
        fn any_mail_is_read(pieces in proptest::collection::vec(proptest::sample::select(vec![
            "From: ", "a@b.example", "\r\n", "\r\n\r\n", "Content-Type: ", "multipart/mixed; boundary=b", "text/html", "--b", "--",
            "message/rfc822", "Content-Transfer-Encoding: base64\r\n", "=?utf-8?B?", "?=", "Date: Mon, 99 Foo 2026 99:99:99 +9999",
            "<", ">", "</div", "&#x110000;", "charset=utf-7", "begin 644 x\r\n", "\u{130}ş", "name*0*=utf-8''%", ";",
        ]), 0..60)) {
            let mail = read(pieces.concat().as_bytes(), PLACE, 0, &[]);
            prop_assert!(mail.text.len() <= MAX_TEXT_BYTES);
        }
    }
}
