//! Who signs an answer: the post in which it was approved, as the log has it.

use super::heading::capitals;
use meydan_kernel::{Register, Value, Version, post::Directory};
use meydan_paper::{Authority, Signatory};
use uuid::Uuid;

/// Transitions with which an answer is given.
const GIVEN_BY: [&str; 4] = ["approve", "resolve", "reject", "forward"];

/// Who gave the answer last; none if nobody has, or if it was the house's own doing.
pub fn signatory(register: &Register, directory: &Directory, history: &[Version]) -> Option<Signatory> {
    let gave =
        |v: &&Version| matches!(v.record.value(register, "step"), Some(Value::Text(step)) if GIVEN_BY.contains(&step.as_str()));
    let act = &history.iter().rev().find(gave)?.act;
    let post = directory.post(Uuid::parse_str(&act.post).ok()?)?;
    let person = directory.person(Uuid::parse_str(&act.person).ok()?)?;
    let authority = if act.on_behalf_of.is_some() { Authority::Proxy } else { Authority::Own };
    Some(Signatory { name: written(&person.name), title: post.title.clone(), authority })
}

/// A name as it stands on a letter: the family name in capitals (by-law, articles 14 and 17).
pub fn written(name: &str) -> String {
    match name.rsplit_once(' ') {
        Some((first, last)) => format!("{first} {}", capitals(last)),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_family_name_is_in_capitals() {
        assert_eq!(super::written("İbrahim Ilgaz Öğütçi"), "İbrahim Ilgaz ÖĞÜTÇİ");
        assert_eq!(super::written("Meydan"), "Meydan");
    }
}
