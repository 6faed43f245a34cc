//! What is looked at without the database: settings, certificate, disks.

use std::path::{Path, PathBuf};

use super::{Finding, in_words};
use crate::config::Config;
use crate::hub::{backup_schedule, check_mail, read_procedure};
use crate::types::{Lang, Timestamp};

/// A day in milliseconds.
pub(super) const DAY: i64 = 86_400_000;

/// With less room than this nothing can be written soon, and with less than that somebody should look, in bytes.
const ROOM: (u64, u64) = (256 << 20, 2 << 30);

/// The settings, which could be read, and what they name.
pub(super) fn settings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("settings", "all can be read")];
    let read = read_procedure(&config.procedure).map(|_| ());
    for failed in [read, backup_schedule(config).map(|_| ()), check_mail(config)]
        .into_iter()
        .filter_map(Result::err)
    {
        let says = failed.cause().unwrap_or(failed.detail().to(Lang::En)).to_owned();
        findings.push(Finding::fault(
            "settings",
            says,
            "Correct the setting, then run mahakam check-config.",
        ));
    }
    let url = config.http.public_url.as_str();
    let near = ["http://127.", "http://localhost", "http://[::1]"];
    let far = !near.iter().any(|near| url.starts_with(near));
    let listen = config.http.listen;
    if url.starts_with("http://") && (far || !listen.ip().is_loopback()) {
        let address = if far { url.to_owned() } else { listen.to_string() };
        findings.push(Finding::warning(
            "address",
            format!("{address} is not encrypted"),
            "Put a proxy with TLS in front (deploy/nginx.conf) or set MAHAKAM_TLS_CERTIFICATE, and MAHAKAM_PUBLIC_URL to https://.",
        ));
    }
    if config.access.admin_key.is_none() {
        findings.push(Finding::warning(
            "admin-key",
            "there is none: only commands manage the hub",
            "Set MAHAKAM_ADMIN_KEY (openssl rand -hex 32) if programs are to.",
        ));
    }
    findings
}

/// Until when the certificate is good.
pub(super) fn certificate(until: Result<Timestamp, String>, now: Timestamp) -> Finding {
    let renew = "Renew it: changed files are noticed within seconds.";
    let until = match until {
        Ok(until) => until,
        Err(says) => {
            return Finding::fault(
                "certificate",
                says,
                "Name a certificate with its own key, in PEM.",
            );
        }
    };
    let left = until.0.saturating_sub(now.0);
    let found = format!("good until {until}, {} more", in_words(left));
    if left <= 0 {
        Finding::fault("certificate", format!("ended on {until}"), renew)
    } else if left < 7 * DAY {
        Finding::fault("certificate", found, renew)
    } else if left < 21 * DAY {
        Finding::warning("certificate", found, renew)
    } else {
        Finding::ok("certificate", found)
    }
}

/// Where there must be room: for a SQLite database, and for backups.
pub(super) fn disks(config: &Config) -> Vec<Finding> {
    let places = [
        ("disk", config.database.file().map(Path::to_owned)),
        ("backup-disk", config.backup.folder.clone()),
    ];
    places
        .into_iter()
        .filter_map(|(check, place)| Some(disk(check, place?)))
        .collect()
}

/// Whether a file, or a folder for files, may be written.
fn writable(place: &Path) -> std::io::Result<()> {
    match place.is_dir() {
        true => tempfile::tempfile_in(place).map(drop),
        // A database is opened by nobody but SQLite, whose locks would be lost.
        false => Ok(rustix::fs::access(place, rustix::fs::Access::WRITE_OK)?),
    }
}

fn disk(check: &'static str, place: PathBuf) -> Finding {
    // What is not there yet will be on the disk of the nearest folder that is.
    let there = place
        .ancestors()
        .find(|place| place.exists() && !place.as_os_str().is_empty());
    let there = there.unwrap_or(Path::new("."));
    if let Err(error) = writable(there) {
        let user = rustix::process::geteuid().as_raw();
        return Finding::fault(
            check,
            format!("{} can't be written by user {user}: {error}", there.display()),
            "Give it to the user that runs the hub (chown -R), or run this as that user.",
        );
    }
    let todo = "Make room: let the log be kept for less (MAHAKAM_LOG_RETENTION), keep fewer backups, or grow the disk.";
    let free = match rustix::fs::statvfs(there) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => {
            return Finding::fault(
                check,
                format!("{}: {error}", there.display()),
                "Look at the disk.",
            );
        }
    };
    let found = format!("{} MiB free at {}", free >> 20, there.display());
    if free < ROOM.0 {
        Finding::fault(check, found, todo)
    } else if free < ROOM.1 {
        Finding::warning(check, found, todo)
    } else {
        Finding::ok(check, found)
    }
}
