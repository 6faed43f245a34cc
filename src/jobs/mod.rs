//! The door of time: what runs because time has passed.
//!
//! One file per job; each asks the hub, as a request would. Invariant: a job that fails is tried
//! again at its next turn and never ends the process.

mod backfill;
mod backups;
mod checkpoint;
mod days;
mod deadlines;
mod deliveries;
mod forget;
mod mail;
mod profile;
mod pulls;
mod refresh;
mod uses;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::hub::Hub;

/// The running jobs; they end when this is dropped.
pub struct Jobs {
    stop: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

/// What runs until the other end of its channel is gone.
type Job = fn(&Arc<Hub>, &Receiver<()>);

/// All jobs, by the names of their threads.
const JOBS: [(&str, Job); 12] = [
    ("refresh", |hub, stopped| refresh::run(hub, stopped)),
    ("forget", |hub, stopped| forget::run(hub, stopped)),
    ("backfill", |hub, stopped| backfill::run(hub, stopped)),
    ("checkpoint", |hub, stopped| checkpoint::run(hub, stopped)),
    ("uses", |hub, stopped| uses::run(hub, stopped)),
    ("deadlines", |hub, stopped| deadlines::run(hub, stopped)),
    ("backups", |hub, stopped| backups::run(hub, stopped)),
    ("mail", |hub, stopped| mail::run(hub, stopped)),
    ("days", |hub, stopped| days::run(hub, stopped)),
    ("profile", |hub, stopped| profile::run(hub, stopped)),
    ("pulls", pulls::run),
    ("deliveries", deliveries::run),
];

impl Jobs {
    /// Starts all jobs of `hub`.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(hub: &Arc<Hub>) -> std::io::Result<Self> {
        let mut jobs = Jobs {
            stop: Vec::new(),
            threads: Vec::new(),
        };
        for (name, run) in JOBS {
            let (stop, stopped) = channel();
            let hub = Arc::clone(hub);
            let thread = std::thread::Builder::new()
                .name(name.into())
                .spawn(move || run(&hub, &stopped))?;
            jobs.stop.push(stop);
            jobs.threads.push(thread);
        }
        Ok(jobs)
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop.clear();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a job ended in a panic");
            }
        }
    }
}
