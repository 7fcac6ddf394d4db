//! Who has no account proves that a phone or an e-mail address is theirs: a code of six digits, sent there, good for ten minutes
//! and five tries. It is kept as a hash, in no record at all: the message that carries it has its place only ([`sent_code`]). Whoever
//! proves the contact of a case may act for that case for half an hour.

use crate::{Identity, bearer, sent_code};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Act, Error, Kind, Lang, Principal, Result, Secret, Value, desk::Edit, query::Key};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Kind of the secret of a code.
const CODE: &str = "contact_code";
/// Kind of the secret of a pass to one case.
const PASS: &str = "case_pass";
/// Minutes that a code is good for.
pub const CODE_MINUTES: i64 = 10;
/// Tries of one code.
pub const CODE_TRIES: u32 = 5;
/// A contact gets another code after this long.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// Limit: codes sent to one contact within [`REMEMBERED`].
const MAX_SENT: usize = 5;
/// How long it is remembered what was sent to a contact.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);
/// Minutes that a pass to a case lets see it.
const PASS_MINUTES: i64 = 120;
/// Minutes that a proven contact lets act for its case.
const PROVEN_MINUTES: i64 = 30;
/// How often a secret is swapped anew when another request changed it meanwhile.
const MAX_TURNS: usize = 8;
/// Limit: characters of a contact.
const MAX_CONTACT: usize = 200;
/// Digits of a Turkish phone number without country code and leading zero.
const PHONE_DIGITS: usize = 10;
/// Registers and fields of a case's contact, and of the messages.
const NOTICE: &str = "notice";
const EMAIL_FIELD: &str = "applicant_email";
const PHONE_FIELD: &str = "applicant_phone";

/// Where somebody can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    channel: &'static str,
    address: String,
}

impl Contact {
    /// An e-mail address; `None` if it is none.
    pub fn email(text: &str) -> Option<Self> {
        let address = text.trim().to_lowercase();
        let (name, host) = address.split_once('@')?;
        let plain = !address.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'));
        let good =
            !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@');
        (plain && good && address.chars().count() <= MAX_CONTACT).then_some(Self { channel: "email", address })
    }

    /// A mobile phone number of Türkiye, however it is written (`0532 …`, `+90 532 …`), or one with another country's code.
    pub fn phone(text: &str) -> Option<Self> {
        let text = text.trim();
        let kept = |c: char| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.' | '/');
        let digits: String = text.chars().filter(|c| kept(*c)).collect();
        let (plus, digits) = digits.strip_prefix('+').map_or((false, digits.as_str()), |rest| (true, rest));
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let national = |d: &str| (d.len() == PHONE_DIGITS && d.starts_with('5')).then(|| format!("+90{d}"));
        let address = match digits {
            d if plus && !d.starts_with("90") => (8..=15).contains(&d.len()).then(|| format!("+{d}")),
            d => national(d.strip_prefix("90").filter(|rest| rest.len() == PHONE_DIGITS).unwrap_or(d))
                .or_else(|| d.strip_prefix('0').and_then(national)),
        }?;
        Some(Self { channel: "sms", address })
    }

    /// The address: of an e-mail in small letters, of a phone as E.164.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// True for an e-mail address.
    pub fn is_email(&self) -> bool {
        self.channel == "email"
    }

    fn key(&self, purpose: &str) -> String {
        bearer::hash(&format!("{purpose}/{}/{}", self.channel, self.address))
    }
}

/// What is kept of a contact's codes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    /// Hash of the code; empty when it was used or tried too often.
    code: String,
    /// Until when it is good.
    until: Timestamp,
    tries: u32,
    /// When codes were sent, oldest first.
    sent: Vec<Timestamp>,
    /// The message that carries the code.
    #[serde(default)]
    message: Option<Uuid>,
}

/// What is kept of a pass.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pass {
    number: String,
    proven_at: Option<Timestamp>,
}

