//! Single places of a payload written anew, as somebody typed them into a form.
//!
//! Not here: whether the result is right, which is judged like any other payload. Invariant: what was not typed anew
//! stands as it was, its numbers as they were written; what a text becomes, the schema says.

use serde_json::{Map, Value};

use crate::contract::{Fields, Types, with_fields};
use crate::types::Pointer;

/// The payload with these places written anew; a place of which nothing was typed is taken away. `None` where the
/// payload is no JSON object.
pub fn correct(payload: &[u8], schema: &Value, typed: &[(Pointer, String)]) -> Option<String> {
    let mut value: Value = serde_json::from_slice(payload).ok()?;
    value.as_object()?;
    with_fields(schema, |fields| {
        for (place, text) in typed {
            let way: Vec<&str> = place.segments().collect();
            if way.is_empty() {
                continue;
            }
            let new = match text.as_str() {
                "" => None,
                text => Some(meant(text, types(fields, place, &value), place.find(&value))),
            };
            put(&mut value, &way, new);
        }
    });
    Some(value.to_string())
}

/// The types that a place of this payload may have.
fn types(fields: &Fields<'_, '_>, place: &Pointer, payload: &Value) -> Types {
    let (mut pattern, mut here) = (Pointer::default(), Some(payload));
    for segment in place.segments() {
        let item = matches!(here, Some(Value::Array(_)));
        pattern = pattern.child(if item { "*" } else { segment });
        let step = Pointer::default().child(segment);
        here = here.and_then(|here| step.find(here));
    }
    fields.declared_types(&pattern)
}

/// What was meant by a text, where a value of these types belongs and `before` stood.
fn meant(text: &str, types: Types, before: Option<&Value>) -> Value {
    let json = serde_json::from_str::<Value>(text.trim())
        .ok()
        .filter(|json| !json.is_string());
    let was_text = before.is_none_or(Value::is_string);
    match json {
        Some(json) if !types.allow(Types::STRING) || (!was_text && types == Types::ANY) => json,
        _ => Value::from(text),
    }
}

/// Puts a value at the end of a way, or takes away what stands there.
fn put(at: &mut Value, way: &[&str], new: Option<Value>) {
    let Some((first, rest)) = way.split_first() else {
        return;
    };
    match at {
        Value::Object(members) => put_member(members, first, rest, new),
        Value::Array(items) => {
            let place = first.parse::<usize>().ok().filter(|place| *place < items.len());
            match (place, rest, new) {
                (Some(place), [], None) => drop(items.remove(place)),
                (Some(place), [], Some(new)) => {
                    if let Some(item) = items.get_mut(place) {
                        *item = new;
                    }
                }
                (Some(place), rest, new) => {
                    if let Some(item) = items.get_mut(place) {
                        put(item, rest, new);
                    }
                }
                (None, [], Some(new)) => items.push(new),
                (None, ..) => {}
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn put_member(members: &mut Map<String, Value>, name: &str, rest: &[&str], new: Option<Value>) {
    match (rest, new) {
        ([], None) => drop(members.remove(name)),
        ([], Some(new)) => drop(members.insert(name.to_owned(), new)),
        (rest, None) => {
            if let Some(member) = members.get_mut(name) {
                put(member, rest, None);
            }
        }
        (rest, new) => {
            let member = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
            put(member, rest, new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_becomes_what_the_schema_wants_and_the_rest_stands_as_it_was() {
        let schema = json!({
            "type": "object", "properties": {
                "kode": {"type": "string"}, "luas": {"type": "number"}, "aktif": {"type": "boolean"},
                "alamat": {"type": "object", "properties": {"rt": {"type": "string"}}},
                "anak": {"type": "array", "items": {"type": "object", "properties": {"umur": {"type": "integer"}}}}
            }
        });
        let payload = r#"{"kode":11.1,"luas":"64,10","biaya":1.50,"anak":[{"umur":"7"}],"lebih":1}"#;
        let typed: Vec<(Pointer, String)> = [
            ("/kode", "11.10"),
            ("/luas", "64.10"),
            ("/aktif", "true"),
            ("/alamat/rt", "007"),
            ("/anak/0/umur", "7"),
            ("/lebih", ""),
            ("/tidak/ada", ""),
        ]
        .map(|(place, text)| (place.parse().unwrap(), text.to_owned()))
        .into();
        let made: Value =
            serde_json::from_str(&correct(payload.as_bytes(), &schema, &typed).unwrap()).unwrap();
        let expected = r#"{"kode":"11.10","luas":64.10,"biaya":1.50,"aktif":true,"alamat":{"rt":"007"},"anak":[{"umur":7}]}"#;
        assert_eq!(made, serde_json::from_str::<Value>(expected).unwrap());
        assert_eq!(correct(b"[1]", &schema, &typed), None);
        assert_eq!(correct(b"{", &schema, &typed), None);
        let wrong = [("/luas".parse().unwrap(), "luas".to_owned())];
        assert_eq!(correct(b"{}", &schema, &wrong).unwrap(), r#"{"luas":"luas"}"#);
    }
}
