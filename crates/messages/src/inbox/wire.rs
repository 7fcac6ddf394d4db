//! The line to an IMAP server: commands out, answers in, all of them bounded in bytes and time.

use super::Mailbox;
use crate::{Failure, Result, Security, server, trust};
use base64::{Engine as _, alphabet::IMAP_MUTF7, engine::GeneralPurpose, engine::general_purpose::NO_PAD};
use rustls::{ClientConnection, StreamOwned, pki_types::ServerName};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// How long connecting to one address may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may be silent within an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// How long one command may take as a whole.
const COMMAND: Duration = Duration::from_secs(300);
/// Limit: bytes of an answer beside the mail that was asked for (numbers of half a million mails).
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// Stands in a line for a literal that came with it; IMAP knows no such byte.
const LITERAL: u8 = 0;

/// A connection.
pub(super) struct Wire {
    stream: Stream,
    /// What was read and is not yet used.
    ahead: Vec<u8>,
    used: usize,
    tag: u32,
    until: Instant,
    /// Bytes that the answer under way may still have.
    budget: usize,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// A line of an answer with the literals in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub text: Vec<u8>,
    pub literals: Vec<Vec<u8>>,
}

/// What a line is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    Atom(String),
    Text(Vec<u8>),
}

impl Wire {
    /// Connects, secures the connection; nobody is logged in yet.
    pub fn open(mailbox: &Mailbox) -> Result<Self> {
        let tls = match mailbox.security {
            Security::None => None,
            Security::StartTls | Security::Tls => {
                let name = ServerName::try_from(mailbox.host.clone()).map_err(|_| Failure::settings("host: not a name"))?;
                let config = trust::client(mailbox.ca_file.as_deref())?;
                Some(ClientConnection::new(config, name).map_err(Failure::settings)?)
            }
        };
        let mut stream = Err(Failure::later("no address"));
        for address in server::addresses(&mailbox.host, mailbox.port, mailbox.security)? {
            stream = TcpStream::connect_timeout(&address, CONNECT).map_err(Failure::later);
            if stream.is_ok() {
                break;
            }
        }
        let stream = stream?;
        stream.set_read_timeout(Some(SILENCE)).map_err(Failure::later)?;
        stream.set_write_timeout(Some(SILENCE)).map_err(Failure::later)?;
        let (stream, later) = match (tls, mailbox.security) {
            (Some(tls), Security::Tls) => (Stream::Tls(Box::new(StreamOwned::new(tls, stream))), None),
            (tls, _) => (Stream::Plain(stream), tls),
        };
        let until = Instant::now() + COMMAND;
        let mut wire = Self { stream, ahead: Vec::new(), used: 0, tag: 0, until, budget: MAX_ANSWER };
        // Who is let in before TLS (PREAUTH) can't be asked for TLS any more.
        if !starts(&wire.line()?.text, "* OK") {
            return Err(Failure::later("the server doesn't greet as a mailbox does"));
        }
        match later {
            Some(tls) => wire.start_tls(tls),
            None => Ok(wire),
        }
    }

    fn start_tls(mut self, tls: ClientConnection) -> Result<Self> {
        self.command(&["STARTTLS"], 0)?;
        // What a stranger added in the clear is never taken for what the server says later.
        if self.used != self.ahead.len() {
            return Err(Failure::later("the server speaks before TLS begins"));
        }
        match self.stream {
            Stream::Plain(plain) => Ok(Self { stream: Stream::Tls(Box::new(StreamOwned::new(tls, plain))), ..self }),
            Stream::Tls(_) => Err(Failure::later("TLS twice")),
        }
    }

