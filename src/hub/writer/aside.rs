//! [`Aside`]: jobs whose datasets somebody else is writing to, another hub or a snapshot.
//!
//! Invariant: jobs for one dataset keep their order; those for other datasets pass by.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use super::Job;
use crate::error::{Error, Unavailable};

/// After how long it is tried again.
pub(super) const AGAIN: Duration = Duration::from_millis(5);

/// For how long a job waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module.
#[derive(Default)]
pub(super) struct Aside {
    jobs: VecDeque<Job>,
    tried: Option<Instant>,
}

impl Aside {
    /// Puts jobs aside that could not be done right now, and tells whoever has waited for too long.
    pub(super) fn put(&mut self, jobs: Vec<Job>) {
        let now = Instant::now();
        self.tried = Some(now);
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
        if self.tried.is_none_or(|tried| tried.elapsed() >= AGAIN) {
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

    /// Whether nothing waits here.
    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }
}
