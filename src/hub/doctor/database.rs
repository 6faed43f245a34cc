//! The database: whether it answers and can be written, its schema, its clock, its secrets.

use super::{Finding, in_words};
use crate::config::{Config, read_key_file};
use crate::error::Result;
use crate::hub::backups::missing_key;
use crate::store::health::{Health, logged, look};
use crate::store::{Backend, Store};
use crate::types::{Lang, Timestamp};

/// How far apart clocks may be: what is worth a look, and what breaks things, in milliseconds.
const APART: (i64, i64) = (2_000, 60_000);

/// Everything that is asked of the database itself.
pub(super) fn all(store: &Store, config: &Config, now: Timestamp) -> Vec<Finding> {
    let health = match store.read(look).and_then(|health| store.write(|_| Ok(health))) {
        Ok(health) => health,
        Err(error) => return vec![Finding::failed("database", &error)],
    };
    let mut findings = vec![size(store, health), migrations(store)];
    findings.extend(health.connections.map(connections));
    match clock(store, health, now) {
        Ok(finding) => findings.push(finding),
        Err(error) => findings.push(Finding::failed("clock", &error)),
    }
    findings.push(secrets(store, config));
    findings
}

fn size(store: &Store, health: Health) -> Finding {
    let kind = match store.backend() {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    };
    Finding::ok(
        "database",
        format!("{kind} answers and can be written; {} MiB", health.bytes >> 20),
    )
}

fn migrations(store: &Store) -> Finding {
    match store.pending() {
        Ok(pending) if pending.is_empty() => Finding::ok("migrations", "none is open"),
        Ok(pending) => Finding::warning(
            "migrations",
            format!("open: {}", pending.join(", ")),
            "Make a backup (mahakam backup FILE), then run mahakam migrate, or start the hub, which does the same.",
        ),
        Err(error) => {
            let says = error.detail();
            Finding::fault(
                "migrations",
                says.to(Lang::En),
                "Install the newer version of the program.",
            )
        }
    }
}

fn connections((used, most): (i64, i64)) -> Finding {
    let found = format!("{used} of {most} connections of the server are used");
    if used.saturating_mul(10) > most.saturating_mul(9) {
        Finding::warning(
            "connections",
            found,
            "Lower MAHAKAM_DATABASE_POOL, or raise max_connections of PostgreSQL.",
        )
    } else {
        Finding::ok("connections", found)
    }
}

/// The machine's clock beside the database's; on SQLite beside what was logged last.
fn clock(store: &Store, health: Health, now: Timestamp) -> Result<Finding> {
    let todo = "Let both machines follow a time server (timedatectl set-ntp true).";
    let Some(there) = health.clock else {
        let known = store.pending()?.is_empty();
        let newest = match known {
            true => store.read(logged)?.map(|(_, newest)| newest),
            false => None,
        };
        let ahead = newest.map_or(0, |newest| newest.0.saturating_sub(now.0));
        return Ok(match ahead > APART.1 {
            true => Finding::fault(
                "clock",
                format!(
                    "the log holds a call from {} ahead: the clock went back",
                    in_words(ahead)
                ),
                todo,
            ),
            false => Finding::ok("clock", format!("{now}, not before what was logged last")),
        });
    };
    let apart = there.0.saturating_sub(now.0).abs();
    let found = format!("{apart} ms apart from the database's");
    Ok(if apart > APART.1 {
        Finding::fault("clock", found, todo)
    } else if apart > APART.0 {
        Finding::warning("clock", found, todo)
    } else {
        Finding::ok("clock", found)
    })
}

fn secrets(store: &Store, config: &Config) -> Finding {
    if store.pending().is_ok_and(|pending| !pending.is_empty()) {
        return Finding::ok("secrets", "looked at when no migration is open");
    }
    let secrets = &config.secrets;
    if secrets.key.is_none()
        && let Err(says) = read_key_file(&secrets.file)
    {
        return Finding::fault(
            "secrets",
            format!("{} {says}", secrets.file.display()),
            "Give it to the user that runs the hub (chown), or run this as that user; put back one that is damaged from \
             the copy that was kept apart.",
        );
    }
    match missing_key(store, secrets) {
        Ok(None) => Finding::ok("secrets", "the master key opens them"),
        Ok(Some(key)) => Finding::fault(
            "secrets",
            format!("they are under the master key {key}, which the settings do not name"),
            "Set MAHAKAM_SECRET_KEY, or put back secret.key, from the copy that was kept apart.",
        ),
        Err(error) => Finding::failed("secrets", &error),
    }
}
