//! [`Hold`]: the right to run a pull, kept in the database against all other hubs.
//!
//! It holds for a time and is put off as the run goes on. Invariant: a run asks before it writes; when its hold
//! was lost, or can't be kept, it writes nothing more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::reason::{Reason, Stop};
use crate::hub::Hub;
use crate::store;
use crate::store::pulls::runs::Progress;
use crate::types::{Text, Timestamp};

/// For how long a hold holds, in milliseconds.
pub(super) const HELD: i64 = 60_000;
/// How often it is asked for anew, and how far the run is written down.
const EVERY: Duration = Duration::from_secs(1);
/// After how long without being asked for anew it is not relied on any more.
const RELIED_ON: Duration = Duration::from_secs(40);

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    /// The pull's number.
    pub(super) pull: i64,
    /// The revision of its settings that the run keeps to.
    pub(super) revision: i64,
    /// The run's number.
    pub(super) run: i64,
    /// The word by which the database knows who holds it.
    pub(super) token: String,
    /// When it was last asked for.
    pub(super) asked: Instant,
}

impl Hold {
    /// Makes sure that the run may write, and writes down how far it is, at least once a second.
    pub(super) async fn check(&mut self, hub: &Arc<Hub>, progress: &Progress) -> Result<(), Stop> {
        match self.asked.elapsed() < EVERY {
            true => Ok(()),
            false => self.save(hub, progress).await,
        }
    }

    /// The same now.
    pub(super) async fn save(&mut self, hub: &Arc<Hub>, progress: &Progress) -> Result<(), Stop> {
        let asked = Instant::now();
        let (hold, written) = (self.clone(), progress.clone());
        let kept = hub.blocking(move |hub| {
            let now = hub.clock.now();
            hub.store.write(|connection| {
                let (of, until) = ((hold.pull, hold.revision), Timestamp(now.0 + HELD));
                if !store::pulls::keep(connection, of, &hold.token, until)? {
                    return Ok(false);
                }
                let written = Progress {
                    progress_at: now.0,
                    ..written
                };
                store::pulls::runs::progress(connection, hold.run, &written)?;
                Ok(true)
            })
        });
        match kept.await {
            Ok(true) => {
                self.asked = asked;
                Ok(())
            }
            Ok(false) => Err(lost()),
            Err(error) if self.asked.elapsed() > RELIED_ON => Err(error.into()),
            // The database may be back before another hub may take over.
            Err(error) => {
                tracing::warn!(
                    cause = error.cause(),
                    "how far a pull is could not be written down"
                );
                Ok(())
            }
        }
    }
}

/// Why a run that lost its hold stops.
pub(super) fn lost() -> Stop {
    let text = Text::new(
        "Penarikan ini dijeda, diubah atau dihapus selama berjalan, atau diambil alih hub lain.",
        "The pull was paused, changed or deleted while it ran, or another hub took it over.",
    );
    Stop::Stopped(Reason::new("pull-stopped", &text))
}
