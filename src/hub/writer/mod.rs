//! [`Writer`]: the one thread that writes records, many requests in one commit.
//!
//! It takes whatever is queued, writes it in one transaction, commits, and only then answers
//! everybody: batches grow by themselves while a commit is under way, without a timer. Invariant:
//! nobody is answered before the commit; what is queued is bounded in bytes.

mod aside;
mod checkpoints;
mod desk;
mod room;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use jiff::tz::TimeZone;
use tokio::sync::oneshot;

use super::exchanges::ExchangeLog;
use super::watch::Bell;
use crate::audit::{Exchange, Signer};
use crate::error::{Error, Result, Unavailable};
use crate::record::{Entry, Rejection, Settled};
use crate::store::append::{RejectionBound, Write};
use crate::store::chains::Chain;
use crate::store::{Backend, DbConnection, Store};
use crate::types::Clock;
use desk::Desk;
use room::{Place, Room, Who};

/// What a write takes of the room in the queue beside its payload, in bytes.
const BESIDE: usize = 1024;

/// See the module.
pub(super) struct Writer {
    store: Arc<Store>,
    queue: Sender<Message>,
    room: Arc<Room>,
    failed: Arc<AtomicBool>,
    chains: Arc<Chains>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The chains of this process that nobody writes to right now.
struct Chains {
    free: Mutex<Vec<Chain>>,
    signer: Arc<Signer>,
}

impl Chains {
    fn take(&self) -> Chain {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| Chain::new(Arc::clone(&self.signer)))
    }

    fn put_back(&self, chain: Chain) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(chain);
    }
}

enum Message {
    Job(Box<Job>),
    /// An entry of the log that somebody waits for.
    Entry(Box<LogEntry>),
    /// Something that writes by itself, such as a snapshot.
    Task(Task),
    Stop,
}

/// Work with the writer's connection and its chain, or with none when there is none to be had.
type Task = Box<dyn FnOnce(Result<(&mut DbConnection, &mut Chain)>) + Send>;

struct Job {
    write: Write,
    asker: Asker,
}

impl Job {
    fn dataset(&self) -> i64 {
        self.write.submission.dataset
    }
}

/// Who waits for a write, and the room that it takes until they are answered.
struct Asker {
    size: usize,
    reply: oneshot::Sender<Result<Settled>>,
    _room: Place,
    /// Since when somebody else has been writing to its dataset.
    waits: Option<Instant>,
}

impl Asker {
    /// Whoever asked may have gone; what was stored is stored all the same.
    fn answer(self, answer: Result<Settled>) {
        drop(self.reply.send(answer));
    }
}

struct LogEntry {
    exchange: Exchange,
    reply: oneshot::Sender<Result<()>>,
}

/// An entry of the log on its way.
pub(super) struct Logging(oneshot::Receiver<Result<()>>);

impl Logging {
    /// Waits until it is durable.
    pub(super) async fn kept(self) -> Result<()> {
        self.0
            .await
            .unwrap_or(Err(Error::Unavailable(Unavailable::Stopping)))
    }

    /// The same on a thread that may block.
    pub(super) fn kept_blocking(self) -> Result<()> {
        self.0
            .blocking_recv()
            .unwrap_or(Err(Error::Unavailable(Unavailable::Stopping)))
    }
}

/// An answer that will come once the write is committed.
pub(super) struct Pending(oneshot::Receiver<Result<Settled>>);

