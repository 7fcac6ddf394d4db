//! The mailbox: what lies in it, and what is done.

use super::{
    Fault, Incoming, MAX_BATCH_BYTES, MAX_HEAD_BYTES, Mailbox, Place, read,
    wire::{Line, Token, Wire, folder, quoted, starts},
};
use crate::{Failure, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Limit: mails of one [`Inbox::fetch`].
pub const MAX_MAILS: usize = 500;

/// An open mailbox. After a failure open a new one.
pub struct Inbox {
    wire: Wire,
    own: Vec<String>,
    validity: u32,
    /// Its name as the server has it.
    done: Option<String>,
    can_move: bool,
    can_expunge: bool,
}

impl Inbox {
    /// Connects, logs in and opens the folder. Blocks, as all calls here.
    ///
    /// # Errors
    /// [`Failure::Settings`], or [`Failure::Later`] if the server can't be reached, trusted, or doesn't let us in.
    pub fn open(mailbox: &Mailbox) -> Result<Self> {
        let done = mailbox.done_folder.as_deref().map(folder).transpose()?;
        let read = folder(&mailbox.folder)?;
        let mut wire = Wire::open(mailbox)?;
        let before = wire.command(&["CAPABILITY"], 0)?;
        let password = mailbox.password.reveal();
        if can(&before, "AUTH=PLAIN") && can(&before, "SASL-IR") {
            // Any letters go this way, also those that LOGIN can't quote.
            let secret = STANDARD.encode(format!("\0{}\0{password}", mailbox.user));
            wire.command(&["AUTHENTICATE PLAIN", &secret], 0)?;
        } else {
            wire.command(&["LOGIN", &quoted(&mailbox.user)?, &quoted(password)?], 0)?;
        }
        let able = wire.command(&["CAPABILITY"], 0)?;
        let (can_move, can_expunge) = (can(&able, "MOVE"), can(&able, "UIDPLUS"));
        if let Some(done) = &done {
            // It says no if there is one already; whether it is good shows when a mail goes there.
            let _ = wire.command(&["CREATE", done], 0);
        }
        let opened = wire.command(&["SELECT", &read], 0)?;
        let validity = opened.iter().find_map(validity).ok_or_else(|| Failure::later("SELECT: no UIDVALIDITY"))?;
        Ok(Self { wire, own: mailbox.own.clone(), validity, done, can_move, can_expunge })
    }

    /// The oldest mails that are not done, at most `limit` ([`MAX_MAILS`]) and [`MAX_BATCH_BYTES`] in all. Of one with more than
    /// `max_bytes` only the head is read; it comes with [`Fault::TooLarge`]. Call [`Inbox::done`] for *every* mail that was dealt with,
    /// also for a refused one: what isn't done comes again, first.
    ///
    /// # Errors
    /// [`Failure::Later`].
    pub fn fetch(&mut self, limit: usize, max_bytes: usize) -> Result<Vec<Incoming>> {
        let which = if self.done.is_some() { "UNDELETED" } else { "UNSEEN UNDELETED" };
        let found = self.wire.command(&["UID", "SEARCH", which], 0)?;
        let mut uids: Vec<u32> = found.iter().filter(|l| starts(&l.text, "* SEARCH")).flat_map(numbers).collect();
        uids.sort_unstable();
        uids.truncate(limit.min(MAX_MAILS));
        if uids.is_empty() {
            return Ok(Vec::new());
        }
        let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let sized = self.wire.command(&["UID", "FETCH", &set, "(UID RFC822.SIZE)"], 0)?;
        let mut sizes: Vec<(u32, u32)> = sized.iter().filter_map(fetched).filter_map(|f| Some((f.uid?, f.size?))).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let (mut out, mut taken) = (Vec::new(), 0_usize);
        for (uid, size) in sizes.into_iter().filter(|(uid, _)| uids.binary_search(uid).is_ok()) {
            let wanted = (size as usize).min(max_bytes);
            if !out.is_empty() && taken.saturating_add(wanted) > MAX_BATCH_BYTES {
                break;
            }
            // It may have gone meanwhile.
            if let Some(mail) = self.one(uid, size, max_bytes)? {
                taken = taken.saturating_add(wanted);
                out.push(mail);
            }
        }
        Ok(out)
    }

    fn one(&mut self, uid: u32, size: u32, max_bytes: usize) -> Result<Option<Incoming>> {
        let mut too_large = size as usize > max_bytes;
        let mut bytes = match too_large {
            true => self.body(uid, "HEADER", MAX_HEAD_BYTES)?,
            // One byte more: some servers estimate a mail's size.
            false => self.body(uid, "", max_bytes.saturating_add(1))?,
        };
        if let Some(bytes) = bytes.as_mut().filter(|b| b.len() > max_bytes) {
            too_large = true;
            bytes.truncate(MAX_HEAD_BYTES.min(max_bytes));
        }
        let place = Place { validity: self.validity, uid };
        Ok(bytes.map(|bytes| {
            let mut mail = read(&bytes, place, size, &self.own);
            if too_large {
                mail.fault = Some(Fault::TooLarge);
                mail.text.clear();
                mail.attachments.clear();
            }
            mail
        }))
    }

    fn body(&mut self, uid: u32, section: &str, most: usize) -> Result<Option<Vec<u8>>> {
        let item = format!("(UID BODY.PEEK[{section}]<0.{most}>)");
        let lines = self.wire.command(&["UID", "FETCH", &uid.to_string(), &item], most)?;
        Ok(lines.iter().filter_map(fetched).find(|f| f.uid == Some(uid)).and_then(|f| f.body))
    }

    /// Puts a mail away: to the folder of what is done, or marked as seen. Once more does nothing; nor if the folder is another one by
    /// now (then the mail comes again, with the same id).
    ///
    /// # Errors
    /// [`Failure::Later`].
    pub fn done(&mut self, place: Place) -> Result<()> {
        if place.validity != self.validity {
            return Ok(());
        }
        let uid = place.uid.to_string();
        let Some(done) = self.done.clone() else {
            return self.wire.command(&["UID", "STORE", &uid, "+FLAGS.SILENT (\\Seen)"], 0).map(|_| ());
        };
        if self.can_move {
            return self.wire.command(&["UID", "MOVE", &uid, &done], 0).map(|_| ());
        }
        self.wire.command(&["UID", "COPY", &uid, &done], 0)?;
        self.wire.command(&["UID", "STORE", &uid, "+FLAGS.SILENT (\\Deleted)"], 0)?;
        if self.can_expunge {
            self.wire.command(&["UID", "EXPUNGE", &uid], 0)?;
        }
        Ok(())
    }

    /// Takes leave; what happens then is of no matter.
    pub fn close(mut self) {
        let _ = self.wire.command(&["LOGOUT"], 0);
    }
}

fn can(able: &[Line], what: &str) -> bool {
    let mut words = able.iter().filter(|l| starts(&l.text, "* CAPABILITY")).flat_map(Line::tokens);
    words.any(|w| matches!(w, Token::Atom(word) if word.eq_ignore_ascii_case(what)))
}

/// What a FETCH line tells of a mail.
#[derive(Debug, Default)]
struct Fetched {
    uid: Option<u32>,
    size: Option<u32>,
    body: Option<Vec<u8>>,
}

fn fetched(line: &Line) -> Option<Fetched> {
    let tokens = line.tokens();
    match tokens.get(2) {
        Some(Token::Atom(word)) if word.eq_ignore_ascii_case("FETCH") => {}
        _ => return None,
    }
    let mut out = Fetched::default();
    for pair in tokens.windows(2) {
        match pair {
            [Token::Atom(name), Token::Atom(value)] if name.eq_ignore_ascii_case("UID") => out.uid = value.parse().ok(),
            [Token::Atom(name), Token::Atom(value)] if name.eq_ignore_ascii_case("RFC822.SIZE") => {
                out.size = value.parse().ok()
            }
            [Token::Atom(name), Token::Text(text)] if starts(name.as_bytes(), "BODY[") => out.body = Some(text.clone()),
            [Token::Atom(name), Token::Atom(nil)] if starts(name.as_bytes(), "BODY[") && nil.eq_ignore_ascii_case("NIL") => {
                out.body = Some(Vec::new());
            }
            _ => {}
        }
    }
    Some(out)
}

fn numbers(line: &Line) -> Vec<u32> {
    let number = |token| match token {
        Token::Atom(word) => word.parse().ok(),
        Token::Text(_) => None,
    };
    line.tokens().into_iter().filter_map(number).collect()
}

/// `* OK [UIDVALIDITY 1700000000] …`
fn validity(line: &Line) -> Option<u32> {
    let text = String::from_utf8_lossy(&line.text).to_ascii_uppercase();
    text.split_once("[UIDVALIDITY ")?.1.split_once(']')?.0.trim().parse().ok()
}
