//! [`Writer`]: the one thread that writes records, many requests in one commit.
//!
//! It takes whatever is queued, writes it in one transaction, commits, and only then answers
//! everybody: batches grow by themselves while a commit is under way, without a timer. Invariant:
//! nobody is answered before the commit; what is queued is bounded in bytes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::exchanges::ExchangeLog;
use super::watch::Bell;
use crate::error::{Conflict, Error, Result, Unavailable};
use crate::record::{Entry, Rejection, Settled};
use crate::store::append::{self, AppendFault, KnownHeads, RejectionBound, Write};
use crate::store::{self, Backend, DbConnection, Store};
use crate::types::Clock;

/// The most rows of one transaction, unless a single request brings more.
const MAX_ROWS: usize = 2_000;
/// The most payload bytes of one transaction, unless a single request brings more.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// How long the writer waits for work before it sees to the log.
const TICK: Duration = Duration::from_millis(200);
/// How many waiting log entries are stored without waiting for the tick.
const MANY_ENTRIES: usize = 2_000;
/// How much is written between two checkpoints, in bytes.
const CHECKPOINT_BYTES: usize = 64 * 1024 * 1024;
/// After how much work without a pause SQLite's lock is left to others, and for how long.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(2));
/// What one unit of room in the queue stands for, in bytes.
const UNIT: usize = 1024;

/// See the module.
pub(super) struct Writer {
    store: Arc<Store>,
    queue: Sender<Message>,
    room: Arc<Semaphore>,
    failed: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Job(Box<Job>),
    /// Something that writes by itself, such as a snapshot.
    Task(Task),
    Stop,
}

/// Work with the writer's connection, or with none when there is none to be had.
type Task = Box<dyn FnOnce(Result<&mut DbConnection>) + Send>;

