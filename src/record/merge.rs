//! JSON Merge Patch (RFC 7396) on texts: what the patch does not name stays as it was written.
//!
//! Invariant: tokens are copied, never turned into numbers and back; members keep their order, new
//! ones come last.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Applies `patch` to `target`; both are JSON texts that were read before.
///
/// # Errors
/// When one of them is no JSON.
pub fn merge_patch(target: &str, patch: &str) -> serde_json::Result<String> {
    let mut out = String::with_capacity(target.len() + patch.len());
    merge(Some(target), patch, &mut out)?;
    Ok(out)
}

fn merge(target: Option<&str>, patch: &str, out: &mut String) -> serde_json::Result<()> {
    if !is_object(patch) {
        out.push_str(patch);
        return Ok(());
    }
    let patch: Members<'_> = serde_json::from_str(patch)?;
    let target = match target.filter(|target| is_object(target)) {
        Some(target) => serde_json::from_str(target)?,
        None => Members(Vec::new()),
    };
    out.push('{');
    let start = out.len();
    for (name, value) in &target.0 {
        match patch.get(name) {
            Some(new) if new.get() == "null" => {}
            Some(new) => member(out, start, name, |out| merge(Some(value.get()), new.get(), out))?,
            None => member(out, start, name, |out| {
                out.push_str(value.get());
                Ok(())
            })?,
        }
    }
    for (name, new) in &patch.0 {
        if new.get() != "null" && target.get(name).is_none() {
            member(out, start, name, |out| merge(None, new.get(), out))?;
        }
    }
    out.push('}');
    Ok(())
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn member(
    out: &mut String,
    start: usize,
    name: &str,
    value: impl FnOnce(&mut String) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    if out.len() > start {
        out.push(',');
    }
    out.push_str(&serde_json::to_string(name)?);
    out.push(':');
    value(out)
}

/// An object's members in their order, the values as written.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl Members<'_> {
    fn get(&self, name: &str) -> Option<&RawValue> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    }
}

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Pairs).map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::merge_patch;

    #[test]
    fn the_examples_of_rfc_7396_come_out_as_printed() {
        // RFC 7396, appendix A: original, patch, result.
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge_patch(target, patch).unwrap(), result, "{target} {patch}");
        }
    }

    #[test]
    fn what_the_patch_does_not_name_stays_as_written() {
        let target = r#"{"z":64.10,"a":1e2,"b":{"y":123456789012345678901234567890,"x":"\u00e9"}}"#;
        let patched = merge_patch(target, r#"{"b":{"n":0.50},"c":1.0}"#).unwrap();
        let expected =
            r#"{"z":64.10,"a":1e2,"b":{"y":123456789012345678901234567890,"x":"\u00e9","n":0.50},"c":1.0}"#;
        assert_eq!(patched, expected);
    }
}
