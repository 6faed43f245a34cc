//! Delivers changes to those who subscribed: one thread, all subscriptions side by side.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use crate::hub::{Courier, Hub};

/// How often it is looked whether somebody changed anything, or the end has come.
const EVERY: Duration = Duration::from_millis(100);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(deliver(hub, stopped)),
        Err(error) => tracing::error!(cause = %error, "nothing can be delivered"),
    }
}

async fn deliver(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let (mut courier, mut failing) = (Courier::new(hub), false);
    while stopped.try_recv() == Err(TryRecvError::Empty) {
        match courier.look().await {
            Ok(()) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::error!(
                    cause = error.cause(),
                    "what is to be delivered could not be looked at; trying on"
                );
            }
            Err(_) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
    if let Err(error) = courier.end().await {
        tracing::error!(
            cause = error.cause(),
            "another hub takes deliveries over only after a while"
        );
    }
}
