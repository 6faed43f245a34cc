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
        if let Some(fault) = Self::fault(url) {
            reading.fault(NAME, fault);
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

    /// What is wrong with a URL, if anything is, to be told behind its name.
    pub fn fault(url: &str) -> Option<&'static str> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) || url == "sqlite:" {
            return Some("must be sqlite:<path> or postgres://<user>:<password>@<host>/<database>");
        }
        (url.starts_with("postgres") && !is_encoded(url)).then_some(
            "holds a character in its user or password that has to be percent-encoded: %20 for a blank, %23 for #, \
             %2F for /, %3F for ?, %40 for @, %25 for %",
        )
    }

    /// The URL without its passwords.
    pub fn shown(&self) -> String {
        let (place, parameters) = match self.url.split_once('?') {
            Some((place, parameters)) if self.file().is_none() => (place, Some(parameters)),
            _ => (self.url.as_str(), None),
        };
        let place = match (place.split_once("://"), place.rsplit_once('@')) {
            (Some((scheme, _)), Some((before, host))) => {
                let user = before.split_once("://").map_or("", |(_, rest)| rest);
                let user = user.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}:***@{host}")
            }
            _ => place.to_owned(),
        };
        let Some(parameters) = parameters else {
            return place;
        };
        let masked = parameters
            .split('&')
            .map(|parameter| match parameter.split_once('=') {
                // `sslpassword` opens the key of a certificate.
                Some((name, _)) if name.to_ascii_lowercase().ends_with("password") => format!("{name}=***"),
                _ => parameter.to_owned(),
            });
        format!("{place}?{}", masked.collect::<Vec<_>>().join("&"))
    }
}

/// Whether no user or password of a PostgreSQL URL ends it before its time: what they hold would be taken for hosts,
/// ports and names, and told as such.
fn is_encoded(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let mut escapes = authority.split('%').skip(1);
    let escaped = escapes.all(|text| {
        let digits = text.bytes().take(2).filter(u8::is_ascii_hexdigit);
        digits.count() == 2
    });
    let signs = authority.matches('@').count();
    let place = path.split('?').next().unwrap_or_default();
    let ended = path.contains('#') || place.contains('@') || (signs == 0 && path.contains('@'));
    escaped && signs <= 1 && !ended && !authority.contains(char::is_whitespace)
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("url", &self.shown())
            .field("pool_size", &self.pool_size)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{DatabaseConfig, is_encoded};

    #[test]
    fn a_password_that_would_end_the_url_is_noticed() {
        for fine in [
            "postgres://127.0.0.1/hub",
            "postgres://hub:abc%23%2F%40@127.0.0.1/hub",
            "postgres://hub:a:b@h1:5432,h2:5433/hub?target_session_attrs=read-write",
            "postgres:///hub?host=/run/postgresql&user=a",
        ] {
            assert!(is_encoded(fine), "{fine}");
        }
        for wrong in ["Kaltim#2026", "2026/maju", "maju?", "a@b", "100%", "5%zz", "a b"] {
            let url = format!("postgres://hub:{wrong}@127.0.0.1/hub");
            assert!(!is_encoded(&url), "{url}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for (url, shown) in [
            ("postgres://hub:abc@h/hub", "postgres://hub:***@h/hub"),
            (
                "postgres://h/hub?user=hub&password=abc&sslpassword=d%40ef&sslmode=require",
                "postgres://h/hub?user=hub&password=***&sslpassword=***&sslmode=require",
            ),
            (
                "postgres://hub@h1,h2/hub?password=a@b",
                "postgres://hub:***@h1,h2/hub?password=***",
            ),
            ("sqlite:data/what?.db", "sqlite:data/what?.db"),
        ] {
            let config = DatabaseConfig {
                url: url.to_owned(),
                pool_size: 1,
            };
            assert_eq!(config.shown(), shown);
        }
    }
}
