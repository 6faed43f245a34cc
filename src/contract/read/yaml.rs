//! YAML 1.2 as a way of writing JSON: events of the parser become a value with places.
//!
//! Not here: what the document means. Invariant: whatever the text, the work is bounded: nesting by
//! [`MAX_DEPTH`], what aliases expand to by [`MAX_NODES`] and [`MAX_TEXT`]. Nothing recurses.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use super::scalar::{self, Plain};
use crate::contract::fault::{self, Fault};
use crate::types::{MAX_DEPTH, Place, Places, Text};

/// The most values a document may hold once its aliases are expanded.
pub const MAX_NODES: usize = 4_000_000;

/// The most bytes of text a document may hold once its aliases are expanded.
pub const MAX_TEXT: usize = 64 << 20;

/// Reads the one document of `text`.
///
/// # Errors
/// The first fault: after it the rest could not be trusted.
pub fn read(text: &str) -> Result<(Value, Places), Fault> {
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    loop {
        match parser.next_event() {
            None => break,
            Some(Err(error)) => {
                let en = format!(
                    "This is not YAML: {}. Check the indentation and the quotes here.",
                    error.info()
                );
                let id = format!(
                    "Ini bukan YAML: {}. Periksa indentasi dan tanda kutip di sini.",
                    error.info()
                );
                return Err(Fault::at(
                    fault::SYNTAX,
                    place(*error.marker()),
                    Text::new(id, en),
                ));
            }
            Some(Ok((event, span))) => builder.take(event, span)?,
        }
    }
    builder.finish()
}

fn place(mark: Marker) -> Place {
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Place {
        line: number(mark.line()).max(1),
        column: number(mark.col()) + 1,
    }
}

fn refuse(code: &'static str, at: Place, id: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault::at(code, at, Text::new(id.into(), en.into()))
}

/// How much a value weighs: the number of values in it and their bytes of text.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    nodes: usize,
    text: usize,
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.text = self.text.saturating_add(other.text);
    }
}

/// An array or object that is being read.
struct Open {
    container: Container,
    anchor: usize,
    node: usize,
    weight: Weight,
}

enum Container {
    Array(Vec<Value>),
    Object {
        members: Map<String, Value>,
        key: Option<String>,
    },
}

