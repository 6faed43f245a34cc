//! [`Whole`]: writes that are committed together, however many they are.
//!
//! What they refer to, and who refers to what they deleted, is judged when all of it is written, by
//! what stands then: the body of an atomic bulk or a snapshot counts as a whole. Invariant: whoever
//! writes so asks [`Whole::judge`] before the end.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::locks::{self, Strength};
use super::references::{self, Questions, look_up};
use super::{RejectionBound, Write, accounts, write_held};
use crate::audit::{Exchange, Salt};
use crate::contract::Reference;
use crate::error::{Error, Result};
use crate::record::{Ledger, Link, Referral, Refusal, Settled, referrals_of};
use crate::store::chains::{Chain, OpenLink};
use crate::store::schema::{change, exchange, record};
use crate::store::{DbConnection, datasets, unavailable};
use crate::types::{Document, Moment, RecordKey, Seq};

/// How many changes are judged at once.
const AT_ONCE: i64 = 1_000;

/// What is to be written as one.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'p> {
    /// The dataset.
    pub dataset: i64,
    /// Whether records may be deleted.
    pub deletes: bool,
    /// What the dataset refers to.
    pub links: &'p [Link],
    /// The same as the contract says it.
    pub references: &'p [Reference],
}

/// See the module.
pub struct Whole<'c> {
    connection: &'c mut DbConnection,
    scope: Scope<'c>,
    /// Where the feed stood before.
    head: Seq,
    now: Moment<'c>,
    bound: RejectionBound,
    link: &'c mut OpenLink,
    /// The first exchange that was written, until its link is.
    first: Option<Exchange>,
}

/// A record that may not stand, or go.
#[derive(Debug)]
pub struct Broken {
    /// Its key.
    pub key: RecordKey,
    /// Why.
    pub refusal: Refusal,
}

/// What came of judging a whole.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What may not stand, or go, in the order it was written.
    pub broken: Vec<Broken>,
    /// How many references to nothing stand.
    pub unresolved: u64,
}

/// A change that stands: its number, its key, its payload; no payload after a deletion.
type Row = (i64, String, Option<String>);

impl Whole<'_> {
    /// The connection, inside the transaction.
    pub fn connection(&mut self) -> &mut DbConnection {
        self.connection
    }

    /// Writes to a dataset whose head this transaction holds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn append(&mut self, one: Write) -> Result<Settled> {
        let (one, terms) = ([one], (self.now, self.bound));
        let settled = write_held(self.connection, &one, terms, self.link)?;
        if self.first.is_none() {
            self.first = accounts(&one, &settled).into_iter().next();
        }
        let settled = settled.into_iter().next().flatten();
        settled.ok_or_else(|| Error::Internal("a head that was held is not".into()))
    }

    /// Judges everything that was written by what stands now, and logs how many references to nothing
    /// there are with the exchange. At most `limit` faults are told.
    ///
    /// # Errors
    /// When the database fails.
    pub fn judge(&mut self, limit: usize) -> Result<Verdict> {
        let mut verdict = Verdict::default();
        let guarded = self.scope.deletes && references::is_guarded(self.connection, self.scope.dataset)?;
        if self.scope.links.is_empty() && !guarded {
            return Ok(verdict);
        }
        let (mut after, dataset) = (self.head, self.scope.dataset);
        loop {
            let rows = self.changes(after)?;
            let Some(last) = rows.last() else {
                break;
            };
            after = Seq(last.0);
            let rows = rows.into_iter().map(|(_, key, payload)| (key, payload)).collect();
            let examined = Examined::read(self.scope.references, rows)?;
            let ledger = examined.ledger(
                self.connection,
                dataset,
                self.scope.links,
                self.now,
                Some(dataset),
            )?;
            for (key, referrals) in &examined.rows {
                let refusal = match referrals {
                    None => ledger.judge_deletion(dataset, key),
                    Some(referrals) => {
                        let found = ledger.judge_referrals(dataset, key, self.scope.links, referrals);
                        verdict.unresolved += found.unresolved;
                        let broken = !found.violations.is_empty();
                        broken.then(|| Refusal::Broken(found.violations.into()))
                    }
                };
                let key = key.clone();
                verdict
                    .broken
                    .extend(refusal.map(|refusal| Broken { key, refusal }));
            }
            if verdict.broken.len() >= limit {
                verdict.broken.truncate(limit);
                break;
            }
        }
        Ok(verdict)
    }

    /// Logs with the first part that was written how many references to nothing were stored.
    ///
    /// # Errors
    /// When the database fails.
    pub fn log_unresolved(&mut self, unresolved: u64) -> Result<()> {
        let Some(first) = self.first.as_mut().filter(|_| unresolved > 0) else {
            return Ok(());
        };
        first.unresolved = unresolved;
        let this = exchange::table
            .filter(exchange::id.eq(first.id.as_bytes()))
            .filter(exchange::part.eq(first.part));
        let salt: Option<Vec<u8>> = diesel::update(this)
            .set(exchange::unresolved.eq(super::signed(unresolved)))
            .returning(exchange::salt)
            .get_result(self.connection)?;
        // Nothing of the transaction was chained yet.
        let salt = salt.and_then(|salt| Salt::try_from(salt).ok());
        let salt = salt.ok_or_else(|| Error::Internal("an exchange without its salt".into()))?;
        self.link.replace_first(&salt, &first.columns());
        Ok(())
    }

    /// The changes of this transaction behind `after` that stand and are to be judged.
    fn changes(&mut self, after: Seq) -> Result<Vec<Row>> {
        let stands = record::dataset_id
            .eq(change::dataset_id)
            .and(record::key.eq(change::key))
            .and(record::seq.eq(change::seq));
        // Where nothing is referred to, only deletions matter.
        let put = !self.scope.links.is_empty();
        change::table
            .inner_join(record::table.on(stands))
            .filter(change::dataset_id.eq(self.scope.dataset))
            .filter(change::seq.gt(after.0))
            .filter(change::deleted.eq(true).or(put.into_sql::<Bool>()))
            .order(change::seq)
            .limit(AT_ONCE)
            .select((change::seq, change::key, change::payload))
            .load(self.connection)
            .map_err(unavailable)
    }
}