impl Identity {
    /// Sends a contact a code; an earlier one for the same purpose is void.
    ///
    /// # Errors
    /// `too-many-codes` with the seconds to wait; those of the store.
    pub async fn send_code(&self, contact: &Contact, purpose: &str, lang: Lang) -> Result<()> {
        let code = six_digits()?;
        let key = contact.key(purpose);
        let now = Timestamp::now();
        let (message, until) = (Uuid::now_v7(), now + SignedDuration::from_mins(CODE_MINUTES));
        let mut sent = false;
        for _ in 0..MAX_TURNS {
            let stands = self.store().secret(CODE, &key).await?;
            let mut kept = stands.as_ref().filter(|s| !s.is_over(now)).and_then(read).unwrap_or_default();
            kept.sent.retain(|at| now.duration_since(*at) < REMEMBERED);
            if let Some(wait) = wait(&kept.sent, now) {
                return Err(too_many_codes(wait));
            }
            kept.sent.push(now);
            let before = kept.message;
            kept = Kept { code: proof(&key, &code), until, tries: 0, message: Some(message), ..kept };
            if self.store().swap_secret(stands.as_ref(), &secret(&key, &kept, now)?).await? {
                // A code that is void now is not sent any more.
                if let Some(before) = before {
                    sent_code::end(&**self.store(), before, now).await?;
                }
                sent = true;
                break;
            }
        }
        if !sent {
            return Err(too_many_codes(AGAIN_AFTER));
        }
        sent_code::keep(&**self.store(), message, &code, now, until).await?;
        self.tell_code(contact, message, lang, now).await
    }

    /// Takes the code that a contact was sent; it is good once.
    ///
    /// # Errors
    /// `wrong-code`, `code-over`; those of the store.
    pub async fn take_code(&self, contact: &Contact, purpose: &str, code: &str) -> Result<()> {
        let key = contact.key(purpose);
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        for _ in 0..MAX_TURNS {
            let now = Timestamp::now();
            let stands = self.store().secret(CODE, &key).await?.filter(|s| !s.is_over(now)).ok_or_else(code_over)?;
            let mut kept = read(&stands).filter(|k| !k.code.is_empty() && now < k.until).ok_or_else(code_over)?;
            // Hashes are compared: the time it takes tells nothing.
            let right = kept.code == proof(&key, &digits);
            kept.tries += 1;
            let left = CODE_TRIES.saturating_sub(kept.tries);
            let mut over = None;
            if right || left == 0 {
                kept.code.clear();
                over = kept.message.take();
            }
            // Whether it was right is told only after the try is counted.
            if self.store().swap_secret(Some(&stands), &secret(&key, &kept, now)?).await? {
                if let Some(message) = over {
                    sent_code::end(&**self.store(), message, now).await?;
                }
                return if right { Ok(()) } else { Err(wrong_code(left)) };
            }
        }
        Err(code_over())
    }

    /// Where the applicant of a case can be reached, e-mail first; `None` if they left nothing.
    ///
    /// # Errors
    /// Those of the desk and the store.
    pub async fn contact_of(&self, bearer: &Principal) -> Result<Option<Contact>> {
        let Some(case) = bearer.bears() else { return Ok(None) };
        let register = self.desk.register(case.register())?;
        let record = self.desk.get(&house(), &register, Key::Id(case.id()), None).await?;
        let text = |field: &str| match record.value(&register, field) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let email = text(EMAIL_FIELD).and_then(|t| Contact::email(&t));
        Ok(email.or_else(|| text(PHONE_FIELD).and_then(|t| Contact::phone(&t))))
    }

    /// Sends the applicant of a case a code; false if they left no contact.
    ///
    /// # Errors
    /// As [`Identity::send_code`].
    pub async fn send_case_code(&self, bearer: &Principal, lang: Lang) -> Result<bool> {
        let (Some(contact), Some(case)) = (self.contact_of(bearer).await?, bearer.bears()) else { return Ok(false) };
        self.send_code(&contact, &case.id().to_string(), lang).await?;
        Ok(true)
    }

