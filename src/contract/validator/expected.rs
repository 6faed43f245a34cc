//! Which keyword of the schema was broken, and its value there.
//!
//! The library tells an error's place within the resource that holds the keyword. Invariant: values
//! are borrowed, never copied here: an `enum` may hold a megabyte.

use std::borrow::Cow;
use std::collections::HashMap;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use super::opaque;
use crate::types::Pointer;

/// A broken keyword and its value; null where it has none.
pub type Broken<'a> = (Cow<'a, str>, Cow<'a, Value>);

/// Finds keywords in a schema, remembering the resources met.
pub struct Keywords<'s> {
    schema: &'s Value,
    resources: HashMap<String, &'s Value>,
}

impl<'s> Keywords<'s> {
    /// The keywords of `schema`.
    pub fn new(schema: &'s Value) -> Self {
        Keywords {
            schema,
            resources: HashMap::new(),
        }
    }

    /// The keyword that an error says was broken, as it stands in the schema.
    pub fn broken<'a>(&mut self, error: &'a ValidationError<'_>) -> Broken<'a>
    where
        's: 'a,
    {
        let path: Pointer = error.schema_path().as_str().parse().unwrap_or_default();
        let segments: Vec<&str> = path.segments().collect();
        let resource = self.resource(error);
        if let Some((keyword, value)) = choice(&segments, resource) {
            return (Cow::Borrowed(keyword), Cow::Borrowed(value));
        }
        let kind = error.kind().keyword();
        let candidates = candidates(error, kind);
        let found = segments
            .iter()
            .rposition(|segment| candidates.iter().any(|one| one == segment));
        let Some(at) = found.filter(|at| segments.len() - at <= 2) else {
            return (Cow::Borrowed(kind), told(error));
        };
        let keyword = segments
            .get(at)
            .map_or(Cow::Borrowed(kind), |segment| Cow::Owned((*segment).to_owned()));
        let place = segments
            .iter()
            .take(at + 1)
            .fold(Pointer::default(), |place, segment| place.child(segment));
        let told = told(error);
        match place.find(resource) {
            Some(value) if told.is_null() => (keyword, Cow::Borrowed(value)),
            _ => (keyword, told),
        }
    }

    /// The part of the schema that an error's path begins at: the embedded resource that its absolute
    /// location names, else the whole.
    fn resource(&mut self, error: &ValidationError<'_>) -> &'s Value {
        let Some(location) = error.absolute_keyword_location() else {
            return self.schema;
        };
        let base = location.as_str().split('#').next().unwrap_or_default();
        if let Some(known) = self.resources.get(base) {
            return known;
        }
        let found = embedded(self.schema, base).unwrap_or(self.schema);
        self.resources.insert(base.to_owned(), found);
        found
    }
}

/// The keywords that an error of a kind may mean.
fn candidates<'k>(error: &ValidationError<'_>, kind: &'k str) -> Vec<&'k str> {
    match error.kind() {
        Kind::Required { .. } => vec!["required", "dependentRequired", "dependencies"],
        Kind::Contains => vec!["contains", "minContains", "maxContains"],
        Kind::FalseSchema => {
            vec![
                "additionalProperties",
                "unevaluatedProperties",
                "items",
                "additionalItems",
                "unevaluatedItems",
            ]
        }
        _ => vec![kind],
    }
}

/// The choice that an error means, when it was put away for reporting.
fn choice<'s>(segments: &[&str], schema: &'s Value) -> Option<(&'static str, &'s Value)> {
    let [holder @ .., "allOf", index, "else" | "not"] = segments else {
        return None;
    };
    let holder = holder
        .iter()
        .fold(Pointer::default(), |place, segment| place.child(segment));
    let holder = holder.find(schema)?;
    let keyword = opaque::choice_at(holder, index.parse().ok()?)?;
    Some((keyword, holder.get(keyword)?))
}

/// The innermost-named part of `schema` whose `$id` leads to `base`.
fn embedded<'s>(schema: &'s Value, base: &str) -> Option<&'s Value> {
    let names_it = |id: &str| {
        let id = id.trim_end_matches('#').trim_start_matches("./");
        !id.is_empty()
            && base
                .strip_suffix(id)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    match schema {
        Value::Object(members) => {
            let own = members
                .get("$id")
                .or_else(|| members.get("id"))
                .and_then(Value::as_str);
            if own.is_some_and(names_it) {
                return Some(schema);
            }
            members.values().find_map(|member| embedded(member, base))
        }
        Value::Array(items) => items.iter().find_map(|item| embedded(item, base)),
        _ => None,
    }
}

/// The keyword's value as far as the error itself tells it.
pub fn told<'a>(error: &'a ValidationError<'_>) -> Cow<'a, Value> {
    match error.kind() {
        Kind::Constant { expected_value } => Cow::Borrowed(expected_value.as_ref()),
        Kind::Enum { options } => Cow::Borrowed(options.as_ref()),
        Kind::ExclusiveMaximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::Maximum { limit }
        | Kind::Minimum { limit } => Cow::Borrowed(limit),
        Kind::MaxItems { limit }
        | Kind::MaxLength { limit }
        | Kind::MaxProperties { limit }
        | Kind::MinItems { limit }
        | Kind::MinLength { limit }
        | Kind::MinProperties { limit } => Cow::Owned(Value::from(*limit)),
        Kind::MultipleOf { multiple_of } => Cow::Borrowed(multiple_of),
        Kind::Not { schema } => Cow::Borrowed(schema),
        Kind::Pattern { pattern } => Cow::Owned(Value::from(pattern.as_str())),
        Kind::Format { format } => Cow::Owned(Value::from(format.as_str())),
        _ => Cow::Owned(Value::Null),
    }
}
