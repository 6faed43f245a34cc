//! [`Strangers`]: calls of people who do not say who they are, counted instead of told one by one.
//!
//! What was given is told by dataset and action; what was refused is one row for an address and a minute,
//! with the first call's action and outcome. A row comes into the log when its minute is over, or the hub
//! stops. Invariant: memory is bounded whatever addresses there are; where they are too many, the rest is one
//! row without an address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::audit::Exchange;
use crate::types::{Network, Timestamp};

/// How many rows may wait.
const MAX: usize = 20_000;
/// A minute in milliseconds.
const MINUTE: i64 = 60_000;

/// Calls that are told by one row.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Like {
    minute: i64,
    address: Option<Network>,
    /// Dataset and action of what was given; nothing of what was refused.
    given: Option<(Option<Arc<str>>, &'static str)>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Strangers {
    rows: HashMap<Like, Exchange>,
}

impl Strangers {
    /// Counts a call.
    pub(super) fn count(&mut self, address: IpAddr, mut exchange: Exchange) {
        let given = exchange.outcome == "ok";
        let mut like = Like {
            minute: exchange.at.0.div_euclid(MINUTE),
            address: Some(Network::around(address)),
            given: given.then(|| (exchange.dataset.clone(), exchange.action)),
        };
        if self.rows.len() >= MAX && !self.rows.contains_key(&like) {
            like.address = None;
        }
        if let Some(row) = self.rows.get_mut(&like) {
            row.times = row.times.saturating_add(1);
            row.records = row.records.saturating_add(exchange.records);
            row.bytes = row.bytes.saturating_add(exchange.bytes);
            row.duration_us = row.duration_us.saturating_add(exchange.duration_us);
            return;
        }
        exchange.address = like.address.map(|address| address.to_string());
        self.rows.insert(like, exchange);
    }

    /// Takes the rows whose minute is over at `now`; all without a moment.
    pub(super) fn take(&mut self, now: Option<Timestamp>) -> Vec<Exchange> {
        let minute = now.map_or(i64::MAX, |now| now.0.div_euclid(MINUTE));
        let over = self.rows.extract_if(|like, _| like.minute < minute);
        over.map(|(_, exchange)| exchange).collect()
    }
}
