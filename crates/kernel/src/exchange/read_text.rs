//! Reads numbers, dates and yes/no as people write them in Türkiye, and cleans text.

use jiff::{Timestamp, civil::Date};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// How a column writes numbers; decided over a sample, as `1.234` alone can't be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum NumberStyle {
    /// `1.234,56`; also what holds when nothing tells: the house is Turkish.
    Comma,
    /// `1,234.56`.
    #[default]
    Point,
}

impl NumberStyle {
    /// The style that a sample of texts shows. A lone point is taken for a decimal point unless other values write commas.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let (mut comma, mut point) = (0, 0);
        for text in texts {
            match (text.rfind(','), text.rfind('.')) {
                (Some(c), Some(p)) if c > p => comma += 1,
                (Some(_), Some(_)) => point += 1,
                (Some(_), None) if text.matches(',').count() == 1 => comma += 1,
                (None, Some(_)) if text.matches('.').count() > 1 => comma += 1,
                (None, Some(p)) if text.len() - p - 1 != 3 => point += 1,
                _ => {}
            }
        }
        if comma > point { Self::Comma } else { Self::Point }
    }
}

/// A number as text with a decimal point, or `None` if it is no number.
pub(super) fn number(text: &str, style: NumberStyle) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}' && *c != '\'').collect();
    let text = text.trim_end_matches('%');
    let plain = match (text.rfind(','), text.rfind('.')) {
        (None, None) => text.to_owned(),
        (Some(c), Some(p)) if c > p => grouped(text, '.', ',')?,
        (Some(_), Some(_)) => grouped(text, ',', '.')?,
        (Some(_), None) if text.matches(',').count() > 1 || style == NumberStyle::Point && ends_in_three(text, ',') => {
            grouped(text, ',', '.')?
        }
        (Some(_), None) => text.replace(',', "."),
        (None, Some(_)) if text.matches('.').count() > 1 || style == NumberStyle::Comma => grouped(text, '.', ',')?,
        (None, Some(_)) => text.to_owned(),
    };
    let digits = plain.bytes().any(|b| b.is_ascii_digit());
    let fine = plain.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    (digits && fine && plain.parse::<f64>().is_ok_and(f64::is_finite)).then_some(plain)
}

/// Takes thousands' marks out, if each stands where it must.
fn grouped(text: &str, mark: char, decimal: char) -> Option<String> {
    let (whole, rest) = text.split_once(decimal).map_or((text, None), |(w, r)| (w, Some(r)));
    let mut groups = whole.trim_start_matches(['-', '+']).split(mark);
    let first = groups.next()?;
    if first.is_empty() || first.len() > 3 && whole.contains(mark) || groups.any(|g| g.len() != 3) {
        return None;
    }
    let whole = whole.replace(mark, "");
    Some(rest.map_or_else(|| whole.clone(), |r| format!("{whole}.{r}")))
}

fn ends_in_three(text: &str, mark: char) -> bool {
    text.rsplit(mark).next().is_some_and(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()))
}

/// A whole number; `1.234` is one thousand two hundred and thirty-four here, as it can be nothing else.
pub(super) fn integer(text: &str, style: NumberStyle) -> Option<i64> {
    let text = text.trim();
    if let Ok(i) = text.parse() {
        return Some(i);
    }
    for style in [style, NumberStyle::Comma, NumberStyle::Point] {
        let Some(plain) = number(text, style) else { continue };
        let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
        if rest.bytes().all(|b| b == b'0')
            && let Ok(i) = whole.parse()
        {
            return Some(i);
        }
    }
    None
}

/// An amount in kuruş: a bare number is of kuruş and whole (`123450`), as the house keeps and exports it; what bears the sign of
/// the lira is of lira (`1.234,50 TL`, `₺12`, `99.9 TRY`). A bare number with a fraction is neither.
pub(super) fn kurus(text: &str, style: NumberStyle) -> Option<i64> {
    let bare = text.trim();
    let text = bare.trim_start_matches('₺').trim_end_matches('₺').trim_end_matches("TL").trim_end_matches("TRY").trim();
    if text.len() == bare.len() {
        return integer(text, style);
    }
    let plain = number(text, style)?;
    if plain.contains(['e', 'E']) {
        return None;
    }
    let (negative, plain) = plain.strip_prefix('-').map_or((false, plain.as_str()), |p| (true, p));
    let (whole, rest) = plain.split_once('.').unwrap_or((plain, ""));
    if rest.len() > 2 && rest.bytes().skip(2).any(|b| b != b'0') {
        return None;
    }
    let cents: String = format!("{rest}00").chars().take(2).collect();
    let amount = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)?;
    Some(if negative { -amount } else { amount })
}

/// Yes or no in both languages.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match crate::text::search_fold(text.trim()).as_str() {
        "evet" | "e" | "var" | "dogru" | "true" | "t" | "yes" | "y" | "1" | "x" => Some(true),
        "hayir" | "h" | "yok" | "yanlis" | "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// A day: `2024-12-31`, `31.12.2024`, `31/12/2024`, `31-12-2024`, `20241231`; a time behind it is passed over if it is midnight.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, rest) = match text.split_once(['T', ' ']) {
        Some((day, rest)) => (day, rest),
        None => (text, ""),
    };
    if !rest.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z' | '+')) {
        return None;
    }
    let parts: Vec<&str> = day.split(['.', '/', '-']).collect();
    let (y, m, d) = match parts.as_slice() {
        [y, m, d] if y.len() == 4 => (*y, *m, *d),
        [d, m, y] if y.len() == 4 => (*y, *m, *d),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return None,
    };
    if [y, m, d].iter().any(|p| p.is_empty() || p.len() > 4 || !p.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()
}

