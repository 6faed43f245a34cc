//! A contract document as YAML, for people to read.
//!
//! Not here: reading YAML. Invariant: what is written reads back as the same document; texts that are
//! not plainly words are quoted, so that no reader takes `64.10` for a number.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::types::Pointer;

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

/// How a document is laid out for people: in which order its members stand, and what is said beside
/// them.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Where a member stands among its siblings; those without come last, by name.
    pub ranks: HashMap<Pointer, usize>,
    /// What is said above a member; that of the empty pointer stands at the head.
    pub comments: HashMap<Pointer, Vec<String>>,
}

/// How wide a comment may be, in characters.
const WIDTH: usize = 100;

/// The document as block-style YAML 1.2.
pub fn to_yaml(document: &Value) -> String {
    to_yaml_with(document, &Layout::default())
}

/// The document as block-style YAML 1.2, laid out in this way.
pub fn to_yaml_with(document: &Value, layout: &Layout) -> String {
    let mut writer = Writer {
        text: String::new(),
        layout,
    };
    let root = Pointer::default();
    writer.comment(&root, 0);
    match document {
        Value::Object(members) if !members.is_empty() => writer.members(members, &root, 0),
        other => writer.node(other, &root, 0),
    }
    writer.text
}

struct Writer<'l> {
    text: String,
    layout: &'l Layout,
}

impl Writer<'_> {
    fn members(&mut self, members: &Map<String, Value>, at: &Pointer, depth: usize) {
        let rank = |name: &str| {
            let known = ORDER.iter().position(|known| at.is_root() && *known == name);
            known.or_else(|| self.layout.ranks.get(&at.child(name)).copied())
        };
        let mut ordered: Vec<(&String, &Value)> = members.iter().collect();
        ordered.sort_by_key(|(name, _)| (rank(name).unwrap_or(usize::MAX), *name));
        for (name, value) in ordered {
            let place = at.child(name);
            self.comment(&place, depth);
            indent(&mut self.text, depth);
            self.text.push_str(&quoted(name));
            self.text.push(':');
            self.node(value, &place, depth + 1);
        }
    }

    /// What stands behind a `:` or a `-`, to the end of its line or below it.
    fn node(&mut self, value: &Value, at: &Pointer, depth: usize) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                self.text.push('\n');
                self.members(members, at, depth);
            }
            Value::Array(items) if !items.is_empty() => {
                self.text.push('\n');
                for (index, item) in items.iter().enumerate() {
                    indent(&mut self.text, depth);
                    self.text.push('-');
                    self.node(item, &at.child(&index.to_string()), depth + 1);
                }
            }
            Value::String(word) if is_word(word) => drop(writeln!(self.text, " {word}")),
            // Other scalars and empty containers are written alike in JSON and YAML.
            // Writing to a String can't fail.
            scalar => drop(writeln!(self.text, " {scalar}")),
        }
    }

    /// Writes what is said of a member: its first line in lines of bounded width, others as they are.
    fn comment(&mut self, at: &Pointer, depth: usize) {
        for comment in self.layout.comments.get(at).into_iter().flatten() {
            let (said, rest) = comment.split_once('\n').unwrap_or((comment, ""));
            let mut width = usize::MAX;
            for word in said.split_whitespace() {
                let long = word.chars().count();
                if width.saturating_add(long) > WIDTH {
                    if width != usize::MAX {
                        self.text.push('\n');
                    }
                    indent(&mut self.text, depth);
                    self.text.push('#');
                    width = depth * 2;
                }
                self.text.push(' ');
                self.text.push_str(word);
                width += long + 1;
            }
            self.text.push('\n');
            for line in rest.lines() {
                indent(&mut self.text, depth);
                self.text.push_str("#   ");
                self.text.push_str(line);
                self.text.push('\n');
            }
        }
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

    #[test]
    fn a_layout_orders_members_and_says_things_above_them() {
        let document = json!({"a": {"x": 1, "y": [2]}, "mahakam": "1", "b": 3});
        let place = |text: &str| text.parse::<Pointer>().unwrap();
        let layout = Layout {
            ranks: [(place("/a/y"), 0), (place("/b"), 0)].into(),
            comments: [
                (place(""), vec!["head".into()]),
                (place("/a/x"), vec!["one two".into(), "three # :".into()]),
            ]
            .into(),
        };
        let yaml = to_yaml_with(&document, &layout);
        let lines = [
            "# head",
            "b: 3",
            "mahakam: \"1\"",
            "a:",
            "  \"y\":",
            "    - 2",
            "  # one two",
            "  # three # :",
            "  x: 1",
            "",
        ];
        assert_eq!(yaml, lines.join("\n"));
        let read = Source::read(yaml.as_bytes(), None, &mut Vec::new()).unwrap();
        assert_eq!(read.document, document);
    }

    #[test]
    fn a_long_comment_is_broken_into_lines() {
        let words = vec!["kata"; 60].join(" ");
        let layout = Layout {
            comments: [(Pointer::default(), vec![words])].into(),
            ..Layout::default()
        };
        let yaml = to_yaml_with(&json!({"a": 1}), &layout);
        assert!(
            yaml.lines().count() == 4 && yaml.lines().all(|line| line.len() <= 102),
            "{yaml}"
        );
    }
}
