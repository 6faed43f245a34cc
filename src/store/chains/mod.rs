//! [`Chain`]: the chain of hashes that one writer of the log goes on with, and `OpenLink`, its next step.
//!
//! Every transaction that writes rows of the log writes one link with their hashes. Each writer has a chain of
//! its own, so that several hubs share no lock; management, which is rare, shares one. Invariant: a link is
//! written in the transaction of its rows, and its number and hash count only after the commit.

pub mod checkpoints;
pub mod evidence;
pub mod gaps;
pub mod read;

use std::marker::PhantomData;
use std::sync::Arc;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::schema::{chain, chain_link, revision};
use super::statement::statement;
use super::{DbConnection, unavailable};
use crate::audit::{Base, Columns, Fields, HASH, Link, SALT, Salt, Signer, nothing};
use crate::error::{Error, Result};
use crate::types::{Digest, Timestamp};

/// The chain of exchanges, as the table names it.
const EXCHANGES: &str = "exchange";
/// The chain of management.
const AUDIT: &str = "audit";

macro_rules! insert_link {
    ($name:ident on $backend:ty, $connection:ty) => {
        statement!(
            /// One link.
            $name on $backend, $connection: (
                chain: i64 => BigInt,
                number: i64 => BigInt,
                at: i64 => BigInt,
                hashes: &'a [u8] => Binary,
                hash: &'a [u8] => Binary,
            ),
            "INSERT INTO chain_link (chain_id, number, at, hashes, hash) VALUES (?, ?, ?, ?, ?)"
        );
    };
}

insert_link!(InsertLinkSqlite on Sqlite, SqliteConnection);
insert_link!(InsertLinkPostgres on Pg, PgConnection);

/// See the module.
pub struct Chain {
    signer: Arc<Signer>,
    head: Option<Head>,
    /// Whether the head is known to be the database's.
    sure: bool,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    chain: i64,
    number: i64,
    hash: Digest,
}

/// Where a row's hash stands, and what salted it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seal {
    pub(super) chain: i64,
    pub(super) link: i64,
    pub(super) place: i32,
    pub(super) salt: Salt,
}

/// The next link of a chain, to which rows are added until it is written.
#[derive(Debug)]
pub(super) struct OpenLink {
    before: Digest,
    link: Link,
}

impl Chain {
    /// A chain that begins when the first row is written.
    pub fn new(signer: Arc<Signer>) -> Self {
        Chain {
            signer,
            head: None,
            sure: false,
        }
    }

    /// The next link, with no row yet. Begins the chain, or looks where it stands, in a transaction of its own
    /// where that must be.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn open(&mut self, connection: &mut DbConnection, now: Timestamp) -> Result<OpenLink> {
        let head = match self.head {
            Some(head) if self.sure => head,
            Some(head) => last(connection, head.chain)?,
            None => connection.in_write(|connection| begin(connection, EXCHANGES, &self.signer, now))?,
        };
        (self.head, self.sure) = (Some(head), true);
        Ok(OpenLink::behind(head, now))
    }

    /// Begins the chain where it has not begun.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ready(&mut self, connection: &mut DbConnection, now: Timestamp) -> Result<()> {
        self.open(connection, now).map(|_| ())
    }

    /// Takes note that the link was committed.
    pub(super) fn moved(&mut self, link: &OpenLink) {
        if link.rows() > 0 {
            let (chain, number, hash) = (link.link.chain, link.link.number, link.hash());
            self.head = Some(Head { chain, number, hash });
        }
    }

    /// Takes note that nobody knows whether the last link was committed.
    pub fn unsure(&mut self) {
        self.sure = false;
    }
}

impl OpenLink {
    fn behind(head: Head, now: Timestamp) -> Self {
        OpenLink {
            before: head.hash,
            link: Link {
                chain: head.chain,
                number: head.number.saturating_add(1),
                at: now,
                hashes: Vec::new(),
            },
        }
    }

    /// Where the next row stands in the link.
    pub(super) fn place(&self, salt: Salt) -> Seal {
        Seal {
            chain: self.link.chain,
            link: self.link.number,
            place: i32::try_from(self.link.rows()).unwrap_or(i32::MAX),
            salt,
        }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: Fields, salt: &Salt) {
        self.link.hashes.extend_from_slice(row.hash(salt).as_bytes());
    }

