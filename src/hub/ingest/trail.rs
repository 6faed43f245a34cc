//! [`Trail`]: the lines of a stream that has its effect once, and which of them are stored already.
//!
//! Not here: where that is noted (the store, with each part). Invariant: no line behind those that are stored is taken
//! before they were found to be the same.

use crate::record::{Line, Progress};
use crate::types::{Digest, Digester};

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
    /// A stream of which so much is stored.
    pub(super) fn new(progress: Option<&Progress>) -> Self {
        Trail {
            digester: Digester::default(),
            last: 0,
            stored: progress.map(|progress| (progress.tally.through, progress.lines)),
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
