//! `mahakam undo`: setting a dataset back to an earlier state, after showing what would change.

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::hub::Call;
use crate::hub::ingest::{UndoKeys, UndoReport, UndoWish};
use crate::types::{DatasetId, Seq};

#[derive(Debug, Args)]
pub(super) struct UndoArguments {
    /// The dataset, such as bkd/pegawai/v1; a master.
    #[arg(long)]
    dataset: DatasetId,
    /// The state to go back to: the feed's seq at that time; 0 is before the first change.
    #[arg(long, value_name = "SEQ")]
    to: i64,
    /// Do it; without this, what would change is only shown.
    #[arg(long)]
    yes: bool,
}

/// Runs the command. What is done is what was worked out a moment before, or nothing.
pub(super) fn run(arguments: &UndoArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let hub = &desk.hub;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let undo = |dry, expect_head| {
        let wish = UndoWish {
            to: Seq(arguments.to),
            dry,
            expect_head,
        };
        let call = Call::of_command(hub.clock().now());
        runtime.block_on(hub.undo(&desk.actor, &call, &arguments.dataset, wish))
    };
    let mut report = undo(true, None)?;
    if arguments.yes {
        report = undo(false, Some(report.head))?;
    }
    output.tell(&json!(report), &told(&report));
    Ok(())
}

/// A report for people.
fn told(report: &UndoReport) -> String {
    let mut text = format!(
        "{} stood at {} when this was worked out. Back to {}:",
        report.dataset, report.head, report.to
    );
    for (what, keys) in [
        ("restored", &report.restored),
        ("changed back", &report.changed_back),
        ("removed", &report.removed),
        ("that can't come back", &report.misfits),
    ] {
        text.push_str(&format!("\n  records {what}: {}", shown(keys)));
    }
    text.push_str(&match (report.done, report.new_head) {
        (true, Some(head)) => format!("\nDone; the feed stands at {head}."),
        (true, None) => "\nThere was nothing to do.".to_owned(),
        (false, _) if report.misfits.count > 0 => {
            "\nNothing was done, and nothing can be as long as records can't come back.".to_owned()
        }
        (false, _) => "\nNothing was done. Add --yes to do it.".to_owned(),
    });
    text
}

fn shown(keys: &UndoKeys) -> String {
    let list = keys.keys.join(", ");
    match keys.keys.len() {
        0 => "0".to_owned(),
        known if u64::try_from(known).ok() == Some(keys.count) => format!("{} ({list})", keys.count),
        _ => format!("{} ({list}, ...)", keys.count),
    }
}
