//! How values of records stand on pages.
//!
//! Invariant: what is shown is what was sent, cut where it is long; a value that is no text is told as JSON, its
//! numbers as they were written.

use serde_json::Value;

use crate::types::Pointer;

/// How many characters of a value stand in a table.
const IN_TABLE: usize = 120;

/// How many stand where a record is shown alone.
const ALONE: usize = 4_000;

/// A value in a table; what is not there, and what is null, is empty.
pub(super) fn in_table(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => short(text, IN_TABLE),
        Some(other) => short(&other.to_string(), IN_TABLE),
    }
}

/// A value given as JSON, where there is room for it.
pub(super) fn alone(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(Value::String(text)) => short(&text, ALONE),
        _ => short(json, ALONE),
    }
}

/// A place in words: the names on the way, and numbers of items.
pub(super) fn place(field: &Pointer) -> String {
    let names: Vec<String> = field.segments().map(|name| short(name, IN_TABLE)).collect();
    names.join(" › ")
}

/// A value where there is little room.
pub(super) fn brief(text: &str) -> String {
    short(text, 40)
}

fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
