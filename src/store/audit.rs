//! The log of what was changed by whoever manages the hub.

use diesel::prelude::*;

use super::schema::audit;
use super::{DbConnection, chains, unavailable};
use crate::audit::{Action, LoggedAction};
use crate::error::{Error, Result};
use crate::types::Timestamp;

/// Logs an action that is done; part of the transaction that does it.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, action: &Action<'_>, now: Timestamp) -> Result<()> {
    insert_ended(connection, action, "ok", None, now)
}

/// Logs an action with what came of it.
///
/// # Errors
/// When the database fails.
pub fn insert_ended(
    connection: &mut DbConnection,
    action: &Action<'_>,
    outcome: &str,
    request_id: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let mut link = chains::audit_link(connection, now)?;
    let salt = chains::salts(1)?.into_iter().next();
    let seal = link.place(salt.ok_or_else(|| Error::Internal("no salt was made".into()))?);
    let mut row = LoggedAction {
        id: 0,
        at: now.0,
        actor: action.actor.as_ref().to_owned(),
        action: action.name.to_owned(),
        target: action.target.clone(),
        before: action.before.clone(),
        after: action.after.clone(),
        outcome: outcome.to_owned(),
        request_id: request_id.map(str::to_owned),
    };
    row.id = diesel::insert_into(audit::table)
        .values((
            audit::at.eq(row.at),
            audit::actor.eq(&row.actor),
            audit::action.eq(&row.action),
            audit::target.eq(&row.target),
            audit::before.eq(row.before.as_deref()),
            audit::after.eq(row.after.as_deref()),
            audit::outcome.eq(&row.outcome),
            audit::request_id.eq(row.request_id.as_deref()),
            audit::chain_id.eq(Some(seal.chain)),
            audit::link.eq(Some(seal.link)),
            audit::place.eq(Some(seal.place)),
            audit::salt.eq(Some(seal.salt.as_slice())),
        ))
        .returning(audit::id)
        .get_result(connection)
        .map_err(unavailable)?;
    link.add(row.fields(), &seal.salt);
    link.store(connection).map_err(unavailable)
}

/// A row as it is read back, with its place in the chain: chain, link, place and salt, none for rows from
/// before there were chains.
#[derive(Debug, Clone)]
pub struct StoredAction {
    /// The action.
    pub action: LoggedAction,
    /// The chain.
    pub chain: Option<i64>,
    /// The link.
    pub link: Option<i64>,
    /// The place in the link.
    pub place: Option<i32>,
    /// The salt of the row's hash.
    pub salt: Option<Vec<u8>>,
}

/// The columns in the order of the table.
type Row = (
    i64,
    i64,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i32>,
    Option<Vec<u8>>,
);

/// The rows behind `after`, oldest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn rows(connection: &mut DbConnection, after: i64, limit: i64) -> Result<Vec<StoredAction>> {
    audit::table
        .filter(audit::id.gt(after))
        .order(audit::id)
        .limit(limit)
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(stored).collect())
        .map_err(unavailable)
}

/// Which actions are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this actor.
    pub actor: Option<String>,
    /// Of this name.
    pub action: Option<String>,
    /// About this.
    pub target: Option<String>,
    /// Of which this came.
    pub outcome: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// The wanted actions before the number `before`, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(
    connection: &mut DbConnection,
    wanted: &Wanted,
    before: i64,
    limit: i64,
) -> Result<Vec<LoggedAction>> {
    let mut rows = audit::table.filter(audit::id.lt(before)).into_boxed();
    if let Some(actor) = &wanted.actor {
        rows = rows.filter(audit::actor.eq(actor));
    }
    if let Some(action) = &wanted.action {
        rows = rows.filter(audit::action.eq(action));
    }
    if let Some(target) = &wanted.target {
        rows = rows.filter(audit::target.eq(target));
    }
    if let Some(outcome) = &wanted.outcome {
        rows = rows.filter(audit::outcome.eq(outcome));
    }
    if let Some(from) = wanted.from {
        rows = rows.filter(audit::at.ge(from.0));
    }
    if let Some(until) = wanted.until {
        rows = rows.filter(audit::at.lt(until.0));
    }
    rows.order(audit::id.desc())
        .limit(limit)
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(|row| stored(row).action).collect())
        .map_err(unavailable)
}

fn stored(row: Row) -> StoredAction {
    let (id, at, actor, action, target, before, after, outcome, request_id, chain, link, place, salt) = row;
    StoredAction {
        action: LoggedAction {
            id,
            at,
            actor,
            action,
            target,
            before,
            after,
            outcome,
            request_id,
        },
        chain,
        link,
        place,
        salt,
    }
}