/// Records with what they refer to.
pub(in crate::store) struct Examined {
    /// Key and referrals; no referrals for a deletion.
    pub(in crate::store) rows: Vec<(RecordKey, Option<Box<[Referral]>>)>,
}

impl Examined {
    /// Finds out what records refer to; `None` stands for a deletion.
    ///
    /// # Errors
    /// When what is stored can't be read.
    pub(in crate::store) fn read(
        references: &[Reference],
        rows: Vec<(String, Option<String>)>,
    ) -> Result<Self> {
        let read = |(key, payload): (String, Option<String>)| {
            let key = RecordKey::parse(&key).map_err(|_| unavailable("a stored key is damaged"))?;
            let referrals = payload.map(|payload| {
                let document = Document::parse(payload.as_bytes())
                    .map_err(|_| unavailable("a stored payload is damaged"))?;
                Ok::<_, Error>(referrals_of(references, document.value()))
            });
            Ok((key, referrals.transpose()?))
        };
        let rows = rows.into_iter().map(read).collect::<Result<_>>()?;
        Ok(Examined { rows })
    }

    /// A ledger that knows all that these records refer to, and who refers to those that were deleted.
    ///
    /// # Errors
    /// When the database fails.
    pub(in crate::store) fn ledger<'e>(
        &'e self,
        connection: &mut DbConnection,
        dataset: i64,
        links: &'e [Link],
        now: Moment<'_>,
        unsettled: Option<i64>,
    ) -> Result<Ledger<'e>> {
        let mut questions = Questions {
            unsettled,
            ..Questions::default()
        };
        for (key, referrals) in &self.rows {
            match referrals {
                Some(referrals) => questions.referrals.push((links, referrals)),
                None => questions.deletions.push((dataset, key)),
            }
        }
        let (standings, evidence) = look_up(connection, &questions, now, None)?;
        Ok(Ledger::new(Default::default(), standings).judging(evidence))
    }
}

/// Writes as one to a dataset, whose head, and those of the datasets that it refers to, are locked
/// before `work` begins; an error of `work` undoes all of it.
///
/// # Errors
/// Whatever `work` says, or that the database failed.
pub fn append_as_one<T>(
    connection: &mut DbConnection,
    scope: Scope<'_>,
    now: Moment<'_>,
    bound: RejectionBound,
    chain: &mut Chain,
    work: impl FnOnce(&mut Whole<'_>, Seq) -> Result<T>,
) -> Result<T> {
    let mut link = chain.open(connection, now.at)?;
    let done =
        connection.in_write(|connection| write_as_one(connection, scope, (now, bound), &mut link, work));
    match &done {
        Ok(_) => chain.moved(&link),
        Err(_) => chain.unsure(),
    }
    done
}

fn write_as_one<T>(
    connection: &mut DbConnection,
    scope: Scope<'_>,
    (now, bound): (Moment<'_>, RejectionBound),
    link: &mut OpenLink,
    work: impl FnOnce(&mut Whole<'_>, Seq) -> Result<T>,
) -> Result<T> {
    {
        if let DbConnection::Postgres(inner) = connection {
            let own = if scope.deletes {
                Strength::Deleting
            } else {
                Strength::Writing
            };
            locks::take(inner, scope.dataset, own, locks::targets(scope.links))?;
        }
        let head = datasets::lock(connection, scope.dataset)?;
        let mut whole = Whole {
            connection,
            scope,
            head,
            now,
            bound,
            link,
            first: None,
        };
        let done = work(&mut whole, head)?;
        link.store(connection)?;
        Ok(done)
    }
}