    /// Takes the code that the applicant of a case was sent.
    ///
    /// # Errors
    /// As [`Identity::take_code`].
    pub async fn take_case_code(&self, bearer: &Principal, code: &str) -> Result<()> {
        let (Some(contact), Some(case)) = (self.contact_of(bearer).await?, bearer.bears()) else { return Err(code_over()) };
        self.take_code(&contact, &case.id().to_string(), code).await
    }

    /// A browser's pass to one case, for its cookie: to see it, and to act for it if the contact was proven.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn make_case_pass(&self, number: &str, proven_at: Option<Timestamp>) -> Result<String> {
        let value = bearer::make()?;
        let now = Timestamp::now();
        let pass = Pass { number: number.to_owned(), proven_at };
        self.store()
            .keep_secret(&Secret {
                kind: PASS.to_owned(),
                key: bearer::hash(&value),
                owner: None,
                content: serde_json::to_string(&pass).map_err(Error::internal)?,
                created_at: now,
                expires_at: Some(now + SignedDuration::from_mins(PASS_MINUTES)),
            })
            .await?;
        Ok(value)
    }

    /// Who comes with a pass: the bearer of its case, verified if the contact was proven within the last half hour.
    ///
    /// # Errors
    /// Those of the store. A pass that is over is none.
    pub async fn case_pass(&self, value: &str) -> Result<Option<Principal>> {
        let now = Timestamp::now();
        let secret = self.store().secret(PASS, &bearer::hash(value)).await?.filter(|s| !s.is_over(now));
        let Some(pass) = secret.and_then(|s| serde_json::from_str::<Pass>(&s.content).ok()) else { return Ok(None) };
        let proven = pass.proven_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_mins(PROVEN_MINUTES));
        match self.desk.bearer(&pass.number, "page").await {
            Ok(bearer) => Ok(Some(Principal { verified_at: proven.then_some(bearer.now), ..bearer })),
            Err(error) if error.code() == "no-such-case" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Forgets a pass.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_case_pass(&self, value: &str) -> Result<()> {
        self.store().forget_secret(PASS, &bearer::hash(value)).await.map(|_| ())
    }

    /// The message that carries a code: somebody sends it later, and fills the code in.
    async fn tell_code(&self, contact: &Contact, message: Uuid, lang: Lang, now: Timestamp) -> Result<()> {
        use sent_code::PLACE;
        let register = self.desk.register(NOTICE)?;
        let (subject, body) = match lang {
            Lang::Tr => (
                "Doğrulama kodunuz",
                format!(
                    "Doğrulama kodunuz: {PLACE}\n{CODE_MINUTES} dakika geçerlidir. Siz istemediyseniz bu iletiyi dikkate almayın; kodu kimseyle paylaşmayın."
                ),
            ),
            Lang::En => (
                "Your confirmation code",
                format!(
                    "Your confirmation code: {PLACE}\nIt is good for {CODE_MINUTES} minutes. If you did not ask for it, ignore this message; share it with nobody."
                ),
            ),
        };
        let text = |t: &str| Value::Text(t.to_owned());
        let at = Value::instant(now).unwrap_or(Value::Null);
        let values = [
            ("address", text(&contact.address)),
            ("channel", text(contact.channel)),
            ("reason", text("confirmation")),
            ("language", text(lang.tag())),
            ("subject", text(subject)),
            ("body", Value::Text(body)),
            ("created_at", at.clone()),
            ("next_at", at),
        ];
        let set = values.into_iter().filter_map(|(name, value)| Some((register.field_index(name)?, value))).collect();
        self.desk
            .change(&house(), vec![(register.name.clone(), Edit::Insert { id: Some(message), set, geometry: None })])
            .await
            .map(|_| ())
    }
}

/// The house itself, which knows where it can reach an applicant and writes to them.
fn house() -> Principal {
    Principal::operator(Act { source: "page".to_owned(), ..Act::default() })
}

/// Six digits from the operating system, each as likely as the other.
fn six_digits() -> Result<String> {
    const MANY: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % MANY;
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        let number = u32::from_le_bytes(bytes);
        if number < FAIR {
            return Ok(format!("{:06}", number % MANY));
        }
    }
}

