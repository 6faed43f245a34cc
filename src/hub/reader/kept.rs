//! [`Kept`]: records as they were read, good for as long as their dataset stands where it stood then.
//!
//! Not here: asking the database. Invariant: a record is given only when it was asked in the same go where its dataset
//! stands, and the dataset has stood there since before the record was read.

use std::collections::HashMap;

use quick_cache::Weighter;
use quick_cache::unsync::Cache;

use crate::store::records::{Head, Stored, Wanted};

/// How many bytes are kept in all.
const CAPACITY: u64 = 64 << 20;
/// How many records are expected.
const EXPECTED: usize = 10_000;
/// What a record weighs beside its key and its payload, in bytes.
const OVERHEAD: usize = 256;

/// See the module.
pub(super) struct Kept {
    stands: HashMap<i64, Stand>,
    records: Cache<Wanted, Record, Weight>,
    eras: u64,
}

/// Where a dataset stood when that was asked last.
struct Stand {
    head: Head,
    /// Another one each time that the head had become another.
    era: u64,
}

struct Record {
    era: u64,
    stored: Stored,
}

struct Weight;

impl Weighter<Wanted, Record> for Weight {
    fn weight(&self, (_, key): &Wanted, record: &Record) -> u64 {
        let bytes = 2 * key.as_str().len() + record.stored.payload.len() + OVERHEAD;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            stands: HashMap::new(),
            records: Cache::with_weighter(EXPECTED, CAPACITY, Weight),
            eras: 0,
        }
    }
}

impl Kept {
    /// The datasets of which it is to be asked where they stand: those of which a record may be given, and those that
    /// nobody asked for yet.
    pub(super) fn doubtful(&self, wanted: &[Wanted]) -> Vec<i64> {
        let mut doubtful = Vec::new();
        for one in wanted {
            let stand = self.stands.get(&one.0);
            let may_be_given = |stand: &Stand| {
                let record = self.records.peek(one);
                record.is_some_and(|record| record.era == stand.era)
            };
            if stand.is_none_or(may_be_given) && !doubtful.contains(&one.0) {
                doubtful.push(one.0);
            }
        }
        doubtful
    }

    /// Takes note of where `asked` datasets stand. What was erased leaves the memory as well.
    pub(super) fn stand(&mut self, asked: &[i64], heads: Vec<(i64, Head)>) {
        let mut before: HashMap<i64, Stand> = asked
            .iter()
            .filter_map(|dataset| self.stands.remove_entry(dataset))
            .collect();
        for (dataset, head) in heads {
            let stood = before.remove(&dataset);
            if stood
                .as_ref()
                .is_some_and(|stand| stand.head.is_before_erasure(&head))
            {
                self.records.retain(|(of, _), _| *of != dataset);
            }
            let same = stood.filter(|stand| stand.head == head);
            let stand = same.unwrap_or_else(|| {
                self.eras += 1;
                Stand { head, era: self.eras }
            });
            self.stands.insert(dataset, stand);
        }
    }

    /// A record, where it is kept and still so. For datasets that are not [`doubtful`](Self::doubtful) any more.
    pub(super) fn find(&mut self, wanted: &Wanted) -> Option<Stored> {
        let stand = self.stands.get(&wanted.0)?;
        let record = self.records.get(wanted)?;
        (record.era == stand.era).then(|| record.stored.clone())
    }

    /// Keeps a record that was read since it was asked where its dataset stands.
    pub(super) fn keep(&mut self, wanted: Wanted, stored: Stored) {
        if let Some(stand) = self.stands.get(&wanted.0) {
            let era = stand.era;
            self.records.insert(wanted, Record { era, stored });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{RecordKey, Seq, Timestamp};

    const DATASET: i64 = 7;

    fn wanted(key: &str) -> Wanted {
        (DATASET, RecordKey::parse(key).unwrap())
    }

    /// Looks a record up as the reader does, in a database where the dataset stands at `head` and the record at `seq`;
    /// tells whether the database was asked for the record.
    fn look_up(kept: &mut Kept, head: &Head, seq: i64) -> bool {
        let one = wanted("a");
        let doubtful = kept.doubtful(std::slice::from_ref(&one));
        if !doubtful.is_empty() {
            assert_eq!(doubtful, [DATASET]);
            kept.stand(&doubtful, vec![(DATASET, head.clone())]);
        }
        if let Some(found) = kept.find(&one) {
            assert_eq!(found.seq, Seq(seq), "it is the record as it stands");
            return false;
        }
        let stored = Stored {
            key: "a".into(),
            seq: Seq(seq),
            at: Timestamp(0),
            payload: format!("{{\"n\":{seq}}}"),
        };
        kept.keep(one, stored);
        true
    }

    #[test]
    fn a_record_is_read_once_for_as_long_as_its_dataset_stands_where_it_stood() {
        let mut kept = Kept::default();
        let mut head = Head::told("f", 1, 0);
        assert!(look_up(&mut kept, &head, 1));
        assert!(!look_up(&mut kept, &head, 1));
        for (moved, seq) in [
            (Head::told("f", 2, 0), 2),
            (Head::told("f", 2, 1), 2),
            // Put back to where it was, and written to since.
            (Head::told("g", 2, 1), 1),
        ] {
            assert!(look_up(&mut kept, &moved, seq), "{moved:?}");
            assert!(!look_up(&mut kept, &moved, seq), "{moved:?}");
            head = moved;
        }
        assert!(!look_up(&mut kept, &head, 1));
    }

    #[test]
    fn what_was_erased_is_kept_no_more() {
        let mut kept = Kept::default();
        assert!(look_up(&mut kept, &Head::told("f", 1, 0), 1));
        kept.stand(&[DATASET], vec![(DATASET, Head::told("f", 2, 0))]);
        assert_eq!(kept.records.len(), 1);
        kept.stand(&[DATASET], vec![(DATASET, Head::told("f", 2, 1))]);
        assert_eq!(kept.records.len(), 0);
    }

    #[test]
    fn a_record_that_was_read_before_the_dataset_was_seen_to_move_is_read_again() {
        let mut kept = Kept::default();
        let (before, after) = (Head::told("f", 1, 0), Head::told("f", 2, 0));
        // It is asked where the dataset stands, somebody writes, and only then the record is read.
        kept.stand(&[DATASET], vec![(DATASET, before)]);
        let stored = Stored {
            key: "b".into(),
            seq: Seq(2),
            at: Timestamp(0),
            payload: String::new(),
        };
        kept.keep(wanted("b"), stored);
        assert_eq!(kept.doubtful(&[wanted("b")]), [DATASET]);
        kept.stand(&[DATASET], vec![(DATASET, after)]);
        assert_eq!(kept.find(&wanted("b")), None);
        assert_eq!(kept.doubtful(&[wanted("b")]), [0_i64; 0]);
    }

    #[test]
    fn nothing_is_given_of_a_dataset_that_is_there_no_more() {
        let mut kept = Kept::default();
        assert!(look_up(&mut kept, &Head::told("f", 1, 0), 1));
        kept.stand(&[DATASET], Vec::new());
        assert_eq!(kept.find(&wanted("a")), None);
        assert_eq!(kept.doubtful(&[wanted("a")]), [DATASET]);
    }
}
