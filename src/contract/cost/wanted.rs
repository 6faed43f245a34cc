//! What a group of schemas asks of one value, taken together.
//!
//! Invariant: contradictions are kept, not settled: the members of every branch are wanted, and the
//! first type, pattern or fixed value that is met decides.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

/// What is wanted of one value; see the module.
#[derive(Default)]
pub struct Wanted<'v> {
    /// The first type that is named, arrays and objects before others.
    pub kind: Option<&'v str>,
    /// A value that is asked for as it is.
    pub fixed: Option<&'v Value>,
    /// A pattern of a text.
    pub pattern: Option<&'v str>,
    /// A format of a text.
    pub format: Option<&'v str>,
    /// A bound of a number, which fits.
    pub number: Option<&'v Number>,
    /// The schemas of names that follow a pattern.
    pub patterns: Vec<(&'v str, &'v Value)>,
    /// The schemas of all other members.
    pub rest: Vec<&'v Value>,
    /// Whether members that nobody declared are judged by name, or not at all.
    pub open: bool,
    named: BTreeMap<&'v str, Vec<&'v Value>>,
    first: Vec<Vec<&'v Value>>,
    each: Vec<&'v Value>,
    text: bool,
}

impl<'v> Wanted<'v> {
    /// What `schemas` ask for.
    pub fn of(schemas: &[&'v Value]) -> Self {
        let mut wanted = Wanted::default();
        for schema in schemas {
            if let Value::Object(members) = schema {
                wanted.add(members);
            }
        }
        wanted
    }

    /// Whether an object is wanted.
    pub fn is_object(&self) -> bool {
        let judged =
            self.open || !self.named.is_empty() || !self.patterns.is_empty() || !self.rest.is_empty();
        self.kind == Some("object") || judged
    }

    /// Whether an array is wanted.
    pub fn is_array(&self) -> bool {
        self.kind == Some("array") || !self.each.is_empty() || !self.first.is_empty()
    }

    /// Whether a text is wanted.
    pub fn is_text(&self) -> bool {
        self.text || self.kind == Some("string")
    }

    /// The members by name, each with its schemas.
    pub fn members(&self) -> Vec<(String, Vec<&'v Value>)> {
        self.named
            .iter()
            .map(|(name, schemas)| ((*name).to_owned(), schemas.clone()))
            .collect()
    }

    /// The schemas of the items: of the first ones, then of all others.
    pub fn items(&self) -> Vec<Vec<&'v Value>> {
        let mut items = self.first.clone();
        if !self.each.is_empty() {
            items.push(self.each.clone());
        }
        items
    }

    fn add(&mut self, members: &'v Map<String, Value>) {
        self.types(members);
        self.texts_and_numbers(members);
        self.properties(members);
        self.arrays(members);
    }

    fn types(&mut self, members: &'v Map<String, Value>) {
        let names: Vec<&str> = match members.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let container = names
            .iter()
            .find(|name| matches!(**name, "object" | "array"))
            .copied();
        self.kind = self.kind.or(container).or(names.first().copied());
        self.text |= names.contains(&"string");
        let choice = members
            .get("enum")
            .and_then(Value::as_array)
            .and_then(|choices| choices.last());
        self.fixed = self.fixed.or(members.get("const")).or(choice);
    }

    fn texts_and_numbers(&mut self, members: &'v Map<String, Value>) {
        let text = |keyword: &str| members.get(keyword).and_then(Value::as_str);
        self.pattern = self.pattern.or(text("pattern"));
        self.format = self.format.or(text("format"));
        let lengths = members.contains_key("maxLength") || members.contains_key("minLength");
        self.text |= self.pattern.is_some() || self.format.is_some() || lengths;
        let number = |keyword: &str| members.get(keyword).and_then(Value::as_number);
        self.number = self
            .number
            .or(number("minimum"))
            .or(number("maximum"))
            .or(number("multipleOf"));
    }

    fn properties(&mut self, members: &'v Map<String, Value>) {
        for (name, schema) in members
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self.named.entry(name).or_default().push(schema);
        }
        for name in members
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(name) = name.as_str() {
                self.named.entry(name).or_default();
            }
        }
        let patterns = members.get("patternProperties").and_then(Value::as_object);
        self.patterns.extend(
            patterns
                .into_iter()
                .flatten()
                .map(|(pattern, schema)| (pattern.as_str(), schema)),
        );
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            self.rest
                .extend(members.get(keyword).filter(|schema| schema.is_object()));
            self.open |= members.contains_key(keyword);
        }
        self.open |= members.contains_key("propertyNames");
    }

    fn arrays(&mut self, members: &'v Map<String, Value>) {
        for keyword in ["prefixItems", "items"] {
            match members.get(keyword) {
                Some(Value::Array(list)) => {
                    for (index, schema) in list.iter().enumerate() {
                        if self.first.len() <= index {
                            self.first.push(Vec::new());
                        }
                        self.first
                            .get_mut(index)
                            .into_iter()
                            .for_each(|all| all.push(schema));
                    }
                }
                Some(schema) if schema.is_object() => self.each.push(schema),
                _ => {}
            }
        }
        for keyword in ["contains", "additionalItems", "unevaluatedItems"] {
            self.each
                .extend(members.get(keyword).filter(|schema| schema.is_object()));
        }
        if members.get("uniqueItems") == Some(&Value::Bool(true)) {
            self.kind = self.kind.or(Some("array"));
        }
    }
}
