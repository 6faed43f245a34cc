//! Where the references of a schema lead: [`Links`].
//!
//! The library's own registry resolves them, so identifiers, anchors and drafts mean here what they
//! mean when payloads are judged. Not here: what is wrong with a reference (`lint`). Invariant:
//! nothing is fetched; what would have to be is noted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Registry, Retrieve, Uri};
use serde_json::Value;

use super::{Trail, each_child};
use crate::types::Pointer;

/// The base of a schema that has no `$id`.
const BASE: &str = "json-schema:///";

/// A schema with everything it identifies.
pub struct Library<'v> {
    schema: &'v Value,
    draft: Draft,
    registry: Result<Registry<'v>, String>,
    asked: HashSet<String>,
}

/// Answers every request with an empty schema and notes it.
struct Noting(Arc<Mutex<Vec<String>>>);

impl Retrieve for Noting {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        if let Ok(mut asked) = self.0.lock() {
            asked.push(uri.as_str().trim_end_matches('#').to_owned());
        }
        Ok(Value::Object(serde_json::Map::new()))
    }
}

impl<'v> Library<'v> {
    /// Indexes `schema`, read as `draft`.
    pub fn new(schema: &'v Value, draft: Draft) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let resource = draft.create_resource_ref(schema);
        let base = base_of(resource.id());
        let registry = base.as_ref().map_err(Clone::clone).and_then(|base| {
            Registry::new()
                .draft(draft)
                .retriever(Noting(asked.clone()))
                .add(base.as_str(), resource)
                .and_then(jsonschema::RegistryBuilder::prepare)
                .map_err(|error| error.to_string())
        });
        let asked = asked
            .lock()
            .map(|asked| asked.iter().cloned().collect())
            .unwrap_or_default();
        Library {
            schema,
            draft,
            registry,
            asked,
        }
    }

    /// Why the schema's identifiers can't be indexed at all.
    pub fn broken(&self) -> Option<&str> {
        self.registry.as_ref().err().map(String::as_str)
    }

    /// Follows every reference.
    pub fn links(&self) -> Links<'v> {
        let mut links = Links::default();
        let Ok(registry) = &self.registry else {
            return links;
        };
        let Ok(base) = base_of(self.draft.create_resource_ref(self.schema).id()) else {
            return links;
        };
        let own = Own::of(self.schema);
        let mut waiting = vec![Part {
            schema: self.schema,
            base: Arc::new(base),
            draft: self.draft,
            through: None,
        }];
        while let Some(part) = waiting.pop() {
            let mut survey = Survey {
                registry,
                asked: &self.asked,
                own: &own,
                through: part.through,
                links: &mut links,
                waiting: &mut waiting,
            };
            survey.visit(part.schema, &Trail::Root, &part.base, part.draft);
        }
        links
    }
}

/// The base of a schema with this `$id`.
fn base_of(id: Option<&str>) -> Result<Uri<String>, String> {
    let root = jsonschema::uri::from_str(BASE).map_err(|error| error.to_string())?;
    match id {
        None => Ok(root),
        Some(id) => jsonschema::uri::resolve_against(&root.borrow(), id.trim_end_matches('#'))
            .map_err(|error| error.to_string()),
    }
}

/// A reference and where it leads.
#[derive(Debug, Clone)]
pub struct Link<'v> {
    /// Where the schema with the reference stands.
    pub pointer: Pointer,
    /// `$ref`, `$dynamicRef` or `$recursiveRef`.
    pub keyword: &'static str,
    /// The reference as written.
    pub reference: &'v str,
    /// Where it leads.
    pub target: Target<'v>,
}

/// Where a reference leads.
#[derive(Debug, Clone)]
pub enum Target<'v> {
    /// Into the schema itself.
    Inside(&'v Value),
    /// Into an official meta-schema.
    MetaSchema,
    /// To another document.
    Outside,
    /// To nothing.
    Nowhere,
}

/// Where the references of a schema lead.
#[derive(Debug, Default)]
pub struct Links<'v> {
    /// Every reference, in the order of the schema.
    pub all: Vec<Link<'v>>,
    by_schema: HashMap<*const Value, Vec<usize>>,
    /// Schemas that were visited, each with the draft it is read as.
    pub visited: HashMap<*const Value, Draft>,
    /// The schemas that carry a `$dynamicAnchor`, by its name.
    pub dynamic: HashMap<&'v str, Vec<&'v Value>>,
    /// Where each absolute identifier stands, anchors after a `#`.
    pub identifiers: BTreeMap<String, Vec<Pointer>>,
}

impl<'v> Links<'v> {
    /// The schemas inside the document to which the references of `schema` lead.
    pub fn targets(&self, schema: &Value) -> impl Iterator<Item = &'v Value> {
        self.of(schema).filter_map(|link| match link.target {
            Target::Inside(target) => Some(target),
            _ => None,
        })
    }

    /// The references that stand in `schema` itself.
    pub fn of(&self, schema: &Value) -> impl Iterator<Item = &Link<'v>> {
        let found = self.by_schema.get(&std::ptr::from_ref(schema));
        found
            .into_iter()
            .flatten()
            .filter_map(|index| self.all.get(*index))
    }
}

/// All values of the schema by their addresses, to tell them from those of meta-schemas.
struct Own<'v>(HashMap<*const Value, &'v Value>);

impl<'v> Own<'v> {
    fn of(schema: &'v Value) -> Self {
        let mut own = HashMap::new();
        let mut waiting = vec![schema];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(members) => waiting.extend(members.values()),
                Value::Array(items) => waiting.extend(items),
                Value::Bool(_) => {}
                _ => continue,
            }
            own.insert(std::ptr::from_ref(value), value);
        }
        Own(own)
    }
}

