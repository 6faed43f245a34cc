//! The ledger by itself: what batches of writes do.

use super::*;
use crate::record::{Marks, Match, Payload, Slots};

fn put(key: &str, content: &str) -> Entry {
    let digest = Digest::of(content.as_bytes());
    Entry::Put(Payload {
        subject: None,
        key: RecordKey::parse(key).unwrap(),
        text: content.into(),
        digest,
        canonical: digest,
        slots: Slots::default(),
        marks: Marks::default(),
        referrals: Box::default(),
    })
}

fn delete(key: &str) -> Entry {
    Entry::Delete(RecordKey::parse(key).unwrap())
}

fn submission(kind: Kind, entries: Vec<Entry>) -> Submission {
    let (feed, precondition) = (FeedId::from_random([0; 6]), Precondition::default());
    Submission {
        dataset: 1,
        feed,
        kind,
        contract: 1,
        filters: "[]".into(),
        links: std::sync::Arc::default(),
        entries,
        atomic: false,
        precondition,
    }
}

#[test]
fn a_key_that_repeats_in_one_batch_makes_one_change_each_and_one_record() {
    let first = submission(
        Kind::Master,
        vec![put("a", "1"), put("a", "1"), put("a", "2"), put("b", "1")],
    );
    let second = submission(Kind::Master, vec![delete("a"), delete("a"), put("a", "2")]);
    let mut ledger = Ledger::new([(1, Seq(10))].into(), HashMap::new());
    let settled = ledger.settle(0, &first).outcomes;
    let (c, u, n) = (Outcome::Created, Outcome::Updated, Outcome::Unchanged);
    assert_eq!(settled, [c(Seq(11)), n(Seq(11)), u(Seq(12)), c(Seq(13))]);
    let settled = ledger.settle(1, &second).outcomes;
    assert_eq!(
        settled,
        [
            Outcome::Deleted(Seq(14)),
            Outcome::Refused(Refusal::Absent),
            c(Seq(15))
        ]
    );
    let rows = ledger.finish();
    assert_eq!(
        rows.changes.iter().map(|change| change.seq.0).collect::<Vec<_>>(),
        [11, 12, 13, 14, 15]
    );
    let previous: Vec<Option<i64>> = rows
        .changes
        .iter()
        .map(|change| change.prev.map(|seq| seq.0))
        .collect();
    assert_eq!(previous, [None, Some(11), None, Some(12), Some(14)]);
    let mut records: Vec<(&str, i64)> = rows
        .records
        .iter()
        .map(|row| (row.key.as_str(), row.standing.seq.0))
        .collect();
    records.sort_unstable();
    assert_eq!(records, [("a", 15), ("b", 13)]);
    assert_eq!(rows.heads, [(1, Seq(15))]);
}

#[test]
fn a_refused_atomic_submission_leaves_no_trace() {
    let mut refused = submission(
        Kind::Transaction,
        vec![put("a", "1"), put("b", "1"), put("a", "2")],
    );
    refused.atomic = true;
    let after = submission(Kind::Transaction, vec![put("b", "9")]);
    let mut ledger = Ledger::new([(1, Seq(0))].into(), HashMap::new());
    let settled = ledger.settle(0, &refused);
    assert!(!settled.stored);
    assert_eq!(
        settled.outcomes.last(),
        Some(&Outcome::Refused(Refusal::TransactionExists))
    );
    assert_eq!(ledger.settle(1, &after).outcomes, [Outcome::Created(Seq(1))]);
    let rows = ledger.finish();
    assert_eq!((rows.changes.len(), rows.records.len()), (1, 1));
}

#[test]
fn a_precondition_guards_the_first_entry() {
    let stands = Standing {
        seq: Seq(4),
        canonical: Digest::of(b"1"),
        deleted: false,
    };
    let mut guarded = submission(Kind::Master, vec![put("a", "2")]);
    guarded.precondition.if_match = Some(Match::OneOf(vec!["000000000000-3".into()]));
    let key = RecordKey::parse("a").unwrap();
    let mut ledger = Ledger::new([(1, Seq(4))].into(), [((1, &key), stands)].into());
    let tag = EntityTag {
        feed: FeedId::from_random([0; 6]),
        seq: Seq(4),
    };
    assert_eq!(
        ledger.settle(0, &guarded).outcomes,
        [Outcome::Refused(Refusal::Stale(Some(tag)))]
    );
    assert!(ledger.finish().changes.is_empty());
}
