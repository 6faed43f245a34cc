//! `mahakam move`: everything from SQLite to PostgreSQL, with proof that it is the same.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::output::Output;
use super::{Failure, database_settings, start_log, usage};
use crate::config::{DatabaseConfig, Source};
use crate::hub::{Moved, move_database};

#[derive(Debug, Args)]
pub(super) struct MoveArguments {
    /// The empty PostgreSQL database, as MAHAKAM_DATABASE_URL takes it. A URL with a password is better put into
    /// MAHAKAM_MOVE_TO, where no other user of the machine reads it.
    url: Option<String>,
}

/// Moves everything.
pub(super) fn run(arguments: MoveArguments, output: Output) -> Result<(), Failure> {
    let (source, config) = (Source::environment()?, database_settings()?);
    let configured = config.backup.move_to.as_ref().map(|target| target.0.clone());
    let Some(url) = arguments.url.or(configured) else {
        usage("name the PostgreSQL database, or set MAHAKAM_MOVE_TO");
    };
    if let Some(fault) = DatabaseConfig::fault(&url) {
        usage(&format!("the URL of the PostgreSQL database {fault}"));
    }
    start_log(&source, &config)?;
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len}") {
        bar.set_style(style);
    }
    let moved = move_database(&config, &url, |progress| {
        bar.set_message(progress.table.to_owned());
        bar.set_length(u64::try_from(progress.of).unwrap_or_default());
        bar.set_position(u64::try_from(progress.rows).unwrap_or_default());
    });
    bar.finish_and_clear();
    let moved = moved?;
    if output.json {
        output.tell(&json!(moved), "");
    } else {
        let rows: Vec<Vec<String>> = moved
            .tables
            .iter()
            .map(|table| vec![table.table.clone(), table.rows.to_string(), table.sha256.clone()])
            .collect();
        output.table(&["table", "rows", "sha-256 on both sides"], &rows);
        output.text(&told(&moved));
    }
    Ok(())
}

fn told(moved: &Moved) -> String {
    let mut text = format!(
        "Moved {} rows to {}; every table is the same on both sides, and {} entries of the log were verified there.\n\
         Set MAHAKAM_DATABASE_URL to it before the hub is started again. Feeds keep their ids. Keep the SQLite file \
         until nothing is missed; nothing in it was changed.",
        moved.rows, moved.to, moved.verified
    );
    match &moved.missing_key {
        Some(key) => text.push_str(&format!(
            "\nIts secrets are under the master key {key}, which the settings do not name: set MAHAKAM_SECRET_KEY."
        )),
        None => text.push_str(
            "\nIts secrets stay under the same master key: where that is in secret.key beside the SQLite file, name it \
             in MAHAKAM_SECRET_KEY_FILE.",
        ),
    }
    text
}
