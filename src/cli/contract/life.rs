//! Versions are moved through their life; and what a check says in words.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::{diff, of_major, show};
use crate::cli::output::Output;
use crate::cli::{Desk, Failure, LANG};
use crate::hub::{Compatibility, Deprecation, MoveView, Publication, StoredData};
use crate::types::{DatasetId, Timestamp, Version};

/// How many records that don't fit are told in words.
const TOLD: usize = 10;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LifeCommand {
    /// Write down that a draft was signed, and by whom.
    Agree {
        /// The dataset, such as bkd/pegawai/v1.
        dataset: DatasetId,
        /// The version, such as 1.0.0.
        version: Version,
        /// What was signed: a JSON file with the member `agreed` of a contract.
        file: PathBuf,
    },
    /// Serve a registered version, or take the announced end of a deprecated one back.
    Publish {
        /// The dataset, such as bkd/pegawai/v1.
        dataset: DatasetId,
        /// The version, such as 1.0.0.
        version: Version,
        /// Publish it although it could not be told that it accepts all that was accepted.
        #[arg(long)]
        accept_undecided: bool,
        /// Why; needed where an announced end is taken back.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Announce the end of a whole major.
    Deprecate {
        /// The dataset, such as bkd/pegawai/v1.
        dataset: DatasetId,
        /// One of its published versions, such as 1.0.0.
        version: Version,
        /// From when on it may not answer any more: a date, or a date and time.
        #[arg(long, value_parser = moment)]
        sunset: Option<Timestamp>,
        /// The dataset that takes its place.
        #[arg(long)]
        successor: Option<DatasetId>,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
    /// End a whole major that is deprecated: it answers 410, its data stays.
    Retire {
        /// The dataset, such as bkd/pegawai/v1.
        dataset: DatasetId,
        /// One of its published versions, such as 1.0.0.
        version: Version,
        /// Why; needed before the announced date.
        #[arg(long)]
        reason: Option<String>,
    },
    /// List the moves in the life of a version.
    Moves {
        /// The dataset, such as bkd/pegawai/v1.
        dataset: DatasetId,
        /// The version, such as 1.0.0.
        version: Version,
    },
}

/// Runs the command.
pub(super) fn run(command: LifeCommand, desk: &Desk, output: Output) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    let moved = match command {
        LifeCommand::Agree {
            dataset,
            version,
            file,
        } => {
            let version = of_major(&dataset, version)?;
            hub.agree_contract(actor, &dataset.opd, &dataset.name, version, agreed(&file)?)?
        }
        LifeCommand::Publish {
            dataset,
            version,
            accept_undecided,
            reason,
        } => {
            let version = of_major(&dataset, version)?;
            let how = Publication {
                accept_undecided,
                reason,
            };
            hub.publish_contract(actor, &dataset.opd, &dataset.name, version, &how)?
        }
        LifeCommand::Deprecate {
            dataset,
            version,
            sunset,
            successor,
            reason,
        } => {
            let version = of_major(&dataset, version)?;
            let how = Deprecation {
                sunset,
                successor,
                reason,
            };
            hub.deprecate_contract(actor, &dataset.opd, &dataset.name, version, how)?
        }
        LifeCommand::Retire {
            dataset,
            version,
            reason,
        } => {
            let version = of_major(&dataset, version)?;
            hub.retire_contract(actor, &dataset.opd, &dataset.name, version, reason)?
        }
        LifeCommand::Moves { dataset, version } => {
            let version = of_major(&dataset, version)?;
            moves(output, &hub.contract_moves(&dataset.opd, &dataset.name, version)?);
            return Ok(());
        }
    };
    show(output, &moved);
    Ok(())
}

/// A time, or a date, which means its beginning in UTC.
fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .ok_or_else(|| format!("'{text}' is no date like 2027-06-30 and no time of RFC 3339"))
}

/// What was signed, as a file says it.
fn agreed(file: &Path) -> Result<Value, Failure> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| Failure(format!("{shown} can't be read: {error}")))?;
    serde_json::from_slice(&text).map_err(|error| Failure(format!("{shown} is no JSON: {error}")))
}

fn moves(output: Output, moves: &[MoveView]) {
    if output.json {
        let list = moves.iter().map(|one| {
            json!({
                "at": one.at, "by": one.actor, "before": one.before, "after": one.after,
                "reason": one.reason, "details": one.details,
            })
        });
        output.document(&json!({"moves": list.collect::<Vec<_>>()}));
        return;
    }
    let rows: Vec<Vec<String>> = moves
        .iter()
        .map(|one| {
            vec![
                one.at.to_string(),
                one.before.clone().unwrap_or_default(),
                one.after.clone(),
                one.actor.clone(),
                one.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output.table(&["at", "before", "after", "by", "reason"], &rows);
}

/// What comparing with the published versions found, in words.
pub(super) fn compatibility_text(found: &Compatibility) -> String {
    let mut text = format!("\nWith the published versions: {}.", found.verdict.as_str());
    for (version, comparison) in &found.against {
        text.push_str(&format!("\n{version}: {}", diff::text(comparison)));
    }
    text
}

/// What the stored records say to a version, for programs.
pub(super) fn stored_json(stored: &StoredData) -> Value {
    let first = stored.first.iter().map(|misfit| {
        let violations = misfit.violations.list.iter().map(|violation| {
            json!({
                "pointer": violation.pointer, "keyword": violation.keyword,
                "message": violation.message.to(LANG), "expected": violation.expected,
            })
        });
        json!({
            "key": misfit.key, "violations": violations.collect::<Vec<_>>(),
            "violations_total": misfit.violations.total,
        })
    });
    json!({"records": stored.records, "misfits": stored.misfits, "first": first.collect::<Vec<_>>()})
}

/// The same in words.
pub(super) fn stored_text(stored: &StoredData) -> String {
    let mut text = format!(
        "\nStored records: {} of {} would be refused.",
        stored.misfits, stored.records
    );
    for misfit in stored.first.iter().take(TOLD) {
        let why = misfit.violations.list.first();
        let why = why.map_or(String::new(), |why| {
            format!("{} {}", why.pointer, why.message.to(LANG))
        });
        text.push_str(&format!("\n  {}: {why}", misfit.key));
    }
    text
}
