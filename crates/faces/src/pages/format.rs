//! Numbers, dates and amounts as people of the language write them, and back (CLDR `tr` and `en`).

use jiff::{Timestamp, civil::Date, tz::Offset};
use meydan_kernel::Lang;

/// Türkiye's time since 8 September 2016 (Resmî Gazete 29825): UTC+3 all year. Shown for every instant.
const OFFSET: Offset = Offset::constant(3);

const MONTHS: [(&str, &str); 12] = [
    ("Ocak", "January"),
    ("Şubat", "February"),
    ("Mart", "March"),
    ("Nisan", "April"),
    ("Mayıs", "May"),
    ("Haziran", "June"),
    ("Temmuz", "July"),
    ("Ağustos", "August"),
    ("Eylül", "September"),
    ("Ekim", "October"),
    ("Kasım", "November"),
    ("Aralık", "December"),
];

/// Grouping sign and decimal sign.
const fn signs(lang: Lang) -> (char, char) {
    match lang {
        Lang::Tr => ('.', ','),
        Lang::En => (',', '.'),
    }
}

/// A whole number, grouped by three: `16.824` or `16,824`.
pub fn integer(lang: Lang, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        out.push('−');
    }
    group(&digits, signs(lang).0, &mut out);
    out
}

fn group(digits: &str, sign: char, out: &mut String) {
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(sign);
        }
        out.push(digit);
    }
}

/// A number with as many decimals as it has, grouped; `places` bounds them.
pub fn real(lang: Lang, number: f64, places: usize) -> String {
    let fixed = format!("{:.places$}", number.abs());
    let (whole, part) = fixed.split_once('.').unwrap_or((&fixed, ""));
    let part = part.trim_end_matches('0');
    let (grouping, decimal) = signs(lang);
    let mut out = String::new();
    if number < 0.0 && (whole != "0" || !part.is_empty()) {
        out.push('−');
    }
    group(whole, grouping, &mut out);
    if !part.is_empty() {
        out.push(decimal);
        out.push_str(part);
    }
    out
}

/// A number for an input field: all its digits, no grouping.
pub fn editable(lang: Lang, number: f64) -> String {
    let text = format!("{number}");
    match lang {
        Lang::Tr => text.replace('.', ","),
        Lang::En => text,
    }
}

/// Kuruş as lira for an input field: `1234,50`.
pub fn editable_money(lang: Lang, kurus: i64) -> String {
    let sign = if kurus < 0 { "-" } else { "" };
    let abs = kurus.unsigned_abs();
    format!("{sign}{}{}{:02}", abs / 100, signs(lang).1, abs % 100)
}

/// Kuruş as lira: `1.234,50 ₺` or `₺1,234.50`.
pub fn money(lang: Lang, kurus: i64) -> String {
    let sign = if kurus < 0 { "−" } else { "" };
    let abs = kurus.unsigned_abs();
    let (grouping, decimal) = signs(lang);
    let mut lira = String::new();
    group(&(abs / 100).to_string(), grouping, &mut lira);
    let amount = format!("{lira}{decimal}{:02}", abs % 100);
    match lang {
        Lang::Tr => format!("{sign}{amount} ₺"),
        Lang::En => format!("{sign}₺{amount}"),
    }
}

/// A day: `24 Kasım 2026`.
pub fn date(lang: Lang, date: Date) -> String {
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    let month = if lang == Lang::Tr { month.0 } else { month.1 };
    format!("{} {month} {}", date.day(), date.year())
}

/// The day of an instant, Türkiye's time.
pub fn day(lang: Lang, at: Timestamp) -> String {
    date(lang, OFFSET.to_datetime(at).date())
}

/// An instant to the second, Türkiye's time: `24 Kasım 2026 11:50:35`.
pub fn instant(lang: Lang, at: Timestamp) -> String {
    let local = OFFSET.to_datetime(at);
    let comma = if lang == Lang::Tr { "" } else { "," };
    format!("{}{comma} {:02}:{:02}:{:02}", date(lang, local.date()), local.hour(), local.minute(), local.second())
}

