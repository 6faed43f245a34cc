//! The changes: each must be as the exchange says that wrote it, and each must have one that says so.

use std::collections::HashMap;

use super::rows::shown;
use super::{AT_ONCE, Verifier};
use crate::audit::{ChangeParts, ExchangeId, Link};
use crate::error::Result;
use crate::store::chains::evidence::{self, Covered, StoredChange};
use crate::store::exchanges::StoredExchange;
use crate::types::{Digest, Digester, Seq, Timestamp};

impl Verifier<'_> {
    /// Compares an exchange, whose row is sound, with the changes that it wrote.
    pub(super) fn written_by(
        &mut self,
        exchange: &StoredExchange,
        links: &HashMap<(i64, i64), Option<Link>>,
    ) -> Result<()> {
        let (Some(dataset), Some(first)) = (exchange.dataset_id, exchange.first_seq) else {
            return Ok(());
        };
        let link = exchange.chain_id.zip(exchange.link);
        let at = link.and_then(|link| links.get(&link)?.as_ref().map(|link| link.at.0));
        let last = first.saturating_add(exchange.changes - 1);
        // A sandbox that was reset loses its changes.
        let found = self.store.read_at_once(|connection| {
            let head = evidence::head(connection, dataset)?;
            let changes = evidence::changes(connection, dataset, first, last)?;
            Ok(head.map(|_| changes))
        })?;
        let Some(changes) = found else {
            return Ok(());
        };
        let address = exchange.dataset.as_deref().unwrap_or("a dataset");
        let mut digester = Digester::default();
        let mut sound = true;
        for change in &changes {
            sound &= self.payload(address, change);
            sound &= change.exchange_id == exchange.id && Some(change.at) == at;
            parts(change).digest(&mut digester);
        }
        self.verdict.changes += u64::try_from(changes.len()).unwrap_or_default();
        let all = i64::try_from(changes.len()).is_ok_and(|count| count == exchange.changes);
        let digest = digester.finish();
        if !all || exchange.batch_sha256.as_deref() != Some(digest.as_bytes()) || !sound {
            let kind = if all { "altered" } else { "removed" };
            let which = format!("{address}, {first} to {last}");
            let detail = format!("they are not what exchange {} wrote", shown(&exchange.id));
            self.verdict.fault((kind, "change"), which, detail);
        }
        Ok(())
    }

    /// Whether a payload has the digest that is kept of it.
    fn payload(&mut self, address: &str, change: &StoredChange) -> bool {
        let sound = match (&change.payload, &change.payload_sha256) {
            (Some(payload), Some(kept)) => Digest::of(payload.as_bytes()).as_bytes() == kept.as_slice(),
            (None, Some(_)) => {
                self.verdict.erased += 1;
                !change.deleted
            }
            (None, None) => change.deleted,
            (Some(_), None) => false,
        };
        if !sound {
            let which = format!("{address}, {} (key {})", change.seq, change.key);
            let detail = "its digest is not the one that was kept when it was written";
            self.verdict.fault(("altered", "payload"), which, detail);
        }
        sound
    }

    /// Looks for changes that no exchange answers for, and for gaps in the feeds.
    pub(super) fn changes(&mut self, until: Timestamp) -> Result<()> {
        for (dataset, _) in self.store.read(evidence::heads)? {
            let mut after = 0;
            loop {
                let (some, head) = self.store.read_at_once(|connection| {
                    let some = evidence::covered(connection, dataset, after, AT_ONCE)?;
                    Ok((some, evidence::head(connection, dataset)?))
                })?;
                let Some(head) = head else { break };
                for change in &some {
                    self.covered(dataset, after, change, until);
                    after = change.seq;
                }
                if some.is_empty() {
                    if after != head {
                        let which = format!("dataset {dataset}, {} to {head}", after + 1);
                        let detail = format!("the feed ends with {head}, its last change is {after}");
                        self.verdict.fault(("removed", "change"), which, detail);
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    fn covered(&mut self, dataset: i64, before: i64, change: &Covered, until: Timestamp) {
        let which = format!("dataset {dataset}, {}", change.seq);
        if change.seq != before + 1 {
            let gone = format!("dataset {dataset}, {} to {}", before + 1, change.seq - 1);
            let detail = "numbers run without gaps, and these are missing";
            self.verdict.fault(("removed", "change"), gone, detail);
        }
        let expired = ExchangeId::from_bytes(&change.exchange).is_some_and(|id| id.at() < until);
        if change.by == 0 && !expired {
            let detail = format!(
                "exchange {} does not say that it wrote it",
                shown(&change.exchange)
            );
            self.verdict.fault(("inserted", "change"), which.clone(), detail);
        }
        if change.record.is_none_or(|record| record < change.seq) {
            let detail = "the record of its key points to an older change, or is missing";
            self.verdict.fault(("altered", "record"), which, detail);
        }
    }
}

fn parts(change: &StoredChange) -> ChangeParts<'_> {
    ChangeParts {
        seq: Seq(change.seq),
        contract: change.contract_id,
        key: &change.key,
        payload: change.payload_sha256.as_deref().filter(|_| !change.deleted),
        subject: change.subject.as_deref(),
    }
}
