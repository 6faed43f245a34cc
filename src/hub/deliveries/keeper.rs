//! [`Keeper`]: keeps how far subscriptions are, many of them in one transaction.
//!
//! Like the writer it takes whatever waits: what 500 receivers took at the same time is one commit. Invariant:
//! whoever asked is answered after the commit.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result, Unavailable};
use crate::hub::Hub;
use crate::store;
use crate::store::subscriptions::Progress;

/// How many are kept in one transaction.
const MOST: usize = 500;

/// See the module.
#[derive(Clone)]
pub(super) struct Keeper(mpsc::UnboundedSender<(Kept, Reply)>);

type Reply = oneshot::Sender<Result<bool>>;

/// How far a subscription is, as of one of its versions.
struct Kept {
    id: i64,
    version: i64,
    progress: Progress,
}

impl Keeper {
    /// Keeps for the hub that is called `holder`, until the last of its kind is gone. Must be called within the
    /// runtime that it is to work on.
    pub(super) fn start(hub: Arc<Hub>, holder: Arc<str>) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        tokio::spawn(run(hub, holder, waiting));
        Keeper(queue)
    }

    /// Keeps how far a subscription is; tells whether it is still this hub's and was not changed.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn keep(&self, id: i64, version: i64, progress: Progress) -> Result<bool> {
        let (reply, answer) = oneshot::channel();
        let kept = Kept {
            id,
            version,
            progress,
        };
        let stopping = || Error::Unavailable(Unavailable::Stopping);
        self.0.send((kept, reply)).map_err(|_| stopping())?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }
}

async fn run(hub: Arc<Hub>, holder: Arc<str>, mut waiting: mpsc::UnboundedReceiver<(Kept, Reply)>) {
    while let Some(first) = waiting.recv().await {
        let mut taken = vec![first];
        while taken.len() < MOST
            && let Ok(next) = waiting.try_recv()
        {
            taken.push(next);
        }
        // In one order, so that two hubs don't wait for each other.
        taken.sort_by_key(|(kept, _)| kept.id);
        let (all, replies): (Vec<Kept>, Vec<Reply>) = taken.into_iter().unzip();
        let holder = Arc::clone(&holder);
        let done = hub.blocking(move |hub| keep(hub, &holder, &all)).await;
        answer(done, replies);
    }
}

fn keep(hub: &Hub, holder: &str, all: &[Kept]) -> Result<Vec<bool>> {
    hub.store.write(|connection| {
        let kept = all.iter().map(|one| {
            store::subscriptions::progress::keep(connection, one.id, one.version, holder, &one.progress)
        });
        kept.collect()
    })
}

/// Whoever asked may have gone.
fn answer(done: Result<Vec<bool>>, replies: Vec<Reply>) {
    match done {
        Ok(kept) => kept
            .into_iter()
            .zip(replies)
            .for_each(|(kept, reply)| drop(reply.send(Ok(kept)))),
        Err(error) => {
            let cause = error.cause().unwrap_or_default().to_owned();
            tracing::error!(cause, "how far deliveries are could not be kept; trying on");
            for reply in replies {
                drop(reply.send(Err(Error::Unavailable(Unavailable::Database(cause.clone())))));
            }
        }
    }
}
