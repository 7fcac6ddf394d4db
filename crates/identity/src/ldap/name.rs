//! Names and filters: distinguished names compared as equal when they are, and what a person typed put into either only escaped.

/// Mark in templates where the login name goes.
pub(super) const LOGIN: &str = "{login}";

/// A filter (RFC 4515) for a login name, from a template.
pub(super) fn filter(template: &str, login: &str) -> String {
    template.replace(LOGIN, &ldap3::ldap_escape(login))
}

/// The name to bind by: a distinguished name (RFC 4514) or `user@realm`, from a template.
pub(super) fn bind_name(template: &str, login: &str) -> String {
    if template.contains('=') { template.replace(LOGIN, &ldap3::dn_escape(login)) } else { template.replace(LOGIN, login) }
}

/// True if the text may be a login name at all.
pub(super) fn is_login(login: &str) -> bool {
    const MAX_LOGIN: usize = 256;
    !login.trim().is_empty() && login.len() <= MAX_LOGIN && !login.contains(char::is_control)
}

/// True if the login name names an account and nothing else: where people bind by `{login}@realm`, some directories take
/// `DOMAIN\user` or `user@other.realm` as well, which would be another account than the one asked for.
pub(super) fn is_account(login: &str) -> bool {
    is_login(login) && !login.contains(|c: char| "\\@/\"[]:;|=+*?<>,()".contains(c))
}

/// A distinguished name in a form that is the same for all ways to write it: case, spaces and escapes.
/// Text that is no name stays unequal to all that are.
pub(super) fn canonical(dn: &str) -> String {
    let mut out = String::with_capacity(dn.len());
    for (i, part) in split(dn, &[',', ';']).into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        let mut pieces: Vec<String> = split(part, &['+']).into_iter().map(assertion).collect();
        pieces.sort_unstable();
        out.push_str(&pieces.join("+"));
    }
    out
}

/// `type=value` in lower case, its value without escapes, spaces around it gone and several as one.
fn assertion(text: &str) -> String {
    let (kind, value) = text.split_once('=').unwrap_or(("", text));
    let value = unescaped(value.trim_start());
    let folded = value.to_lowercase();
    let words: Vec<&str> = folded.split(' ').filter(|w| !w.is_empty()).collect();
    // What separates must not come from inside a value.
    format!("{}={}", kind.trim().to_lowercase(), words.join(" ").replace('\\', "\\\\").replace(',', "\\,").replace('+', "\\+"))
}

/// Splits at characters that are neither escaped nor quoted.
fn split<'a>(text: &'a str, at: &[char]) -> Vec<&'a str> {
    let mut out = Vec::new();
    let (mut begin, mut escaped, mut quoted) = (0, false, false);
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && at.contains(&c) => {
                out.push(text.get(begin..i).unwrap_or_default());
                begin = i + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push(text.get(begin..).unwrap_or_default());
    out
}

/// A value without its escapes (`\,` and `\C3\BC`) and quotes.
fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let source = value.as_bytes();
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        at += 1;
        match byte {
            b'"' => {}
            b'\\' => {
                let hex = value.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
                if let Some(hex) = hex {
                    bytes.push(hex);
                    at += 2;
                } else if let Some(&next) = source.get(at) {
                    bytes.push(next);
                    at += 1;
                }
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_typed_changes_no_filter() {
        let made = filter("(&(objectClass=person)(uid={login}))", "*)(uid=admin\\");
        assert_eq!(made, r"(&(objectClass=person)(uid=\2a\29\28uid=admin\5c))");
    }

    #[test]
    fn what_was_typed_changes_no_name() {
        assert_eq!(bind_name("uid={login},ou=x", "a,ou=admins"), r"uid=a\2cou\3dadmins,ou=x");
        assert_eq!(bind_name("{login}@belediye.test", "ayse"), "ayse@belediye.test");
    }

    #[test]
    fn another_account_in_disguise_is_no_login_name() {
        for bad in ["BELEDIYE\\ayse", "ayse@other", "*", "cn=x", "a,b"] {
            assert!(!is_account(bad), "{bad:?}");
        }
        for bad in ["", " ", "a\0b", &"x".repeat(300)] {
            assert!(!is_login(bad) && !is_account(bad), "{bad:?}");
        }
        for good in ["ayse.yilmaz", "ışıl_güneş", "a-1"] {
            assert!(is_account(good), "{good:?}");
        }
    }

    #[test]
    fn ways_to_write_a_name_are_one() {
        let plain = canonical("cn=Şube Müdürü\\, CBS,ou=gruplar,dc=bel,dc=tr");
        assert_eq!(plain, canonical("CN=Şube  Müdürü\\2C CBS , OU=Gruplar,DC=bel,DC=tr"));
        assert_eq!(plain, canonical("cn=\\C5\\9Eube Müdürü\\, CBS,ou=gruplar,dc=bel,dc=tr"));
        assert_eq!(canonical("a=1+b=2"), canonical("b=2 + a=1"));
        assert_ne!(canonical("cn=a\\,b=c,dc=x"), canonical("cn=a,b=c,dc=x"));
        assert_ne!(canonical("cn=a\\+b"), canonical("cn=a+b"));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}") {
            let _ = canonical(&text);
        }

        #[test]
        fn a_value_escaped_by_the_library_is_itself(value in "[a-z,+=\\\\\"# ü;]{0,20}") {
            let written = canonical(&format!("cn={},dc=x", ldap3::dn_escape(value.as_str())));
            let words: Vec<String> = value.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
            let again = canonical(&format!("cn={},dc=x", ldap3::dn_escape(words.join(" "))));
            prop_assert_eq!(written, again);
        }
    }
}