/// An instant: RFC 3339; a civil time or a day without a zone is taken as UTC+3, the law in Türkiye all year since 2016 (winter
/// times before are an hour off then: a delivery that needs them must write the zone).
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let day = date(day)?;
    let time: jiff::civil::Time = if time.len() == 5 { format!("{time}:00").parse().ok()? } else { time.parse().ok()? };
    jiff::tz::offset(3).to_timestamp(day.to_datetime(time)).ok()
}

/// Text as it should be kept: composed (NFC), without the dot above that wrong lower-casing of `İ` leaves behind, without
/// blanks round it, no-break blanks as blanks.
pub(super) fn clean(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_owned();
    }
    let composed = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    };
    let out: String = composed
        .chars()
        .filter(|c| !matches!(c, '\u{307}' | '\u{feff}' | '\u{200b}'))
        .map(|c| if c == '\u{a0}' { ' ' } else { c })
        .collect();
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let n = |t: &str, s| number(t, s).and_then(|p| p.parse::<f64>().ok());
        for (text, value) in [
            ("1.234,56", 1234.56),
            ("1,234.56", 1234.56),
            ("12,5", 12.5),
            ("1.234.567", 1_234_567.0),
            ("-3,5", -3.5),
            ("1 234,5", 1234.5),
        ] {
            assert_eq!(n(text, NumberStyle::Comma), Some(value), "{text}");
            assert_eq!(n(text, NumberStyle::Point), Some(value), "{text}");
        }
        assert_eq!(n("1.234", NumberStyle::Comma), Some(1234.0));
        assert_eq!(n("1.234", NumberStyle::Point), Some(1.234));
        assert_eq!(n("39.72", NumberStyle::Point), Some(39.72));
        for bad in ["", "-", "abc", "1.23.4", "1e999", "12a", "1,23,4", "NaN", "inf"] {
            assert_eq!(n(bad, NumberStyle::Point), None, "{bad}");
        }
        assert_eq!(NumberStyle::of(["1.234", "5,5"].into_iter()), NumberStyle::Comma);
        assert_eq!(NumberStyle::of(["1.5", "2.25"].into_iter()), NumberStyle::Point);
        assert_eq!(integer("12.465", NumberStyle::Point), Some(12_465));
        assert_eq!(integer("12.0", NumberStyle::Point), Some(12));
        assert_eq!(integer("12.5", NumberStyle::Point), None);
        assert_eq!(kurus("1.234,5 TL", NumberStyle::Comma), Some(123_450));
        assert_eq!(kurus("₺-0,05", NumberStyle::Comma), Some(-5));
        assert_eq!(kurus("12 TRY", NumberStyle::Point), Some(1_200));
        assert_eq!(kurus("1,005 TL", NumberStyle::Comma), None);
        assert_eq!(kurus("1250", NumberStyle::Comma), Some(1_250), "bare numbers are of kuruş");
        assert_eq!(kurus("12,50", NumberStyle::Comma), None, "lira without its sign");
    }

    #[test]
    fn days_and_instants() {
        let day = Date::constant(2024, 12, 31);
        for text in ["2024-12-31", "31.12.2024", "31/12/2024", "20241231", "2024-12-31T00:00:00Z"] {
            assert_eq!(date(text), Some(day), "{text}");
        }
        for bad in ["31.13.2024", "2024", "31.12.24", "", "2024-12-31 10:00"] {
            assert_eq!(date(bad), None, "{bad}");
        }
        for text in ["31.12.2024 13:00", "2024-12-31T13:00:00+03:00"] {
            assert_eq!(instant(text).map(|i| i.to_string()).as_deref(), Some("2024-12-31T10:00:00Z"), "{text}");
        }
    }

    #[test]
    fn words() {
        assert_eq!(boolean("EVET"), Some(true));
        assert_eq!(boolean("Hayır"), Some(false));
        assert_eq!(boolean("belki"), None);
        assert_eq!(clean(" Cumhuri\u{307}yet\u{a0}Caddesi "), "Cumhuriyet Caddesi");
        assert_eq!(clean("I\u{307}stanbul"), "İstanbul");
        assert_eq!(clean("s\u{327}ehir"), "şehir");
    }

    proptest::proptest! {
        /// No text stops the readers; and a number written the Turkish way is read as it was meant.
        #[test]
        fn any_text(text in ".{0,30}") {
            for style in [NumberStyle::Comma, NumberStyle::Point] {
                number(&text, style);
                integer(&text, style);
                kurus(&text, style);
            }
            date(&text);
            instant(&text);
            boolean(&text);
            let once = clean(&text);
            proptest::prop_assert_eq!(clean(&once), once.clone());
        }

        #[test]
        fn any_amount(kurus_before in -9_000_000_000_000i64..9_000_000_000_000) {
            let (lira, rest) = (kurus_before.unsigned_abs() / 100, kurus_before.unsigned_abs() % 100);
            let digits = lira.to_string();
            let mut grouped = String::new();
            for (at, c) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    grouped.push('.');
                }
                grouped.push(c);
            }
            let sign = if kurus_before < 0 { "-" } else { "" };
            let text = format!("{sign}{grouped},{rest:02} TL");
            proptest::prop_assert_eq!(kurus(&text, NumberStyle::Comma), Some(kurus_before), "{}", text);
        }
    }
}
