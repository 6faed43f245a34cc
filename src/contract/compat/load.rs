//! Turns schemas into shapes: references followed, drafts forgotten.
//!
//! Not here: comparing. Invariant: what a draft ignores is ignored, what can't be said by a shape
//! makes it opaque; a chain of references of any length takes no stack.

use std::collections::{HashMap, VecDeque};

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::closing;
use super::plain::{leaf, names, numbers, size, texts, values};
use super::shape::{ANYTHING, Condition, Contains, Id, NOTHING, Rest, Shape, Tail};
use crate::contract::lint::is_keyword;
use crate::contract::schema::{Library, Links, Target};

/// More hops than any sensible chain of references.
const MAX_HOPS: usize = 10_000;

/// Gathers the shapes of several documents.
pub struct Loader<'v> {
    list: Vec<Shape<'v>>,
}

/// One document while it is read.
struct Reader<'l, 'v> {
    list: &'l mut Vec<Shape<'v>>,
    links: Links<'v>,
    draft: Draft,
    known: HashMap<*const Value, Id>,
    waiting: VecDeque<(Id, &'v Value)>,
}

impl<'v> Loader<'v> {
    /// With the shapes that accept everything and nothing.
    pub fn new() -> Self {
        let never = Shape {
            never: true,
            ..Shape::default()
        };
        Loader {
            list: vec![Shape::default(), never],
        }
    }

    /// Reads one document; returns the shape of its root.
    pub fn load(&mut self, schema: &'v Value) -> Id {
        let draft = Draft::default().detect(schema);
        let first = self.list.len();
        let mut reader = Reader {
            list: &mut self.list,
            links: Library::new(schema, draft).links(),
            draft,
            known: HashMap::new(),
            waiting: VecDeque::new(),
        };
        let root = reader.id_of(schema);
        while let Some((id, schema)) = reader.waiting.pop_front() {
            let shape = reader.shape(schema);
            if let Some(slot) = reader.list.get_mut(id) {
                *slot = shape;
            }
        }
        closing::close(&mut self.list, first);
        root
    }

    /// All shapes that were read.
    pub fn finish(self) -> Vec<Shape<'v>> {
        self.list
    }
}

