//! `mahakam erase`: what a record held goes for good, and why is written down.

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::types::{DatasetId, RecordKey};

#[derive(Debug, Args)]
pub(super) struct EraseArguments {
    /// The dataset, such as bkd/pegawai/v1.
    #[arg(long)]
    dataset: DatasetId,
    /// The record's key, as the feed tells it.
    #[arg(long)]
    key: String,
    /// Why, such as the number of the decision; it stands in the audit log.
    #[arg(long)]
    reason: String,
    /// Do it; nothing that was erased comes back.
    #[arg(long)]
    yes: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &EraseArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let key: RecordKey = RecordKey::parse(&arguments.key)
        .map_err(|_| Failure(format!("{:?} can't be a key.", arguments.key)))?;
    if !arguments.yes {
        return Err(Failure(
            "What is erased does not come back, but from backups made before. Add --yes to do it.".to_owned(),
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let erasing = desk
        .hub
        .erase(&desk.actor, &arguments.dataset, &key, &arguments.reason);
    let erased = runtime.block_on(erasing)?;
    let text = format!(
        "{}, {}: {} versions and {} refused payloads were erased{}.\nBackups made before still hold them.",
        erased.dataset,
        arguments.key,
        erased.versions,
        erased.rejections,
        if erased.deleted {
            "; the record was deleted"
        } else {
            ""
        },
    );
    output.tell(&json!(erased), &text);
    Ok(())
}
