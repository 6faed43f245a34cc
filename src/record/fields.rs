//! Showing a part of a payload: only the granted fields, with their nesting kept.

use serde_json::{Map, Value};

use crate::types::Pointer;

/// The part of `value` that the pointers lead to; `*` stands for each item of an array. A pointer
/// that leads nowhere adds nothing.
pub fn project(value: &Value, fields: &[Pointer]) -> Value {
    let paths: Vec<Vec<&str>> = fields.iter().map(|field| field.segments().collect()).collect();
    let borrowed: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
    select(value, &borrowed).unwrap_or_else(|| Value::Object(Map::new()))
}

fn select(value: &Value, paths: &[&[&str]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value.clone());
    }
    match value {
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .iter()
                .filter_map(|(name, member)| {
                    let below = below(paths, |segment| segment == name);
                    let kept = (!below.is_empty()).then(|| select(member, &below)).flatten()?;
                    Some((name.clone(), kept))
                })
                .collect();
            Some(Value::Object(kept))
        }
        Value::Array(items) => {
            let kept = items.iter().enumerate().filter_map(|(index, item)| {
                let below = below(paths, |segment| segment == "*" || segment == index.to_string());
                (!below.is_empty()).then(|| select(item, &below)).flatten()
            });
            Some(Value::Array(kept.collect()))
        }
        _ => None,
    }
}

/// What is left of the paths whose first segment fits.
fn below<'p>(paths: &[&'p [&'p str]], fits: impl Fn(&str) -> bool) -> Vec<&'p [&'p str]> {
    paths
        .iter()
        .filter_map(|path| {
            path.split_first()
                .filter(|(first, _)| fits(first))
                .map(|(_, rest)| rest)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_named_fields_are_left_with_their_nesting() {
        let payload = json!({"nip": "1", "unit": {"kode": "A", "nama": "x"}, "anak": [{"nama": "b", "nik": "9"}, {"nik": "8"}]});
        let fields =
            |list: &[&str]| -> Vec<Pointer> { list.iter().map(|field| field.parse().unwrap()).collect() };
        assert_eq!(
            project(&payload, &fields(&["/nip", "/unit/kode"])),
            json!({"nip": "1", "unit": {"kode": "A"}})
        );
        assert_eq!(
            project(&payload, &fields(&["/anak/*/nama"])),
            json!({"anak": [{"nama": "b"}, {}]})
        );
        assert_eq!(
            project(&payload, &fields(&["/unit", "/unit/kode"])),
            json!({"unit": {"kode": "A", "nama": "x"}})
        );
        assert_eq!(project(&payload, &fields(&["/none", "/nip/x"])), json!({}));
    }
}
