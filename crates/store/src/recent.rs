//! What this process wrote last, so that nobody needs to ask the database whose registers the newest entries of the log are.

use parking_lot::Mutex;
use std::collections::HashMap;

/// The newest entries that this process wrote one after the other, with nobody else's between them.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Run>);

#[derive(Debug, Default)]
struct Run {
    from: i64,
    to: i64,
    /// The end of the last commit that touched each register.
    last: HashMap<String, i64>,
}

impl Recent {
    /// A commit of this process is on disk: its entries stand from one position up to before another. To be told before the new
    /// head is, so that whoever sees the head finds this here.
    pub(crate) fn note<'a>(&self, from: i64, to: i64, registers: impl Iterator<Item = &'a str>) {
        let mut run = self.0.lock();
        if from != run.to {
            // Another process wrote between: what was before is of no use, a question is asked about a whole.
            *run = Run { from, ..Run::default() };
        }
        run.to = to;
        for register in registers {
            match run.last.get_mut(register) {
                Some(last) => *last = to,
                None => drop(run.last.insert(register.to_owned(), to)),
            }
        }
    }

    /// See [`meydan_kernel::Store::touches`].
    pub(crate) fn touches(&self, from: i64, to: i64, registers: &[&str]) -> Option<bool> {
        let run = self.0.lock();
        let known = run.from <= from && to <= run.to;
        known.then(|| registers.iter().any(|name| run.last.get(*name).is_some_and(|last| *last > from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_without_a_gap_is_known() {
        let recent = Recent::default();
        recent.note(10, 12, ["lamp", "lamp"].into_iter());
        recent.note(12, 13, ["unit"].into_iter());
        recent.note(13, 20, ["lamp"].into_iter());
        assert_eq!(recent.touches(10, 20, &["unit"]), Some(true));
        assert_eq!(recent.touches(12, 13, &["unit", "post"]), Some(true));
        assert_eq!(recent.touches(13, 20, &["unit", "post"]), Some(false));
        assert_eq!(recent.touches(13, 20, &["lamp"]), Some(true));
        assert_eq!(recent.touches(9, 20, &["unit"]), None, "somebody else wrote that");
        assert_eq!(recent.touches(13, 21, &["unit"]), None, "this is not known yet");
        recent.note(21, 22, ["lamp"].into_iter());
        assert_eq!(recent.touches(13, 22, &["post"]), None, "somebody else wrote between");
        assert_eq!(recent.touches(21, 22, &["unit"]), Some(false));
        assert_eq!(Recent::default().touches(0, 0, &["unit"]), Some(false), "nothing was written");
    }
}
