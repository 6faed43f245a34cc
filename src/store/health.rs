//! How the database itself is: what it says of its clock, its size, its connections, and its oldest entries.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{audit, exchange};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How the database is.
#[derive(Debug, Clone, Copy)]
pub struct Health {
    /// What its own clock says; SQLite has none.
    pub clock: Option<Timestamp>,
    /// Its size in bytes.
    pub bytes: i64,
    /// How many connections there are, and how many there may be; SQLite knows no bound.
    pub connections: Option<(i64, i64)>,
}

/// How the database is.
///
/// # Errors
/// When the database fails.
pub fn look(connection: &mut DbConnection) -> Result<Health> {
    match connection {
        DbConnection::Sqlite(inner) => {
            let sql = "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()";
            let bytes: Number = diesel::sql_query(sql).get_result(inner).map_err(unavailable)?;
            Ok(Health {
                clock: None,
                bytes: bytes.n,
                connections: None,
            })
        }
        DbConnection::Postgres(inner) => {
            let mut ask = |sql: &str| {
                let number: QueryResult<Number> = diesel::sql_query(sql).get_result(inner);
                number.map(|number| number.n).map_err(unavailable)
            };
            Ok(Health {
                clock: Some(Timestamp(ask(
                    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT AS n",
                )?)),
                bytes: ask("SELECT pg_database_size(current_database()) AS n")?,
                connections: Some((
                    ask("SELECT count(*) AS n FROM pg_stat_activity WHERE backend_type = 'client backend'")?,
                    ask("SELECT current_setting('max_connections')::BIGINT AS n")?,
                )),
            })
        }
    }
}

/// When the oldest and the newest call in the log came in.
///
/// # Errors
/// When the database fails.
pub fn logged(connection: &mut DbConnection) -> Result<Option<(Timestamp, Timestamp)>> {
    let oldest: Option<i64> = exchange::table
        .order(exchange::id)
        .select(exchange::at)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    let newest: Option<i64> = exchange::table
        .order(exchange::id.desc())
        .select(exchange::at)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    Ok(oldest
        .zip(newest)
        .map(|(oldest, newest)| (Timestamp(oldest), Timestamp(newest))))
}

/// Since when the database is where it is: when the first action was logged, or when it was last restored.
///
/// # Errors
/// When the database fails.
pub fn begun(connection: &mut DbConnection) -> Result<Option<Timestamp>> {
    let first: Option<i64> = audit::table
        .order(audit::id)
        .select(audit::at)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    let restored: Option<i64> = audit::table
        .filter(audit::action.eq("hub.restore"))
        .order(audit::id.desc())
        .select(audit::at)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    Ok(restored.or(first).map(Timestamp))
}
