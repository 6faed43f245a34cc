//! The fields of a dataset as rows of a table.
//!
//! Not here: which fields somebody is shown; the schema that comes in has no others. Invariant: only
//! rules are told that hold for every payload.

use serde_json::Value;

use super::Say;
use crate::contract::{Contract, Fields, Types, with_fields};
use crate::types::Pointer;

/// The most fields that are listed.
const MAX_ROWS: usize = 400;

/// The most characters of a value or a pattern that are shown.
const MAX_SHOWN: usize = 120;

/// The most choices that are listed.
const MAX_CHOICES: usize = 12;

/// Keywords whose rules come first, in this order.
const FIRST: [&str; 7] = [
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "exclusiveMinimum",
    "minItems",
    "maximum",
];

/// One field.
pub(super) struct Row {
    pub(super) pointer: String,
    pub(super) types: String,
    pub(super) required: bool,
    pub(super) key: bool,
    pub(super) personal: bool,
    pub(super) rules: Vec<Rule>,
    pub(super) meaning: Vec<String>,
}

/// One constraint: words, and what is written in a schema's own way.
pub(super) struct Rule {
    pub(super) words: &'static str,
    pub(super) code: String,
}

/// The fields that `schema` declares, in the words of `contract`; and whether there are more.
pub(super) fn rows(say: Say, contract: &Contract, schema: &Value) -> (Vec<Row>, bool) {
    with_fields(schema, |fields| {
        let mut found = fields.leaves_of_items(MAX_ROWS + 1);
        let more = found.len() > MAX_ROWS;
        found.truncate(MAX_ROWS);
        let rows = found.iter().map(|pointer| row(say, contract, fields, pointer));
        (rows.collect(), more)
    })
}

fn row(say: Say, contract: &Contract, fields: &Fields<'_, '_>, pointer: &Pointer) -> Row {
    let schemas = fields.rules(pointer);
    let rules = schemas.iter().flat_map(|schema| rules(say, schema));
    let about = |list: &[Pointer]| list.iter().any(|outer| pointer.lies_within(outer));
    Row {
        pointer: pointer.to_string(),
        types: types(say, fields.types(pointer).unwrap_or(Types::ANY)),
        required: fields.demanded(pointer),
        key: contract.key.contains(pointer),
        personal: about(&contract.personal_data),
        rules: rules.collect(),
        meaning: meaning(say, contract, pointer, &schemas),
    }
}

/// The names of types, in the page's language.
fn types(say: Say, types: Types) -> String {
    if types.cover(Types::ANY) {
        return say.it("apa saja", "anything").to_owned();
    }
    let words = [
        (Types::STRING, say.it("teks", "text")),
        (Types::NUMBER, say.it("bilangan", "number")),
        (Types::INTEGER, say.it("bilangan bulat", "integer")),
        (Types::BOOLEAN, "true/false"),
        (Types::ARRAY, say.it("daftar", "array")),
        (Types::OBJECT, say.it("objek", "object")),
        (Types::NULL, "null"),
    ];
    // All numbers are told as such; of those the whole ones are a part.
    let told = |word: Types| word != Types::INTEGER || !types.cover(Types::NUMBER);
    let words = words
        .into_iter()
        .filter(|(word, _)| types.cover(*word) && told(*word));
    let names: Vec<&str> = words.map(|(_, name)| name).collect();
    names.join(say.it(" atau ", " or "))
}

