//! The draft as a whole: the document around the schema.
//!
//! Invariant: nothing is granted, and data is open only when its author says so.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::keys::{self, Candidate, Pairs};
use super::names::Words;
use super::node::{Digits, Node};
use super::schema::Writer;
use super::{Draft, Sample, Wish, wording};
use crate::contract::Layout;
use crate::contract::write::to_yaml_with;
use crate::types::{Lang, Pointer};

/// The draft of all schemas.
const SCHEMA: &str = "https://json-schema.org/draft/2020-12/schema";
/// How many filters are proposed.
const FILTERS: usize = 4;
/// A larger first record is no example, in bytes.
const MAX_EXAMPLE: usize = 4_096;
/// Below this many records it proves little that no value comes twice.
const FEW_RECORDS: u64 = 20;

impl Draft {
    /// Takes a record as an example, unless it is large or about a person.
    pub fn exemplify(&mut self, record: Value) {
        let deep = self.notes.iter().any(|note| note.code == "deep");
        let small = record.to_string().len() <= MAX_EXAMPLE && !deep;
        if let (true, true, Value::Object(members)) = (small, self.personal.is_empty(), &mut self.document) {
            let place = at(&["examples", "valid", "0"]);
            arrange(&record, &place, &at(&["schema"]), &mut self.layout.ranks);
            members.insert("examples".into(), json!({"valid": [record]}));
        }
    }

    /// The document as YAML, the notes beside what they are about, in the language `lang`.
    pub fn to_yaml(&self, heading: &str, lang: Lang) -> String {
        let mut layout = self.layout.clone();
        let mut write = |place: &Pointer, text: &str| {
            layout
                .comments
                .entry(place.clone())
                .or_default()
                .push(text.to_owned());
        };
        write(&Pointer::default(), heading);
        for note in &self.notes {
            // A comment on what is missing stands before the schema.
            let missing = note.pointer.find(&self.document).is_none();
            let place = if missing {
                at(&["schema"])
            } else {
                note.pointer.clone()
            };
            write(&place, note.message.to(lang));
        }
        to_yaml_with(&self.document, &layout)
    }
}

impl Sample {
    /// Writes the draft.
    pub(super) fn write(&self, wish: &Wish, pairs: Option<&Pairs>) -> Draft {
        let personal = personal(&self.root);
        let mut writer = Writer {
            notes: Vec::new(),
            ranks: HashMap::new(),
            formats: &self.tools.formats,
            table: self.tools.table,
            enums: wish.enums,
            personal: &personal,
            natural: Vec::new(),
        };
        let mut schema = writer.schema(&self.root, &Pointer::default(), &at(&["schema"]));
        if let Value::Object(members) = &mut schema {
            members.insert("$schema".into(), SCHEMA.into());
            // Of no record at all, nothing was seen.
            members.insert("type".into(), "object".into());
        }
        let candidates = keys::candidates(&self.root, &schema);
        let key = self.key(&candidates, pairs, &mut writer);
        let mut document = Map::new();
        let version = format!("{}.0.0", wish.dataset.major);
        document.extend([
            ("mahakam".into(), "1".into()),
            ("opd".into(), wish.dataset.opd.as_str().into()),
            ("dataset".into(), wish.dataset.name.as_str().into()),
            ("version".into(), version.into()),
            ("kind".into(), "master".into()),
            ("title".into(), wish.title.as_str().into()),
            ("classification".into(), classification(wish, &mut writer)),
            ("schema".into(), schema.clone()),
        ]);
        if !key.is_empty() {
            document.insert("key".into(), json!(key));
        }
        let filters = filters(&self.root, &schema, &key, &personal);
        if !filters.is_empty() {
            document.insert("filters".into(), json!(filters));
        }
        name_persons(&personal, &mut document, &mut writer);
        self.say_more(wish, &key, &mut writer);
        let (notes, ranks) = (writer.notes, writer.ranks);
        Draft {
            document: Value::Object(document),
            schema,
            key,
            personal,
            notes,
            layout: Layout {
                ranks,
                ..Layout::default()
            },
        }
    }

