//! [`Checkpoints`]: when SQLite's log is moved into the database file, and by whom.
//!
//! A thread of its own moves what has gathered while the writer goes on; then the writer moves the
//! little that came meanwhile, so that the log can begin anew. One long checkpoint by the writer would
//! keep everybody waiting for a third of a second. PostgreSQL does all this by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::error::{Error, Result};
use crate::store::{Backend, Store};

/// How much payload is written between two checkpoints, in bytes.
const BYTES: usize = 4 * 1024 * 1024;

/// See the module. The thread ends when this is dropped.
pub(super) struct Checkpoints {
    /// What was written since the last one.
    since: usize,
    helper: Option<Helper>,
}

/// The thread, and how far it is.
struct Helper {
    asks: SyncSender<()>,
    asked: bool,
    done: Arc<AtomicBool>,
}

impl Checkpoints {
    /// Starts the thread, where there is need of one.
    ///
    /// # Errors
    /// When the database can't be reached or the operating system gives no thread.
    pub(super) fn start(store: &Arc<Store>) -> Result<Self> {
        let helper = match store.backend() {
            Backend::Sqlite => Some(Helper::start(store)?),
            Backend::Postgres => None,
        };
        Ok(Checkpoints { since: 0, helper })
    }

    /// Takes note of what was written, in bytes.
    pub(super) fn written(&mut self, bytes: usize) {
        self.since += bytes;
    }

    /// Takes note of so much that a checkpoint is due.
    pub(super) fn written_much(&mut self) {
        self.since = self.since.max(BYTES);
    }

    /// Whether the writer is to move what is left now; asks the thread to go first.
    pub(super) fn due(&mut self) -> bool {
        let Some(helper) = &mut self.helper else {
            return false;
        };
        if helper.asked {
            return helper.done.load(Ordering::SeqCst);
        }
        if self.since >= BYTES {
            // A thread that is gone leaves all the work to the writer.
            helper.asked = helper.asks.try_send(()).is_ok();
            return !helper.asked;
        }
        false
    }

    /// Begins a checkpoint by the writer; false where there is nothing to move.
    pub(super) fn begin(&mut self) -> bool {
        let something = self.since > 0;
        self.since = 0;
        if let Some(helper) = &mut self.helper
            && helper.done.swap(false, Ordering::SeqCst)
        {
            helper.asked = false;
        }
        something
    }
}

impl Helper {
    fn start(store: &Arc<Store>) -> Result<Self> {
        let mut connection = store.dedicated()?;
        let (asks, asked) = sync_channel(1);
        let done = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&done);
        let work = move || {
            while asked.recv().is_ok() {
                if let Err(error) = connection.checkpoint() {
                    tracing::warn!(cause = error.cause(), "the database's log could not be moved yet");
                }
                tell.store(true, Ordering::SeqCst);
            }
        };
        std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(work)
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Helper {
            asks,
            asked: false,
            done,
        })
    }
}
