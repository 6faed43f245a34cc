//! The log of exchanges that write nothing else: reads, refusals, management.

use super::{DbConnection, append, unavailable};
use crate::audit::Exchange;
use crate::error::Result;

/// Logs exchanges in one transaction.
///
/// # Errors
/// When the database fails; then none of them is logged.
pub fn insert(connection: &mut DbConnection, exchanges: &[Exchange]) -> Result<()> {
    match connection {
        DbConnection::Sqlite(inner) => inner.immediate_transaction(|inner| {
            exchanges
                .iter()
                .try_for_each(|exchange| append::sqlite_exchange(inner, exchange).map(|_| ()))
        }),
        DbConnection::Postgres(inner) => append::postgres_exchanges(inner, exchanges).map(|_| ()),
    }
    .map_err(unavailable)
}
