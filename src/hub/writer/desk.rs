//! [`Desk`]: the writer's thread: gathering what is queued, committing it, answering.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use super::aside::Aside;
use super::checkpoints::Checkpoints;
use super::{Asker, Job, LogEntry, Message, Task};
use crate::audit::Exchange;
use crate::error::{Conflict, Error, Result, Unavailable};
use crate::hub::exchanges::ExchangeLog;
use crate::hub::watch::Bell;
use crate::record::Settled;
use crate::store::append::{self, AppendFault, Known, RejectionBound, Write};
use crate::store::chains::Chain;
use crate::store::{self, DbConnection, KeptConnection, Store};
use crate::types::{Clock, Lang, Moment, Timestamp};

/// The most rows of one transaction, unless a single request brings more.
const MAX_ROWS: usize = 2_000;
/// The most payload bytes of one transaction, unless a single request brings more.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// How long the writer waits for work before it sees to the log.
const TICK: Duration = Duration::from_millis(200);
/// How many waiting log entries are stored without waiting for the tick.
const MANY_ENTRIES: usize = 2_000;
/// After how long it is said again that exchanges can't be logged; it is tried at every tick.
const AGAIN: Duration = Duration::from_secs(30);
/// After how much work without a pause SQLite's lock is left to others, and for how long.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(2));

/// The writer's thread with all it holds.
pub(super) struct Desk {
    connection: KeptConnection,
    clock: Clock,
    /// Where the office is.
    zone: TimeZone,
    exchanges: Arc<ExchangeLog>,
    /// Rung after each commit, for those who wait for changes.
    bell: Bell,
    failed: Arc<AtomicBool>,
    /// Jobs taken from the queue and not done yet, oldest first.
    held: VecDeque<Job>,
    /// Those that wait because somebody else is writing to their datasets.
    aside: Aside,
    /// Entries of the log that somebody waits for.
    entries: Vec<LogEntry>,
    /// Work that waits for its turn.
    tasks: VecDeque<Task>,
    known: Known,
    checkpoints: Checkpoints,
    bound: RejectionBound,
    chain: Chain,
    /// When it was last said that exchanges can't be logged, while that is so.
    said: Option<Instant>,
}

