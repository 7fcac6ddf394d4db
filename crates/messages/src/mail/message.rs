//! A mail as the bytes that travel (RFC 5322, MIME).

use super::{Address, MAX_ATTACHMENTS_BYTES, MAX_LINE_BYTES, MAX_REFERENCES, MAX_TEXT_BYTES, Mail};
use crate::{Failure, Result};
use lettre::{
    Message,
    message::{
        Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

/// Builds the message.
///
/// # Errors
/// [`Failure::Refused`] if an address, an id or a media type is none, or something is too large.
pub(super) fn build(mail: &Mail, from: &Mailbox) -> Result<Message> {
    let id = bracketed(&mail.message_id).ok_or_else(|| Failure::refused("the mail has no id"))?;
    let mut builder = Message::builder()
        .from(from.clone())
        .to(mailbox(&mail.to)?)
        .subject(line(&mail.subject)?)
        .message_id(Some(id))
        .date_now();
    if let Some(address) = &mail.reply_to {
        builder = builder.reply_to(mailbox(address)?);
    }
    // What a stranger's mail calls its id may be anything: what isn't an id is left out rather than the answer.
    let answered = mail.in_reply_to.as_deref().and_then(bracketed);
    let mut before: Vec<String> = mail.references.iter().filter_map(|id| bracketed(id)).collect();
    if let Some(id) = answered {
        if before.last() != Some(&id) {
            before.push(id.clone());
        }
        builder = builder.in_reply_to(id);
    }
    if !before.is_empty() {
        builder = builder.references(before.split_off(before.len().saturating_sub(MAX_REFERENCES)).join(" "));
    }
    if mail.automatic {
        builder = raw(builder, "Auto-Submitted", "auto-generated");
        // Exchange minds this one instead.
        builder = raw(builder, "X-Auto-Response-Suppress", "All");
    }
    if let Some(url) = &mail.unsubscribe {
        let plain = url.starts_with("https://") && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>,".contains(&b));
        if !plain || url.len() > MAX_LINE_BYTES {
            return Err(Failure::refused("the address that ends a subscription is none"));
        }
        builder = raw(builder, "List-Unsubscribe", &format!("<{url}>"));
        builder = raw(builder, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
    with_body(builder, mail)
}

fn with_body(builder: MessageBuilder, mail: &Mail) -> Result<Message> {
    let longest = mail.text.len().max(mail.html.as_ref().map_or(0, String::len));
    let attached: usize = mail.attachments.iter().map(|a| a.bytes.len()).sum();
    if longest > MAX_TEXT_BYTES || attached > MAX_ATTACHMENTS_BYTES {
        return Err(Failure::refused("the mail is too large"));
    }
    let plain = SinglePart::plain(mail.text.clone());
    let both = mail.html.clone().map(|html| MultiPart::alternative_plain_html(mail.text.clone(), html));
    let built = match (both, mail.attachments.is_empty()) {
        (None, true) => builder.singlepart(plain),
        (Some(both), true) => builder.multipart(both),
        (both, false) => {
            let mut mixed = match both {
                Some(both) => MultiPart::mixed().multipart(both),
                None => MultiPart::mixed().singlepart(plain),
            };
            for file in &mail.attachments {
                let kind = ContentType::parse(&file.media_type).map_err(|_| Failure::refused("no media type"))?;
                // A zone of names for files: nothing of a path, no control characters.
                let name = line(&file.name)?.replace(['/', '\\', '"'], "_");
                mixed = mixed.singlepart(Attachment::new(name).body(file.bytes.clone(), kind));
            }
            builder.multipart(mixed)
        }
    };
    built.map_err(Failure::refused)
}

/// An address as lettre has it.
///
/// # Errors
/// [`Failure::Refused`] if it is none.
pub(super) fn mailbox(address: &Address) -> Result<Mailbox> {
    // The address itself stays out of the text: it is a person's.
    let email = line(&address.email)?.parse().map_err(|_| Failure::refused("not an e-mail address"))?;
    let name = address.name.as_deref().map(line).transpose()?.filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, email))
}

fn raw(builder: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
}

/// A text as one line of a bounded length: no header begins within it.
fn line(text: &str) -> Result<String> {
    if text.len() > MAX_LINE_BYTES {
        return Err(Failure::refused("a line of the mail's head is too long"));
    }
    let one: String = text.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c }).collect();
    Ok(one.trim().to_owned())
}

/// An id in its brackets; none if it can't be one.
fn bracketed(id: &str) -> Option<String> {
    let bare = id.trim().trim_start_matches('<').trim_end_matches('>');
    let plain = bare.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    (plain && bare.len() <= MAX_LINE_BYTES && bare.contains('@')).then(|| format!("<{bare}>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn built(mail: &Mail) -> Result<String> {
        let from = "Örnek Belediyesi <bilgi@ornek.bel.tr>".parse().unwrap();
        build(mail, &from).map(|m| String::from_utf8(m.formatted()).unwrap())
    }

    fn mail() -> Mail {
        let to = Address { name: Some("Ayşe Çınar".into()), email: "ayse@ornek.example".into() };
        Mail {
            to, subject: "Talebiniz".into(), text: "Alındı.".into(), message_id: "1@ornek.bel.tr".into(), ..Mail::default()
        }
    }

    #[test]
    fn what_is_no_mail_is_refused_for_ever() {
        assert!(built(&mail()).is_ok());
        let wrong: [fn(&mut Mail); 5] = [
            |m| m.to.email = "ayse".into(),
            |m| m.message_id = "".into(),
            |m| m.unsubscribe = Some("http://ornek.example/".into()),
            |m| m.text = "a".repeat(MAX_TEXT_BYTES + 1),
            |m| m.subject = "a".repeat(MAX_LINE_BYTES + 1),
        ];
        for change in wrong {
            let mut mail = mail();
            change(&mut mail);
            assert!(built(&mail).unwrap_err().is_final());
        }
    }

    proptest! {
        /// Nothing a citizen or a stranger wrote makes a header of its own.
        #[test]
        fn no_text_makes_a_header(text in "(\\PC|\r|\n|\r\nBcc: kurban@ornek.example\r\n){0,40}") {
            let mut mail = mail();
            mail.subject = text.clone();
            mail.to.name = Some(text.clone());
            mail.in_reply_to = Some(text.clone());
            mail.references = vec![text.clone(), "eski@ornek.example".into()];
            mail.attachments = vec![super::super::Attachment {
                name: text, media_type: "text/plain".into(), bytes: vec![1]
            }];
            let Ok(built) = built(&mail) else { return Ok(()) };
            let (head, _) = built.split_once("\r\n\r\n").unwrap();
            prop_assert!(!head.lines().any(|l| l.to_ascii_lowercase().starts_with("bcc")), "{}", head);
            let known = ["From", "To", "Subject", "Message-ID", "Date", "In-Reply-To", "References", "MIME-Version", "Content-Type"];
            for line in head.split("\r\n").filter(|l| !l.starts_with(' ')) {
                prop_assert!(known.iter().any(|k| line.starts_with(&format!("{k}:"))), "{}", line);
            }
        }
    }
}