/// What one schema demands of a value.
fn rules(say: Say, schema: &Value) -> Vec<Rule> {
    let Value::Object(members) = schema else {
        return Vec::new();
    };
    let rule = |(keyword, value): (&String, &Value)| {
        let words = match keyword.as_str() {
            "enum" => say.it("salah satu dari", "one of"),
            "const" => say.it("selalu", "always"),
            "format" => say.it("bentuk", "format"),
            "pattern" => say.it("pola", "pattern"),
            "minLength" => say.it("panjang paling sedikit", "length at least"),
            "maxLength" => say.it("panjang paling banyak", "length at most"),
            "minimum" => say.it("paling kecil", "at least"),
            "maximum" => say.it("paling besar", "at most"),
            "exclusiveMinimum" => say.it("lebih dari", "more than"),
            "exclusiveMaximum" => say.it("kurang dari", "less than"),
            "multipleOf" => say.it("kelipatan", "a multiple of"),
            "minItems" => say.it("jumlah butir paling sedikit", "number of items at least"),
            "maxItems" => say.it("jumlah butir paling banyak", "number of items at most"),
            "uniqueItems" if *value == Value::Bool(true) => {
                let words = say.it("butir tidak boleh sama", "no item twice");
                return Some(Rule {
                    words,
                    code: String::new(),
                });
            }
            "anyOf" | "oneOf" | "not" | "if" => {
                let words = say.it("ada aturan lain di skema", "further rules in the schema");
                return Some(Rule {
                    words,
                    code: String::new(),
                });
            }
            _ => return None,
        };
        Some(Rule {
            words,
            code: value_text(value),
        })
    };
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    let place = |keyword: &str| FIRST.iter().position(|first| *first == keyword);
    members.sort_by_key(|(keyword, _)| place(keyword).unwrap_or(FIRST.len()));
    members.into_iter().filter_map(rule).collect()
}

/// A value as it is shown: texts bare, choices with commas between them.
fn value_text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(choices) => {
            let shown: Vec<String> = choices.iter().take(MAX_CHOICES).map(value_text).collect();
            let more = if choices.len() > MAX_CHOICES { ", …" } else { "" };
            return format!("{}{more}", shown.join(", "));
        }
        other => other.to_string(),
    };
    short(&text)
}

/// Whether a row tells all of what a keyword says.
pub(super) fn is_told(keyword: &str, value: &Value) -> bool {
    const TOLD: [&str; 14] = [
        "const",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "multipleOf",
        "pattern",
        "uniqueItems",
    ];
    let shown = |value: &Value| match value {
        Value::String(text) => text.chars().count() <= MAX_SHOWN,
        other => other.to_string().chars().count() <= MAX_SHOWN,
    };
    TOLD.contains(&keyword)
        && match value {
            Value::Array(choices) => choices.len() <= MAX_CHOICES && choices.iter().all(shown),
            value => shown(value),
        }
}

/// A text that is not too long to be shown.
pub(super) fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// What a field means: by the contract's data standard, then by the schema's own texts.
fn meaning(say: Say, contract: &Contract, pointer: &Pointer, schemas: &[&Value]) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(field) = contract.fields.get(pointer) {
        let mut add = |name: &str, text: &Option<String>| {
            if let Some(text) = text {
                let name = if name.is_empty() {
                    String::new()
                } else {
                    format!("{name}: ")
                };
                all.push(format!("{name}{text}"));
            }
        };
        add("", &field.definition);
        add(say.it("Konsep", "Concept"), &field.concept);
        add(say.it("Klasifikasi", "Classification"), &field.classification);
        add(say.it("Ukuran", "Measure"), &field.measure);
        add(say.it("Satuan", "Unit"), &field.unit);
    }
    for schema in schemas {
        for keyword in ["title", "description"] {
            let text = schema.get(keyword).and_then(Value::as_str);
            all.extend(text.map(str::to_owned));
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|text| seen.insert(text.clone()));
    all
}

/// The rows of a schema of which no contract tells anything more.
#[cfg(test)]
pub(super) fn rows_of(say: Say, schema: &Value) -> Vec<Row> {
    let contract = serde_json::json!({
        "mahakam": "1", "opd": "bkd", "dataset": "uji", "version": "1.0.0", "kind": "transaction",
        "title": "Uji", "description": "Uji", "contact": {"name": "Uji", "email": "uji@bkd.example"},
        "key": ["/a"], "schema": schema, "classification": {"level": "restricted", "reason": "Uji"}
    });
    let contract: Contract = serde_json::from_value(contract).unwrap();
    rows(say, &contract, schema).0
}
