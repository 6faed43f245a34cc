//! [`Aside`]: jobs whose datasets somebody else is writing to, another hub or a snapshot.
//!
//! Invariant: jobs for one dataset keep their order; those for other datasets pass by.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use super::Job;
use crate::error::{Error, Unavailable};

/// From what, and up to what, the pause before a try is doubled each time: a millisecond is enough when another hub writes in
/// turns with this one; who holds a dataset for long need not be asked as often.
const AGAIN: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(16));

/// For how long a job waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Aside {
    jobs: VecDeque<Job>,
    tried: Instant,
    pause: Duration,
}

impl Aside {
    /// With nothing in it.
    pub(super) fn empty() -> Self {
        Aside {
            jobs: VecDeque::new(),
            tried: Instant::now(),
            pause: AGAIN.0,
        }
    }

    /// Puts jobs aside that could not be done right now, and tells whoever has waited for too long.
    pub(super) fn put(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            if self.jobs.is_empty() {
                self.pause = AGAIN.0;
            }
            return;
        }
        let now = Instant::now();
        self.tried = now;
        self.pause = AGAIN.1.min(self.pause * 2);
        for mut job in jobs {
            let since = *job.asker.waits.get_or_insert(now);
            if now.duration_since(since) < PATIENCE {
                self.jobs.push_back(job);
            } else {
                job.asker.answer(Err(Error::Unavailable(Unavailable::Held)));
            }
        }
    }

    /// Takes all up again, before what came later, when it is time; until then whatever `held` has for the same datasets
    /// waits here as well.
    pub(super) fn sort(&mut self, held: &mut VecDeque<Job>) {
        if self.jobs.is_empty() {
            return;
        }
        if self.tried.elapsed() >= self.pause {
            self.jobs.append(held);
            std::mem::swap(&mut self.jobs, held);
            return;
        }
        let datasets: BTreeSet<i64> = self.jobs.iter().map(Job::dataset).collect();
        let (waits, goes): (Vec<Job>, Vec<Job>) =
            held.drain(..).partition(|job| datasets.contains(&job.dataset()));
        self.jobs.extend(waits);
        held.extend(goes);
    }

    /// After how long it is tried again; none where nothing waits here.
    pub(super) fn pause(&self) -> Option<Duration> {
        (!self.jobs.is_empty()).then_some(self.pause)
    }

    /// Whether nothing waits here.
    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::oneshot::{Receiver, channel};

    use super::*;
    use crate::error::Result;
    use crate::hub::Call;
    use crate::hub::writer::Asker;
    use crate::hub::writer::room::Room;
    use crate::record::{Precondition, Settled, Submission};
    use crate::store::append::Write;
    use crate::types::{FeedId, Kind, Timestamp};

    /// A job for a dataset that has waited for so long, and whoever waits for it.
    fn job(dataset: i64, waited: Duration) -> (Job, Receiver<Result<Settled>>) {
        let (reply, answer) = channel();
        let asker = Asker {
            size: 0,
            reply,
            _room: Room::new(1 << 20).take((None, None), 1).unwrap(),
            waits: Instant::now().checked_sub(waited),
        };
        let submission = Submission {
            dataset,
            feed: FeedId::from_random([0; 6]),
            kind: Kind::Master,
            contract: 1,
            filters: "[]".into(),
            links: Arc::default(),
            entries: Vec::new(),
            atomic: false,
            precondition: Precondition::default(),
        };
        let write = Write::new(submission, Call::of_command(Timestamp(0)).exchange("push", None));
        (Job { write, asker }, answer)
    }

    #[test]
    fn whoever_waited_for_a_minute_is_told_and_the_others_keep_their_order() {
        let mut aside = Aside::empty();
        let (early, mut told) = job(1, PATIENCE);
        let (late, mut waits) = job(1, PATIENCE / 2);
        aside.put(vec![early, late]);
        assert!(matches!(
            told.try_recv(),
            Ok(Err(Error::Unavailable(Unavailable::Held)))
        ));
        assert!(waits.try_recv().is_err());
        let (same, _same) = job(1, Duration::ZERO);
        let (other, _other) = job(2, Duration::ZERO);
        let mut held = VecDeque::from([same, other]);
        aside.pause = Duration::MAX;
        aside.sort(&mut held);
        assert_eq!(held.iter().map(Job::dataset).collect::<Vec<_>>(), [2]);
        aside.pause = Duration::ZERO;
        aside.sort(&mut held);
        assert_eq!(held.iter().map(Job::dataset).collect::<Vec<_>>(), [1, 1, 2]);
        assert!(aside.is_empty());
    }
}
