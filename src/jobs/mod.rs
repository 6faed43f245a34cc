//! The door of time: what runs because time has passed.
//!
//! One file per job; each asks the hub, as a request would. Invariant: a job that fails is tried
//! again at its next turn and never ends the process.

mod refresh;

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use crate::hub::Hub;

/// The running jobs; they end when this is dropped.
pub struct Jobs {
    stop: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts all jobs of `hub`.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(hub: &Arc<Hub>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let hub = Arc::clone(hub);
        let refresh = std::thread::Builder::new()
            .name("refresh".into())
            .spawn(move || refresh::run(&hub, &stopped))?;
        Ok(Jobs {
            stop: Some(stop),
            threads: vec![refresh],
        })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a job ended in a panic");
            }
        }
    }
}
