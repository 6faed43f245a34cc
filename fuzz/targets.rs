//! What the fuzz targets do with the bytes they are given, and what must be true of it; the ordinary tests do the same
//! with the small corpora (`tests/hub/corpora.rs`).

use std::sync::OnceLock;

use mahakam::connector::pull::Mapping;
use mahakam::contract::{Checker, Validator};
use mahakam::record::{Cursor, CursorKey, FoundBy, Judge, Place, Split, Splitter, judge, judge_line};
use mahakam::types::{Document, Kind, RecordKey, SecretBytes, Seq};
use serde_json::{Value, json};

/// How long a payload may be.
const MAX: usize = 64 * 1024;

/// Whatever is registered as a contract is refused with faults that say something, or accepted in a form that is read
/// the same again.
pub fn contract(data: &[u8]) {
    static CHECKER: OnceLock<Checker> = OnceLock::new();
    let checker = CHECKER.get_or_init(|| Checker::new().ok().unwrap());
    match checker.read(data, None) {
        Ok(checked) => {
            let text = checked.document.to_string();
            let again = checker.read(text.as_bytes(), None);
            let again = again.unwrap_or_else(|faults| panic!("{faults:?}: {text}"));
            assert_eq!(again.contract, checked.contract);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
        }
    }
}

fn rules() -> &'static Judge {
    static RULES: OnceLock<Judge> = OnceLock::new();
    RULES.get_or_init(|| {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["id"],
            "properties": {
                "id": {"type": ["string", "integer"]}, "n": {"type": "number", "multipleOf": 0.01},
                "tanggal": {"type": "string", "format": "date"}, "kode": {"pattern": "^[0-9]{2}(\\.[0-9]{2})*$"},
                "anak": {"type": "array", "items": {"$ref": "#"}, "maxItems": 3}
            }
        });
        Judge {
            validator: Validator::compile(&schema).ok().unwrap(),
            key: vec!["/id".parse().ok().unwrap()],
            found_by: FoundBy::default(),
            references: Vec::new(),
            subject: None,
        }
    })
}

/// Whatever is sent as a payload, a line or a body of many is refused, or comes back as it was sent.
pub fn payload(data: &[u8]) {
    if let Ok(document) = Document::parse(data) {
        let text = document.text().to_owned();
        let again = Document::parse(text.as_bytes());
        let again = again.unwrap_or_else(|fault| panic!("{fault:?}: {text}"));
        assert_eq!(again.text(), text, "a text that was read once stays as it is");
        assert_eq!(again.canonical_digest(), document.canonical_digest());
        let value: Value = serde_json::from_str(&text).ok().unwrap();
        assert_eq!(value, *document.value());
    }
    if let Ok(payload) = judge(rules(), data, MAX) {
        let again = judge(rules(), payload.text.as_bytes(), MAX).ok().unwrap();
        assert_eq!((again.key, again.text), (payload.key, payload.text));
    }
    for split in [Split::Lines, Split::Array] {
        // However the bytes come, they are cut the same.
        let whole = cut(split, &[data]);
        let (first, second) = data.split_at(data.len() / 2);
        assert_eq!(whole, cut(split, &[first, second]));
        for line in whole.0 {
            let _ = judge_line(rules(), Kind::Master, &line, MAX);
        }
    }
}

/// The payloads of a body that comes in these parts, and whether it was whole.
fn cut(split: Split, parts: &[&[u8]]) -> (Vec<Vec<u8>>, bool) {
    let mut splitter = Splitter::new(split, MAX);
    let mut lines = Vec::new();
    let mut whole = true;
    for part in parts {
        whole &= splitter.push(part).is_ok();
        while let Some(line) = splitter.next_line() {
            lines.push(line.bytes.unwrap_or_default());
        }
        if !whole {
            return (lines, false);
        }
    }
    whole &= splitter.finish().is_ok();
    while let Some(line) = splitter.next_line() {
        lines.push(line.bytes.unwrap_or_default());
    }
    (lines, whole)
}

/// A patch of texts says what RFC 7396 says of values. The first line is the target, the rest the patch.
pub fn merge_patch(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (target, patch) = data.split_at(end);
    let (Ok(target), Ok(patch)) = (Document::parse(target), Document::parse(patch)) else {
        return;
    };
    let text = mahakam::record::merge_patch(target.text(), patch.text())
        .ok()
        .unwrap();
    let merged = Document::parse(text.as_bytes());
    // Two texts that are each as deep as may be make one that is deeper.
    let Ok(merged) = merged else { return };
    assert_eq!(*merged.value(), patched(target.value(), patch.value()), "{text}");
}

/// What RFC 7396 makes of values.
fn patched(target: &Value, patch: &Value) -> Value {
    let Value::Object(members) = patch else {
        return patch.clone();
    };
    let mut merged = target.as_object().cloned().unwrap_or_default();
    for (name, value) in members {
        match value {
            Value::Null => drop(merged.remove(name)),
            _ => {
                let before = merged.get(name).unwrap_or(&Value::Null);
                let after = patched(before, value);
                drop(merged.insert(name.clone(), after));
            }
        }
    }
    Value::Object(merged)
}

/// No text that the hub did not make is a cursor, and one that it made comes back.
pub fn cursor(data: &[u8]) {
    let key = CursorKey::new(SecretBytes::new(b"a key of cursors, for fuzzing it".to_vec()));
    let text = String::from_utf8_lossy(data);
    // Those that were sealed under this key and binding can't be guessed.
    assert!(Cursor::open(&text, &key, "fuzz").is_none());
    assert!(Place::open(&text, &key, "fuzz").is_none());
    let Ok(after) = RecordKey::parse(&text) else {
        return;
    };
    let sealed = Cursor {
        as_of: Seq(i64::try_from(data.len()).unwrap_or(0)),
        after,
    };
    let cursor = sealed.seal(&key, "fuzz");
    assert_eq!(Cursor::open(&cursor, &key, "fuzz"), Some(sealed));
    assert_eq!(Cursor::open(&cursor, &key, "else"), None);
}

/// No program and no item ends the hub; what a mapping gives is JSON that may be taken.
pub fn mapping(data: &[u8]) {
    static MAPPINGS: OnceLock<Vec<Mapping>> = OnceLock::new();
    let _ = Mapping::compile(&String::from_utf8_lossy(data));
    // Programs that end whatever they are given: one that goes astray is ended from outside.
    let programs = [
        ".",
        "{id: .a, n: (.b // 0)}",
        ".[]?",
        "(.a | tostring) as $a | {id: $a}",
    ];
    let mappings = MAPPINGS.get_or_init(|| {
        let compiled = programs
            .iter()
            .map(|program| Mapping::compile(program).ok().unwrap());
        compiled.collect()
    });
    for mapping in mappings {
        for record in mapping.records(data).into_iter().flatten() {
            let read = Document::parse(record.as_bytes());
            read.unwrap_or_else(|fault| panic!("{fault:?}: {record}"));
        }
    }
}
