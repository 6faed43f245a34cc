//! The ledger's judgement of references: by what stands at that moment of the batch.
//!
//! A put before in the same batch counts, a deletion too; an atomic submission is judged by what
//! stands when all of it was done. Invariant: nothing that makes no change is judged.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{ChangeRow, Ledger, Outcome, Refusal, Submission};
use crate::record::references::violation;
use crate::record::{Entry, Evidence, Link, Period, PeriodVersion, Periods, Referral, Referrer, Target};
use crate::types::{RecordKey, Seq, Violation};

/// What references are judged by.
pub(super) struct Judging<'s> {
    evidence: Evidence<'s>,
    /// Where the batch's own changes stand among the changes, by dataset and number.
    own: HashMap<(i64, Seq), usize>,
    /// The batch's own changes that refer to a key, and by which of their referrals, by dataset and
    /// key; only kept where something is to be deleted that others refer to.
    arrivals: HashMap<(i64, &'s RecordKey), Vec<usize>>,
}

impl<'s> Judging<'s> {
    pub(super) fn by(evidence: Evidence<'s>) -> Self {
        Judging {
            evidence,
            own: HashMap::new(),
            arrivals: HashMap::new(),
        }
    }
}

/// What was found of the references of one payload.
#[derive(Debug, Default)]
pub struct Found {
    /// Strict ones that lead to nothing.
    pub violations: Vec<Violation>,
    /// How many of the others lead to nothing.
    pub unresolved: u64,
}

impl<'s> Ledger<'s> {
    /// Judges what the record with this key refers to.
    pub fn judge_referrals(
        &self,
        dataset: i64,
        key: &RecordKey,
        links: &[Link],
        referrals: &[Referral],
    ) -> Found {
        let mut found = Found::default();
        for referral in referrals {
            let Some(link) = links.get(referral.link) else {
                continue;
            };
            if self.resolves(dataset, key, link, referral) {
                continue;
            }
            if link.strict {
                found.violations.push(violation(link, referral, self.today()));
            } else {
                found.unresolved += 1;
            }
        }
        found
    }

    /// Whether a reference of the record with this key leads to something. A record may refer to
    /// itself.
    pub fn resolves(&self, dataset: i64, own: &RecordKey, link: &Link, referral: &Referral) -> bool {
        let Some(key) = &referral.key else {
            return false;
        };
        let day = referral.day.unwrap_or(self.today());
        link.targets.iter().any(|target| {
            (target.dataset == dataset && key == own)
                || match &target.periods {
                    None => self
                        .standing
                        .get(&(target.dataset, key))
                        .is_some_and(|standing| !standing.deleted),
                    Some(_) => self.holds(target, key, day),
                }
        })
    }

    /// Why the record with this key can't be deleted.
    pub fn judge_deletion(&self, dataset: i64, key: &RecordKey) -> Option<Refusal> {
        let judging = self.judging.as_ref()?;
        let referrers = judging.evidence.referrers.get(&(dataset, key))?;
        let still = |referrer: &&Referrer| {
            let itself = referrer.dataset == dataset && referrer.key == *key;
            !itself && self.own_change(referrer.dataset, &referrer.key).is_none()
        };
        if let Some(referrer) = referrers.found.iter().find(still) {
            return Some(Refusal::InUse(referrer.by.clone().map(Box::new)));
        }
        let arrived = judging.arrivals.get(&(dataset, key)).into_iter().flatten();
        if arrived.copied().any(|index| self.arrives(index, dataset, key)) {
            return Some(Refusal::InUse(None));
        }
        referrers.unready.clone().map(Refusal::Unready)
    }

    fn today(&self) -> Date {
        self.judging
            .as_ref()
            .map_or(Date::ZERO, |judging| judging.evidence.today)
    }

    /// Judges an entry before it is done.
    pub(super) fn judge_entry(
        &self,
        submission: &Submission,
        entry: &Entry,
        unresolved: &mut u64,
    ) -> Option<Refusal> {
        self.judging.as_ref()?;
        let payload = match entry {
            Entry::Delete(key) => return self.judge_deletion(submission.dataset, key),
            Entry::Put(payload) if payload.referrals.is_empty() => return None,
            Entry::Put(payload) => payload,
        };
        let found = self.judge_referrals(
            submission.dataset,
            &payload.key,
            &submission.links,
            &payload.referrals,
        );
        if found.violations.is_empty() {
            *unresolved += found.unresolved;
            return None;
        }
        Some(Refusal::Broken(found.violations.into()))
    }

