//! The answer that names the person.

use super::brief;
use serde::Deserialize;

/// Result code of success.
const FINE: &str = "EDV09.000";
/// Digits of a national identity number.
const DIGITS: usize = 11;

/// A national identity number. It is in no journal: `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NationalId(String);

impl NationalId {
    /// The number, if the text has the form of one. Its check digits were checked when the person was recorded.
    fn read(text: &str) -> Option<Self> {
        let fine = text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        fine.then(|| Self(text.to_owned()))
    }

    /// Its digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NationalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NationalId(…)")
    }
}

#[derive(Deserialize)]
struct PersonAnswer {
    #[serde(rename = "sonucKodu")]
    code: Option<String>,
    #[serde(rename = "kullaniciBilgileri")]
    person: Option<PersonPart>,
}

#[derive(Deserialize)]
struct PersonPart {
    #[serde(rename = "kimlikNo")]
    number: Option<serde_json::Value>,
}

/// Reads the answer; an error says what is wrong without saying what stood there.
pub(super) fn read(body: &[u8]) -> Result<NationalId, String> {
    let answer: PersonAnswer =
        serde_json::from_slice(body).map_err(|_| "AuthenticationController: not the JSON that was expected".to_owned())?;
    match answer.code.as_deref() {
        Some(FINE) => {}
        Some(other) => return Err(format!("AuthenticationController: {}", brief(other))),
        None => return Err("AuthenticationController: no sonucKodu".to_owned()),
    }
    let number = answer.person.and_then(|p| p.number);
    // Seen as a text; a number would be the same one.
    let text = match number {
        Some(serde_json::Value::String(text)) => text,
        Some(serde_json::Value::Number(number)) => number.to_string(),
        _ => return Err("AuthenticationController: no kimlikNo".to_owned()),
    };
    NationalId::read(&text).ok_or_else(|| "AuthenticationController: kimlikNo has not the form of one".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"kullaniciBilgileri":{"kimlikNo":"10000000146","ad":"AYŞE","soyad":"YILMAZ"},"sonucKodu":"EDV09.000","sonucAciklamasi":"İşlem başarılı"}"#;

    #[test]
    fn the_person_is_read() {
        assert_eq!(read(GOOD.as_bytes()).unwrap().digits(), "10000000146");
        let as_number = GOOD.replace("\"10000000146\"", "10000000146");
        assert_eq!(read(as_number.as_bytes()).unwrap().digits(), "10000000146");
    }

    #[test]
    fn what_is_not_a_success_is_nobody() {
        let no_person = r#"{"sonucKodu":"EDV09.000"}"#;
        let cases = [
            (GOOD.replace("EDV09.000", "EDV09.007"), "EDV09.007"),
            (GOOD.replace("\"sonucKodu\":\"EDV09.000\",", ""), "no sonucKodu"),
            (GOOD.replace("\"EDV09.000\"", "0"), "not the JSON"),
            (GOOD.replace("kimlikNo", "kimlik"), "no kimlikNo"),
            (GOOD.replace("10000000146", "1000000014"), "not the form"),
            (GOOD.replace("10000000146", "1000000014x"), "not the form"),
            (GOOD.replace("\"10000000146\"", "null"), "no kimlikNo"),
            (no_person.to_owned(), "no kimlikNo"),
            ("<html><body>Sistem bakımda</body></html>".to_owned(), "not the JSON"),
            (String::new(), "not the JSON"),
            ("[]".to_owned(), "not the JSON"),
            (GOOD.replace("{\"kullanici", "{\"sonucKodu\":\"EDV09.000\",\"kullanici"), "not the JSON"),
        ];
        for (body, said) in cases {
            let error = read(body.as_bytes()).unwrap_err();
            assert!(error.contains(said), "{body}: {error}");
            assert!(!error.contains("1000000014"), "{error}");
        }
    }

    #[test]
    fn a_number_shows_nowhere() {
        assert!(!format!("{:?}", read(GOOD.as_bytes()).unwrap()).contains("1000"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_nobody(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&bytes).is_err());
        }

        #[test]
        fn only_eleven_digits_are_a_number(text in "\\PC{0,14}") {
            let body = serde_json::json!({ "sonucKodu": FINE, "kullaniciBilgileri": { "kimlikNo": text } }).to_string();
            if let Ok(number) = read(body.as_bytes()) {
                prop_assert!(number.digits().len() == DIGITS && number.digits() == text);
            }
        }
    }
}
