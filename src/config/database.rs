//! Where the database is.

use std::fmt;
use std::path::Path;

use super::source::Reading;

/// Where the database is.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `MAHAKAM_DATABASE_URL`: `sqlite:<path>` or `postgres://...`.
    pub url: String,
    /// `MAHAKAM_DATABASE_POOL`: how many connections read at once.
    pub pool_size: u32,
}

impl DatabaseConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        const NAME: &str = "MAHAKAM_DATABASE_URL";
        let url = reading.text(NAME).unwrap_or("sqlite:data/mahakam.db");
        let known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        if !known || url == "sqlite:" {
            reading.fault(
                NAME,
                "must be sqlite:<path> or postgres://<user>:<password>@<host>/<database>",
            );
        }
        let pool_size = reading.parsed("MAHAKAM_DATABASE_POOL", 8, "a number of connections");
        if pool_size == 0 {
            reading.fault("MAHAKAM_DATABASE_POOL", "must be at least 1");
        }
        DatabaseConfig {
            url: url.to_owned(),
            pool_size,
        }
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite:")?;
        Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
    }

    /// The URL without its password.
    pub fn shown(&self) -> String {
        match (self.url.split_once("://"), self.url.rsplit_once('@')) {
            (Some((scheme, _)), Some((before, host))) => {
                let user = before.split_once("://").map_or("", |(_, rest)| rest);
                let user = user.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}:***@{host}")
            }
            _ => self.url.clone(),
        }
    }
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("url", &self.shown())
            .field("pool_size", &self.pool_size)
            .finish()
    }
}