impl Desk {
    /// A desk with nothing on it.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub(super) fn new(
        store: &Arc<Store>,
        (clock, zone): (Clock, TimeZone),
        exchanges: Arc<ExchangeLog>,
        bell: Bell,
        failed: Arc<AtomicBool>,
        (bound, chain): (RejectionBound, Chain),
    ) -> Result<Self> {
        Ok(Desk {
            connection: KeptConnection::open(store)?,
            checkpoints: Checkpoints::start(store)?,
            clock,
            zone,
            exchanges,
            bell,
            failed,
            held: VecDeque::new(),
            aside: Aside::empty(),
            entries: Vec::new(),
            tasks: VecDeque::new(),
            known: Known::default(),
            bound,
            chain,
            said: None,
        })
    }

    /// Works until it is told to stop and nothing is left to do.
    pub(super) fn run(mut self, jobs: &Receiver<Message>) {
        let mut stopping = false;
        let mut worked_since = Instant::now();
        loop {
            if self.held.is_empty() && self.entries.is_empty() && self.tasks.is_empty() {
                if stopping && self.aside.is_empty() {
                    break;
                }
                match jobs.recv_timeout(self.aside.pause().unwrap_or(TICK)) {
                    Ok(Message::Job(job)) => self.held.push_back(*job),
                    Ok(Message::Entry(entry)) => self.entries.push(*entry),
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
            self.aside.sort(&mut self.held);
            let batch = self.batch();
            self.commit(batch);
            self.keep_entries();
            if let Some(task) = self.tasks.pop_front() {
                self.run_task(task);
            }
            if self.exchanges.len() >= MANY_ENTRIES {
                self.log();
            }
            if self.checkpoints.due() {
                self.checkpoint();
            }
            if worked_since.elapsed() >= PAUSE.0 {
                self.log();
                std::thread::sleep(PAUSE.1);
                worked_since = Instant::now();
            }
        }
        self.log_until(None);
        self.checkpoint();
    }

    /// Takes what is queued, up to a batch; tells whether the end is near.
    fn gather(&mut self, jobs: &Receiver<Message>) -> bool {
        while self.held.len() + self.entries.len() < MAX_ROWS {
            match jobs.try_recv() {
                Ok(Message::Job(job)) => self.held.push_back(*job),
                Ok(Message::Entry(entry)) => self.entries.push(*entry),
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
            bytes += job.asker.size;
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
        let (mut writes, askers): (Vec<Write>, Vec<Asker>) =
            jobs.into_iter().map(|job| (job.write, job.asker)).unzip();
        for asker in &askers {
            self.checkpoints.written(asker.size);
        }
        match self.append(&mut writes) {
            Ok(settled) => {
                let (count, mut later) = (writes.len(), Vec::new());
                for ((settled, write), asker) in settled.into_iter().zip(writes).zip(askers) {
                    match settled {
                        Some(settled) => asker.answer(Ok(settled)),
                        None => later.push(Job { write, asker }),
                    }
                }
                if later.len() < count {
                    self.bell.ring();
                }
                self.aside.put(later);
            }
            Err(fault) if fault.of_a_row && writes.len() > 1 => {
                let jobs = writes.into_iter().zip(askers);
                let mut jobs: Vec<Job> = jobs.map(|(write, asker)| Job { write, asker }).collect();
                let second = jobs.split_off(jobs.len() / 2);
                self.commit(jobs);
                // What of the first half was put aside goes before those for the same datasets.
                second.into_iter().rev().for_each(|job| self.held.push_front(job));
            }
            Err(fault) => {
                for asker in askers {
                    asker.answer(Err(match fault.claimed {
                        true => Error::Conflict(Conflict::StillRunning),
                        false => Error::Unavailable(Unavailable::Database(fault.cause.clone())),
                    }));
                }
            }
        }
    }

    fn append(&mut self, writes: &mut [Write]) -> std::result::Result<Vec<Option<Settled>>, AppendFault> {
        let (zone, bound) = (self.zone.clone(), self.bound);
        let now = Moment {
            at: self.clock.now(),
            zone: &zone,
        };
        let outcome = match self.tools() {
            Ok((connection, chain, known)) => append::append(connection, writes, now, bound, known, chain),
            Err(error) => Err(AppendFault {
                cause: error.cause().unwrap_or(error.detail().to(Lang::En)).to_owned(),
                of_a_row: false,
                claimed: false,
            }),
        };
        if outcome.is_err() {
            // Nobody knows what was written.
            self.known = Known::default();
        }
        if let Some(fault) = outcome.as_ref().err().filter(|fault| !fault.claimed) {
            tracing::error!(
                cause = fault.cause,
                requests = writes.len(),
                "a batch could not be stored"
            );
            self.note_failure(&fault.cause);
            self.connection.drop_if_lost();
        }
        outcome
    }

    /// Takes note of a disk that failed: after a failed fsync nobody knows what it holds.
    fn note_failure(&self, cause: &str) {
        if cause.contains("disk I/O error") {
            self.failed.store(true, Ordering::SeqCst);
        }
    }

    fn run_task(&mut self, task: Task) {
        task(self.tools().map(|(connection, chain, _)| (connection, chain)));
        self.checkpoints.written_much();
        self.connection.drop_if_lost();
        // It may have committed changes of its own.
        self.bell.ring();
    }

    /// The connection, the chain, and what is known of the database.
    fn tools(&mut self) -> Result<(&mut DbConnection, &mut Chain, &mut Known)> {
        let (connection, renewed) = self.connection.get()?;
        if renewed {
            self.known = Known::default();
            self.chain.unsure();
        }
        Ok((connection, &mut self.chain, &mut self.known))
    }

    /// Stores the entries that somebody waits for, all in one transaction, and answers.
    fn keep_entries(&mut self) {
        if self.entries.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut self.entries);
        let (exchanges, replies): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .map(|entry| (entry.exchange, entry.reply))
            .unzip();
        let stored = self.insert(&exchanges);
        if let Err(error) = &stored {
            tracing::error!(
                cause = error.cause(),
                "what is shown of persons could not be logged"
            );
            self.note_failure(error.cause().unwrap_or_default());
            self.connection.drop_if_lost();
        }
        for reply in replies {
            let cause = stored
                .as_ref()
                .err()
                .map(|error| error.cause().unwrap_or_default());
            let answer = cause.map_or(Ok(()), |cause| {
                Err(Error::Unavailable(Unavailable::Database(cause.to_owned())))
            });
            // Whoever asked may have gone; then nothing was shown.
            drop(reply.send(answer));
        }
    }

    fn insert(&mut self, entries: &[Exchange]) -> Result<()> {
        let now = self.clock.now();
        let (connection, chain, _) = self.tools()?;
        store::exchanges::insert(connection, entries, now, chain)
    }

    fn log(&mut self) {
        self.log_until(Some(self.clock.now()));
    }

    /// Stores what waits to be logged; of strangers what was counted in minutes before that of `now`.
    fn log_until(&mut self, now: Option<Timestamp>) {
        let entries = self.exchanges.take(now);
        if entries.is_empty() {
            return;
        }
        let Err(error) = self.insert(&entries) else {
            self.said = None;
            return;
        };
        if self.said.is_none_or(|said| said.elapsed() >= AGAIN) {
            self.said = Some(Instant::now());
            tracing::error!(
                cause = error.cause(),
                entries = entries.len(),
                "exchanges could not be logged yet"
            );
        }
        self.note_failure(error.cause().unwrap_or_default());
        self.exchanges.put_back(entries);
        self.connection.drop_if_lost();
    }

    fn checkpoint(&mut self) {
        if !self.checkpoints.begin() {
            return;
        }
        if let Some(Err(error)) = self.connection.as_it_is().map(DbConnection::checkpoint) {
            tracing::warn!(
                cause = error.cause(),
                "the database's log could not be checkpointed"
            );
        }
    }
}
