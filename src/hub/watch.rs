//! [`Watcher`]: the one thread that looks for news in feeds, for all who wait.
//!
//! It looks where somebody waits and nowhere else: ten times a second, so that what another hub
//! writes is seen, and at once when this hub's writer rings. Who waits holds no connection and no
//! thread. Invariant: news are told by what the database holds, never by what was meant to be
//! written, so nobody is woken before the commit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::store::datasets::{self, Head};
use crate::store::{DbConnection, Store};
use crate::types::{FeedId, Seq};

/// How often the watched feeds are looked at.
const EVERY: Duration = Duration::from_millis(100);
/// How often at most, however often the writer rings.
const GAP: Duration = Duration::from_millis(5);

/// See the module.
pub(super) struct Watcher {
    bell: Bell,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What became of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The feed went on, or became another.
    There,
    /// The time was up first.
    None,
    /// The hub stops; there will be no news.
    Stopping,
}

/// Wakes the thread; by it the writer tells that it committed something.
#[derive(Clone)]
pub(super) struct Bell {
    desk: Arc<Desk>,
    thread: Thread,
}

impl Bell {
    /// Lets the feeds be looked at, where somebody waits.
    pub(super) fn ring(&self) {
        if self.desk.anybody.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
    }
}

/// Where a feed was last seen to stand; `None` before the first look.
type Seen = Option<Head>;

/// What the thread and those who wait share.
#[derive(Default)]
struct Desk {
    /// The feeds that somebody waits for, by the dataset's number.
    watched: Mutex<HashMap<i64, watch::Sender<Seen>>>,
    /// Whether there is anything to look at.
    anybody: AtomicBool,
    stopped: AtomicBool,
}

impl Watcher {
    /// Starts the thread; it sleeps until somebody waits.
    pub(super) fn start(store: Arc<Store>) -> Result<Self> {
        let desk = Arc::new(Desk::default());
        let shared = Arc::clone(&desk);
        let join = std::thread::Builder::new()
            .name("watcher".into())
            .spawn(move || run(&shared, &store))
            .map_err(|error| Error::Internal(error.to_string()))?;
        let thread = join.thread().clone();
        Ok(Watcher {
            bell: Bell { desk, thread },
            thread: Mutex::new(Some(join)),
        })
    }

    /// What the writer rings.
    pub(super) fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Waits until the dataset's feed stands beyond `known` or is no longer `feed`, at most until
    /// `deadline`.
    pub(super) async fn wait(
        &self,
        dataset: i64,
        known: Seq,
        feed: &FeedId,
        deadline: tokio::time::Instant,
    ) -> News {
        let Some(mut head) = self.watch(dataset) else {
            return News::Stopping;
        };
        let news = head.wait_for(|head| {
            head.as_ref()
                .is_some_and(|head| head.seq > known || head.feed != *feed)
        });
        match tokio::time::timeout_at(deadline, news).await {
            Ok(Ok(_)) => News::There,
            Ok(Err(_)) => News::Stopping,
            Err(_) => News::None,
        }
    }

    /// Where a feed stands from now on; `None` once the hub stops.
    fn watch(&self, dataset: i64) -> Option<watch::Receiver<Seen>> {
        let desk = &self.bell.desk;
        let mut watched = desk.watched();
        if self.stopped() {
            return None;
        }
        let head = watched.entry(dataset);
        let head = head.or_insert_with(|| watch::Sender::new(None)).subscribe();
        if !desk.anybody.swap(true, Ordering::SeqCst) {
            self.bell.thread.unpark();
        }
        Some(head)
    }

    /// Whether nobody can wait any more.
    pub(super) fn stopped(&self) -> bool {
        self.bell.desk.stopped.load(Ordering::SeqCst)
    }

    /// Sends everybody away who waits; whoever wants to wait from now on is sent away at once.
    pub(super) fn release(&self) {
        let mut watched = self.bell.desk.watched();
        self.bell.desk.stopped.store(true, Ordering::SeqCst);
        watched.clear();
        self.bell.thread.unpark();
    }

    /// Sends everybody away and ends the thread.
    pub(super) fn stop(&self) {
        self.release();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the watcher ended in a panic");
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Desk {
    fn watched(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<Seen>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The datasets that somebody waits for; sleeps while there are none. `None` at the end.
    fn wanted(&self) -> Option<Vec<i64>> {
        loop {
            {
                let mut watched = self.watched();
                if self.stopped.load(Ordering::SeqCst) {
                    return None;
                }
                watched.retain(|_, head| head.receiver_count() > 0);
                if !watched.is_empty() {
                    return Some(watched.keys().copied().collect());
                }
                self.anybody.store(false, Ordering::SeqCst);
            }
            std::thread::park();
        }
    }

    /// Tells those who wait where their feeds stand.
    fn tell(&self, heads: Vec<(i64, Head)>) {
        let watched = self.watched();
        for (dataset, head) in heads {
            if let Some(seen) = watched.get(&dataset) {
                seen.send_if_modified(|seen| {
                    let changed = seen.as_ref() != Some(&head);
                    *seen = Some(head);
                    changed
                });
            }
        }
    }
}

fn run(desk: &Desk, store: &Store) {
    let (mut connection, mut failing) = (None, false);
    while let Some(datasets) = desk.wanted() {
        let looked = Instant::now();
        match look(store, &mut connection, &datasets) {
            Ok(heads) => {
                failing = false;
                desk.tell(heads);
            }
            Err(error) => {
                connection = None;
                if !failing {
                    failing = true;
                    tracing::error!(cause = error.cause(), "feeds could not be looked at; trying on");
                }
            }
        }
        // A ring that came during the look is not lost: then there is no sleep.
        std::thread::park_timeout(EVERY);
        std::thread::sleep(GAP.saturating_sub(looked.elapsed()));
    }
}

fn look(store: &Store, connection: &mut Option<DbConnection>, datasets: &[i64]) -> Result<Vec<(i64, Head)>> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(store.dedicated()?),
    };
    datasets::heads(connection, datasets)
}