fn proof(key: &str, code: &str) -> String {
    Sha256::digest(format!("{key}/{code}")).iter().map(|b| format!("{b:02x}")).collect()
}

fn read(secret: &Secret) -> Option<Kept> {
    serde_json::from_str(&secret.content).ok()
}

fn secret(key: &str, kept: &Kept, now: Timestamp) -> Result<Secret> {
    Ok(Secret {
        kind: CODE.to_owned(),
        key: key.to_owned(),
        owner: None,
        content: serde_json::to_string(kept).map_err(Error::internal)?,
        created_at: now,
        expires_at: Some(now + REMEMBERED),
    })
}

/// How long until a contact may be sent another code.
fn wait(sent: &[Timestamp], now: Timestamp) -> Option<SignedDuration> {
    let after = |at: &Timestamp, pause: SignedDuration| (pause - now.duration_since(*at)).max(SignedDuration::ZERO);
    let last = sent.last().map_or(SignedDuration::ZERO, |at| after(at, AGAIN_AFTER));
    let full = if sent.len() < MAX_SENT {
        SignedDuration::ZERO
    } else {
        sent.first().map_or(SignedDuration::ZERO, |at| after(at, REMEMBERED))
    };
    Some(last.max(full)).filter(|w| *w > SignedDuration::ZERO)
}

fn too_many_codes(wait: SignedDuration) -> Error {
    let seconds = (wait.as_secs().max(0) + 1).to_string();
    Error::new(
        Kind::TooMany,
        "too-many-codes",
        format!("Bu adrese az önce kod gönderildi; yenisi için {seconds} saniye bekleyin."),
        format!("A code was sent there a moment ago; wait {seconds} seconds for another one."),
    )
    .field("wait_s", seconds.clone(), seconds)
}

fn wrong_code(left: u32) -> Error {
    Error::invalid("wrong-code", "Kod yanlış.", "The code is wrong.")
        .field("code", "Kod yanlış.", "The code is wrong.")
        .hint(format!("{left} deneme hakkınız kaldı."), format!("{left} tries are left."))
}

fn code_over() -> Error {
    Error::invalid("code-over", "Kodun süresi doldu ya da kod kullanıldı.", "The code's time is over, or it was used.")
        .field("code", "Kodun süresi doldu ya da kod kullanıldı.", "The code's time is over, or it was used.")
        .hint("Yeni bir kod isteyin.", "Ask for a new one.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_the_same_however_it_is_written() {
        for text in ["0532 123 45 67", "+90 532 123 45 67", "5321234567", "90 (532) 123-45-67", "0532.1234567"] {
            assert_eq!(Contact::phone(text).expect(text).address(), "+905321234567");
        }
        assert_eq!(Contact::phone("+49 151 23456789").expect("abroad").address(), "+4915123456789");
        for text in ["", "0462 123 45 67", "532123456", "0532 123 45 6x", "++905321234567"] {
            assert_eq!(Contact::phone(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_that_would_say_more_to_a_mail_server_is_none() {
        assert_eq!(Contact::email(" Ayse@Ornek.org ").expect("plain").address(), "ayse@ornek.org");
        for text in
            ["ayse", "@ornek.org", "a@b", "a@.org", "a b@c.org", "a@b.org, c@d.org", "a@b@c.org", "a@b.org\r\nBcc: x@y.org"]
        {
            assert_eq!(Contact::email(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_is_flooded_with_codes() {
        let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).expect("in range");
        assert_eq!(wait(&[], at(0)), None);
        assert_eq!(wait(&[at(0)], at(10)), Some(SignedDuration::from_secs(20)));
        assert_eq!(wait(&[at(0)], at(30)), None);
        let five: Vec<_> = (0..5).map(|n| at(n * 60)).collect();
        assert_eq!(wait(&five, at(600)), Some(SignedDuration::from_secs(3_000)));
        assert_eq!(wait(&five[1..], at(600)), None);
    }
}
