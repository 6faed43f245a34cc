//! [`Trail`]: the lines of a stream that has its effect once, and which of them are stored already.
//!
//! Not here: where that is noted (the store, with each part). Invariant: no line behind those that are stored is taken
//! before they were found to be the same.

use crate::record::{Line, Progress};
use crate::types::{Digest, Digester, FeedId};

/// See the module.
pub(super) struct Trail {
    digester: Digester,
    /// The last line that was seen.
    last: u64,
    /// The last line that is stored, and the digest until there, while it has not come again.
    stored: Option<(u64, Digest)>,
    /// Whether what came is not what was stored.
    differs: bool,
}

impl Trail {
    /// A stream of which so much is stored in this feed: what was stored in another one, before a reset or a restore, is
    /// not what stands.
    pub(super) fn new(feed: &FeedId, progress: Option<&Progress>) -> Self {
        let mut digester = Digester::default();
        digester.update(feed.as_str().as_bytes());
        Trail {
            digester,
            last: 0,
            stored: progress.map(|progress| (progress.through, progress.lines)),
            differs: false,
        }
    }

    /// Sees the next line; tells whether it is to be stored.
    pub(super) fn is_new(&mut self, line: &Line) -> bool {
        // The length before it keeps lines apart.
        let bytes = line.bytes.as_deref();
        let length = bytes.map_or(u64::MAX, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.digester.update(&length.to_le_bytes());
        self.digester.update(bytes.unwrap_or_default());
        self.last = line.number;
        match self.stored {
            None => !self.differs,
            Some((through, lines)) => {
                if line.number >= through {
                    self.stored = None;
                    self.differs = line.number > through || self.mark().1 != lines;
                }
                false
            }
        }
    }

    /// The last line that was seen, and the digest until there.
    pub(super) fn mark(&self) -> (u64, Digest) {
        (self.last, self.digester.clone().finish())
    }

    /// Whether what came is not what was stored.
    pub(super) fn differs(&self) -> bool {
        self.differs
    }

    /// Whether not all came yet of what is stored.
    pub(super) fn is_behind(&self) -> bool {
        self.stored.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Counts;
    use crate::types::Place;

    const FEEDS: [[u8; 6]; 2] = [[1; 6], [2; 6]];

    fn line(number: u64, text: &str) -> Line {
        Line {
            number,
            start: Place { line: 1, column: 1 },
            bytes: (text != "too large").then(|| text.as_bytes().to_vec()),
        }
    }

    /// The lines that are new behind those of `before`, and whether they differ or more are missing.
    fn seen(feeds: [[u8; 6]; 2], before: &[Line], now: &[Line]) -> (Vec<u64>, bool) {
        let [first, second] = feeds.map(FeedId::from_random);
        let mut trail = Trail::new(&first, None);
        assert!(before.iter().all(|line| trail.is_new(line)));
        let (through, lines) = trail.mark();
        let progress = Progress {
            through,
            lines,
            counts: Counts::default(),
        };
        let mut trail = Trail::new(&second, Some(&progress));
        let new = now.iter().filter(|line| trail.is_new(line));
        let new = new.map(|line| line.number).collect();
        (new, trail.differs() || trail.is_behind())
    }

    #[test]
    fn only_what_is_behind_the_same_lines_is_new() {
        let same = [FEEDS[0], FEEDS[0]];
        let lines = [line(1, "a"), line(3, "bc"), line(4, "too large"), line(5, "d")];
        assert_eq!(seen(same, &lines[..3], &lines), (vec![5], false));
        assert_eq!(seen(same, &lines, &lines), (vec![], false));
        for other in [
            vec![line(1, "a"), line(3, "x"), line(4, "too large"), line(5, "d")],
            // The same bytes, cut elsewhere.
            vec![line(1, "ab"), line(3, "c"), line(4, "too large"), line(5, "d")],
            // Another line where the stored ones ended.
            vec![line(1, "a"), line(3, "bc"), line(5, "d")],
            vec![line(1, "a"), line(3, "bc")],
            vec![],
        ] {
            assert_eq!(seen(same, &lines[..3], &other), (vec![], true), "{other:?}");
        }
        assert_eq!(seen(FEEDS, &lines[..3], &lines), (vec![], true), "another feed");
    }
}
