//! [`Upload`]: how far a body is that comes part by part, so that nobody is blamed for another's slowness.

use futures_util::stream;
use tokio::sync::{mpsc, watch};

use super::request::{BrokenOff, Part};

/// See the module.
pub(super) struct Upload(watch::Receiver<Stage>);

/// Who is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Whoever feeds the body.
    Feeder,
    /// The system, which takes what there is.
    System,
    /// Nobody: all of it was taken.
    Ended,
}

impl Upload {
    /// The body made of these parts, and how far it is.
    pub(super) fn of(parts: mpsc::Receiver<Part>) -> (reqwest::Body, Self) {
        let (tell, stage) = watch::channel(Stage::Feeder);
        let parts = stream::unfold(Some((parts, tell)), async |state| {
            let (mut parts, tell) = state?;
            tell.send_replace(Stage::Feeder);
            match parts.recv().await {
                Some(Part::Bytes(bytes)) => {
                    tell.send_replace(Stage::System);
                    Some((Ok(bytes), Some((parts, tell))))
                }
                Some(Part::End) => {
                    tell.send_replace(Stage::Ended);
                    None
                }
                None => Some((Err(std::io::Error::other(BrokenOff)), None)),
            }
        });
        (reqwest::Body::wrap_stream(Box::pin(parts)), Upload(stage))
    }

    /// Waits until all of it was taken, or nothing more will be.
    pub(super) async fn ended(&self) {
        let mut stage = self.0.clone();
        // A body whose length was announced is let go of without being asked for its end.
        let _ = stage.wait_for(|stage| *stage == Stage::Ended).await;
    }

    /// Whether the system waits for whoever feeds it.
    pub(super) fn waits_for_feeder(&self) -> bool {
        *self.0.borrow() == Stage::Feeder
    }
}
