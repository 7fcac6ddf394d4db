//! The best documents for a question, of those fields that somebody may read: word by word over a segment's postings, into one
//! small number per document. No statistics of words are asked (how frequent, how long the text), so nothing that is hidden
//! has a say in the order.

use super::{
    layout::{Indexed, Layout, Sort, field_of_term, term_start, term_stem},
    question::{EXACT, IN_LABEL, PREFIX, Question, STEM, Wanted},
    schema::Fields,
    sets::{Conditions, Docs, each_doc, is_decided},
};
use meydan_kernel::permission::{Access, FieldSet};
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};
use tantivy::{InvertedIndexReader, Searcher, SegmentReader, postings::TermInfo};
use uuid::Uuid;

/// What of one register is searched.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// Number of the register in the index.
    pub(super) register: u64,
    /// What may be read of it.
    pub(super) access: Access,
}

/// A record that the index names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) rank: u16,
    /// When it was made, in milliseconds: of equal ranks the newest first.
    pub(super) at: u64,
    pub(super) id: Uuid,
    pub(super) register: u64,
}

/// What the index answers.
#[derive(Debug, Default)]
pub(super) struct Ranked {
    /// Best first.
    pub(super) best: Vec<Found>,
    /// How many, per register's number.
    pub(super) counts: Vec<u64>,
}

/// True if the index says of every record of the register, as the desk would, which of its fields may be read.
pub(super) fn is_exact(access: &Access, indexed: &Indexed) -> bool {
    access.parts().iter().all(|p| p.condition.as_ref().is_none_or(|c| is_decided(c, indexed)))
}

/// The best `wanted` records.
pub(super) fn ranked(
    searcher: &Searcher,
    fields: Fields,
    layout: &Arc<Layout>,
    asks: &[Ask],
    question: &Question,
    wanted: usize,
) -> tantivy::Result<Ranked> {
    let mut out = Ranked { best: Vec::new(), counts: vec![0; layout.all().len()] };
    let mut heap = BinaryHeap::with_capacity(wanted + 1);
    if question.wanted.is_empty() || asks.is_empty() {
        return Ok(out);
    }
    for reader in searcher.segment_readers() {
        let index = reader.inverted_index(fields.words)?;
        let segment = Segment::new(reader, &index, layout, asks)?;
        let ranks = segment.ranks(question)?;
        collect(reader, &ranks, wanted, &mut heap, &mut out.counts)?;
    }
    out.best = heap.into_sorted_vec().into_iter().map(|Reverse(found)| found).collect();
    Ok(out)
}

/// What is seen of a field in a segment: its documents, and what a word in it adds.
struct Seen {
    docs: Arc<Docs>,
    more: u8,
}

struct Segment<'a> {
    index: &'a InvertedIndexReader,
    max_doc: u32,
    /// By the fields' numbers; `None` for what may not be read of any record.
    fields: Vec<Option<Seen>>,
}

impl<'a> Segment<'a> {
    fn new(reader: &SegmentReader, index: &'a InvertedIndexReader, layout: &Layout, asks: &[Ask]) -> tantivy::Result<Self> {
        let max_doc = reader.max_doc();
        let mut fields: Vec<Option<Seen>> = (0..layout.fields()).map(|_| None).collect();
        for ask in asks {
            let Some(indexed) = layout.numbered(ask.register) else { continue };
            let conditions = Conditions { index, indexed, max_doc };
            let mut parts: Vec<(FieldSet, Docs)> = Vec::new();
            for part in ask.access.parts() {
                parts.push((part.fields, part.condition.as_ref().map_or(Ok(Docs::All), |c| conditions.docs(c, true))?));
            }
            // Fields that the same parts show have the same documents.
            let mut made: Vec<(Vec<usize>, Arc<Docs>)> = Vec::new();
            for field in indexed.worded.iter() {
                let by: Vec<usize> = (0..parts.len()).filter(|i| parts.get(*i).is_some_and(|(f, _)| f.has(field))).collect();
                if by.is_empty() {
                    continue;
                }
                let known = made.iter().find(|(parts, _)| *parts == by).map(|(_, docs)| Arc::clone(docs));
                let docs = known.unwrap_or_else(|| {
                    let sets = by.iter().filter_map(|i| parts.get(*i)).map(|(_, docs)| docs.clone());
                    Arc::new(sets.fold(Docs::none(max_doc), Docs::either))
                });
                made.push((by, Arc::clone(&docs)));
                let more = if indexed.label == Some(field) { IN_LABEL } else { 0 };
                if let Some(place) = fields.get_mut(indexed.first_field + field) {
                    *place = Some(Seen { docs, more });
                }
            }
        }
        Ok(Self { index, max_doc, fields })
    }

