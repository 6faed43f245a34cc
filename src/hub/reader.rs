//! [`Reader`]: the thread that looks records up by key, many requests in one go.
//!
//! Like the writer it takes whatever is queued; under load one trip to the database answers many
//! callers. What it answers was committed when it looked.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use tokio::sync::oneshot;

use crate::error::{Error, Result, Unavailable};
use crate::store::records::{self, Stored, Wanted};
use crate::store::{DbConnection, Store};

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
    pub(super) fn start(store: Arc<Store>) -> Result<Self> {
        let (queue, questions) = sync_channel(QUEUE);
        let mut connection = Some(store.dedicated()?);
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(move || run(&store, &mut connection, &questions))
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

fn run(store: &Store, connection: &mut Option<DbConnection>, questions: &Receiver<(Wanted, Reply)>) {
    while let Ok(first) = questions.recv() {
        let (wanted, replies): (Vec<Wanted>, Vec<Reply>) = std::iter::once(first)
            .chain(questions.try_iter().take(BATCH - 1))
            .unzip();
        match look_up(store, connection, &wanted) {
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
                if connection
                    .as_mut()
                    .is_some_and(|connection| !connection.answers())
                {
                    *connection = None;
                }
            }
        }
    }
}

fn look_up(
    store: &Store,
    connection: &mut Option<DbConnection>,
    wanted: &[Wanted],
) -> Result<Vec<Option<Stored>>> {
    if connection.is_none() {
        *connection = Some(store.dedicated()?);
    }
    match connection {
        Some(connection) => records::find_many(connection, wanted),
        None => Err(Error::Unavailable(Unavailable::Stopping)),
    }
}
