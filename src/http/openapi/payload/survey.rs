//! [`Survey`]: which identities, anchors and references stand in a schema.
//!
//! Invariant: what stands in data (`enum`, `default` and the like) is no schema and not looked at.

use serde_json::{Map, Value};

use super::{DATA, NAMED};
use crate::http::path::encode;

/// Keywords that lead to places which only a reader of the payload knows.
const DYNAMIC: &[&str] = &[
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
];

/// What stands in a schema, parts with an identity of their own aside.
#[derive(Default)]
pub(super) struct Survey {
    keyword: &'static str,
    /// Names of places, and the pointers to them as fragments.
    pub(super) anchors: Vec<(String, String)>,
    /// Where references lead.
    pub(super) references: Vec<String>,
    /// Whether there are parts with an identity of their own.
    pub(super) nested: bool,
    /// Whether a reference depends on the payload.
    pub(super) dynamic: bool,
}

impl Survey {
    /// Looks through a schema whose identities are said by `keyword`.
    pub(super) fn of(schema: &Value, keyword: &'static str) -> Self {
        let mut survey = Survey {
            keyword,
            ..Survey::default()
        };
        survey.parts(schema, "");
        survey
    }

    fn visit(&mut self, schema: &Value, here: &str) {
        if identity(schema, self.keyword).is_some() {
            self.nested = true;
        } else {
            self.parts(schema, here);
        }
    }

    fn parts(&mut self, schema: &Value, here: &str) {
        match schema {
            Value::Object(members) => {
                self.dynamic |= DYNAMIC.iter().any(|keyword| members.contains_key(*keyword));
                if let Some(name) = anchor(members, self.keyword) {
                    self.anchors.push((name.to_owned(), here.to_owned()));
                }
                if let Some(Value::String(reference)) = members.get("$ref") {
                    self.references.push(reference.clone());
                }
                for (keyword, value) in members {
                    let here = step(here, keyword);
                    match value {
                        Value::Object(named) if NAMED.contains(&keyword.as_str()) => {
                            for (name, schema) in named {
                                self.visit(schema, &step(&here, name));
                            }
                        }
                        _ if DATA.contains(&keyword.as_str()) => {}
                        _ => self.visit(value, &here),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(item, &step(here, &index.to_string()));
                }
            }
            _ => {}
        }
    }
}

/// The keyword by which a schema says its identity: `id` in draft 4, `$id` since.
pub(super) fn identity_keyword(schema: &Value) -> &'static str {
    let draft = schema.get("$schema").and_then(Value::as_str);
    if draft.is_some_and(|draft| draft.contains("draft-04")) {
        "id"
    } else {
        "$id"
    }
}

/// The identity against which references in this schema are read (2020-12, section 8.2.1), said by
/// `keyword`. A mere fragment is an anchor, not an identity.
pub(super) fn identity<'s>(schema: &'s Value, keyword: &str) -> Option<&'s str> {
    let id = schema.get(keyword)?.as_str()?;
    (!id.starts_with('#')).then_some(id)
}

/// The name of the place that this schema is, without `#`.
pub(super) fn anchor<'s>(schema: &'s Map<String, Value>, keyword: &str) -> Option<&'s str> {
    let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
    text("$anchor").or_else(|| text(keyword)?.strip_prefix('#'))
}

/// A pointer one step further, as a URI fragment (RFC 6901, section 6).
pub(super) fn step(here: &str, segment: &str) -> String {
    let segment = encode(&segment.replace('~', "~0").replace('/', "~1"));
    format!("{here}/{}", segment.replace("%24", "$"))
}
