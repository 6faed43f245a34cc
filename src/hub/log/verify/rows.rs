//! The rows: each must have the hash that its link holds at its place, and none may be missing.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::chains::Counts;
use super::{AT_ONCE, Verifier, count, unchained_before};
use crate::audit::{ExchangeId, Fields, Gap, HASH, Link};
use crate::error::Result;
use crate::store::audit::StoredAction;
use crate::store::exchanges::StoredExchange;
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// A row of either log.
struct Row {
    what: &'static str,
    which: String,
    fields: Fields,
    /// Chain, link and place; none for rows from before there were chains.
    seal: Option<(i64, i64, usize)>,
    salt: Vec<u8>,
}

/// Some rows, and the links that they name.
struct Page<T> {
    rows: Vec<T>,
    links: HashMap<(i64, i64), Option<Link>>,
}

impl From<&StoredExchange> for Row {
    fn from(stored: &StoredExchange) -> Self {
        let id = stored
            .id()
            .map_or_else(|| crate::audit::hex(&stored.id), |id| id.to_string());
        Row {
            what: "exchange",
            which: format!("{id}, part {}", stored.part),
            fields: stored.columns().fields(),
            seal: seal(stored.chain_id, stored.link, stored.place),
            salt: stored.salt.clone().unwrap_or_default(),
        }
    }
}

impl From<&StoredAction> for Row {
    fn from(stored: &StoredAction) -> Self {
        Row {
            what: "audit",
            which: stored.action.id.to_string(),
            fields: stored.action.fields(),
            seal: seal(stored.chain, stored.link, stored.place),
            salt: stored.salt.clone().unwrap_or_default(),
        }
    }
}

fn seal(chain: Option<i64>, link: Option<i64>, place: Option<i32>) -> Option<(i64, i64, usize)> {
    Some((chain?, link?, usize::try_from(place?).ok()?))
}

