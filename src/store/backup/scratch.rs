//! [`ScratchDatabase`]: a PostgreSQL database for a while, on the server of another.
//!
//! Invariant: it is dropped when its owner goes. Its name says what it was for and of which day it is, so that one whose
//! owner was killed is dropped by the next, on a later day.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::refused;
use crate::config::DatabaseConfig;
use crate::error::{Error, Result};
use crate::store::{DbConnection, Store, unavailable};

/// The name of one of today, but for its digits.
const TODAY: &str = "SELECT to_char(now(), '\"mahakam_drill_\"YYYYMMDD') AS name";

/// Those that were left on earlier days.
const LEFT: &str = r"
    SELECT datname::text AS name FROM pg_database
    WHERE datname ~ '^mahakam_drill_[0-9]{8}_[0-9a-f]{12}$' AND substr(datname, 15, 8) < to_char(now(), 'YYYYMMDD')";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// See the module.
pub struct ScratchDatabase<'s> {
    server: &'s Store,
    name: String,
}

impl Store {
    /// Makes a database beside a PostgreSQL database.
    ///
    /// # Errors
    /// When that is not allowed, or the database fails.
    pub fn scratch(&self) -> Result<ScratchDatabase<'_>> {
        let mut bytes = [0_u8; 6];
        getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.drop_what_was_left();
        let today = self.names(TODAY)?.pop().unwrap_or_default();
        let name = format!("{today}_{digits}");
        self.on_server(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
            .map_err(|error| {
                let says = error.to_string();
                refused(
                    format!(
                        "Basis data percobaan tidak dapat dibuat ({says}). Beri peran hub CREATEDB, atau arahkan \
                         MAHAKAM_DATABASE_URL untuk perintah ini ke server lain."
                    ),
                    format!(
                        "A scratch database can't be made ({says}). Give the hub's role CREATEDB, or name another server \
                         in MAHAKAM_DATABASE_URL for this command."
                    ),
                )
            })?;
        Ok(ScratchDatabase { server: self, name })
    }

    /// Drops the databases of drills that were killed; one that somebody uses stays.
    fn drop_what_was_left(&self) {
        for name in self.names(LEFT).unwrap_or_default() {
            match self.on_server(&format!("DROP DATABASE {name}")) {
                Ok(()) => tracing::warn!(database = name, "what a drill had left was dropped"),
                Err(cause) => tracing::warn!(cause, database = name, "what a drill had left stays"),
            }
        }
    }

    /// The names that a query of the server gives.
    fn names(&self, query: &str) -> Result<Vec<String>> {
        self.read(|connection| match connection {
            DbConnection::Sqlite(_) => Err(Error::Internal("SQLite has no server".into())),
            DbConnection::Postgres(inner) => {
                let rows: Vec<Name> = diesel::sql_query(query).load(inner).map_err(unavailable)?;
                Ok(rows.into_iter().map(|row| row.name).collect())
            }
        })
    }

    fn on_server(&self, sql: &str) -> std::result::Result<(), String> {
        let mut connection = self.dedicated().map_err(|error| format!("{error:?}"))?;
        match &mut connection {
            DbConnection::Sqlite(_) => Err("SQLite has no server".to_owned()),
            DbConnection::Postgres(inner) => inner.batch_execute(sql).map_err(|error| error.to_string()),
        }
    }
}

impl ScratchDatabase<'_> {
    /// How it is opened.
    pub fn config(&self, pool_size: u32) -> DatabaseConfig {
        DatabaseConfig {
            url: renamed(self.server.url(), &self.name),
            pool_size,
        }
    }
}

impl Drop for ScratchDatabase<'_> {
    fn drop(&mut self) {
        let dropped = self
            .server
            .on_server(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        if let Err(cause) = dropped {
            tracing::error!(
                cause,
                database = self.name,
                "a scratch database could not be dropped"
            );
        }
    }
}

/// The URL of another database on the same server.
fn renamed(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (address, query) = match rest.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (rest, String::new()),
    };
    let authority = address.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_on_the_same_server_keeps_all_else() {
        for (url, other) in [
            (
                "postgres://u:p@h:1/db?sslmode=require",
                "postgres://u:p@h:1/x?sslmode=require",
            ),
            ("postgresql://u@h1:1,h2:2/db", "postgresql://u@h1:1,h2:2/x"),
            ("postgres://u@h", "postgres://u@h/x"),
        ] {
            assert_eq!(renamed(url, "x"), other);
        }
    }
}
