//! Comparing schemas, by tables of cases and by brute force.

mod cases;
mod members;
mod oracle;

use serde_json::Value;

use super::{Break, Undecided, schemas};
use crate::contract::Validator;
use crate::types::Lang;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Compares two schemas; every example is judged once more.
fn compared(old: &Value, new: &Value) -> (Vec<Break>, Vec<Undecided>) {
    let (breaks, undecided) = schemas(old, new);
    let (before, after) = (Validator::compile(old).unwrap(), Validator::compile(new).unwrap());
    for example in breaks.iter().filter_map(|one| one.example.as_ref()) {
        assert!(before.is_valid(example), "{old} accepts {example}");
        assert!(!after.is_valid(example), "{new} refuses {example}");
    }
    (breaks, undecided)
}

/// The verdict in one word: `ok`, `?` with what was not compared, or the breaks.
fn told(old: &Value, new: &Value) -> String {
    let (breaks, undecided) = compared(old, new);
    let shown = |all: Vec<String>| all.join(" ");
    match (breaks.is_empty(), undecided.is_empty()) {
        (true, true) => "ok".to_owned(),
        (true, false) => {
            let all = undecided
                .iter()
                .map(|one| format!("{}@{}", one.rule, one.pointer));
            format!("? {}", shown(all.collect()))
        }
        _ => shown(
            breaks
                .iter()
                .map(|one| format!("{}@{}", one.rule, one.pointer))
                .collect(),
        ),
    }
}

#[test]
fn large_and_deep_schemas_end_in_bounded_time() {
    let wide = |size: u32| {
        let members = (0..10_000).map(|n| {
            (
                format!("m{n}"),
                serde_json::json!({"type": "string", "maxLength": size}),
            )
        });
        serde_json::json!({"type": "object", "properties": members.collect::<serde_json::Map<_, _>>()})
    };
    let (breaks, _) = compared(&wide(10), &wide(9));
    assert!(!breaks.is_empty());
    assert_eq!(told(&wide(10), &wide(11)), "ok");
    let deep = |leaf: &str| {
        let leaf = serde_json::json!({"type": leaf});
        (0..60).fold(
            leaf,
            |inner, _| serde_json::json!({"properties": {"a": inner}, "required": ["a"], "type": "object"}),
        )
    };
    assert_eq!(told(&deep("string"), &deep("string")), "ok");
    assert!(told(&deep("string"), &deep("integer")).starts_with("type@/a/a"));
    let bushy = |levels: u32, limit: u32| {
        let mut defs = serde_json::Map::new();
        defs.insert(
            "d0".to_owned(),
            serde_json::json!({"type": "integer", "maximum": limit}),
        );
        for n in 1..=levels {
            let inner = serde_json::json!({"$ref": format!("#/$defs/d{}", n - 1)});
            let branch =
                |name: &str| serde_json::json!({"properties": {name: inner}, "minProperties": n % 3});
            defs.insert(
                format!("d{n}"),
                serde_json::json!({"anyOf": [branch("a"), branch("b"), branch("c")]}),
            );
        }
        serde_json::json!({"$ref": format!("#/$defs/d{levels}"), "$defs": defs})
    };
    assert_ne!(told(&bushy(29, 5), &bushy(29, 4)), "ok");
    assert_eq!(told(&bushy(15, 5), &bushy(15, 6)), "ok");
    let (_, undecided) = compared(&bushy(29, 5), &bushy(29, 6));
    assert!(undecided[0].why.to(Lang::En).contains("too large"));
    let chain = |last: &str| {
        let mut defs = serde_json::Map::new();
        for n in 0..1000 {
            defs.insert(
                format!("d{n}"),
                serde_json::json!({"properties": {"n": {"$ref": format!("#/$defs/d{}", n + 1)}}}),
            );
        }
        defs.insert("d1000".to_owned(), serde_json::json!({"type": last}));
        serde_json::json!({"$ref": "#/$defs/d0", "$defs": defs})
    };
    assert!(told(&chain("string"), &chain("integer")).starts_with('?'));
}