struct Job {
    write: Write,
    size: usize,
    reply: oneshot::Sender<Result<Settled>>,
    room: OwnedSemaphorePermit,
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
        clock: Clock,
        exchanges: Arc<ExchangeLog>,
        bell: Bell,
        queue_bytes: usize,
        bound: RejectionBound,
    ) -> Result<Self> {
        let (queue, jobs) = channel();
        let failed = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            connection: Some(store.dedicated()?),
            store: Arc::clone(&store),
            clock,
            exchanges,
            bell,
            failed: Arc::clone(&failed),
            held: VecDeque::new(),
            tasks: VecDeque::new(),
            known: KnownHeads::default(),
            since_checkpoint: 0,
            bound,
        };
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || desk.run(&jobs));
        let thread = thread.map_err(|error| Error::Internal(error.to_string()))?;
        let room = Arc::new(Semaphore::new((queue_bytes / UNIT).min(Semaphore::MAX_PERMITS)));
        Ok(Writer {
            store,
            queue,
            room,
            failed,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a write, or refuses it when the queue is full.
    pub(super) fn submit(&self, write: Write) -> Result<Pending> {
        self.healthy()?;
        let size = size(&write);
        let room = Arc::clone(&self.room).try_acquire_many_owned(units(size));
        self.queue(
            write,
            size,
            room.map_err(|_| Error::Unavailable(Unavailable::Overloaded))?,
        )
    }

    /// Queues a write as soon as there is room for it; that is how a stream is slowed down.
    pub(super) async fn submit_when_free(&self, write: Write) -> Result<Pending> {
        self.healthy()?;
        let size = size(&write);
        let room = Arc::clone(&self.room).acquire_many_owned(units(size)).await;
        self.queue(
            write,
            size,
            room.map_err(|_| Error::Unavailable(Unavailable::Stopping))?,
        )
    }

    /// Does what takes a transaction of its own and may take long. On SQLite that is the writer's own
    /// turn, because nobody else can write meanwhile; on PostgreSQL others go on.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.healthy()?;
        if self.store.backend() == Backend::Postgres {
            let store = Arc::clone(&self.store);
            return tokio::task::spawn_blocking(move || work(&mut store.dedicated()?))
                .await
                .map_err(|error| Error::Internal(error.to_string()))?;
        }
        let (reply, answer) = oneshot::channel();
        let task: Task = Box::new(move |connection| {
            // Whoever asked may have gone; the work is done all the same.
            drop(reply.send(connection.and_then(work)));
        });
        self.queue
            .send(Message::Task(task))
            .map_err(|_| Error::Unavailable(Unavailable::Stopping))?;
        answer
            .await
            .unwrap_or(Err(Error::Unavailable(Unavailable::Stopping)))
    }

    fn queue(&self, write: Write, size: usize, room: OwnedSemaphorePermit) -> Result<Pending> {
        let (reply, answer) = oneshot::channel();
        self.queue
            .send(Message::Job(Box::new(Job {
                write,
                size,
                reply,
                room,
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

/// The writer's thread with all it holds.
struct Desk {
    connection: Option<DbConnection>,
    store: Arc<Store>,
    clock: Clock,
    exchanges: Arc<ExchangeLog>,
    /// Rung after each commit, for those who wait for changes.
    bell: Bell,
    failed: Arc<AtomicBool>,
    /// Jobs taken from the queue and not done yet, oldest first.
    held: VecDeque<Job>,
    /// Work that waits for its turn.
    tasks: VecDeque<Task>,
    known: KnownHeads,
    since_checkpoint: usize,
    bound: RejectionBound,
}

impl Desk {
    fn run(mut self, jobs: &Receiver<Message>) {
        let mut stopping = false;
        let mut worked_since = Instant::now();
        loop {
            if self.held.is_empty() && self.tasks.is_empty() {
                if stopping {
                    break;
                }
                match jobs.recv_timeout(TICK) {
                    Ok(Message::Job(job)) => self.held.push_back(*job),
                    Ok(Message::Task(task)) => self.tasks.push_back(task),
                    Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => stopping = true,
                    Err(RecvTimeoutError::Timeout) => {
                        self.log();
                        self.checkpoint();
                        worked_since = Instant::now();
                    }
                }
            }
            stopping |= self.gather(jobs);
            let batch = self.batch();
            self.commit(batch);
            if let Some(task) = self.tasks.pop_front() {
                self.run_task(task);
            }
            if self.exchanges.len() >= MANY_ENTRIES {
                self.log();
            }
            if self.since_checkpoint >= CHECKPOINT_BYTES {
                self.checkpoint();
            }
            if worked_since.elapsed() >= PAUSE.0 {
                self.log();
                std::thread::sleep(PAUSE.1);
                worked_since = Instant::now();
            }
        }
        self.log();
        self.checkpoint();
    }

    /// Takes what is queued, up to a batch; tells whether the end is near.
    fn gather(&mut self, jobs: &Receiver<Message>) -> bool {
        while self.held.len() < MAX_ROWS {
            match jobs.try_recv() {
                Ok(Message::Job(job)) => self.held.push_back(*job),
                Ok(Message::Task(task)) => self.tasks.push_back(task),
                Ok(Message::Stop) => return true,
                Err(_) => return false,
            }
        }
        false
    }

    /// The next jobs that fit one transaction.
    fn batch(&mut self) -> Vec<Job> {
        let (mut rows, mut bytes) = (0, 0);
        let fits = self.held.iter().take_while(|job| {
            let first = rows == 0;
            rows += job.write.submission.entries.len().max(1);
            bytes += job.size;
            first || (rows <= MAX_ROWS && bytes <= MAX_BYTES)
        });
        let count = fits.count();
        self.held.drain(..count).collect()
    }

    /// Writes a batch in one transaction and answers. Where a row is to blame, the batch is
    /// halved until its request stands alone.
    fn commit(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let mut writes = Vec::with_capacity(jobs.len());
        let mut replies = Vec::with_capacity(jobs.len());
        for job in jobs {
            self.since_checkpoint += job.size;
            writes.push(job.write);
            replies.push((job.size, job.reply, job.room));
        }
        match self.append(&mut writes) {
            Ok(settled) => {
                let mut later = Vec::new();
                for ((settled, write), (size, reply, room)) in settled.into_iter().zip(writes).zip(replies) {
                    match settled {
                        // Whoever asked may have gone; the write is stored all the same.
                        Some(settled) => drop(reply.send(Ok(settled))),
                        None => later.push(Job {
                            write,
                            size,
                            reply,
                            room,
                        }),
                    }
                }
                later.into_iter().rev().for_each(|job| self.held.push_front(job));
                self.bell.ring();
            }
            Err(fault) if fault.of_a_row && writes.len() > 1 => {
                let jobs = writes.into_iter().zip(replies);
                let mut jobs: Vec<Job> = jobs
                    .map(|(write, (size, reply, room))| Job {
                        write,
                        size,
                        reply,
                        room,
                    })
                    .collect();
                let second = jobs.split_off(jobs.len() / 2);
                self.commit(jobs);
                self.commit(second);
            }
            Err(fault) => {
                for (_, reply, _) in replies {
                    let error = match fault.claimed {
                        true => Error::Conflict(Conflict::StillRunning),
                        false => Error::Unavailable(Unavailable::Database(fault.cause.clone())),
                    };
                    drop(reply.send(Err(error)));
                }
            }
        }
    }

    fn append(&mut self, writes: &mut [Write]) -> std::result::Result<Vec<Option<Settled>>, AppendFault> {
        let (now, bound) = (self.clock.now(), self.bound);
        let mut known = std::mem::take(&mut self.known);
        let outcome = match self.connection() {
            Ok(connection) => append::append(connection, writes, now, bound, &mut known),
            Err(error) => Err(AppendFault {
                cause: format!("{error:?}"),
                of_a_row: false,
                claimed: false,
            }),
        };
        // After a failure nobody knows what was written.
        if outcome.is_ok() {
            self.known = known;
        }
        if let Some(fault) = outcome.as_ref().err().filter(|fault| !fault.claimed) {
            tracing::error!(
                cause = fault.cause,
                requests = writes.len(),
                "a batch could not be stored"
            );
            // After a failed fsync nobody knows what the disk holds.
            if fault.cause.contains("disk I/O error") {
                self.failed.store(true, Ordering::SeqCst);
            }
            self.drop_lost_connection();
        }
        outcome
    }

    fn run_task(&mut self, task: Task) {
        task(self.connection());
        self.since_checkpoint = CHECKPOINT_BYTES;
        self.drop_lost_connection();
        // It may have committed changes of its own.
        self.bell.ring();
    }

    /// Lets a connection that answers no more be made anew.
    fn drop_lost_connection(&mut self) {
        let lost = self
            .connection
            .as_mut()
            .is_some_and(|connection| !connection.answers());
        if lost {
            self.connection = None;
        }
    }

    /// The connection, made anew where it was lost.
    fn connection(&mut self) -> Result<&mut DbConnection> {
        if self.connection.is_none() {
            self.connection = Some(self.store.dedicated()?);
        }
        self.connection
            .as_mut()
            .ok_or(Error::Unavailable(Unavailable::Stopping))
    }

    fn log(&mut self) {
        let entries = self.exchanges.take();
        if entries.is_empty() {
            return;
        }
        let stored = self
            .connection()
            .and_then(|connection| store::exchanges::insert(connection, &entries));
        if let Err(error) = stored {
            tracing::error!(
                cause = error.cause(),
                entries = entries.len(),
                "exchanges could not be logged yet"
            );
            self.exchanges.put_back(entries);
            self.drop_lost_connection();
        }
    }

    fn checkpoint(&mut self) {
        if self.since_checkpoint == 0 {
            return;
        }
        self.since_checkpoint = 0;
        if let Some(Err(error)) = self.connection.as_mut().map(DbConnection::checkpoint) {
            tracing::warn!(
                cause = error.cause(),
                "the database's log could not be checkpointed"
            );
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

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes / UNIT + 1).unwrap_or(u32::MAX)
}
