//! Showing a part of a payload: only the fields that are granted and asked for, with their nesting
//! kept.

use serde_json::{Map, Value};

use super::is_granted;
use crate::error::{Error, Malformed, Result};
use crate::types::{Pointer, Text};

/// The most fields that may be asked for.
const MAX_FIELDS: usize = 100;

/// Reads `fields=/a,/b/c`: which fields are shown to whoever may read those `granted`; `None` means
/// all. The order in which they are asked for does not matter.
///
/// # Errors
/// Malformed when one is no pointer or was not granted; says which are.
pub fn asked_fields(text: &str, granted: Option<&[Pointer]>) -> Result<Vec<Pointer>> {
    let fault = |text| Error::Malformed(Malformed::Parameter("fields", text));
    let parts: Vec<&str> = text.split(',').collect();
    if parts.len() > MAX_FIELDS {
        return Err(fault(Text::new(
            format!("paling banyak {MAX_FIELDS} kolom."),
            format!("at most {MAX_FIELDS} fields."),
        )));
    }
    let mut fields = Vec::with_capacity(parts.len());
    for part in parts {
        let field = part.parse::<Pointer>().ok().filter(|field| !field.is_root());
        let Some(field) = field else {
            return Err(fault(Text::new(
                "harus JSON Pointer yang dipisahkan koma, misalnya /nip,/unit/kode.",
                "it must be JSON Pointers with commas between them, such as /nip,/unit/kode.",
            )));
        };
        if !is_granted(granted, &field) {
            let granted: Vec<String> = granted
                .unwrap_or_default()
                .iter()
                .map(Pointer::to_string)
                .collect();
            let granted = granted.join(", ");
            return Err(fault(Text::new(
                format!("Anda hanya diberi hak atas kolom {granted}."),
                format!("only these fields were granted to you: {granted}."),
            )));
        }
        fields.push(field);
    }
    fields.sort();
    fields.dedup();
    Ok(fields)
}

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
    fn only_what_was_granted_may_be_asked_for() {
        let granted: Vec<Pointer> = vec!["/a".parse().unwrap(), "/b/*/c".parse().unwrap()];
        let read = |text: &str, granted| {
            asked_fields(text, granted).map(|fields| {
                let fields: Vec<String> = fields.iter().map(Pointer::to_string).collect();
                fields.join(" ")
            })
        };
        assert_eq!(read("/b,/a,/b", None).unwrap(), "/a /b");
        assert_eq!(read("/a/x,/b/*/c", Some(&granted)).unwrap(), "/a/x /b/*/c");
        for bad in ["/b", "/c", "/b/0/c"] {
            let detail = read(bad, Some(&granted)).unwrap_err().detail();
            assert!(detail.to(crate::types::Lang::En).contains("/a, /b/*/c"), "{bad}");
        }
        for bad in ["", "a", "/a,", ",", "/a~"] {
            assert!(read(bad, None).is_err(), "{bad}");
        }
    }

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