    /// Judges a submission that was done as a whole, by what stands after it; what it did and undid
    /// itself is not judged.
    pub(super) fn judge_whole(
        &self,
        submission: &Submission,
        outcomes: &mut [Outcome],
        unresolved: &mut u64,
    ) {
        if self.judging.is_none() {
            return;
        }
        for (entry, outcome) in submission.entries.iter().zip(outcomes) {
            let (Outcome::Created(seq) | Outcome::Updated(seq) | Outcome::Deleted(seq)) = outcome else {
                continue;
            };
            let standing = self.standing.get(&(submission.dataset, entry.key()));
            if standing.is_none_or(|standing| standing.seq != *seq) {
                continue;
            }
            if let Some(refusal) = self.judge_entry(submission, entry, unresolved) {
                *outcome = Outcome::Refused(refusal);
            }
        }
    }

    /// Takes note of a change that was just made.
    pub(super) fn note(&mut self, submission: &'s Submission, entry: &'s Entry, seq: Seq) {
        let (Some(judging), Some(index)) = (&mut self.judging, self.changes.len().checked_sub(1)) else {
            return;
        };
        judging.own.insert((submission.dataset, seq), index);
        if let (Entry::Put(payload), false) = (entry, judging.evidence.referrers.is_empty()) {
            for referral in &payload.referrals {
                let guards = submission.links.get(referral.link).filter(|link| link.guards);
                let (Some(link), Some(key)) = (guards, &referral.key) else {
                    continue;
                };
                for target in &link.targets {
                    let arrivals = judging.arrivals.entry((target.dataset, key)).or_default();
                    arrivals.push(index);
                }
            }
        }
    }

    /// The batch's own change that stands under a key now.
    fn own_change(&self, dataset: i64, key: &RecordKey) -> Option<&ChangeRow<'s>> {
        let standing = self.standing.get(&(dataset, key))?;
        self.change(dataset, standing.seq)
    }

    /// The batch's own change with this number.
    fn change(&self, dataset: i64, seq: Seq) -> Option<&ChangeRow<'s>> {
        let index = self.judging.as_ref()?.own.get(&(dataset, seq))?;
        let change = self.changes.get(*index)?;
        // What was rolled back leaves its numbers to others.
        (change.dataset == dataset && change.seq == seq).then_some(change)
    }

    /// Whether a change of this batch stands and refers to a key. Which change has this index may have
    /// changed since it was noted, where something was rolled back.
    fn arrives(&self, index: usize, dataset: i64, key: &RecordKey) -> bool {
        let Some(change) = self.changes.get(index) else {
            return false;
        };
        let own = change.entry.key();
        if change.dataset == dataset && own == key {
            return false;
        }
        let standing = self.standing.get(&(change.dataset, own));
        let stands = standing.is_some_and(|standing| standing.seq == change.seq);
        let refers = |referral: &Referral| referral.key.as_ref() == Some(key);
        stands && matches!(change.entry, Entry::Put(payload) if payload.referrals.iter().any(refers))
    }

    /// Whether a key of a master with periods holds on a day, the batch's own changes counted.
    fn holds(&self, target: &Target, key: &RecordKey, day: Date) -> bool {
        let (Some(judging), Some(known)) = (&self.judging, &target.periods) else {
            return false;
        };
        let stored = judging.evidence.periods.get(&(target.dataset, key));
        let mut own = Vec::new();
        let mut seq = self
            .standing
            .get(&(target.dataset, key))
            .map(|standing| standing.seq);
        while let Some(change) = seq.and_then(|seq| self.change(target.dataset, seq)) {
            own.push(match change.entry {
                Entry::Put(payload) => PeriodVersion::Put(Period::of_text(&known.valid, &payload.text)),
                Entry::Delete(_) => PeriodVersion::Deleted(judging.evidence.today),
            });
            seq = change.prev;
        }
        if own.is_empty() {
            return stored.is_some_and(|stored| stored.holds_on(day));
        }
        let mut periods: Periods = stored
            .map(|stored| Arc::unwrap_or_clone(Arc::clone(stored)))
            .unwrap_or_default();
        own.into_iter().rev().for_each(|version| periods.take(version));
        periods.holds_on(day)
    }
}
