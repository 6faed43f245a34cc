//! What commands print; the only place that does.

use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::LANG;
use crate::error::{Conflict, Error, Finding, Unavailable};

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// One JSON object instead of text.
    pub(super) json: bool,
    /// Whether something of it could not be written.
    lost: &'static AtomicBool,
}

impl Output {
    /// An output of which nothing was written yet; one a process.
    pub(super) fn new(json: bool) -> Self {
        let lost = Box::leak(Box::new(AtomicBool::new(false)));
        Output { json, lost }
    }

    /// Whether something could not be written, though somebody waits for it.
    pub(super) fn is_lost(self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Prints a line. Whoever reads may have seen enough and be gone, as `head` is; then the rest is for nobody.
    fn print(self, text: &str) {
        if let Err(error) = writeln!(std::io::stdout().lock(), "{text}")
            && error.kind() != ErrorKind::BrokenPipe
            && !self.lost.swap(true, Ordering::Relaxed)
        {
            fault(&format!("The output can't be written: {error}"));
        }
    }

    /// Prints a result: `value` as JSON, or `text`.
    pub(super) fn tell(self, value: &Value, text: &str) {
        if self.json {
            self.print(&value.to_string());
        } else {
            self.print(text);
        }
    }

    /// Prints a JSON document for people and programs alike.
    pub(super) fn document(self, value: &Value) {
        if self.json {
            self.print(&value.to_string());
        } else {
            self.print(&format!("{value:#}"));
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
        let headings: Vec<String> = headings.iter().map(|heading| heading.to_uppercase()).collect();
        self.print(&line(&headings));
        rows.iter().for_each(|row| self.print(&line(row)));
    }

    /// Prints text as it is, whatever the format.
    pub(super) fn text(self, text: &str) {
        self.print(text);
    }
}

/// Prints a fault.
pub(super) fn fault(text: &str) {
    say(&format!("{text}\n"));
}

/// Prints a remark beside the result.
pub(super) fn note(text: &str) {
    say(&format!("{text}\n"));
}

/// Prints a question, to be answered on the same line.
pub(super) fn prompt(text: &str) {
    say(text);
}

/// Where nobody listens there is nobody left to tell so.
fn say(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
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
