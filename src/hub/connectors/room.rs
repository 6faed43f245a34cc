//! [`AnswerRoom`]: how much of what other systems answer the hub holds in memory at once, all calls together.
//!
//! Not here: how long one answer may be (its connector says so). Invariant: what is read whole has its place before it is
//! held, and leaves it when the last who holds the bytes lets go of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result, Unavailable};

/// How often whoever waits for room looks whether there is some.
const LOOK: Duration = Duration::from_millis(20);

/// In parts of so many bytes places are given out.
const UNIT: usize = 1024;

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::hub) struct AnswerRoom {
    free: Arc<Semaphore>,
    total: usize,
}

impl AnswerRoom {
    /// Room for so many bytes.
    pub(in crate::hub) fn new(bytes: usize) -> Self {
        let units = (bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        AnswerRoom {
            free: Arc::new(Semaphore::new(units)),
            total: units * UNIT,
        }
    }

    /// How many bytes one answer may take that is alone.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// A place for an answer of which nothing came yet.
    pub(in crate::hub) fn begin(&self) -> AnswerPlace {
        AnswerPlace {
            room: self.clone(),
            held: None,
        }
    }
}

/// What one answer takes of the room.
#[derive(Debug)]
pub(in crate::hub) struct AnswerPlace {
    room: AnswerRoom,
    held: Option<OwnedSemaphorePermit>,
}

impl AnswerPlace {
    /// Makes sure that so many bytes have their place, waiting for others to let go of theirs.
    ///
    /// # Errors
    /// Overloaded when there is none within `patience`.
    pub(in crate::hub) async fn reach(&mut self, bytes: usize, patience: Duration) -> Result<()> {
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(UNIT).saturating_sub(held);
        let overloaded = || Error::Unavailable(Unavailable::Overloaded);
        let more = u32::try_from(more).map_err(|_| overloaded())?;
        if more == 0 {
            return Ok(());
        }
        let began = Instant::now();
        let permit = loop {
            match Arc::clone(&self.room.free).try_acquire_many_owned(more) {
                Ok(permit) => break permit,
                // Not in a queue: whoever waits for much would keep what is free from those who need little.
                Err(_) if began.elapsed() < patience => tokio::time::sleep(LOOK.min(patience)).await,
                Err(_) => return Err(overloaded()),
            }
        };
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
        Ok(())
    }

    /// The bytes with their place, which they keep for as long as anybody holds them.
    pub(super) fn keep(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(Placed {
            bytes,
            _held: self.held,
        })
    }
}

/// Bytes that have a place.
struct Placed {
    bytes: Bytes,
    _held: Option<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[tokio::test]
    async fn a_place_is_free_again_when_the_last_who_holds_the_bytes_lets_go() {
        let room = AnswerRoom::new(4 * UNIT);
        let (mut first, mut second) = (room.begin(), room.begin());
        first.reach(UNIT + 1, NOW).await.unwrap();
        first.reach(3 * UNIT, NOW).await.unwrap();
        first.reach(UNIT, NOW).await.unwrap();
        assert_eq!(
            second.reach(2 * UNIT, NOW).await.unwrap_err().code(),
            "overloaded"
        );
        second.reach(1, NOW).await.unwrap();
        let bytes = first.keep(Bytes::from_static(b"abc"));
        let part = bytes.slice(1..);
        drop(bytes);
        assert!(second.reach(4 * UNIT, NOW).await.is_err());
        assert_eq!(part, "bc");
        drop(part);
        second.reach(4 * UNIT, NOW).await.unwrap();
    }
}
