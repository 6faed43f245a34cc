//! The fields of a contract as a table on a paper.
//!
//! Invariant: those of the key come first; only rules are told that hold for every payload.

use serde_json::Value as Json;

use crate::contract::{Contract, Fields, Types, with_fields};
use crate::report::paper::{Paper, Value};
use crate::types::Pointer;

/// The most fields that a paper lists.
const MAX_FIELDS: usize = 2_000;

/// Lists the fields that the contract's schema declares.
pub(super) fn list(paper: &mut Paper, contract: &Contract) {
    let (rows, more) = with_fields(&contract.schema, |fields| {
        let mut found = fields.leaves_of_items(MAX_FIELDS + 1);
        let more = found.len() > MAX_FIELDS;
        found.truncate(MAX_FIELDS);
        // Those of the key first, whatever their names.
        let place = |pointer: &Pointer| contract.key.iter().position(|key| key == pointer);
        found.sort_by_key(|pointer| place(pointer).unwrap_or(usize::MAX));
        let rows: Vec<Vec<Value>> = found
            .iter()
            .map(|pointer| field(contract, fields, pointer))
            .collect();
        (rows, more)
    });
    let columns = [
        ("Kolom", 5),
        ("Jenis", 3),
        ("Wajib", 2),
        ("Konsep dan definisi", 6),
        ("Klasifikasi, ukuran, satuan", 4),
        ("Keterangan", 4),
    ];
    paper.table(&format!("Kolom {}", contract.dataset_id()), &columns, rows);
    if more {
        paper.text(format!(
            "Hanya {MAX_FIELDS} kolom pertama yang dicantumkan; selebihnya ada di skema."
        ));
    }
}

fn field(contract: &Contract, fields: &Fields<'_, '_>, pointer: &Pointer) -> Vec<Value> {
    let within = |list: &[Pointer]| list.iter().any(|outer| pointer.lies_within(outer));
    let told = contract.fields.get(pointer).cloned().unwrap_or_default();
    let join = |parts: [Option<String>; 3], between: &str| {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(between)
    };
    let mut marks = Vec::new();
    if contract.key.contains(pointer) {
        marks.push("pengenal".to_owned());
    }
    if within(&contract.personal_data) {
        marks.push("data pribadi".to_owned());
    }
    if contract.subject.as_ref() == Some(pointer) {
        marks.push("menunjuk orangnya".to_owned());
    }
    if contract.filters.contains(pointer) {
        marks.push("dapat disaring".to_owned());
    }
    let codes = choices(&fields.rules(pointer));
    marks.extend(codes);
    vec![
        Value::text(pointer.to_string()),
        Value::text(types(fields.types(pointer).unwrap_or(Types::ANY))),
        Value::text(if fields.demanded(pointer) { "ya" } else { "tidak" }),
        Value::text(join([told.concept, told.definition, None], ": ")),
        Value::text(join([told.classification, told.measure, told.unit], "; ")),
        Value::text(marks.join("; ")),
    ]
}

/// The values that a field may have, where the schema lists them.
fn choices(rules: &[&Json]) -> Option<String> {
    let listed = rules.iter().find_map(|rule| rule.get("enum")?.as_array())?;
    let shown: Vec<String> = listed.iter().take(12).map(Json::to_string).collect();
    let more = if listed.len() > 12 { ", ..." } else { "" };
    Some(format!("salah satu dari {}{more}", shown.join(", ")))
}

fn types(types: Types) -> String {
    if types.cover(Types::ANY) {
        return "apa saja".to_owned();
    }
    let words = [
        (Types::STRING, "teks"),
        (Types::NUMBER, "bilangan"),
        (Types::INTEGER, "bilangan bulat"),
        (Types::BOOLEAN, "ya/tidak"),
        (Types::ARRAY, "daftar"),
        (Types::OBJECT, "objek"),
        (Types::NULL, "kosong"),
    ];
    // All numbers are told as such; of those the whole ones are a part.
    let told = |word: Types| word != Types::INTEGER || !types.cover(Types::NUMBER);
    let words = words
        .into_iter()
        .filter(|(word, _)| types.cover(*word) && told(*word));
    let names: Vec<&str> = words.map(|(_, name)| name).collect();
    names.join(" atau ")
}