/// Puts the value together; see the module.
#[derive(Default)]
struct Builder {
    documents: usize,
    root: Option<Value>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Value, Weight)>,
    places: Places,
    total: Weight,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let at = place(span.start);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(refuse(
                        fault::YAML,
                        at,
                        "Berkas ini memuat lebih dari satu dokumen YAML; simpan satu kontrak dalam satu berkas.",
                        "This file holds more than one YAML document; keep one contract in one file.",
                    ));
                }
                Ok(())
            }
            Event::Alias(id) => self.alias(id, at),
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), at),
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), "seq", at)?;
                self.begin(Container::Array(Vec::new()), anchor, at)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), "map", at)?;
                self.begin(
                    Container::Object {
                        members: Map::new(),
                        key: None,
                    },
                    anchor,
                    at,
                )
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn finish(self) -> Result<(Value, Places), Fault> {
        let nothing = || {
            let start = Place { line: 1, column: 1 };
            refuse(fault::SYNTAX, start, "Berkas ini kosong.", "This file is empty.")
        };
        self.root.map(|root| (root, self.places)).ok_or_else(nothing)
    }

    /// Whether the next scalar is a member's name.
    fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                container: Container::Object { key: None, .. },
                ..
            })
        )
    }

    /// Notes where the value that comes next begins.
    fn note(&mut self, at: Place) -> usize {
        let name = match self.open.last().map(|open| &open.container) {
            Some(Container::Array(items)) => items.len().to_string(),
            Some(Container::Object { key, .. }) => key.clone().unwrap_or_default(),
            None => String::new(),
        };
        self.places.begin(&name, at)
    }

    fn begin(&mut self, container: Container, anchor: usize, at: Place) -> Result<(), Fault> {
        if self.wants_key() {
            return Err(not_a_name(at));
        }
        if self.open.len() == MAX_DEPTH {
            let id = format!("Dokumen ini bertingkat lebih dari {MAX_DEPTH}; sederhanakan susunannya.");
            let en = format!("This document is nested deeper than {MAX_DEPTH}; flatten it.");
            return Err(refuse(fault::TOO_DEEP, at, id, en));
        }
        let node = self.note(at);
        self.open.push(Open {
            container,
            anchor,
            node,
            weight: Weight { nodes: 1, text: 0 },
        });
        Ok(())
    }

    fn end(&mut self, at: Place) -> Result<(), Fault> {
        let Some(Open {
            container,
            anchor,
            node,
            weight,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        self.places.end(node);
        let value = match container {
            Container::Array(items) => Value::Array(items),
            Container::Object { members, .. } => Value::Object(members),
        };
        self.total.add(Weight { nodes: 1, text: 0 });
        self.place_value(value, weight, anchor, at)
    }

    fn alias(&mut self, id: usize, at: Place) -> Result<(), Fault> {
        let depth = self.open.len();
        let Some(weight) = self.anchors.get(&id).map(|(_, weight)| *weight) else {
            return Err(refuse(
                fault::YAML,
                at,
                "Alias ini menunjuk ke bagian yang sedang memuatnya; tuliskan bagian itu secara langsung.",
                "This alias points to the part that contains it; write that part out.",
            ));
        };
        self.total.add(weight);
        self.check_weight(at)?;
        let Some((value, _)) = self.anchors.get(&id) else {
            return Ok(());
        };
        let value = value.clone();
        if depth + nesting(&value) > MAX_DEPTH {
            let id = format!("Dokumen ini bertingkat lebih dari {MAX_DEPTH}; sederhanakan susunannya.");
            let en = format!("This document is nested deeper than {MAX_DEPTH}; flatten it.");
            return Err(refuse(fault::TOO_DEEP, at, id, en));
        }
        if self.wants_key() {
            let Value::String(name) = value else {
                return Err(not_a_name(at));
            };
            return self.name(name, at);
        }
        let node = self.note(at);
        self.places.end(node);
        self.place_value(value, weight, 0, at)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Place,
    ) -> Result<(), Fault> {
        if text.contains('\0') {
            return Err(refuse(
                fault::SYNTAX,
                at,
                "Teks ini memuat karakter NUL; hapus karakter itu.",
                "This text holds a NUL character; remove it.",
            ));
        }
        let weight = Weight {
            nodes: 1,
            text: text.len(),
        };
        self.total.add(weight);
        self.check_weight(at)?;
        let value = scalar_value(text, style, tag, at)?;
        if self.wants_key() {
            let Value::String(name) = value else {
                return Err(not_a_name(at));
            };
            self.keep(anchor, &Value::String(name.clone()), weight, at)?;
            return self.name(name, at);
        }
        let node = self.note(at);
        self.places.end(node);
        self.place_value(value, weight, anchor, at)
    }

    /// Takes a member's name.
    fn name(&mut self, name: String, at: Place) -> Result<(), Fault> {
        let Some(Open {
            container: Container::Object { members, key },
            ..
        }) = self.open.last_mut()
        else {
            return Ok(());
        };
        if members.contains_key(&name) {
            let id = format!("Anggota \"{name}\" tertulis dua kali dalam objek ini; hapus salah satunya.");
            let en = format!("The member \"{name}\" stands twice in this object; remove one of them.");
            return Err(refuse(fault::DUPLICATE_MEMBER, at, id, en));
        }
        *key = Some(name);
        Ok(())
    }

    /// Puts a complete value where it belongs.
    fn place_value(&mut self, value: Value, weight: Weight, anchor: usize, at: Place) -> Result<(), Fault> {
        self.keep(anchor, &value, weight, at)?;
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(open) => {
                open.weight.add(weight);
                match &mut open.container {
                    Container::Array(items) => items.push(value),
                    Container::Object { members, key } => {
                        members.insert(key.take().unwrap_or_default(), value);
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps what an anchor names; the copy weighs as much as the value.
    fn keep(&mut self, anchor: usize, value: &Value, weight: Weight, at: Place) -> Result<(), Fault> {
        if anchor > 0 {
            self.total.add(weight);
            self.check_weight(at)?;
            self.anchors.insert(anchor, (value.clone(), weight));
        }
        Ok(())
    }

    fn check_weight(&self, at: Place) -> Result<(), Fault> {
        if self.total.nodes > MAX_NODES || self.total.text > MAX_TEXT {
            return Err(refuse(
                fault::TOO_LARGE,
                at,
                "Alias dalam dokumen ini mengembang menjadi terlalu besar; kurangi pemakaian alias.",
                "The aliases of this document expand to too much; use fewer of them.",
            ));
        }
        Ok(())
    }
}

/// How many levels of arrays and objects `value` has; it was built within [`MAX_DEPTH`].
fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

fn not_a_name(at: Place) -> Fault {
    refuse(
        fault::YAML,
        at,
        "Nama anggota harus berupa teks; beri tanda kutip, misalnya \"404\".",
        "A member's name must be text; put it in quotes, such as \"404\".",
    )
}

/// Only the tags that say what the value is anyway are accepted.
fn check_tag(tag: Option<&Tag>, expected: &str, at: Place) -> Result<(), Fault> {
    match tag {
        None => Ok(()),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == expected => Ok(()),
        Some(tag) => Err(unknown_tag(tag, at)),
    }
}

fn unknown_tag(tag: &Tag, at: Place) -> Fault {
    let shown = format!("{}{}", tag.handle, tag.suffix);
    let id = format!("Tag YAML \"{shown}\" tidak dikenal; hapus tag itu.");
    let en = format!("The YAML tag \"{shown}\" is not known; remove it.");
    refuse(fault::YAML, at, id, en)
}

/// What a scalar means by the core schema (YAML 1.2.2, section 10.3).
fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Place) -> Result<Value, Fault> {
    let plain = style == ScalarStyle::Plain;
    match tag {
        None if !plain => return Ok(Value::String(text.to_owned())),
        None => {}
        Some(tag) if tag.is_yaml_core_schema() => match tag.suffix.as_str() {
            "str" => return Ok(Value::String(text.to_owned())),
            "int" | "float" | "bool" | "null" => {}
            _ => return Err(unknown_tag(tag, at)),
        },
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => return Ok(Value::String(text.to_owned())),
        Some(tag) => return Err(unknown_tag(tag, at)),
    }
    match scalar::resolve(text) {
        Plain::Value(value) => Ok(value),
        Plain::LeadingZero => Err(refuse(
            fault::YAML,
            at,
            format!(
                "{text} diawali nol: beri tanda kutip bila ini kode (\"{text}\"), atau hapus nolnya bila ini bilangan."
            ),
            format!(
                "{text} begins with a zero: put it in quotes if it is a code (\"{text}\"), or drop the zeros if it is a number."
            ),
        )),
        Plain::NotJson => Err(refuse(
            fault::YAML,
            at,
            format!(
                "{text} tidak dapat ditulis sebagai bilangan JSON; beri tanda kutip atau pakai bilangan biasa."
            ),
            format!("{text} can't be written as a JSON number; put it in quotes or use a plain number."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_means_what_the_json_would() {
        let text = "a: 1.50\nb: [yes, no, null, ~, true, 2026-03-02, \"1\", 'x', 0x1F]\nc:\n  - {d: e}\n  - |\n    two\n    lines\n";
        let (value, _) = read(text).unwrap();
        assert_eq!(
            value.to_string(),
            r#"{"a":1.50,"b":["yes","no",null,null,true,"2026-03-02","1","x",31],"c":[{"d":"e"},"two\nlines\n"]}"#
        );
    }

    #[test]
    fn places_are_told_for_every_value() {
        let (_, places) = read("a: 1\nb:\n  - x\n  - c: {d: 2}\n").unwrap();
        let at = |pointer: &str| {
            places
                .at(&pointer.parse().unwrap())
                .map(|place| place.to_string())
        };
        assert_eq!(at("/a").as_deref(), Some("1:4"));
        assert_eq!(at("/b/0").as_deref(), Some("3:5"));
        assert_eq!(at("/b/1/c/d").as_deref(), Some("4:12"));
        assert_eq!(at("/b/2"), None);
    }

    #[test]
    fn what_json_could_not_say_is_refused() {
        let cases = [
            ("a: 1\na: 2\n", fault::DUPLICATE_MEMBER),
            ("1: x\n", fault::YAML),
            ("? [a]\n: x\n", fault::YAML),
            ("a: !secret x\n", fault::YAML),
            ("a: !!binary aGk=\n", fault::YAML),
            ("a: .inf\n", fault::YAML),
            ("a: 007\n", fault::YAML),
            ("a: 1\n---\nb: 2\n", fault::YAML),
            ("a: [1\n", fault::SYNTAX),
            ("a: \"x\\0y\"\n", fault::SYNTAX),
            ("", fault::SYNTAX),
            ("a: &x [1, *x]\n", fault::YAML),
        ];
        for (text, code) in cases {
            assert_eq!(read(text).map_err(|fault| fault.code).err(), Some(code), "{text}");
        }
    }

    #[test]
    fn aliases_are_copies_up_to_a_bound() {
        let (value, _) = read("a: &x {b: 1}\nc: *x\n").unwrap();
        assert_eq!(value, json!({"a": {"b": 1}, "c": {"b": 1}}));
        let mut laughs = String::from("a0: &a0 [lol]\n");
        for level in 1..30 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            laughs.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert_eq!(
            read(&laughs).map_err(|fault| fault.code).err(),
            Some(fault::TOO_LARGE)
        );
    }

    #[test]
    fn nesting_is_bounded_also_through_aliases() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(
            read(&deep).map_err(|fault| fault.code).err(),
            Some(fault::TOO_DEEP)
        );
        let sixty = |inner: &str| format!("{}{inner}{}", "[".repeat(70), "]".repeat(70));
        let doubled = format!("a: &a {}\nb: {}\n", sixty("1"), sixty("*a"));
        assert_eq!(
            read(&doubled).map_err(|fault| fault.code).err(),
            Some(fault::TOO_DEEP)
        );
    }
}