impl Verifier<'_> {
    /// Looks at every row of both logs.
    pub(super) fn rows(&mut self, counts: &mut Counts) -> Result<()> {
        let mut unchained = Vec::new();
        self.each_exchange(|this, page| {
            for stored in &page.rows {
                let row = Row::from(stored);
                if this.row(&row, &page.links, counts, &mut unchained) {
                    this.verdict.exchanges += 1;
                    this.written_by(stored, &page.links)?;
                }
            }
            Ok(())
        })?;
        self.unchained("unchained_exchanges", std::mem::take(&mut unchained))?;
        self.each_action(|this, page| {
            for stored in &page.rows {
                if this.row(&Row::from(stored), &page.links, counts, &mut unchained) {
                    this.verdict.actions += 1;
                }
            }
            Ok(())
        })?;
        self.unchained("unchained_audit", unchained)
    }

    /// Looks at one row; tells whether it is as it was written.
    fn row(
        &mut self,
        row: &Row,
        links: &HashMap<(i64, i64), Option<Link>>,
        counts: &mut Counts,
        unchained: &mut Vec<(&'static str, String)>,
    ) -> bool {
        let Some((chain, number, place)) = row.seal else {
            unchained.push((row.what, row.which.clone()));
            return false;
        };
        let at = format!("chain {chain}, link {number}, place {place}");
        let link = links.get(&(chain, number)).and_then(Option::as_ref);
        let Some((link, expected)) = link.and_then(|link| Some((link, link.at_place(place)?))) else {
            let detail = format!("it names {at}, where nothing was written");
            self.verdict
                .fault(("inserted", row.what), row.which.clone(), detail);
            return false;
        };
        let hash = row.fields.clone().hash(&row.salt);
        if hash.as_bytes() == expected {
            counts.found(chain, number);
            return true;
        }
        let (kind, detail) = match link
            .hashes
            .chunks_exact(HASH)
            .position(|other| other == hash.as_bytes())
        {
            Some(other) => ("moved", format!("it names {at} and was written at place {other}")),
            None => ("altered", format!("its hash is not the one of {at}")),
        };
        self.verdict.fault((kind, row.what), row.which.clone(), detail);
        false
    }

    /// Rows without a place in a chain: those from before there were chains, and those that were inserted.
    fn unchained(&mut self, name: &str, rows: Vec<(&'static str, String)>) -> Result<()> {
        let before = unchained_before(self.store, name)?;
        if count(rows.len()) <= before {
            self.verdict.unchained += count(rows.len());
            return Ok(());
        }
        for (what, which) in rows {
            let detail =
                format!("it is in no chain, and only {before} rows are from before there were chains");
            self.verdict.fault(("inserted", what), which, detail);
        }
        Ok(())
    }

    /// Finds which rows are missing where there are fewer than the chains say.
    pub(super) fn removed(&mut self, counts: &Counts) -> Result<()> {
        let short = counts.buckets.iter().filter(|(_, (must, are))| must != are);
        let short: HashSet<(i64, i64)> = short.map(|(bucket, _)| *bucket).collect();
        if short.is_empty() {
            return Ok(());
        }
        let mut seen: BTreeMap<(i64, i64), Gap> = BTreeMap::new();
        let mut note = |seal: Option<(i64, i64, usize)>| {
            if let Some((chain, link, place)) = seal
                && short.contains(&Counts::bucket(chain, link))
            {
                let places = seen.entry((chain, link));
                let places = places.or_insert_with(|| Gap::new(chain, link, Timestamp(0)));
                places.add(place.min(u16::MAX.into()));
            }
        };
        self.each_exchange(|_, page| {
            let rows = page.rows.iter();
            rows.for_each(|row| note(seal(row.chain_id, row.link, row.place)));
            Ok(())
        })?;
        self.each_action(|_, page| {
            let rows = page.rows.iter();
            rows.for_each(|row| note(seal(row.chain, row.link, row.place)));
            Ok(())
        })?;
        // Gaps are read behind the rows: what expired meanwhile is among them.
        for (chain, bucket) in &short {
            let walked = counts.walked.get(chain).copied().unwrap_or_default();
            self.missing(*chain, Counts::links(*bucket), walked, &seen)?;
        }
        Ok(())
    }

    fn missing(
        &mut self,
        chain: i64,
        (first, last): (i64, i64),
        walked: i64,
        seen: &BTreeMap<(i64, i64), Gap>,
    ) -> Result<()> {
        let last = last.min(walked);
        let (links, gaps) = self.store.read_at_once(|connection| {
            let links = store::chains::read::links(connection, chain, first - 1, last - first + 1)?;
            let gaps = store::chains::read::gaps(connection, chain, first - 1, last)?;
            Ok((links, gaps))
        })?;
        for (link, _) in links.iter().filter(|(link, _)| link.number <= last) {
            let seen = seen.get(&(chain, link.number));
            let gap = gaps.iter().find(|(gap, _)| gap.number == link.number);
            for place in 0..link.rows() {
                let there = seen.is_some_and(|seen| seen.holds(place));
                if !there && !gap.is_some_and(|(gap, _)| gap.holds(place)) {
                    let which = format!("chain {chain}, link {}, place {place}", link.number);
                    let detail = format!("a row was written there at {} and is gone", link.at);
                    self.verdict.fault(("removed", "exchange"), which, detail);
                }
            }
        }
        Ok(())
    }

    fn each_exchange(
        &mut self,
        mut look: impl FnMut(&mut Self, &Page<StoredExchange>) -> Result<()>,
    ) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.store.read_at_once(|connection| {
                let rows = store::exchanges::rows(connection, after.as_ref(), AT_ONCE)?;
                let named = rows.iter().map(|row| (row.chain_id, row.link));
                let links = links(connection, named)?;
                Ok(Page { rows, links })
            })?;
            look(self, &page)?;
            match page.rows.last() {
                Some(last) => after = Some(last.key()),
                None => return Ok(()),
            }
        }
    }

    fn each_action(
        &mut self,
        mut look: impl FnMut(&mut Self, &Page<StoredAction>) -> Result<()>,
    ) -> Result<()> {
        let mut after = i64::MIN;
        loop {
            let page = self.store.read_at_once(|connection| {
                let rows = store::audit::rows(connection, after, AT_ONCE)?;
                let links = links(connection, rows.iter().map(|row| (row.chain, row.link)))?;
                Ok(Page { rows, links })
            })?;
            look(self, &page)?;
            match page.rows.last() {
                Some(last) => after = last.action.id,
                None => return Ok(()),
            }
        }
    }
}

/// The links that rows name.
fn links(
    connection: &mut DbConnection,
    named: impl Iterator<Item = (Option<i64>, Option<i64>)>,
) -> Result<HashMap<(i64, i64), Option<Link>>> {
    let mut links = HashMap::new();
    for (chain, number) in named.filter_map(|(chain, number)| chain.zip(number)) {
        if let std::collections::hash_map::Entry::Vacant(place) = links.entry((chain, number)) {
            let found = store::chains::read::link_at(connection, chain, number)?;
            place.insert(found.map(|(link, _)| link));
        }
    }
    Ok(links)
}

/// The identity of an exchange as people read it.
pub(super) fn shown(id: &[u8]) -> String {
    ExchangeId::from_bytes(id).map_or_else(|| crate::audit::hex(id), |id| id.to_string())
}
