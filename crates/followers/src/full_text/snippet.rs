//! What is shown of a hit: its name and the text that answers best, with the places marked. Made from values that may be seen.

use super::{layout::Indexed, question::Question};
use meydan_kernel::{Record, Value, permission::FieldSet};
use std::ops::Range;

/// Limit: letters of a snippet.
pub const MAX_SNIPPET_LETTERS: usize = 200;
/// Letters before the first place in a snippet.
const LEAD_LETTERS: usize = 40;

/// A text with the places in it that answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Name of the field that it is of.
    pub field: String,
    /// The text; where it was cut stands `…`.
    pub text: String,
    /// The places, in bytes of the text, ascending, apart from each other; always between two characters.
    pub places: Vec<Range<usize>>,
}

/// The name and the snippet, if the fields that may be seen answer all words of the question.
pub(super) fn answer(
    indexed: &Indexed,
    record: &Record,
    fields: FieldSet,
    question: &Question,
) -> Option<(Option<Marked>, Option<Marked>)> {
    let mut ranks = vec![0; question.wanted.len()];
    let mut label = None;
    let mut best: Option<(u16, Marked)> = None;
    for index in indexed.worded.common(fields).iter() {
        let (Some(value), Some(field)) = (record.values.get(index), indexed.register.fields.get(index)) else { continue };
        for text in indexed.texts(index, value) {
            let reading = question.read(text);
            ranks.iter_mut().zip(&reading.ranks).for_each(|(all, one)| *all = (*all).max(*one));
            let sum: u16 = reading.ranks.iter().map(|r| u16::from(*r)).sum();
            let marked = || Marked { field: field.name.clone(), text: text.to_owned(), places: reading.places.clone() };
            if indexed.label == Some(index) {
                label = label.or_else(|| Some(marked()));
            } else if sum > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((sum, marked()));
            }
        }
    }
    if label.is_none() {
        label = plain_label(indexed, record, fields);
    }
    ranks.iter().all(|rank| *rank > 0).then(|| (label, best.map(|(_, marked)| cut(marked))))
}

/// A name whose words are not searched (a number).
fn plain_label(indexed: &Indexed, record: &Record, fields: FieldSet) -> Option<Marked> {
    let index = indexed.label.filter(|index| fields.has(*index))?;
    let text = match record.values.get(index)? {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Date(day) => day.to_string(),
        _ => return None,
    };
    Some(Marked { field: indexed.register.label.clone(), text, places: Vec::new() })
}

/// Cuts a long text to what is round its first place.
fn cut(marked: Marked) -> Marked {
    if marked.text.chars().count() <= MAX_SNIPPET_LETTERS {
        return marked;
    }
    let text = &marked.text;
    let first = marked.places.first().map_or(0, |p| p.start);
    let lead = text.get(..first).unwrap_or("");
    let from = lead.char_indices().rev().nth(LEAD_LETTERS - 1).map_or(0, |(at, _)| at);
    // Not in the middle of a word.
    let from = text.get(from..first).and_then(|s| s.find(' ')).filter(|_| from > 0).map_or(from, |at| from + at + 1);
    let rest = text.get(from..).unwrap_or("");
    let end = rest.char_indices().nth(MAX_SNIPPET_LETTERS).map_or(text.len(), |(at, _)| from + at);
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    let shift = out.len();
    out.push_str(text.get(from..end).unwrap_or(""));
    if end < text.len() {
        out.push('…');
    }
    let within = |p: &&Range<usize>| p.start >= from && p.end <= end;
    let places = marked.places.iter().filter(within).map(|p| p.start - from + shift..p.end - from + shift).collect();
    Marked { field: marked.field, text: out, places }
}
