//! `mahakam contract conformity`: a document, held against the field standard without registering it.
//!
//! Not here: the judging. Invariant: it asks no database and changes nothing; gaps are no failure.

use std::path::Path;

use super::diff;
use crate::cli::output::Output;
use crate::cli::{Failure, LANG};
use crate::contract::{Checker, Conformity};

/// Runs the command.
pub(in crate::cli) fn run(file: &Path, output: Output) -> Result<(), Failure> {
    let checker = Checker::new().map_err(|why| Failure(why.to(LANG).to_owned()))?;
    let found = diff::read(&checker, file)?.conformity();
    output.tell(&found.to_json(LANG), &text(&found));
    Ok(())
}

/// What was found, in words.
fn text(found: &Conformity) -> String {
    let (needed, present) = found.counted_all();
    let mut lines = vec![if found.conforms() {
        "It keeps to the field standard.".to_owned()
    } else {
        format!(
            "{present} of {needed} descriptions of {} fields are there.",
            found.fields.len()
        )
    }];
    for (member, _) in found.metadata.iter().filter(|(_, there)| !there) {
        lines.push(format!("  (dataset) {member} is missing"));
    }
    for field in &found.fields {
        let missing: Vec<&str> = field.missing().map(|member| member.as_str()).collect();
        if !missing.is_empty() {
            lines.push(format!("  {} lacks {}", field.pointer, missing.join(", ")));
        }
    }
    for pointer in &found.unknown {
        lines.push(format!(
            "  {pointer} is described, but the schema does not declare it"
        ));
    }
    if found.cut {
        lines.push("  There are more fields than were judged.".to_owned());
    }
    lines.join("\n")
}