    /// Adds rows of the exchange log, each under a salt of its own.
    ///
    /// # Errors
    /// When the operating system has no random bytes to give.
    pub(super) fn add_all(&mut self, rows: &[Columns<'_>]) -> Result<Vec<Seal>> {
        let salts = salts(rows.len())?;
        let each = rows.iter().zip(salts);
        Ok(each
            .map(|(row, salt)| {
                let seal = self.place(salt);
                self.add(row.fields(), &salt);
                seal
            })
            .collect())
    }

    /// Puts another row in the place of the first.
    pub(super) fn replace_first(&mut self, salt: &Salt, row: &Columns<'_>) {
        if let Some(place) = self.link.hashes.get_mut(..HASH) {
            place.copy_from_slice(row.fields().hash(salt).as_bytes());
        }
    }

    /// Forgets its rows: they were not written.
    pub(super) fn clear(&mut self) {
        self.link.hashes.clear();
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.link.rows()
    }

    /// Its columns but for the hash.
    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// Its hash.
    pub(super) fn hash(&self) -> Digest {
        self.link.hash(&self.before)
    }

    /// Writes it, if it has rows.
    pub(super) fn store(&self, connection: &mut DbConnection) -> QueryResult<()> {
        if self.rows() == 0 {
            return Ok(());
        }
        let (link, hash, lifetime) = (&self.link, self.hash(), PhantomData);
        let (chain, number, at) = (link.chain, link.number, link.at.0);
        let (hashes, hash) = (link.hashes.as_slice(), hash.as_bytes());
        match connection {
            DbConnection::Sqlite(inner) => InsertLinkSqlite {
                chain,
                number,
                at,
                hashes,
                hash,
                lifetime,
            }
            .execute(inner),
            DbConnection::Postgres(inner) => InsertLinkPostgres {
                chain,
                number,
                at,
                hashes,
                hash,
                lifetime,
            }
            .execute(inner),
        }
        .map(|_| ())
    }
}

/// So many salts.
pub(super) fn salts(count: usize) -> Result<Vec<Salt>> {
    let mut bytes = vec![0; count.saturating_mul(SALT)];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    let each = bytes.chunks_exact(SALT);
    Ok(each.filter_map(|salt| salt.try_into().ok()).collect())
}

/// Begins a chain; part of a transaction.
fn begin(connection: &mut DbConnection, kind: &str, signer: &Signer, now: Timestamp) -> Result<Head> {
    let hash = nothing();
    let id: i64 = diesel::insert_into(chain::table)
        .values((
            chain::kind.eq(kind),
            chain::begun_at.eq(now.0),
            chain::base.eq(0),
            chain::base_hash.eq(hash.as_bytes()),
            chain::until.eq(0),
            chain::signature.eq(b"".as_slice()),
        ))
        .returning(chain::id)
        .get_result(connection)
        .map_err(unavailable)?;
    let base = Base {
        chain: id,
        kind: kind.to_owned(),
        begun_at: now,
        number: 0,
        hash,
        until: Timestamp(0),
    };
    diesel::update(chain::table.filter(chain::id.eq(id)))
        .set(chain::signature.eq(base.sign(signer)))
        .execute(connection)
        .map_err(unavailable)?;
    Ok(Head {
        chain: id,
        number: 0,
        hash,
    })
}

/// Where a chain stands.
fn last(connection: &mut DbConnection, chain_id: i64) -> Result<Head> {
    let link: Option<(i64, Vec<u8>)> = chain_link::table
        .filter(chain_link::chain_id.eq(chain_id))
        .order(chain_link::number.desc())
        .select((chain_link::number, chain_link::hash))
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    let (number, hash) = match link {
        Some(link) => link,
        None => chain::table
            .filter(chain::id.eq(chain_id))
            .select((chain::base, chain::base_hash))
            .first(connection)
            .map_err(unavailable)?,
    };
    let hash = Digest::from_bytes(&hash).ok_or_else(|| unavailable("a chain whose end is damaged"))?;
    Ok(Head {
        chain: chain_id,
        number,
        hash,
    })
}

/// Sees to it that management has its chain.
///
/// # Errors
/// When the database fails.
pub fn ready_audit(connection: &mut DbConnection, signer: &Signer, now: Timestamp) -> Result<()> {
    // Whoever looks holds this row, so that two hubs that start at once begin one chain.
    diesel::update(revision::table)
        .set(revision::value.eq(revision::value))
        .execute(connection)
        .map_err(unavailable)?;
    let known: Option<i64> = chain::table
        .filter(chain::kind.eq(AUDIT))
        .select(chain::id)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    match known {
        Some(_) => Ok(()),
        None => begin(connection, AUDIT, signer, now).map(|_| ()),
    }
}

/// The next link of management's chain, which nobody else goes on with until the end of the transaction.
pub(super) fn audit_link(connection: &mut DbConnection, now: Timestamp) -> Result<OpenLink> {
    let this = chain::table.filter(chain::kind.eq(AUDIT));
    diesel::update(this)
        .set(chain::begun_at.eq(chain::begun_at))
        .execute(connection)
        .map_err(unavailable)?;
    let id = this.select(chain::id).first(connection).map_err(unavailable)?;
    Ok(OpenLink::behind(last(connection, id)?, now))
}
