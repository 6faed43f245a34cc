//! `mahakam contract diff`: two documents, compared without registering either.
//!
//! Not here: the comparing. Invariant: it asks no database and changes nothing.

use std::path::Path;

use serde_json::Value;

use crate::cli::output::Output;
use crate::cli::{Failure, LANG};
use crate::contract::compat::{Comparison, Verdict, compare};
use crate::contract::{Checker, Contract, Fault};

/// Runs the command; fails unless the documents are compatible.
pub(in crate::cli) fn run(old: &Path, new: &Path, output: Output) -> Result<(), Failure> {
    let checker = Checker::new().map_err(|why| Failure(why.to(LANG).to_owned()))?;
    let (before, after) = (read(&checker, old)?, read(&checker, new)?);
    let found = compare(&before, &after);
    output.tell(&found.to_json(LANG), &text(&found));
    match found.verdict {
        Verdict::Compatible => Ok(()),
        Verdict::Breaking => Err(Failure(format!(
            "{} refuses what {} accepted: it needs a new major.",
            new.display(),
            old.display()
        ))),
        Verdict::Undecided => Err(Failure(
            "No break was found, but not everything could be compared.".to_owned(),
        )),
    }
}

/// A document without faults.
pub(super) fn read(checker: &Checker, file: &Path) -> Result<Contract, Failure> {
    let (document, schema) = super::read(file)?;
    let checked = checker.read(&document, schema.as_deref());
    checked.map(|checked| checked.contract).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(one_fault).collect();
        Failure(format!("{} has faults:\n{}", file.display(), faults.join("\n")))
    })
}

/// A fault of a document, on one line.
pub(super) fn one_fault(fault: &Fault) -> String {
    let line = fault
        .place
        .map_or(String::new(), |place| format!("{}:{} ", place.line, place.column));
    format!(
        "  {line}{} [{}] {}",
        fault.pointer,
        fault.code,
        fault.message.to(LANG)
    )
}

/// What was found, in words.
pub(super) fn text(found: &Comparison) -> String {
    let mut lines = vec![format!("Verdict: {}", found.verdict.as_str())];
    for one in &found.breaks {
        lines.push(format!(
            "  {} [{}] {} -> {}",
            place(&one.pointer.to_string()),
            one.rule,
            short(&one.old),
            short(&one.new)
        ));
        if let Some(example) = &one.example {
            lines.push(format!("    accepted before, refused now: {}", short(example)));
        }
    }
    for one in &found.undecided {
        let at = place(&one.pointer.to_string()).to_owned();
        lines.push(format!("  {at} [{}] undecided: {}", one.rule, one.why.to(LANG)));
    }
    lines.join("\n")
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "(payload)" } else { pointer }
}

/// A value on one line, cut to a readable length; `--json` tells it whole.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