/// The hour of an instant, Türkiye's time: `17:00`.
pub fn hour(at: Timestamp) -> String {
    let local = OFFSET.to_datetime(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// An instant for `<input type="datetime-local" step="1">`, Türkiye's time.
pub fn input_instant(at: Timestamp) -> String {
    let local = OFFSET.to_datetime(at);
    format!("{}T{:02}:{:02}:{:02}", local.date(), local.hour(), local.minute(), local.second())
}

/// Reads what `<input type="datetime-local">` sends (Türkiye's time), a day (its end), or RFC 3339.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(day) = text.parse::<Date>()
        && text.len() <= 10
    {
        return OFFSET.to_timestamp(day.at(23, 59, 59, 999_999_000)).ok();
    }
    OFFSET.to_timestamp(text.parse().ok()?).ok()
}

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// Not a number at all.
    NotANumber,
    /// `1.234` in Turkish (`1,234` in English): 1234, or 1 and 234 thousandths?
    Ambiguous,
}

/// Reads a number as people type it: `1234,5`, `1.234,5`, `1234.5`, `−3`. A single grouping sign before exactly three digits
/// could be a foreign decimal sign and is refused rather than guessed.
///
/// # Errors
/// [`NumberFault`].
pub fn parse_number(lang: Lang, text: &str) -> Result<String, NumberFault> {
    let (grouping, decimal) = signs(lang);
    let text: String = text.trim().replace('−', "-").chars().filter(|c| !c.is_whitespace() && *c != '₺').collect();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = match digits.split_once(decimal) {
        Some((whole, part)) if plain(part) => (whole, Some(part)),
        Some(_) => return Err(NumberFault::NotANumber),
        None => (digits, None),
    };
    let groups: Vec<&str> = whole.split(grouping).collect();
    let whole = match groups.as_slice() {
        [whole] if plain(whole) => (*whole).to_owned(),
        [a, b] if part.is_none() && plain(a) && plain(b) => match b.len() {
            3 if a.len() <= 3 && *a != "0" => return Err(NumberFault::Ambiguous),
            _ => return Ok(format!("{sign}{a}.{b}")),
        },
        [first, rest @ ..] if plain(first) && first.len() <= 3 && rest.iter().all(|g| g.len() == 3 && plain(g)) => {
            groups.concat()
        }
        _ => return Err(NumberFault::NotANumber),
    };
    Ok(part.map_or_else(|| format!("{sign}{whole}"), |part| format!("{sign}{whole}.{part}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_in_both_languages() {
        assert_eq!(integer(Lang::Tr, 16_824), "16.824");
        assert_eq!(integer(Lang::En, -1_000_000), "−1,000,000");
        assert_eq!(real(Lang::Tr, 1234.5, 3), "1.234,5");
        assert_eq!(real(Lang::En, -0.0001, 2), "0");
        assert_eq!(money(Lang::Tr, 123_450), "1.234,50 ₺");
        assert_eq!(money(Lang::En, -5), "−₺0.05");
    }

    #[test]
    fn typed_numbers() {
        assert_eq!(parse_number(Lang::Tr, "1.234,5").as_deref(), Ok("1234.5"));
        assert_eq!(parse_number(Lang::Tr, "41.0053").as_deref(), Ok("41.0053"));
        assert_eq!(parse_number(Lang::Tr, "1.234"), Err(NumberFault::Ambiguous));
        assert_eq!(parse_number(Lang::Tr, "0.125").as_deref(), Ok("0.125"));
        assert_eq!(parse_number(Lang::En, "1,234,567").as_deref(), Ok("1234567"));
        assert_eq!(parse_number(Lang::En, "12a"), Err(NumberFault::NotANumber));
        assert_eq!(parse_number(Lang::Tr, ""), Err(NumberFault::NotANumber));
    }

    #[test]
    fn instants_are_shown_and_read_in_turkish_time() {
        let at: Timestamp = "2026-11-24T08:50:35Z".parse().expect("instant");
        assert_eq!(instant(Lang::Tr, at), "24 Kasım 2026 11:50:35");
        assert_eq!(instant(Lang::En, at), "24 November 2026, 11:50:35");
        assert_eq!(parse_instant(&input_instant(at)), Some(at));
        assert_eq!(parse_instant("2026-11-24").map(|t| t.to_string()).as_deref(), Some("2026-11-24T20:59:59.999999Z"));
        assert_eq!(parse_instant("dün"), None);
    }

    proptest! {
        #[test]
        fn what_an_input_shows_is_read_back(number in -1.0e12..1.0e12f64, turkish: bool) {
            let lang = if turkish { Lang::Tr } else { Lang::En };
            let text = parse_number(lang, &editable(lang, number)).map(|t| t.parse::<f64>());
            // A number below one thousand with exactly three decimals is written with the language's own decimal sign.
            prop_assert_eq!(text, Ok(Ok(number)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = parse_number(Lang::Tr, &text);
            let _ = parse_instant(&text);
        }
    }
}