/// A part of the schema that is still to be visited.
struct Part<'v> {
    schema: &'v Value,
    base: Arc<Uri<String>>,
    draft: Draft,
    /// The reference through which it was reached, when it is no schema by its place.
    through: Option<Pointer>,
}

/// Visits one part of the schema.
struct Survey<'s, 'v> {
    registry: &'s Registry<'v>,
    asked: &'s HashSet<String>,
    own: &'s Own<'v>,
    through: Option<Pointer>,
    links: &'s mut Links<'v>,
    waiting: &'s mut Vec<Part<'v>>,
}

impl<'v> Survey<'_, 'v> {
    fn visit(&mut self, schema: &'v Value, trail: &Trail<'_>, base: &Arc<Uri<String>>, draft: Draft) {
        let address = std::ptr::from_ref(schema);
        if self.links.visited.contains_key(&address) {
            return;
        }
        let Value::Object(members) = schema else {
            self.links.visited.insert(address, draft);
            return;
        };
        let (base, draft) = self.within(schema, base, draft);
        self.links.visited.insert(address, draft);
        if let Some(Value::String(name)) = members.get("$dynamicAnchor") {
            self.links.dynamic.entry(name).or_default().push(schema);
        }
        self.identify(schema, trail, &base, draft);
        for keyword in reference_keywords(draft) {
            if let Some(Value::String(reference)) = members.get(*keyword) {
                let pointer = self.through.clone().unwrap_or_else(|| trail.pointer());
                let target = self.resolve(reference, &base, keyword, &pointer);
                self.links
                    .by_schema
                    .entry(address)
                    .or_default()
                    .push(self.links.all.len());
                self.links.all.push(Link {
                    pointer,
                    keyword,
                    reference,
                    target,
                });
            }
        }
        each_child(members, trail, &mut |child, trail| {
            self.visit(child, trail, &base, draft)
        });
    }

    /// The base and the draft inside `schema`, which may be a resource of its own.
    fn within(&self, schema: &'v Value, base: &Arc<Uri<String>>, draft: Draft) -> (Arc<Uri<String>>, Draft) {
        let resource = draft.detect(schema);
        let inner = if resource == Draft::Unknown {
            draft
        } else {
            resource
        };
        let reference = inner.create_resource_ref(schema);
        if reference.id().is_none() {
            return (base.clone(), draft);
        }
        let resolver = self.registry.resolver(Uri::clone(base)).in_subresource(reference);
        (
            resolver.map_or_else(|_| base.clone(), |resolver| resolver.base_uri()),
            inner,
        )
    }

    /// Notes the identifiers that `schema` gives itself.
    fn identify(&mut self, schema: &'v Value, trail: &Trail<'_>, base: &Arc<Uri<String>>, draft: Draft) {
        let mut note = |name: String| {
            let places = self.links.identifiers.entry(name).or_default();
            let place = self.through.clone().unwrap_or_else(|| trail.pointer());
            if !places.contains(&place) {
                places.push(place);
            }
        };
        if draft.create_resource_ref(schema).id().is_some() {
            note(base.as_str().trim_end_matches('#').to_owned());
        }
        let anchors: &[&str] = match draft {
            Draft::Draft201909 => &["$anchor"],
            Draft::Draft202012 => &["$anchor", "$dynamicAnchor"],
            _ => &[],
        };
        for anchor in anchors {
            if let Some(name) = schema.get(*anchor).and_then(Value::as_str) {
                note(format!("{}#{name}", base.as_str().trim_end_matches('#')));
            }
        }
    }

    fn resolve(
        &mut self,
        reference: &'v str,
        base: &Arc<Uri<String>>,
        keyword: &str,
        pointer: &Pointer,
    ) -> Target<'v> {
        let wanted = if keyword == "$recursiveRef" {
            "#"
        } else {
            reference
        };
        let resolver = self.registry.resolver(Uri::clone(base));
        let (uri, _) = wanted.rsplit_once('#').unwrap_or((wanted, ""));
        let absolute = resolver
            .resolve_uri(&base.borrow(), uri)
            .map(|uri| uri.as_str().to_owned());
        if absolute
            .as_ref()
            .is_ok_and(|uri| self.asked.contains(uri.trim_end_matches('#')))
        {
            return Target::Outside;
        }
        let Ok(resolved) = resolver.lookup(wanted) else {
            let elsewhere =
                absolute.is_ok_and(|uri| !uri.is_empty() && uri != base.as_str() && !wanted.starts_with('#'));
            return if elsewhere && resolver.lookup(uri).is_err() {
                Target::Outside
            } else {
                Target::Nowhere
            };
        };
        let (target, inner, draft) = resolved.into_inner();
        let Some(target) = self.own.0.get(&std::ptr::from_ref(target)).copied() else {
            return if target.is_object() || target.is_boolean() {
                Target::MetaSchema
            } else {
                Target::Nowhere
            };
        };
        if !self.links.visited.contains_key(&std::ptr::from_ref(target)) {
            let through = Some(pointer.clone());
            self.waiting.push(Part {
                schema: target,
                base: inner.base_uri(),
                draft,
                through,
            });
        }
        Target::Inside(target)
    }
}

/// The keywords that refer, in a draft.
fn reference_keywords(draft: Draft) -> &'static [&'static str] {
    match draft {
        Draft::Draft201909 => &["$ref", "$recursiveRef"],
        Draft::Draft202012 => &["$ref", "$dynamicRef"],
        _ => &["$ref"],
    }
}
