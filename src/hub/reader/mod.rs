//! [`Reader`]: the thread that looks records up by key, many requests in one go.
//!
//! Like the writer it takes whatever is queued; under load one trip to the database answers many
//! callers. Of datasets that stand where they stood it asks no more than that (`kept`). What it answers was committed when it
//! looked.

mod kept;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use tokio::sync::oneshot;

use self::kept::Kept;
use crate::error::{Error, Result, Unavailable};
use crate::store::records::{self, Stored, Wanted};
use crate::store::{KeptConnection, Store};

/// How many questions may wait.
const QUEUE: usize = 16_384;
/// How many are answered in one go.
const BATCH: usize = 256;

type Reply = oneshot::Sender<Result<Option<Stored>>>;

/// See the module. The thread ends when the reader is dropped.
pub(super) struct Reader {
    queue: SyncSender<(Wanted, Reply)>,
}

impl Reader {
    /// Starts the thread.
    pub(super) fn start(store: &Arc<Store>) -> Result<Self> {
        let (queue, questions) = sync_channel(QUEUE);
        let desk = Desk {
            connection: KeptConnection::open(store)?,
            kept: Kept::default(),
        };
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(move || desk.run(&questions))
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Reader { queue })
    }

    /// Looks a record up.
    pub(super) async fn find(&self, wanted: Wanted) -> Result<Option<Stored>> {
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send((wanted, reply))
            .map_err(|error| match error {
                TrySendError::Full(_) => Error::Unavailable(Unavailable::Overloaded),
                TrySendError::Disconnected(_) => Error::Unavailable(Unavailable::Stopping),
            })?;
        answer
            .await
            .unwrap_or(Err(Error::Unavailable(Unavailable::Stopping)))
    }
}

/// The reader's thread with what it holds.
struct Desk {
    connection: KeptConnection,
    kept: Kept,
}

impl Desk {
    fn run(mut self, questions: &Receiver<(Wanted, Reply)>) {
        while let Ok(first) = questions.recv() {
            let (wanted, replies): (Vec<Wanted>, Vec<Reply>) = std::iter::once(first)
                .chain(questions.try_iter().take(BATCH - 1))
                .unzip();
            match self.look_up(wanted) {
                // Whoever asked may have gone.
                Ok(found) => found
                    .into_iter()
                    .zip(replies)
                    .for_each(|(found, reply)| drop(reply.send(Ok(found)))),
                Err(error) => {
                    let cause = error.cause().unwrap_or_default().to_owned();
                    tracing::error!(cause, "records could not be looked up");
                    for reply in replies {
                        drop(reply.send(Err(Error::Unavailable(Unavailable::Database(cause.clone())))));
                    }
                    self.connection.drop_if_lost();
                }
            }
        }
    }

    /// The records under these keys, in their order.
    fn look_up(&mut self, wanted: Vec<Wanted>) -> Result<Vec<Option<Stored>>> {
        let (connection, renewed) = self.connection.get()?;
        if renewed {
            self.kept = Kept::default();
        }
        let doubtful = self.kept.doubtful(&wanted);
        if !doubtful.is_empty() {
            let heads = records::heads(connection, &doubtful)?;
            self.kept.stand(&doubtful, heads);
        }
        let mut found: Vec<Option<Stored>> = wanted.iter().map(|wanted| self.kept.find(wanted)).collect();
        let (places, missing): (Vec<usize>, Vec<Wanted>) = wanted
            .into_iter()
            .enumerate()
            .filter(|(place, _)| found.get(*place).is_some_and(Option::is_none))
            .unzip();
        let read = records::find_many(connection, &missing)?;
        for ((place, wanted), stored) in places.into_iter().zip(missing).zip(read) {
            if let (Some(slot), Some(stored)) = (found.get_mut(place), stored) {
                self.kept.keep(wanted, stored.clone());
                *slot = Some(stored);
            }
        }
        Ok(found)
    }
}
