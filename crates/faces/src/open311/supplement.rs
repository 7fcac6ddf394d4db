//! What GeoReport brings with a request and the house has no field for – answers to a category's questions, the address of a picture
//! that lies elsewhere, the id of an address – stands as readable lines at the end of the description, and is found there again.

/// Begins the lines.
const MARK: &str = "\n\n[Open311]\n";
/// Begins the line of a picture's address.
const MEDIA: &str = "media_url: ";
/// Begins the line of an address's id.
const ADDRESS: &str = "address_id: ";

/// A description with what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// In the person's words.
    pub description: String,
    /// Questions and answers.
    pub answers: Vec<(String, String)>,
    /// Address of a picture; never fetched.
    pub media_url: Option<String>,
    /// Id of an address.
    pub address_id: Option<String>,
}

impl Told {
    /// As one text.
    pub fn write(&self) -> String {
        let mut lines: Vec<String> = self.answers.iter().map(|(q, a)| format!("{}: {}", one_line(q), one_line(a))).collect();
        lines.extend(self.address_id.iter().map(|id| format!("{ADDRESS}{}", one_line(id))));
        lines.extend(self.media_url.iter().map(|url| format!("{MEDIA}{}", one_line(url))));
        if lines.is_empty() && !self.description.contains(MARK) {
            return self.description.clone();
        }
        format!("{}{MARK}{}", self.description, lines.join("\n"))
    }

    /// From the text of a description, whoever wrote it; answers are not taken apart.
    pub fn read(text: &str) -> Self {
        let Some((description, lines)) = text.rsplit_once(MARK) else {
            return Self { description: text.to_owned(), ..Self::default() };
        };
        let mut told = Self { description: description.to_owned(), ..Self::default() };
        // They are the last two: what an answer says is never taken for one of them.
        let mut from_the_end = lines.lines().rev().peekable();
        if let Some(url) = from_the_end.peek().and_then(|l| l.strip_prefix(MEDIA)) {
            told.media_url = Some(url.to_owned());
            from_the_end.next();
        }
        told.address_id = from_the_end.next().and_then(|l| l.strip_prefix(ADDRESS)).map(str::to_owned);
        told
    }
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn comes_back_whatever_the_description_says(
            text in prop_oneof!["\\PC{0,40}", Just("a\n\n[Open311]\nmedia_url: http://x".to_owned()), Just("\n\n[Open311]\n".to_owned())],
            media in proptest::option::of("https://[a-z]{1,8}/[a-z?=&]{0,8}"),
            id in proptest::option::of("[0-9]{1,9}"),
            answer in proptest::option::of("\\PC{1,20}"),
        ) {
            let answers: Vec<_> = answer.into_iter().map(|a| ("Soru?".to_owned(), a)).collect();
            let told = Told { description: text, answers, media_url: media, address_id: id };
            let read = Told::read(&told.write());
            prop_assert_eq!(&read.description, &told.description);
            prop_assert_eq!(&read.media_url, &told.media_url);
            prop_assert_eq!(&read.address_id, &told.address_id);
        }
    }
}
