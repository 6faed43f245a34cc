//! The chains by themselves: signatures, order, hashes, and what checkpoints say of them.

use std::collections::{BTreeMap, HashMap};

use super::file::Named;
use super::{AT_ONCE, Verifier, count};
use crate::audit::{Base, Gap, Link};
use crate::error::Result;
use crate::store;
use crate::types::{Digest, Timestamp};

/// How many links are counted together.
const BUCKET: i64 = 1_024;

/// How many rows the chains say there are, and how many there were.
#[derive(Default)]
pub(super) struct Counts {
    /// Up to which link each chain was walked.
    pub(super) walked: HashMap<i64, i64>,
    /// By chain and bucket: rows that must be there, rows that are.
    pub(super) buckets: BTreeMap<(i64, i64), (u64, u64)>,
    /// Rows from before this moment may have expired.
    pub(super) until: Timestamp,
}

impl Counts {
    /// In which bucket a link is counted.
    pub(super) fn bucket(chain: i64, link: i64) -> (i64, i64) {
        (chain, link.div_euclid(BUCKET))
    }

    /// The links of a bucket, both ends included.
    pub(super) fn links(bucket: i64) -> (i64, i64) {
        let first = bucket.saturating_mul(BUCKET);
        (first, first.saturating_add(BUCKET - 1))
    }

    /// Counts a row that is as it was written.
    pub(super) fn found(&mut self, chain: i64, link: i64) {
        if self.walked.get(&chain).is_some_and(|last| link <= *last)
            && let Some((_, found)) = self.buckets.get_mut(&Counts::bucket(chain, link))
        {
            *found += 1;
        }
    }
}

impl Verifier<'_> {
    /// Walks all chains.
    pub(super) fn chains(&mut self, named: &Named) -> Result<Counts> {
        let mut counts = Counts::default();
        let bases = self.store.read(store::chains::read::bases)?;
        for chain in named.keys() {
            if !bases.iter().any(|(base, _)| base.chain == *chain) {
                let detail = "checkpoints name it, and it is not there";
                self.verdict
                    .fault(("removed", "chain"), format!("chain {chain}"), detail);
            }
        }
        let empty = BTreeMap::new();
        for (base, signature) in &bases {
            self.verdict.chains += 1;
            if !self.key.verifies(base.fields().as_bytes(), signature) {
                let which = format!("chain {}", base.chain);
                let detail = "that it begins there is not signed by the hub's key";
                self.verdict.fault(("unsigned", "chain"), which, detail);
            }
            counts.until = counts.until.max(base.until);
            let named = named.get(&base.chain).unwrap_or(&empty);
            self.chain(base, named, &mut counts)?;
        }
        Ok(counts)
    }

    fn chain(&mut self, base: &Base, named: &BTreeMap<i64, String>, counts: &mut Counts) -> Result<()> {
        let (mut last, mut hash) = (base.number, base.hash);
        loop {
            let (links, gaps) = self.store.read_at_once(|connection| {
                let links = store::chains::read::links(connection, base.chain, last, AT_ONCE)?;
                let to = links.last().map_or(last, |(link, _)| link.number);
                let gaps = store::chains::read::gaps(connection, base.chain, last, to)?;
                Ok((links, gaps))
            })?;
            if links.is_empty() {
                break;
            }
            self.gaps(&gaps, counts);
            for (link, kept) in &links {
                self.link(link, (last, &hash), kept, named.get(&link.number));
                let gap = gaps.iter().find(|(gap, _)| gap.number == link.number);
                let gone = gap.map_or(0, |(gap, _)| gap.rows());
                let rows = counts
                    .buckets
                    .entry(Counts::bucket(base.chain, link.number))
                    .or_default();
                rows.0 += count(link.rows().saturating_sub(gone));
                (last, hash) = (link.number, *kept);
            }
        }
        counts.walked.insert(base.chain, last);
        if let Some((number, _)) = named.range(last.saturating_add(1)..).next_back() {
            let which = format!("chain {}, links {} to {number}", base.chain, last + 1);
            let detail = format!("a checkpoint names link {number}; the chain ends with link {last}");
            self.verdict.fault(("removed", "link"), which, detail);
        }
        Ok(())
    }

    /// Looks at one link behind the one with the number and hash `before`.
    fn link(&mut self, link: &Link, before: (i64, &Digest), kept: &Digest, named: Option<&String>) {
        self.verdict.links += 1;
        let which = format!("chain {}, link {}", link.chain, link.number);
        if link.number != before.0 + 1 {
            let gone = format!(
                "chain {}, links {} to {}",
                link.chain,
                before.0 + 1,
                link.number - 1
            );
            let detail = "numbers run without gaps, and these are missing";
            self.verdict.fault(("removed", "link"), gone, detail);
        } else if link.hash(before.1) != *kept {
            let detail = "its hash is not that of what it holds behind the link before it";
            self.verdict.fault(("altered", "link"), which.clone(), detail);
        }
        if named.is_some_and(|named| *named != kept.to_string()) {
            let detail = "a checkpoint names it with another hash";
            self.verdict.fault(("altered", "link"), which, detail);
        }
    }

    fn gaps(&mut self, gaps: &[(Gap, Vec<u8>)], counts: &mut Counts) {
        for (gap, signature) in gaps {
            self.verdict.expired += count(gap.rows());
            if self.key.verifies(gap.fields().as_bytes(), signature) {
                counts.until = counts.until.max(gap.until);
            } else {
                let which = format!("chain {}, link {}", gap.chain, gap.number);
                let detail = "that its rows expired is not signed by the hub's key";
                self.verdict.fault(("unsigned", "gap"), which, detail);
            }
        }
    }
}