impl<'v> Reader<'_, 'v> {
    fn draft(&self, schema: &Value) -> Draft {
        let known = self.links.visited.get(&std::ptr::from_ref(schema));
        known.copied().unwrap_or(self.draft)
    }

    /// The shape of `schema`, to be filled later; what only refers is the shape referred to.
    fn id_of(&mut self, schema: &'v Value) -> Id {
        let mut here = schema;
        for _ in 0..MAX_HOPS {
            match self.only_refers(here) {
                Some(target) => here = target,
                None => break,
            }
        }
        match here {
            Value::Bool(true) => return ANYTHING,
            Value::Bool(false) => return NOTHING,
            _ => {}
        }
        let address = std::ptr::from_ref(here);
        if let Some(id) = self.known.get(&address) {
            return *id;
        }
        let id = self.list.len();
        self.list.push(Shape::default());
        self.known.insert(address, id);
        self.waiting.push_back((id, here));
        id
    }

    fn only_refers(&self, schema: &'v Value) -> Option<&'v Value> {
        let members = schema.as_object()?;
        members.get("$ref")?.as_str()?;
        let draft = self.draft(schema);
        let alone = overrides(draft)
            || members
                .keys()
                .all(|name| name == "$ref" || !judges(name, draft) || is_definition(name));
        let mut targets = self.links.of(schema);
        match (alone, targets.next().map(|link| &link.target), targets.next()) {
            (true, Some(Target::Inside(target)), None) => Some(target),
            _ => None,
        }
    }

    fn shape(&mut self, schema: &'v Value) -> Shape<'v> {
        let Value::Object(members) = schema else {
            return Shape {
                opaque: Some("schema"),
                ..Shape::default()
            };
        };
        let draft = self.draft(schema);
        let mut shape = Shape {
            source: Some(members),
            ..Shape::default()
        };
        self.references(schema, draft, &mut shape);
        if overrides(draft) && members.contains_key("$ref") {
            return shape;
        }
        values(members, draft, &mut shape);
        numbers(members, draft, &mut shape);
        texts(members, draft, &mut shape);
        self.arrays(members, draft, &mut shape);
        self.objects(members, draft, &mut shape);
        self.logic(members, draft, &mut shape);
        shape
    }

    fn references(&mut self, schema: &'v Value, draft: Draft, shape: &mut Shape<'v>) {
        let links: Vec<_> = self.links.of(schema).cloned().collect();
        for link in links {
            let fixed = match link.keyword {
                "$dynamicRef" => {
                    let name = link
                        .reference
                        .rsplit_once('#')
                        .map_or("", |(_, fragment)| fragment);
                    self.links.dynamic.get(name).is_none_or(|all| all.len() < 2)
                }
                "$recursiveRef" => !self.list_recursive_anchors(),
                _ => true,
            };
            match link.target {
                Target::Inside(target) if fixed => {
                    let id = self.id_of(target);
                    shape.all.push(id);
                }
                Target::MetaSchema => shape
                    .leaves
                    .push(leaf(link.keyword, link.reference.into(), draft)),
                _ => shape.opaque = Some(link.keyword),
            }
        }
    }

    /// Whether any schema moves the target of `$recursiveRef`.
    fn list_recursive_anchors(&self) -> bool {
        self.links.all.iter().any(
            |link| matches!(link.target, Target::Inside(target) if target.get("$recursiveAnchor").is_some()),
        )
    }

    fn arrays(&mut self, members: &'v Map<String, Value>, draft: Draft, shape: &mut Shape<'v>) {
        let get = |name| members.get(name).filter(|_| is_keyword(name, draft));
        shape.min_items = get("minItems").and_then(size);
        shape.max_items = get("maxItems").and_then(size);
        shape.unique = get("uniqueItems") == Some(&Value::Bool(true));
        let list = if is_keyword("prefixItems", draft) {
            get("prefixItems")
        } else {
            get("items")
        };
        if let Some(Value::Array(prefix)) = list {
            shape.prefix = prefix.iter().map(|item| self.id_of(item)).collect();
        }
        let rest = match (get("items"), get("additionalItems")) {
            (Some(Value::Array(_)), _) if is_keyword("prefixItems", draft) => {
                shape.opaque = Some("items");
                None
            }
            (Some(Value::Array(_)), rest) => rest.map(|rest| ("additionalItems", rest)),
            (rest, _) => rest.map(|rest| ("items", rest)),
        };
        if let Some((keyword, rest)) = rest {
            let schema = self.id_of(rest);
            shape.tails.push(Tail {
                keyword,
                from: shape.prefix.len(),
                schema,
            });
        }
        if let Some(schema) = get("contains") {
            shape.contains = Some(Contains {
                schema: self.id_of(schema),
                min: get("minContains").and_then(size).unwrap_or(1),
                max: get("maxContains").and_then(size),
            });
        }
        if let Some(schema) = get("unevaluatedItems") {
            let schema = self.id_of(schema);
            shape.unevaluated.push(("unevaluatedItems", schema));
        }
    }

    fn objects(&mut self, members: &'v Map<String, Value>, draft: Draft, shape: &mut Shape<'v>) {
        let get = |name| members.get(name).filter(|_| is_keyword(name, draft));
        shape.min_properties = get("minProperties").and_then(size);
        shape.max_properties = get("maxProperties").and_then(size);
        shape.required = names(get("required"));
        shape.names = get("propertyNames").map(|schema| self.id_of(schema));
        for (keyword, named) in [("properties", true), ("patternProperties", false)] {
            let Some(Value::Object(all)) = get(keyword) else {
                continue;
            };
            for (name, schema) in all {
                let id = self.id_of(schema);
                let into = if named {
                    &mut shape.properties
                } else {
                    &mut shape.patterns
                };
                into.insert(name.clone(), id);
            }
        }
        if let Some(schema) = get("additionalProperties") {
            let schema = self.id_of(schema);
            shape.rests.push(Rest {
                keyword: "additionalProperties",
                names: shape.properties.keys().cloned().collect(),
                patterns: shape.patterns.keys().cloned().collect(),
                schema,
            });
        }
        if let Some(schema) = get("unevaluatedProperties") {
            let schema = self.id_of(schema);
            shape.unevaluated.push(("unevaluatedProperties", schema));
        }
        // The library knows `dependencies` in every draft.
        let dependents = [
            get("dependentRequired"),
            get("dependentSchemas"),
            members.get("dependencies"),
        ];
        for (name, value) in dependents
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
        {
            if value.is_array() {
                let needed = shape.dependent_required.entry(name.clone()).or_default();
                needed.extend(names(Some(value)));
            } else {
                let id = self.id_of(value);
                match shape.dependent_schemas.get(name) {
                    Some(_) => shape.opaque = Some("dependencies"),
                    None => drop(shape.dependent_schemas.insert(name.clone(), id)),
                }
            }
        }
    }

    fn logic(&mut self, members: &'v Map<String, Value>, draft: Draft, shape: &mut Shape<'v>) {
        let get = |name| members.get(name).filter(|_| is_keyword(name, draft));
        let mut list = |name| match get(name) {
            Some(Value::Array(all)) => Some(all.iter().map(|one| self.id_of(one)).collect::<Vec<_>>()),
            _ => None,
        };
        shape.all.extend(list("allOf").unwrap_or_default());
        shape.any = list("anyOf");
        shape.one = list("oneOf");
        shape.not = get("not").map(|schema| self.id_of(schema));
        if let Some(test) = get("if") {
            let mut part = |name| get(name).map_or(ANYTHING, |schema| self.id_of(schema));
            let (then, otherwise) = (part("then"), part("else"));
            if then != ANYTHING || otherwise != ANYTHING {
                shape.condition = Some(Condition {
                    test: self.id_of(test),
                    then,
                    otherwise,
                });
            }
        }
    }
}

/// Whether `$ref` hides everything beside it.
fn overrides(draft: Draft) -> bool {
    matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7)
}

fn is_definition(name: &str) -> bool {
    matches!(name, "$defs" | "definitions" | "$id" | "$anchor" | "$schema")
}

/// Whether a member can say anything about a payload.
fn judges(name: &str, draft: Draft) -> bool {
    const SILENT: [&str; 11] = [
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "$comment",
        "$vocabulary",
        "contentSchema",
        "id",
    ];
    (is_keyword(name, draft) || name == "dependencies") && !SILENT.contains(&name)
}
