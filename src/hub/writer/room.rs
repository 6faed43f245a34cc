//! [`Room`]: how much may wait for the writer, shared so that nobody takes all of it.
//!
//! Each caller may have as much waiting as is still free (dynamic thresholds, as switches share their buffers); the last
//! eighth is for those alone who have nothing waiting. Invariant: what waits, the parts of streams counted as
//! [`Room::take_when_free`] says, is never more than the room, but for a single write that is larger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Whose writes they are: an application, a person, or the hub itself.
pub(super) type Who = (Option<i64>, Option<i64>);

/// See the module.
pub(super) struct Room {
    /// In bytes.
    size: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

/// What is taken of it.
#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<Who, usize>,
}

/// What one write takes; it is free again when this is dropped.
pub(super) struct Place {
    room: Arc<Room>,
    who: Who,
    size: usize,
}

impl Room {
    /// Room for so many bytes.
    pub(super) fn new(size: usize) -> Arc<Self> {
        Arc::new(Room {
            size,
            taken: Mutex::default(),
            freed: Notify::new(),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes room for a write of so many bytes, if there is some for this caller.
    pub(super) fn take(self: &Arc<Self>, who: Who, size: usize) -> Option<Place> {
        let mut taken = self.taken();
        let mine = taken.by.get(&who).copied().unwrap_or(0);
        // Half of what is free for each in turn would come to nothing where there are many.
        let kept = if mine == 0 { 0 } else { self.size / 8 };
        let free = self.size.saturating_sub(taken.all).saturating_sub(kept);
        // A write that is larger than all of it has its turn when nothing else waits.
        if mine.saturating_add(size) > free && taken.all > 0 {
            return None;
        }
        taken.all = taken.all.saturating_add(size);
        taken.by.insert(who, mine.saturating_add(size));
        Some(Place {
            room: Arc::clone(self),
            who,
            size,
        })
    }

    /// Takes it as soon as there is some: that is how streams wait. A part of one counts for an eighth of the room at most, so
    /// that there is some beside it where the room is small.
    pub(super) async fn take_when_free(self: &Arc<Self>, who: Who, size: usize) -> Place {
        let size = size.min(self.size / 8);
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // Heard of from here on, so that nothing is missed between the look and the wait.
            freed.as_mut().enable();
            if let Some(place) = self.take(who, size) {
                return place;
            }
            freed.await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        taken.all = taken.all.saturating_sub(self.size);
        let left = taken
            .by
            .get(&self.who)
            .copied()
            .unwrap_or(0)
            .saturating_sub(self.size);
        match left {
            // Nobody is remembered who has nothing waiting.
            0 => drop(taken.by.remove(&self.who)),
            _ => drop(taken.by.insert(self.who, left)),
        }
        drop(taken);
        self.room.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loud(n: i64) -> Who {
        (Some(n), None)
    }

    /// Takes one byte after the other until nothing more is given.
    fn fill(room: &Arc<Room>, who: Who) -> Vec<Place> {
        std::iter::from_fn(|| room.take(who, 1)).collect()
    }

    #[test]
    fn one_caller_gets_less_than_half_and_others_find_room_however_many_there_are() {
        let room = Room::new(1_000);
        let mut held = vec![fill(&room, loud(1))];
        assert_eq!(held.iter().map(Vec::len).sum::<usize>(), 438);
        for n in 2..60 {
            let more = fill(&room, loud(n));
            assert!(!more.is_empty(), "{n}");
            held.push(more);
        }
        assert!(room.take(loud(1), 1).is_none());
        assert!(
            room.take((None, Some(1)), 1).is_some(),
            "whoever has nothing waiting"
        );
        held.clear();
        assert_eq!(fill(&room, loud(9)).len(), 438, "all is free again");
        assert!(room.taken().by.is_empty());
    }

    #[test]
    fn a_write_that_is_larger_than_the_room_has_its_turn_alone() {
        let room = Room::new(10);
        let alone = room.take(loud(1), 50);
        assert!(alone.is_some());
        assert!(room.take(loud(2), 1).is_none());
        drop(alone);
        assert!(room.take(loud(2), 1).is_some());
    }

    #[tokio::test]
    async fn whoever_waits_is_let_in_when_there_is_room() {
        let room = Room::new(10);
        let held = room.take(loud(1), 10).unwrap();
        let waiting = {
            let room = Arc::clone(&room);
            tokio::spawn(async move { room.take_when_free(loud(1), 500).await.size })
        };
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(held);
        assert_eq!(waiting.await.unwrap(), 1, "a large part leaves room beside it");
    }
}