    /// The rank of each document; 0 where a word is missing.
    fn ranks(&self, question: &Question) -> tantivy::Result<Vec<u16>> {
        let mut sum: Vec<u16> = Vec::new();
        for wanted in &question.wanted {
            let one = self.one(wanted)?;
            if sum.is_empty() {
                sum = one.into_iter().map(u16::from).collect();
                continue;
            }
            for (sum, one) in sum.iter_mut().zip(one) {
                *sum = if *sum == 0 || one == 0 { 0 } else { *sum + u16::from(one) };
            }
        }
        Ok(sum)
    }

    /// The rank of each document for one word.
    fn one(&self, wanted: &Wanted) -> tantivy::Result<Vec<u8>> {
        let mut ranks = vec![0; self.max_doc as usize];
        for prefix in &wanted.prefixes {
            self.raise(&mut ranks, &term_start(Sort::Word, prefix), PREFIX)?;
        }
        for stem in &wanted.stems {
            self.raise(&mut ranks, &term_stem(Sort::Stem, stem), STEM)?;
        }
        for word in &wanted.exact {
            self.raise(&mut ranks, &term_stem(Sort::Word, word), EXACT)?;
        }
        Ok(ranks)
    }

    /// Raises the documents of all terms that begin so, in fields that may be read, to at least this rank.
    fn raise(&self, ranks: &mut [u8], start: &str, rank: u8) -> tantivy::Result<()> {
        let mut terms = self.index.terms().range().ge(start).into_stream()?;
        while terms.advance() {
            let term = terms.key();
            if !term.starts_with(start.as_bytes()) {
                break;
            }
            let seen = field_of_term(term).and_then(|field| self.fields.get(field)?.as_ref());
            if let Some(seen) = seen {
                self.raise_term(ranks, terms.value(), seen, rank + seen.more)?;
            }
        }
        Ok(())
    }

    fn raise_term(&self, ranks: &mut [u8], info: &TermInfo, seen: &Seen, rank: u8) -> tantivy::Result<()> {
        let docs = &*seen.docs;
        each_doc(self.index, info, |doc| {
            if let Some(place) = ranks.get_mut(doc as usize).filter(|place| **place < rank)
                && docs.has(doc)
            {
                *place = rank;
            }
        })
    }
}

/// Documents whose columns are read together: one by one it costs many times as much.
const BLOCK: usize = 1024;

/// Counts what was found and keeps the best.
fn collect(
    reader: &SegmentReader,
    ranks: &[u16],
    wanted: usize,
    heap: &mut BinaryHeap<Reverse<Found>>,
    counts: &mut [u64],
) -> tantivy::Result<()> {
    let column = |name: &str| reader.fast_fields().column_first_or_default::<u64>(name);
    let (registers, ats, highs, lows) = (column("register")?, column("at")?, column("high")?, column("low")?);
    let (mut of_register, mut made) = ([0u64; BLOCK], [0u64; BLOCK]);
    for (start, block) in (0u32..).step_by(BLOCK).zip(ranks.chunks(BLOCK)) {
        if block.iter().all(|rank| *rank == 0) {
            continue;
        }
        let columns = [(&registers, &mut of_register), (&ats, &mut made)];
        for (column, values) in columns {
            column.get_range(u64::from(start), values.get_mut(..block.len()).unwrap_or_default());
        }
        let values = block.iter().zip(of_register.iter().zip(&made));
        for (doc, (rank, (register, at))) in (start..).zip(values).filter(|(_, (rank, _))| **rank > 0) {
            if reader.is_deleted(doc) {
                continue;
            }
            if let Some(count) = usize::try_from(*register).ok().and_then(|r| counts.get_mut(r)) {
                *count += 1;
            }
            let worst = heap.peek().filter(|_| heap.len() >= wanted);
            if worst.is_some_and(|Reverse(worst)| (*rank, *at) < (worst.rank, worst.at)) {
                continue;
            }
            let id = Uuid::from_u64_pair(highs.get_val(doc), lows.get_val(doc));
            heap.push(Reverse(Found { rank: *rank, at: *at, id, register: *register }));
            if heap.len() > wanted {
                heap.pop();
            }
        }
    }
    Ok(())
}
