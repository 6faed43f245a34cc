//! A contract document as YAML, for people to read.
//!
//! Not here: reading YAML. Invariant: what is written reads back as the same document; texts that are
//! not plainly words are quoted, so that no reader takes `64.10` for a number.

use std::fmt::Write as _;

use serde_json::Value;

/// The members of a document in the order in which people read them; others follow by name.
const ORDER: &[&str] = &[
    "mahakam",
    "opd",
    "dataset",
    "version",
    "kind",
    "mode",
    "title",
    "description",
    "contact",
    "key",
    "schema",
];

/// The document as block-style YAML 1.2.
pub fn to_yaml(document: &Value) -> String {
    let mut text = String::new();
    match document {
        Value::Object(members) => {
            let rank = |name: &str| {
                ORDER
                    .iter()
                    .position(|known| *known == name)
                    .unwrap_or(ORDER.len())
            };
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_by_key(|name| (rank(name), (*name).clone()));
            for (name, value) in names
                .into_iter()
                .filter_map(|name| Some((name, members.get(name)?)))
            {
                member(&mut text, name, value, 0);
            }
        }
        other => node(&mut text, other, 0),
    }
    text
}

fn member(text: &mut String, name: &str, value: &Value, depth: usize) {
    indent(text, depth);
    text.push_str(&quoted(name));
    text.push(':');
    node(text, value, depth + 1);
}

/// What stands behind a `:` or a `-`, to the end of its line or below it.
fn node(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            for (name, value) in members {
                member(text, name, value, depth);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            for item in items {
                indent(text, depth);
                text.push('-');
                node(text, item, depth + 1);
            }
        }
        Value::String(word) if is_word(word) => drop(writeln!(text, " {word}")),
        // Other scalars and empty containers are written alike in JSON and YAML.
        // Writing to a String can't fail.
        scalar => drop(writeln!(text, " {scalar}")),
    }
}

fn indent(text: &mut String, depth: usize) {
    (0..depth).for_each(|_| text.push_str("  "));
}

/// A member's name: plain where nothing else could be meant.
fn quoted(name: &str) -> String {
    if is_word(name) {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

/// Whether a text consists of letters and `_` alone and is no word that YAML reads as something else.
fn is_word(text: &str) -> bool {
    const TAKEN: &[&str] = &["", "true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::read::Source;
    use serde_json::json;

    #[test]
    fn what_is_written_reads_back_as_the_same_document() {
        let document = json!({
            "version": "1.0.0", "mahakam": "1", "key": ["/a~1b", "/c"], "empty": {}, "none": [], "title": "a: b # c\n\"d\" é",
            "schema": {"enum": ["64.10", "yes", null, true, 1.50, [], [[1, 2], {"a": [{}]}]], "no": {"y": "n"}, "a b": 1},
        });
        let yaml = to_yaml(&document);
        assert!(yaml.starts_with("mahakam: \"1\"\nversion: \"1.0.0\"\n"), "{yaml}");
        let read = Source::read(yaml.as_bytes(), None, &mut Vec::new()).unwrap();
        assert_eq!(read.document, document, "{yaml}");
    }
}
