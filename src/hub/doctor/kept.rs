//! What is kept: the log for as long as it should be, backups, and the file that witnesses where the log stood.

use std::path::Path;

use super::machine::DAY;
use super::{Finding, in_words};
use crate::audit::Checkpoint;
use crate::config::Config;
use crate::contract::Duration;
use crate::error::{Conflict, Error, Result};
use crate::hub::backup_schedule;
use crate::store::health::logged;
use crate::store::{self, Store, backup};
use crate::types::{Text, Timestamp};

/// After which age a backup is worth a look, and a fault, in milliseconds.
const OLD: (i64, i64) = (2 * DAY, 7 * DAY);

/// Everything that is asked of what is kept.
pub(super) fn all(store: &Store, config: &Config, now: Timestamp) -> Vec<Finding> {
    let looks: [(&'static str, Result<Finding>); 3] = [
        ("retention", retention(store, config, now)),
        ("backup", backups(store, config, now)),
        ("checkpoints", witness(store, config)),
    ];
    looks
        .into_iter()
        .map(|(check, found)| found.unwrap_or_else(|error| Finding::failed(check, &error)))
        .collect()
}

/// Whether the log is forgotten when its time is over. A contract may say that some of it is kept for longer, so an
/// older entry alone is no fault.
fn retention(store: &Store, config: &Config, now: Timestamp) -> Result<Finding> {
    let kept = &config.log.retention;
    let Some((oldest, _)) = store.read(logged)? else {
        return Ok(Finding::ok(
            "retention",
            format!("nothing is logged yet; it is kept for {kept}"),
        ));
    };
    let age = now.0.saturating_sub(oldest.0);
    let found = format!(
        "the oldest call in the log is {} old; the log is kept for {kept}",
        in_words(age)
    );
    let span = kept
        .parse::<Duration>()
        .map(|span| span.seconds().saturating_mul(1_000));
    // Forgotten once an hour; two days late is too late.
    let late = span.is_ok_and(|span| age > span.saturating_add(2 * DAY));
    Ok(match late {
        true => Finding::warning(
            "retention",
            found,
            "Unless a contract keeps its log for longer (retention: { log }), look in the hub's log why old calls are not forgotten.",
        ),
        false => Finding::ok("retention", found),
    })
}

fn backups(store: &Store, config: &Config, now: Timestamp) -> Result<Finding> {
    let todo = match config.backup.folder {
        Some(_) => {
            "Look at GET /admin/backups or in the hub's log why, and make one by hand: mahakam backup FILE."
        }
        None => "Set MAHAKAM_BACKUP_FOLDER, on another disk, so that the hub makes one every night.",
    };
    let (made, tried) = store.read(backup::newest)?;
    let failure = tried.and_then(|tried| tried.failure);
    let Some(made) = made else {
        return Ok(match failure {
            Some(why) => Finding::fault("backup", format!("there is none: {why}"), todo),
            None => {
                none_yet(store, config, now)?.unwrap_or(Finding::warning("backup", "there is none", todo))
            }
        });
    };
    let age = now.0.saturating_sub(made.begun_at);
    let found = format!("the last one is {} old: {}", in_words(age), made.file);
    Ok(if let Some(why) = failure {
        Finding::fault("backup", format!("{found}; the last attempt failed: {why}"), todo)
    } else if age > OLD.1 {
        Finding::fault("backup", found, todo)
    } else if age > OLD.0 {
        Finding::warning("backup", found, todo)
    } else if !Path::new(&made.file).exists() && config.backup.folder.is_some() {
        Finding::warning(
            "backup",
            format!("{found}, which is not on this machine"),
            "Make sure that it is where it should be.",
        )
    } else {
        Finding::ok("backup", found)
    })
}

/// That the first backup of a database is still to come, where it is no older here than [`OLD`] and one is planned.
fn none_yet(store: &Store, config: &Config, now: Timestamp) -> Result<Option<Finding>> {
    let begun = store.read(store::health::begun)?;
    let young = begun.is_none_or(|begun| now.0.saturating_sub(begun.0) < OLD.0);
    if config.backup.folder.is_none() || !young {
        return Ok(None);
    }
    let next = backup_schedule(config)?.next(now, &config.time.zone);
    Ok(next.map(|next| Finding::ok("backup", format!("there is none yet; the first is due on {next}"))))
}

/// A SQLite database that isn't there, and of which a file tells that lies elsewhere, is not begun anew: the disk of the one
/// that there was is most likely not mounted, and everybody would be a stranger to an empty one.
///
/// # Errors
/// When it is so.
pub fn must_not_be_lost(config: &Config) -> Result<()> {
    let (Some(file), Some(witness)) = (config.database.file(), config.log.checkpoint_file.as_ref()) else {
        return Ok(());
    };
    let told = Checkpoint::last_in(&std::fs::read_to_string(witness).unwrap_or_default());
    if file.exists() || told == 0 {
        return Ok(());
    }
    let (file, witness) = (file.display(), witness.display());
    Err(Error::Conflict(Conflict::Maintenance(Text::new(
        format!(
            "{file} tidak ada, padahal {witness} memuat {told} titik periksanya. Pasang disknya, atau pulihkan cadangan; \
             untuk memulai dengan yang kosong, pindahkan {witness}."
        ),
        format!(
            "{file} is not there, though {witness} tells of one with {told} checkpoints. Mount its disk, or restore a \
             backup; to begin with an empty one, move {witness} away."
        ),
    ))))
}

/// Whether the file beside the database holds the checkpoints that the database holds.
fn witness(store: &Store, config: &Config) -> Result<Finding> {
    let Some(file) = &config.log.checkpoint_file else {
        return Ok(Finding::warning(
            "checkpoints",
            "there is no file that witnesses where the log stood",
            "Set MAHAKAM_CHECKPOINT_FILE, on another disk or machine: without it, cutting off the end of the log goes unseen.",
        ));
    };
    let last = store
        .read(store::chains::checkpoints::last)?
        .map_or(0, |last| last.number);
    let told = Checkpoint::last_in(&std::fs::read_to_string(file).unwrap_or_default());
    let found = format!(
        "{} ends with checkpoint {told}, the database with {last}",
        file.display()
    );
    Ok(if told > last {
        Finding::fault(
            "checkpoints",
            found,
            "The end of the log was cut off, or an older backup was put back by hand: run mahakam audit verify.",
        )
    } else if told.saturating_add(1) < last {
        Finding::warning(
            "checkpoints",
            found,
            "See that the hub may write the file; what it lacks is added the next time.",
        )
    } else {
        Finding::ok("checkpoints", found)
    })
}
