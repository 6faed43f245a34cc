//! What commands print; the only place that does.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command's output is for"
)]

use serde_json::Value;

use super::LANG;
use crate::error::{Conflict, Error, Finding, Unavailable};

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// One JSON object instead of text.
    pub(super) json: bool,
}

impl Output {
    /// Prints a result: `value` as JSON, or `text`.
    pub(super) fn tell(self, value: &Value, text: &str) {
        if self.json {
            println!("{value}");
        } else {
            println!("{text}");
        }
    }

    /// Prints a JSON document for people and programs alike.
    pub(super) fn document(self, value: &Value) {
        if self.json {
            println!("{value}");
        } else {
            println!("{value:#}");
        }
    }

    /// Prints a table with these headings.
    pub(super) fn table(self, headings: &[&str], rows: &[Vec<String>]) {
        let widths: Vec<usize> = headings
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                let cells = rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| cell.chars().count());
                cells.chain([heading.chars().count()]).max().unwrap_or_default()
            })
            .collect();
        let line = |cells: &[String]| {
            let padded = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        println!(
            "{}",
            line(
                &headings
                    .iter()
                    .map(|heading| heading.to_uppercase())
                    .collect::<Vec<_>>()
            )
        );
        rows.iter().for_each(|row| println!("{}", line(row)));
    }

    /// Prints text as it is, whatever the format.
    pub(super) fn text(self, text: &str) {
        println!("{text}");
    }
}

/// Prints a fault.
pub(super) fn fault(text: &str) {
    eprintln!("{text}");
}

/// Prints a remark beside the result.
pub(super) fn note(text: &str) {
    eprintln!("{text}");
}

/// Prints a question, to be answered on the same line.
pub(super) fn prompt(text: &str) {
    eprint!("{text}");
}

/// An error as a command tells it.
pub(super) fn describe(error: &Error) -> String {
    let mut text = match error {
        // What callers are told would be of no use here.
        Error::Unavailable(Unavailable::Database(_)) => "The database can't be used.".to_owned(),
        _ => error.detail().to(LANG).to_owned(),
    };
    if let Error::Faulty(findings) = error {
        for finding in findings {
            text.push_str(&format!("\n{}", one_finding(finding)));
        }
    }
    if let Error::Conflict(Conflict::Incompatible { comparison, .. }) = error {
        let [_, english] = &**comparison;
        for list in ["breaks", "undecided"] {
            for one in english.get(list).and_then(Value::as_array).into_iter().flatten() {
                text.push_str(&format!("\n  {one}"));
            }
        }
    }
    if let Some(cause) = error.cause() {
        text.push_str(&format!("\nCause: {cause}"));
    }
    text
}

/// A fault or warning of a contract document, on one line.
pub(super) fn one_finding(finding: &Finding) -> String {
    let place = finding
        .place
        .map_or(String::new(), |(line, column)| format!("{line}:{column} "));
    let pointer = if finding.pointer.is_empty() {
        "(document)"
    } else {
        &finding.pointer
    };
    format!(
        "  {place}{pointer} [{}] {}",
        finding.code,
        finding.message.to(LANG)
    )
}
