//! `mahakam references`: which references of a dataset lead to nothing now.

use clap::Args;
use serde_json::json;

use super::output::Output;
use super::{Desk, Failure};
use crate::hub::{Dangling, ReferenceReport};
use crate::types::DatasetId;

#[derive(Debug, Args)]
pub(super) struct ReferencesArguments {
    /// The dataset, such as diskominfo/kodepos/v1.
    dataset: DatasetId,
}

/// Runs the command.
pub(super) fn run(arguments: &ReferencesArguments, desk: &Desk, output: Output) -> Result<(), Failure> {
    let report = desk.hub.references(&arguments.dataset)?;
    let references: Vec<_> = report.references.iter().map(shown).collect();
    let shown = json!({"dataset": report.dataset, "references": references});
    output.tell(&shown, &told(&report));
    Ok(())
}

fn shown(dangling: &Dangling) -> serde_json::Value {
    json!({
        "field": dangling.field, "dataset": dangling.dataset, "mode": dangling.mode,
        "unresolved": dangling.unresolved, "keys": dangling.keys,
    })
}

/// A report for people.
fn told(report: &ReferenceReport) -> String {
    if report.references.is_empty() {
        return format!("{} refers to no other dataset.", report.dataset);
    }
    let lines = report.references.iter().map(|dangling| {
        let (field, dataset) = (&dangling.field, &dangling.dataset);
        match dangling.unresolved {
            0 => format!("{field} -> {dataset}: all references lead to a record."),
            count => format!(
                "{field} -> {dataset}: {count} records refer to nothing: {}",
                dangling.keys.join(", ")
            ),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
