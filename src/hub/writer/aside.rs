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
                let cause = "somebody else has been writing to the dataset for a minute".to_owned();
                job.asker
                    .answer(Err(Error::Unavailable(Unavailable::Database(cause))));
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
