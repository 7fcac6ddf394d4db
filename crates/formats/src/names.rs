//! Column names for formats that are stricter than we are.

/// Makes names unique without regard to ASCII case, within `reserved` too, by a number behind; `limit` is in bytes.
pub(crate) fn unique(names: impl IntoIterator<Item = String>, reserved: &[&str], limit: usize) -> Vec<String> {
    let mut taken: Vec<String> = reserved.iter().map(|r| r.to_ascii_lowercase()).collect();
    names
        .into_iter()
        .map(|name| {
            let mut out = cut(&name, limit).to_owned();
            let mut n = 1;
            while taken.contains(&out.to_ascii_lowercase()) {
                n += 1;
                let suffix = format!("_{n}");
                out = format!("{}{suffix}", cut(&name, limit.saturating_sub(suffix.len())));
            }
            taken.push(out.to_ascii_lowercase());
            out
        })
        .collect()
}

/// The longest beginning of at most `limit` bytes that ends between characters.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Letters, digits and `_` of ASCII; Turkish letters by their plain ones.
pub(crate) fn ascii(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            'ç' | 'Ç' => 'c',
            'ğ' | 'Ğ' => 'g',
            'ı' | 'İ' => 'i',
            'ö' | 'Ö' => 'o',
            'ş' | 'Ş' => 's',
            'ü' | 'Ü' => 'u',
            c if c.is_ascii_alphanumeric() => c,
            _ => '_',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let names = ["mahalle_adi".to_owned(), "mahalle_adı2".to_owned(), "FID".to_owned()];
        assert_eq!(unique(names, &["fid"], 10), ["mahalle_ad", "mahalle__2", "FID_2"]);
        assert_eq!(ascii("Öğün sayısı"), "ogun_sayisi");
        assert_eq!(cut("aş", 2), "a");
    }
}