impl Pending {
    /// Waits for the commit.
    pub(super) async fn settled(self) -> Result<Settled> {
        self.0
            .await
            .unwrap_or(Err(Error::Unavailable(Unavailable::Stopping)))
    }
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        store: Arc<Store>,
        time: (Clock, TimeZone),
        exchanges: Arc<ExchangeLog>,
        bell: Bell,
        queue_bytes: usize,
        (bound, signer): (RejectionBound, Arc<Signer>),
    ) -> Result<Self> {
        let (queue, jobs) = channel();
        let chains = Arc::new(Chains {
            free: Mutex::default(),
            signer,
        });
        let failed = Arc::new(AtomicBool::new(false));
        let terms = (bound, chains.take());
        let desk = Desk::new(&store, time, exchanges, bell, Arc::clone(&failed), terms)?;
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || desk.run(&jobs));
        let thread = thread.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Writer {
            store,
            queue,
            room: Room::new(queue_bytes),
            failed,
            chains,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a write, or refuses it when the queue is full, or as full of this caller's as it may be.
    pub(super) fn submit(&self, write: Write) -> Result<Pending> {
        self.healthy()?;
        let size = size(&write);
        let room = self.room.take(who(&write), size + BESIDE);
        let room = room.ok_or(Error::Unavailable(Unavailable::Overloaded))?;
        self.queue(write, size, room)
    }

    /// Queues an entry of the log before whatever else waits to be logged.
    pub(super) fn log(&self, exchange: Exchange) -> Result<Logging> {
        self.healthy()?;
        let (reply, answer) = oneshot::channel();
        self.queue
            .send(Message::Entry(Box::new(LogEntry { exchange, reply })))
            .map_err(|_| Error::Unavailable(Unavailable::Stopping))?;
        Ok(Logging(answer))
    }

    /// Queues a write as soon as there is room for it; that is how a stream is slowed down.
    pub(super) async fn submit_when_free(&self, write: Write) -> Result<Pending> {
        self.healthy()?;
        let size = size(&write);
        let room = self.room.take_when_free(who(&write), size + BESIDE).await;
        self.queue(write, size, room)
    }

    /// Does what takes a transaction of its own and may take long. On SQLite that is the writer's own
    /// turn, because nobody else can write meanwhile; on PostgreSQL others go on.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection, &mut Chain) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.healthy()?;
        if self.store.backend() == Backend::Postgres {
            let (store, chains) = (Arc::clone(&self.store), Arc::clone(&self.chains));
            let alone = move || {
                let mut chain = chains.take();
                let done = store
                    .dedicated()
                    .and_then(|mut connection| work(&mut connection, &mut chain));
                chains.put_back(chain);
                done
            };
            return tokio::task::spawn_blocking(alone)
                .await
                .map_err(|error| Error::Internal(error.to_string()))?;
        }
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |connection| {
            // Whoever asked may have gone; the work is done all the same.
            drop(reply.send(connection.and_then(|(connection, chain)| work(connection, chain))));
        });
        self.queue
            .send(Message::Task(task))
            .map_err(|_| Error::Unavailable(Unavailable::Stopping))?;
        answer
            .await
            .unwrap_or(Err(Error::Unavailable(Unavailable::Stopping)))
    }

    fn queue(&self, write: Write, size: usize, room: Place) -> Result<Pending> {
        let (reply, answer) = oneshot::channel();
        self.queue
            .send(Message::Job(Box::new(Job {
                write,
                asker: Asker {
                    size,
                    reply,
                    _room: room,
                    waits: None,
                },
            })))
            .map_err(|_| Error::Unavailable(Unavailable::Stopping))?;
        Ok(Pending(answer))
    }

    /// Whether writes can be stored.
    ///
    /// # Errors
    /// After the disk failed under a commit: then only a restart helps.
    pub(super) fn healthy(&self) -> Result<()> {
        if self.failed.load(Ordering::SeqCst) {
            let cause = "the disk failed under a commit; nothing is written until a restart".to_owned();
            return Err(Error::Unavailable(Unavailable::Database(cause)));
        }
        Ok(())
    }

    /// Writes what is queued and stops; later writes are refused.
    pub(super) fn stop(&self) {
        // The thread is gone already when nobody takes the message.
        let _ = self.queue.send(Message::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer ended in a panic");
        }
    }
}

/// The payload bytes of a write, and what it keeps of refused ones.
fn size(write: &Write) -> usize {
    let bytes = |entry: &Entry| match entry {
        Entry::Put(payload) => payload.text.len(),
        Entry::Delete(_) => 0,
    };
    let kept =
        |rejection: &Rejection| rejection.reason.len() + rejection.body.as_ref().map_or(0, |body| body.len());
    write.submission.entries.iter().map(bytes).sum::<usize>()
        + write.rejections.iter().map(kept).sum::<usize>()
}

fn who(write: &Write) -> Who {
    (write.exchange.application, write.exchange.person)
}
