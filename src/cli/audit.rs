//! `mahakam audit`: what the log says, and whether it is as it was written.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::output::Output;
use super::{Failure, settings};
use crate::audit::PublicKey;
use crate::hub::{Verdict, verify};
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
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
        AuditCommand::Verify { checkpoints, key } => run_verify(checkpoints, key, output),
    }
}

/// Verifies; no hub is opened, so nothing is written.
fn run_verify(checkpoints: Option<PathBuf>, key: Option<PublicKey>, output: Output) -> Result<(), Failure> {
    let config = settings()?;
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
