//! What is the matter with a server: settings, database, disk, clock, log, backups, each with what to do about it.
//!
//! No hub is opened, so that it works where none can start, and beside one that runs. Not here: reading certificates
//! (whoever serves TLS does). Invariant: nothing is changed, and no line holds a secret.

mod database;
mod kept;
mod machine;

pub use kept::must_not_be_lost;
use serde::Serialize;

use crate::config::Config;
use crate::error::Error;
use crate::store::Store;
use crate::types::{Lang, Timestamp};

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// As it should be.
    Ok,
    /// It works, and somebody should look after it.
    Warning,
    /// It does not work, or soon won't.
    Fault,
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The thing, in one word that stays the same.
    pub check: &'static str,
    /// How it is.
    pub condition: Condition,
    /// What was found.
    pub found: String,
    /// What to do.
    pub todo: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Finding {
            check,
            condition: Condition::Ok,
            found: found.into(),
            todo: None,
        }
    }

    /// Somebody should look after it.
    pub fn warning(check: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Self {
        Finding {
            condition: Condition::Warning,
            todo: Some(todo.into()),
            ..Finding::ok(check, found)
        }
    }

    /// It does not work.
    pub fn fault(check: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Self {
        Finding {
            condition: Condition::Fault,
            ..Finding::warning(check, found, todo)
        }
    }

    /// It could not be looked at.
    fn failed(check: &'static str, error: &Error) -> Self {
        let text = error.detail();
        let found = error
            .cause()
            .map_or_else(|| text.to(Lang::En).to_owned(), str::to_owned);
        Finding::fault(check, found, text.to(Lang::En).to_owned())
    }
}

/// Looks at everything; `certificate` is until when the hub's own certificate is good, where it has one.
pub fn examine(
    config: &Config,
    certificate: Option<Result<Timestamp, String>>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut findings = machine::settings(config);
    findings.extend(certificate.map(|until| machine::certificate(until, now)));
    findings.extend(machine::disks(config));
    let opened = match config.database.file() {
        Some(file) if !file.exists() => {
            if let Err(error) = must_not_be_lost(config) {
                findings.push(Finding::failed("database", &error));
                return findings;
            }
            findings.push(Finding::warning(
                "database",
                format!("{} is not there yet", file.display()),
                "Start the hub, or run mahakam migrate: either makes it.",
            ));
            return findings;
        }
        _ => Store::open(&config.database),
    };
    let store = match opened {
        Ok(store) => store,
        Err(error) => {
            findings.push(Finding::failed("database", &error));
            return findings;
        }
    };
    findings.extend(database::all(&store, config, now));
    // What is asked of tables makes sense only where they are.
    if store.pending().is_ok_and(|pending| pending.is_empty()) {
        findings.extend(kept::all(&store, config, now));
    }
    findings
}

/// How long something took, or will, in words.
fn in_words(milliseconds: i64) -> String {
    let minutes = milliseconds.max(0) / 60_000;
    match minutes {
        0 => format!("{} s", milliseconds.max(0) / 1_000),
        1..=119 => format!("{minutes} min"),
        120..=2_879 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}
