//! `mahakam backup` and `mahakam restore`: the whole database as one file, and back.
//!
//! No hub is opened: a backup before an upgrade must not migrate what it is to keep, and a restore must work where no
//! hub could start.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::{Failure, actor, database_settings, settings, start_log};
use crate::config::Source;
use crate::hub::{Drill, Made, RestoreOrder, Restored, drill, make_backup, note_backup, restore};
use crate::store::Store;
use crate::types::Clock;

#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The file to write, such as mahakam-2026-03-20.zip; it must not be there yet.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// The backup.
    file: PathBuf,
    /// Replace the database that is there; it is kept first, and where is told.
    #[arg(long, conflicts_with = "drill")]
    over: bool,
    /// Only try: restore into a scratch place, verify, compare with the manifest, and remove it again.
    #[arg(long)]
    drill: bool,
}

/// Makes a backup, beside a running hub if need be.
pub(super) fn run_backup(arguments: &BackupArguments, output: Output) -> Result<(), Failure> {
    let (source, config) = (Source::environment()?, database_settings()?);
    start_log(&source, &config)?;
    if let Some(file) = config.database.file().filter(|file| !file.exists()) {
        let file = file.display();
        return Err(Failure(format!(
            "There is no database at {file}. Look at MAHAKAM_DATABASE_URL."
        )));
    }
    let store = Store::open(&config.database)?;
    let begun = Clock::System.now();
    let made = make_backup(&store, &config, &arguments.file, begun)?;
    note_backup(&store, &made, &actor(&source), (begun, Clock::System.now()))?;
    output.tell(&json!(made), &told_backup(&made));
    Ok(())
}

/// Puts a backup back, or tries whether it could be.
pub(super) fn run_restore(arguments: &RestoreArguments, output: Output) -> Result<(), Failure> {
    let (source, config) = (Source::environment()?, settings()?);
    start_log(&source, &config)?;
    if arguments.drill {
        let found = drill(&config, &arguments.file)?;
        output.tell(&json!(found), &told_drill(&found));
        return match found.ok {
            true => Ok(()),
            false => Err(Failure("The backup could not stand in for the database.".into())),
        };
    }
    let actor = actor(&source);
    let order = RestoreOrder {
        file: &arguments.file,
        over: arguments.over,
        actor: &actor,
    };
    let restored = restore(&config, order, Clock::System.now())?;
    output.tell(&json!(restored), &told_restore(&restored));
    Ok(())
}

fn told_backup(made: &Made) -> String {
    let manifest = &made.manifest;
    let rows: i64 = manifest.tables.values().sum();
    format!(
        "Wrote {}: {} bytes, {rows} rows in {} tables, {} feeds, read back whole.\nSHA-256 {}\n\
         Keep the master key of its secrets apart from it: without that key nobody can open them.",
        made.file,
        made.bytes,
        manifest.tables.len(),
        manifest.feeds.len(),
        made.sha256,
    )
}

fn told_drill(found: &Drill) -> String {
    let mut text = format!(
        "{}, of {}: {} rows in {} tables were put back and counted.",
        found.file, found.at, found.rows, found.tables
    );
    match &found.audit {
        None => text.push_str("\nNothing was ever logged, so there is no log to verify."),
        Some(verdict) => text.push_str(&format!(
            "\n{} exchanges, {} actions and {} changes verified: {} faults.",
            verdict.exchanges, verdict.actions, verdict.changes, verdict.faults_total
        )),
    }
    for difference in &found.differences {
        text.push_str(&format!("\n{difference}"));
    }
    if found.ok {
        text.push_str("\nThe backup could stand in for the database. The scratch place was removed.");
    }
    text
}

fn told_restore(restored: &Restored) -> String {
    let mut text = format!(
        "Restored {}, of {}: {} rows counted, {} entries of the log verified, {} feeds with new ids.",
        restored.file, restored.at, restored.rows, restored.verified, restored.feeds
    );
    if !restored.migrated.is_empty() {
        text.push_str(&format!("\nMigrated: {}", restored.migrated.join(", ")));
    }
    if let Some(file) = &restored.safety {
        text.push_str(&format!(
            "\nWhat was there before is in {file}; delete it when nothing is missed."
        ));
    }
    if let Some(file) = &restored.witness {
        text.push_str(&format!(
            "\nThe file of checkpoints told of more than this database holds; it is in {file} now."
        ));
    }
    if let Some(key) = &restored.missing_key {
        text.push_str(&format!(
            "\nIts secrets are under the master key {key}, which the settings do not name: set MAHAKAM_SECRET_KEY (or \
             put back secret.key) before the hub is started."
        ));
    }
    text.push_str("\nReaders of feeds begin anew: their old cursors are answered 410.");
    text
}