    /// Sends a command, the words with spaces between; the answer's lines without the last. A word is sent as it is, so names and
    /// passwords go through [`quoted`]. `literals`: bytes that may come beside the answer's lines.
    ///
    /// # Errors
    /// [`Failure::Later`], also if the server says no.
    pub fn command(&mut self, words: &[&str], literals: usize) -> Result<Vec<Line>> {
        self.tag = self.tag.wrapping_add(1);
        self.until = Instant::now() + COMMAND;
        self.budget = MAX_ANSWER.saturating_add(literals);
        let tag = format!("m{}", self.tag);
        let name = words.first().copied().unwrap_or_default();
        self.write(format!("{tag} {}\r\n", words.join(" ")).as_bytes())?;
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            match line.text.strip_prefix(tag.as_bytes()) {
                Some(end) if starts(end, " OK") => return Ok(lines),
                Some(end) => {
                    return Err(Failure::later(format!("{name}: the server says{}", String::from_utf8_lossy(end))));
                }
                None if line.text.starts_with(b"+") => return Err(Failure::later(format!("{name}: the server wants more"))),
                None => lines.push(line),
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let writer: &mut dyn Write = match &mut self.stream {
            Stream::Plain(plain) => plain,
            Stream::Tls(tls) => tls,
        };
        writer.write_all(bytes).and_then(|()| writer.flush()).map_err(Failure::later)
    }

    /// A whole line, literals read along.
    fn line(&mut self) -> Result<Line> {
        let mut line = Line::default();
        loop {
            let piece = self.until_line_end()?;
            match literal_size(&piece) {
                None => {
                    line.text.extend_from_slice(&piece);
                    return Ok(line);
                }
                Some((size, text)) => {
                    line.text.extend_from_slice(text);
                    line.text.push(LITERAL);
                    line.literals.push(self.exactly(size)?);
                }
            }
        }
    }

    fn until_line_end(&mut self) -> Result<Vec<u8>> {
        let mut looked = self.used;
        loop {
            if let Some(end) = self.ahead.get(looked..).and_then(|rest| rest.iter().position(|b| *b == b'\n')) {
                let line = self.ahead.get(self.used..looked + end).unwrap_or_default();
                let line = line.strip_suffix(b"\r").unwrap_or(line).to_vec();
                self.used = looked + end + 1;
                return if line.contains(&LITERAL) { Err(Failure::later("not a line of IMAP")) } else { Ok(line) };
            }
            let came = self.more()?;
            looked = self.ahead.len() - came;
        }
    }

    fn exactly(&mut self, size: usize) -> Result<Vec<u8>> {
        if size > self.budget.saturating_add(self.ahead.len() - self.used) {
            return Err(Failure::later("the server sends more than was asked for"));
        }
        while self.ahead.len() - self.used < size {
            self.more()?;
        }
        let taken = self.ahead.get(self.used..self.used + size).unwrap_or_default().to_vec();
        self.used += size;
        Ok(taken)
    }

    /// Reads on; how many bytes came. What was used before is forgotten.
    fn more(&mut self) -> Result<usize> {
        self.ahead.drain(..self.used);
        self.used = 0;
        let mut piece = [0; 16 * 1024];
        let reader: &mut dyn Read = match &mut self.stream {
            Stream::Plain(plain) => plain,
            Stream::Tls(tls) => tls,
        };
        let came = reader.read(&mut piece).map_err(Failure::later)?;
        if came == 0 {
            return Err(Failure::later("the server ended the connection"));
        }
        if Instant::now() > self.until {
            return Err(Failure::later("the server takes too long"));
        }
        self.budget =
            self.budget.checked_sub(came).ok_or_else(|| Failure::later("the server sends more than was asked for"))?;
        self.ahead.extend_from_slice(piece.get(..came).unwrap_or_default());
        Ok(came)
    }
}

impl Line {
    /// The line in pieces, brackets of lists left out; a text is a literal or what stands in quotes.
    pub fn tokens(&self) -> Vec<Token> {
        let (mut out, mut literals, mut bytes) = (Vec::new(), self.literals.iter(), self.text.iter().copied().peekable());
        while let Some(byte) = bytes.next() {
            match byte {
                b' ' | b'(' | b')' => {}
                LITERAL => out.push(Token::Text(literals.next().cloned().unwrap_or_default())),
                b'"' => {
                    let mut text = Vec::new();
                    while let Some(byte) = bytes.next().filter(|b| *b != b'"') {
                        text.push(if byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte });
                    }
                    out.push(Token::Text(text));
                }
                first => {
                    let mut atom = vec![first];
                    while let Some(byte) = bytes.next_if(|b| !b" ()\"\0".contains(b)) {
                        atom.push(byte);
                    }
                    out.push(Token::Atom(String::from_utf8_lossy(&atom).into_owned()));
                }
            }
        }
        out
    }
}

/// True if a line begins so, whatever the case.
pub(super) fn starts(line: &[u8], with: &str) -> bool {
    line.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
}

/// `… {123}` at the end of a line: a literal of so many bytes follows.
fn literal_size(line: &[u8]) -> Option<(usize, &[u8])> {
    let open = line.iter().rposition(|b| *b == b'{')?;
    let digits = std::str::from_utf8(line.get(open + 1..)?.strip_suffix(b"}")?).ok()?;
    Some((digits.parse().ok()?, line.get(..open)?))
}

/// A text as a quoted string.
///
/// # Errors
/// [`Failure::Settings`] if it holds what can't be quoted.
pub(super) fn quoted(text: &str) -> Result<String> {
    if text.chars().any(char::is_control) {
        return Err(Failure::settings("a name or password of the mailbox holds a control character"));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A folder's name as IMAP writes it: modified UTF-7 (RFC 3501 §5.1.3), quoted.
pub(super) fn folder(name: &str) -> Result<String> {
    let coder = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);
    let (mut out, mut beyond) = (String::new(), Vec::new());
    let flush = |out: &mut String, beyond: &mut Vec<u8>| {
        if !beyond.is_empty() {
            out.push_str(&format!("&{}-", coder.encode(&beyond)));
            beyond.clear();
        }
    };
    for c in name.chars() {
        if c.is_ascii() {
            flush(&mut out, &mut beyond);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            beyond.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut out, &mut beyond);
    quoted(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_and_lines_are_written_as_imap_does() {
        assert_eq!(folder("Yapıldı").unwrap(), "\"Yap&ATE-ld&ATE-\"");
        assert_eq!(folder("台北 & \"x\"").unwrap(), "\"&U,BTFw- &- \\\"x\\\"\"");
        assert!(quoted("a\r\nm9 LOGOUT").is_err());
        assert_eq!(literal_size(b"* 1 FETCH (BODY[]<0> {12}"), Some((12, &b"* 1 FETCH (BODY[]<0> "[..])));
        assert_eq!(literal_size(b"* OK {x}"), None);
        let line = Line { text: b"* 2 FETCH (UID 7 X \"a\\\"b\" BODY[] \0)".to_vec(), literals: vec![b"UID 9".to_vec()] };
        let atom = |t: &str| Token::Atom(t.into());
        let text = |t: &str| Token::Text(t.as_bytes().to_vec());
        let all = vec![
            atom("*"),
            atom("2"),
            atom("FETCH"),
            atom("UID"),
            atom("7"),
            atom("X"),
            text("a\"b"),
            atom("BODY[]"),
            text("UID 9"),
        ];
        assert_eq!(line.tokens(), all);
    }

    proptest! {
        #[test]
        fn any_line_has_tokens(text in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = literal_size(&text);
            Line { text, literals: vec![] }.tokens();
        }
    }
}
