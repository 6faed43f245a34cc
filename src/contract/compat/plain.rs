//! Keywords that hold no schemas, as parts of shapes.
//!
//! Not here: keywords that do (`load`). Invariant: a keyword is read as its draft reads it.

use std::collections::BTreeSet;

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use super::shape::{Bound, Kinds, Leaf, Shape};
use crate::contract::lint::{is_format, is_keyword};
use crate::contract::validator::compare;

/// `type`, `enum`, `const`.
pub fn values(members: &Map<String, Value>, draft: Draft, shape: &mut Shape<'_>) {
    let named = |name: &Value| Kinds::named(name.as_str().unwrap_or_default(), draft == Draft::Draft4);
    shape.kinds = members.get("type").map(|value| match value {
        Value::Array(all) => all.iter().map(named).fold(Kinds::NONE, Kinds::or),
        one => named(one),
    });
    if let Some(Value::Array(all)) = members.get("enum") {
        shape.choices = Some(("enum", all.clone()));
    }
    if let Some(only) = members.get("const").filter(|_| is_keyword("const", draft)) {
        let both = shape.choices.take();
        let beside = both.is_none_or(|(_, all)| all.iter().any(|one| compare(one, only).is_eq()));
        shape.choices = Some(("const", if beside { vec![only.clone()] } else { Vec::new() }));
    }
}

/// The limits of numbers.
pub fn numbers(members: &Map<String, Value>, draft: Draft, shape: &mut Shape<'_>) {
    let number = |name: &str| members.get(name).and_then(Value::as_number);
    let sides = [
        ("minimum", "exclusiveMinimum", &mut shape.low),
        ("maximum", "exclusiveMaximum", &mut shape.high),
    ];
    for (plain, exclusive, bounds) in sides {
        let strict = draft == Draft::Draft4 && members.get(exclusive) == Some(&Value::Bool(true));
        let found = [(plain, strict), (exclusive, true)];
        bounds.extend(found.into_iter().filter_map(|(keyword, exclusive)| {
            let value = number(keyword)?.clone();
            Some(Bound {
                value,
                exclusive,
                keyword,
            })
        }));
    }
    shape.multiple = number("multipleOf").cloned();
}

/// The limits of texts.
pub fn texts(members: &Map<String, Value>, draft: Draft, shape: &mut Shape<'_>) {
    shape.min_length = members.get("minLength").and_then(size);
    shape.max_length = members.get("maxLength").and_then(size);
    shape.pattern = members.get("pattern").and_then(Value::as_str).map(str::to_owned);
    if let Some(format) = members
        .get("format")
        .filter(|format| format.as_str().is_some_and(|format| is_format(format, draft)))
    {
        shape.leaves.push(leaf("format", format.clone(), draft));
    }
    if matches!(draft, Draft::Draft6 | Draft::Draft7) {
        let both: Map<String, Value> = ["contentEncoding", "contentMediaType"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), members.get(name)?.clone())))
            .collect();
        if !both.is_empty() {
            let mut schema = both.clone();
            schema.insert("$schema".to_owned(), uri(draft).into());
            shape.leaves.push(Leaf {
                keyword: "contentMediaType",
                value: both.into(),
                schema: schema.into(),
            });
        }
    }
}

/// A keyword that only the library judges.
pub fn leaf(keyword: &'static str, value: Value, draft: Draft) -> Leaf {
    Leaf {
        keyword,
        schema: json!({"$schema": uri(draft), keyword: value.clone()}),
        value,
    }
}

fn uri(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 => "http://json-schema.org/draft-04/schema#",
        Draft::Draft6 => "http://json-schema.org/draft-06/schema#",
        Draft::Draft7 => "http://json-schema.org/draft-07/schema#",
        Draft::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
        _ => "https://json-schema.org/draft/2020-12/schema",
    }
}

/// A count; also one that is written `2.0`, as later drafts allow. What is too large to count is as
/// large as can be said.
pub fn size(value: &Value) -> Option<u64> {
    let number = value.as_number()?;
    let plain = number.as_u64();
    let written = number.as_f64().and_then(|size| format!("{size}").parse().ok());
    Some(plain.or(written).unwrap_or(u64::MAX))
}

/// A list of names.
pub fn names(value: Option<&Value>) -> BTreeSet<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
