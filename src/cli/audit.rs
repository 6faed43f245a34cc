//! `mahakam audit`: what the log says, and whether it is as it was written.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure, database_settings};
use crate::audit::PublicKey;
use crate::hub::{PageQuery, Verdict, verify};
use crate::store::Store;
use crate::types::Timestamp;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Tell who saw a person's data, across all datasets whose contracts name a subject.
    Subject {
        /// What names the person in the payloads, such as the NIK.
        id: String,
    },
    /// Verify that nothing of the log, and of the changes it answers for, was altered, removed or inserted.
    ///
    /// Reads the database that MAHAKAM_DATABASE_URL names, which may be a copy, and writes nothing.
    Verify {
        /// The file with the checkpoints; that of MAHAKAM_CHECKPOINT_FILE when left out.
        #[arg(long, value_name = "FILE")]
        checkpoints: Option<PathBuf>,
        /// The public key that the signatures are to be of, as an earlier run told it; the database's own when
        /// left out.
        #[arg(long, value_name = "HEXADECIMAL", value_parser = public_key)]
        key: Option<PublicKey>,
    },
}

/// Runs the command.
pub(super) fn run(command: AuditCommand, output: Output) -> Result<(), Failure> {
    match command {
        AuditCommand::Subject { id } => run_subject(&id, &Desk::open()?, output),
        AuditCommand::Verify { checkpoints, key } => run_verify(checkpoints, key, output),
    }
}

/// Tells who saw a person's data; that it was asked is audited.
fn run_subject(id: &str, desk: &Desk, output: Output) -> Result<(), Failure> {
    let mut query = PageQuery {
        limit: 1_000,
        cursor: None,
    };
    let (mut versions, mut lines, mut sightings) = (0, Vec::new(), Vec::new());
    loop {
        let page = desk.hub.who_saw(&desk.actor, id, &query)?;
        versions = versions.max(page.versions);
        for sighting in &page.items {
            let (exchange, row) = (&sighting.exchange, &sighting.exchange.row);
            let by = [&row.opd, &exchange.application, &exchange.person];
            let by: Vec<&str> = by.into_iter().filter_map(Option::as_deref).collect();
            let by = if by.is_empty() {
                "management".to_owned()
            } else {
                by.join(" ")
            };
            let seen = &sighting.seen;
            let keys: Vec<&str> = seen.versions.iter().map(|seen| seen.key.as_str()).collect();
            let refused = seen
                .rejections
                .iter()
                .map(|number| format!("refused payload {number}"));
            let shown: Vec<String> = keys.iter().map(ToString::to_string).chain(refused).collect();
            let (at, dataset) = (Timestamp(row.at), row.dataset.as_deref().unwrap_or("-"));
            lines.push(format!(
                "{at}  {by}  {} {dataset}  {}",
                row.action,
                shown.join(", ")
            ));
            sightings.push(json!({
                "at": at.to_string(), "by": by, "action": row.action, "dataset": row.dataset,
                "keys": keys, "rejections": seen.rejections, "exchange": row.id().map(|id| id.to_string()),
            }));
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    lines.push(format!(
        "{} calls showed data about this person, of whom {versions} versions of records tell.",
        lines.len()
    ));
    output.tell(
        &json!({"versions": versions, "sightings": sightings}),
        &lines.join("\n"),
    );
    Ok(())
}

/// Verifies; no hub is opened, so nothing is written.
fn run_verify(checkpoints: Option<PathBuf>, key: Option<PublicKey>, output: Output) -> Result<(), Failure> {
    let config = database_settings()?;
    let store = Store::open(&config.database)?;
    let file = checkpoints.or(config.log.checkpoint_file);
    let verdict = verify(&store, key, file.as_deref())?;
    output.tell(&json!(verdict), &told(&verdict));
    if verdict.ok {
        Ok(())
    } else {
        Err(Failure(format!(
            "The log is not as it was written: {} faults.",
            verdict.faults_total
        )))
    }
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    PublicKey::parse(text).ok_or_else(|| "a public key is 64 hexadecimal digits".to_owned())
}

/// A verdict for people.
fn told(verdict: &Verdict) -> String {
    let mut text = format!(
        "{} exchanges, {} actions and {} changes verified in {} links of {} chains; {} checkpoints under the key {}.",
        verdict.exchanges,
        verdict.actions,
        verdict.changes,
        verdict.links,
        verdict.chains,
        verdict.checkpoints,
        verdict.key,
    );
    for (count, what) in [
        (verdict.expired, "rows had expired"),
        (verdict.erased, "payloads were erased"),
        (verdict.unchained, "rows are from before there were chains"),
    ] {
        if count > 0 {
            text.push_str(&format!("\n{count} {what}."));
        }
    }
    for fault in &verdict.faults {
        let (kind, what, which, detail) = (fault.kind, fault.what, &fault.which, &fault.detail);
        text.push_str(&format!("\n{what} {which}: {kind}: {detail}"));
    }
    if verdict.ok {
        text.push_str("\nEverything is as it was written.");
    }
    text
}