    /// The key, and what is to be said about it.
    fn key(&self, candidates: &[Candidate], pairs: Option<&Pairs>, writer: &mut Writer<'_>) -> Vec<Pointer> {
        let pair = pairs.and_then(Pairs::best);
        let unique: Vec<&Candidate> = candidates.iter().filter(|one| one.unique).collect();
        let strong = unique.iter().find(|one| one.rank < keys::WEAK);
        let key = match (strong, pair, unique.first()) {
            (Some(one), _, _) => vec![one.field.clone()],
            (None, Some(pair), _) => pair.to_vec(),
            (None, None, Some(one)) => vec![one.field.clone()],
            (None, None, None) => Vec::new(),
        };
        let place = at(&["key"]);
        let weak = strong.is_none() && pair.is_none();
        if key.is_empty() {
            writer.say(&place, "key-missing", wording::key_missing());
        }
        if weak {
            let nearly = candidates.iter().filter(|one| one.rank < keys::WEAK);
            for (one, repeats) in nearly.filter_map(|one| Some((one, one.seldom?))).take(3) {
                writer.say(&place, "key-nearly", wording::key_nearly(&one.field, repeats));
            }
        }
        if key.is_empty() {
            return key;
        }
        if weak || self.records < FEW_RECORDS {
            writer.say(&place, "key-unsure", wording::key_unsure(self.records));
        }
        let single = unique.iter().any(|one| key.contains(&one.field) && !one.sure);
        if single || (pair.is_some() && strong.is_none() && !pairs.is_some_and(Pairs::is_sure)) {
            writer.say(&place, "key-uncounted", wording::key_uncounted());
        }
        let other = |one: &&&Candidate| one.rank < keys::WEAK - 1 && !key.contains(&one.field);
        let others = unique.iter().filter(other).take(5);
        let others: Vec<String> = others.map(|one| one.field.to_string()).collect();
        if !others.is_empty() {
            writer.say(&place, "key-other", wording::key_other(&others.join(", ")));
        }
        key
    }

    /// What is to be said of the document as a whole.
    fn say_more(&self, wish: &Wish, key: &[Pointer], writer: &mut Writer<'_>) {
        if self.deletions > 0 {
            writer.say(
                &Pointer::default(),
                "deletions",
                wording::deletions(self.deletions),
            );
        }
        let region = |(field, node): &(Pointer, &Node)| {
            let own = wish.dataset.name.as_str().contains("wilayah") && key.contains(field);
            let codes = node.texts.dotted > 0 && node.texts.regions == node.texts.filled();
            codes && !own
        };
        let fields = leaves(&self.root);
        for (field, _) in fields.iter().filter(|one| region(one)) {
            writer.say(&at(&["schema"]), "reference", wording::reference(field));
        }
        let times = |node: &Node| {
            writer
                .formats
                .best(node.texts.fitting, &Words::of(&Pointer::default()), false)
        };
        let event = fields.iter().any(|(_, node)| {
            node.texts.filled() > 0 && times(node) == Some("date-time") || node.texts.cells.local_times > 0
        });
        if event {
            writer.say(&at(&["kind"]), "kind", wording::kind());
        }
        let natural: Vec<String> = std::mem::take(&mut writer.natural)
            .iter()
            .take(8)
            .map(Pointer::to_string)
            .collect();
        if !natural.is_empty() {
            writer.say(&at(&["schema"]), "minimum", wording::minimum(&natural.join(", ")));
        }
    }
}

/// Gives the members of an example the order of the schema's.
fn arrange(example: &Value, at: &Pointer, schema: &Pointer, ranks: &mut HashMap<Pointer, usize>) {
    let declared = schema.child("properties");
    for (name, member) in example.as_object().into_iter().flatten() {
        let (place, schema) = (at.child(name), declared.child(name));
        if let Some(rank) = ranks.get(&schema).copied() {
            ranks.insert(place.clone(), rank);
        }
        arrange(member, &place, &schema, ranks);
    }
}

/// A place in the document.
fn at(names: &[&str]) -> Pointer {
    names
        .iter()
        .fold(Pointer::default(), |pointer, name| pointer.child(name))
}

