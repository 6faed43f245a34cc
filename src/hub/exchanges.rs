//! [`ExchangeLog`]: exchanges that wait to be logged.
//!
//! The exchange of a write is stored with it; those of reads and refusals are queued here and
//! stored by the writer within a quarter of a second. The queue is bounded: when it is full, the
//! hub takes no more requests, so that no call goes unlogged. Calls of people who do not say who they are
//! are counted, a row for each address and minute ([`strangers`](super::strangers)).

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::Hub;
use super::strangers::Strangers;
use crate::audit::Exchange;
use crate::error::{Error, Result, Unavailable};
use crate::types::Timestamp;

/// How many entries may wait.
const CAPACITY: usize = 200_000;

/// See the module.
#[derive(Default)]
pub(super) struct ExchangeLog {
    waiting: Mutex<Vec<Exchange>>,
    strangers: Mutex<Strangers>,
}

impl ExchangeLog {
    /// Adds an entry and tells how many wait now.
    fn push(&self, exchange: Exchange) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(exchange);
    }

    /// How many entries wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes all waiting entries, and those of strangers whose minute is over at `now`; all of them without a
    /// moment.
    pub(super) fn take(&self, now: Option<Timestamp>) -> Vec<Exchange> {
        let mut entries = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        entries.append(&mut strangers.take(now));
        entries
    }

    /// Puts entries back that could not be stored, before the ones that came since.
    pub(super) fn put_back(&self, mut entries: Vec<Exchange>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        entries.append(&mut waiting);
        *waiting = entries;
    }
}

impl Hub {
    /// Logs an exchange that wrote nothing.
    pub fn log(&self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }

    /// Counts a call of somebody who does not say who they are, from `address`.
    pub fn log_stranger(&self, address: IpAddr, exchange: Exchange) {
        let strangers = self.exchanges.strangers.lock();
        strangers
            .unwrap_or_else(PoisonError::into_inner)
            .count(address, exchange);
    }

    /// Refuses work while the log is full.
    ///
    /// # Errors
    /// [`Unavailable::Overloaded`].
    pub fn can_log(&self) -> Result<()> {
        if self.exchanges.len() < CAPACITY {
            Ok(())
        } else {
            Err(Error::Unavailable(Unavailable::Overloaded))
        }
    }
}