/// The fields outside arrays that hold no objects, in order.
fn leaves(root: &Node) -> Vec<(Pointer, &Node)> {
    fn visit<'n>(node: &'n Node, at: &Pointer, found: &mut Vec<(Pointer, &'n Node)>) {
        for (name, member) in node.in_order() {
            let field = at.child(name);
            if member.members.is_empty() {
                found.push((field, member));
            } else {
                visit(member, &field, found);
            }
        }
    }
    let mut found = Vec::new();
    visit(root, &Pointer::default(), &mut found);
    found
}

/// The fields that seem to be about persons, in order; within arrays, too.
fn personal(root: &Node) -> Vec<Pointer> {
    fn visit(node: &Node, at: &Pointer, all: &mut Vec<Pointer>) {
        for (name, member) in node.in_order() {
            let field = at.child(name);
            if Words::of(&field).personal_beside() {
                all.push(field);
            } else {
                visit(member, &field, all);
            }
        }
        if let Some(items) = &node.items {
            visit(items, &at.child("*"), all);
        }
    }
    let mut all = Vec::new();
    visit(root, &Pointer::default(), &mut all);
    let certain = all.iter().any(|field| Words::of(field).personal());
    if !certain {
        all.clear();
    }
    all.truncate(256);
    all
}

/// Names personal data, and the person that it is about.
fn name_persons(personal: &[Pointer], document: &mut Map<String, Value>, writer: &mut Writer<'_>) {
    if personal.is_empty() {
        return;
    }
    document.insert("personal_data".into(), json!(personal));
    let subject = ["nik", "nip"].iter().find_map(|name| {
        let called = |field: &&Pointer| Words::of(field).is_only(name) && !field.has_wildcard();
        personal.iter().find(called)
    });
    if let Some(subject) = subject {
        document.insert("subject".into(), json!(subject));
    }
    writer.say(&at(&["personal_data"]), "personal-data", wording::about_persons());
}

fn classification(wish: &Wish, writer: &mut Writer<'_>) -> Value {
    if wish.open {
        return json!({"level": "open"});
    }
    writer.say(&at(&["classification"]), "classification", wording::reason());
    json!({"level": "restricted", "reason": "TODO: tuliskan alasannya"})
}

/// Fields by which people will ask: codes, dates, and values that are few.
fn filters(root: &Node, schema: &Value, key: &[Pointer], personal: &[Pointer]) -> Vec<Pointer> {
    let rank = |(field, node): &(Pointer, &Node)| {
        let mut places = field.segments();
        let inner = places.try_fold(schema, |schema, name| schema.get("properties")?.get(name))?;
        let plain = match inner.get("type")? {
            Value::String(name) => matches!(name.as_str(), "string" | "integer" | "boolean"),
            Value::Array(names) => {
                let plain = |name: &Value| {
                    ["string", "integer", "boolean", "null"]
                        .iter()
                        .any(|known| name == known)
                };
                names.len() == 2 && names.contains(&json!("null")) && names.iter().all(plain)
            }
            _ => false,
        };
        let alone = matches!(key, [only] if only == field);
        let person = personal.iter().any(|outer| field.lies_within(outer));
        if !plain || field.has_wildcard() || alone || person || node.seen == node.nulls {
            return None;
        }
        let words = Words::of(field);
        let format = inner.get("format").and_then(Value::as_str).unwrap_or_default();
        let few = node.distinct.few().is_some_and(|few| {
            let number = u64::try_from(few.len()).unwrap_or(u64::MAX);
            number > 1 && number.saturating_mul(20) <= node.seen
        });
        match format {
            "date" => Some(0),
            _ if words.amount() || words.label() => None,
            _ if words.code() || words.year() => Some(1),
            "date-time" => Some(2),
            _ if few || (node.booleans > 0 && node.seen > 1) => Some(3),
            _ if words.id() && !matches!(node.texts.digits, Digits::Unknown) => Some(4),
            _ => None,
        }
    };
    let fields = leaves(root);
    let mut ranked: Vec<(u8, Pointer)> = fields
        .into_iter()
        .filter_map(|one| Some((rank(&one)?, one.0)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(FILTERS).map(|(_, field)| field).collect()
}
