//! Makes one payload from a schema by a [`Plan`].
//!
//! A value is made from all schemas that may judge it at once: members of every branch of `anyOf`
//! stand in it, so that each branch nearly matches. Invariant: the text stays within [`MAX_PAYLOAD`]
//! and the nesting within [`MAX_DEPTH`].

use serde_json::{Map, Value};

use super::graph::Graph;
use super::wanted::Wanted;
use super::{MAX_PAYLOAD, text};
use crate::contract::national;
use crate::types::MAX_DEPTH;

/// What stands at the ends of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// What the schema asks for.
    Fitting,
    /// Null.
    Null,
    /// An object with a member that nobody declared.
    Stranger,
    /// Null, and members that are required without being declared are missing everywhere.
    Bare,
}

/// How a payload is made large. The first number chooses among the places where that is possible.
#[derive(Debug, Clone, Copy)]
pub enum Plan {
    /// As small as a payload with every member can be.
    Plain(Leaf),
    /// Nested as deep as possible along one way.
    Deep(usize, Leaf),
    /// Nested along two ways at once, as far as the size allows.
    Bushy(usize, Leaf),
    /// One array with as many items as fit.
    LongArray(usize, Leaf),
    /// One object with as many members as fit.
    WideObject(usize, Leaf),
    /// One text as long as possible, in one of several kinds.
    LongText(usize, usize),
}

/// How deep values are made where nothing asks for depth.
const SHALLOW: usize = 6;

/// How many bytes a payload may have apart from the part that is made large.
const SMALL: usize = MAX_PAYLOAD / 8;

/// Makes one payload.
pub struct Sampler<'g, 'v> {
    graph: &'g Graph<'v>,
    plan: Plan,
    left: usize,
    met: usize,
    grown: bool,
}

/// Where a value is being made.
#[derive(Clone, Copy)]
struct Spot {
    level: usize,
    /// On the way that is nested as deep as possible.
    deep: bool,
    /// Levels left beside that way.
    shallow: usize,
}

impl<'g, 'v> Sampler<'g, 'v> {
    /// A sampler for one plan.
    pub fn new(graph: &'g Graph<'v>, plan: Plan) -> Self {
        let left = match plan {
            // Separators and closing brackets are not paid for; they come to less than as much again.
            Plan::Deep(..) | Plan::Bushy(..) => MAX_PAYLOAD / 2,
            _ => SMALL,
        };
        Sampler {
            graph,
            plan,
            left,
            met: 0,
            grown: false,
        }
    }

    /// The payload, or nothing when the schema has no place for this plan.
    pub fn payload(mut self, schema: &'v Value) -> Option<Value> {
        let nests = matches!(self.plan, Plan::Deep(..) | Plan::Bushy(..));
        if nests && self.graph.height(schema) <= SHALLOW {
            return None;
        }
        let shallow = if matches!(self.plan, Plan::Plain(_)) {
            MAX_DEPTH
        } else {
            SHALLOW
        };
        let value = self.value(
            &[schema],
            Spot {
                level: 1,
                deep: nests,
                shallow,
            },
        );
        let made = self.grown || nests || matches!(self.plan, Plan::Plain(_));
        (made && value.to_string().len() <= MAX_PAYLOAD).then_some(value)
    }

    fn leaf(&self) -> Leaf {
        match self.plan {
            Plan::Plain(leaf)
            | Plan::Deep(_, leaf)
            | Plan::Bushy(_, leaf)
            | Plan::LongArray(_, leaf)
            | Plan::WideObject(_, leaf) => leaf,
            Plan::LongText(..) => Leaf::Fitting,
        }
    }

    /// Pays for `bytes`; false when there is nothing left.
    fn pay(&mut self, bytes: usize) -> bool {
        let enough = self.left > bytes;
        self.left = self.left.saturating_sub(bytes);
        enough
    }

    /// Whether this place is the one to be made large.
    fn chosen(&mut self, number: usize) -> bool {
        let chosen = self.met == number && !self.grown;
        self.met += 1;
        self.grown |= chosen;
        chosen
    }

    fn value(&mut self, schemas: &[&'v Value], spot: Spot) -> Value {
        let all = self.graph.gather(schemas);
        let wanted = Wanted::of(&all);
        if spot.level >= MAX_DEPTH - 1 || self.left < 64 || (!spot.deep && spot.shallow == 0) {
            return self.end(&wanted);
        }
        let ends = !wanted.is_object() && !wanted.is_array();
        if ends && matches!(self.plan, Plan::Plain(Leaf::Null | Leaf::Stranger | Leaf::Bare)) {
            return self.end(&wanted);
        }
        let nests_on = spot.deep && (wanted.is_object() || wanted.is_array());
        if let Some(value) = wanted.fixed.filter(|_| !nests_on) {
            let plain = self.pay(64) && !(spot.deep && self.leaf() != Leaf::Fitting);
            return if plain { value.clone() } else { self.end(&wanted) };
        }
        if wanted.is_object() {
            return self.object(&wanted, spot);
        }
        if wanted.is_array() {
            return self.array(&wanted, spot);
        }
        if spot.deep {
            return self.end(&wanted);
        }
        self.scalar(&wanted)
    }

    /// What stands where a payload ends.
    fn end(&mut self, wanted: &Wanted<'v>) -> Value {
        match self.leaf() {
            Leaf::Null | Leaf::Bare => Value::Null,
            Leaf::Stranger => Value::Object(Map::from_iter([("~".to_owned(), Value::Null)])),
            Leaf::Fitting if wanted.is_object() => Value::Object(Map::new()),
            Leaf::Fitting if wanted.is_array() => Value::Array(Vec::new()),
            Leaf::Fitting => self.scalar(wanted),
        }
    }

    /// Which of several parts are nested on: one or two of those that reach deepest.
    fn ways(&self, parts: &[Vec<&'v Value>], spot: Spot) -> Vec<usize> {
        let height = |part: &[&Value]| part.iter().map(|one| self.graph.height(one)).max();
        let heights: Vec<usize> = parts
            .iter()
            .map(|part| height(part).unwrap_or_default())
            .collect();
        let most = heights.iter().copied().max().unwrap_or_default();
        let deepest = heights.iter().enumerate().filter(|(_, height)| **height == most);
        let deepest: Vec<usize> = deepest.map(|(index, _)| index).collect();
        let (choice, ways) = match self.plan {
            Plan::Deep(choice, _) => (choice, 1),
            Plan::Bushy(choice, _) => (choice, 2),
            _ => return Vec::new(),
        };
        // Three choices stay on one way, the others change at each level.
        let turn = if choice < 3 {
            choice
        } else {
            choice.wrapping_mul(spot.level)
        };
        (0..ways.min(deepest.len()))
            .filter_map(|way| deepest.get((turn + way) % deepest.len()))
            .copied()
            .collect()
    }

    fn object(&mut self, wanted: &Wanted<'v>, spot: Spot) -> Value {
        let mut members = Map::new();
        let mut parts = wanted.members();
        if self.leaf() == Leaf::Bare {
            parts.retain(|(_, schemas)| !schemas.is_empty());
        }
        let schemas: Vec<Vec<&'v Value>> = parts.iter().map(|(_, schemas)| schemas.clone()).collect();
        let ways = if spot.deep {
            self.ways(&schemas, spot)
        } else {
            Vec::new()
        };
        if let Plan::WideObject(number, _) = self.plan
            && (!wanted.rest.is_empty() || !wanted.patterns.is_empty() || wanted.open)
            && self.chosen(number)
        {
            return self.wide(wanted, spot);
        }
        for (index, (name, schemas)) in parts.drain(..).enumerate() {
            if !self.pay(name.len() + 4) {
                break;
            }
            let deep = ways.contains(&index);
            let inner = Spot {
                level: spot.level + 1,
                deep,
                shallow: if spot.deep {
                    2
                } else {
                    spot.shallow.saturating_sub(1)
                },
            };
            members.insert(name, self.value(&schemas, inner));
        }
        Value::Object(members)
    }

    /// An object with as many members as fit; all members share one value.
    fn wide(&mut self, wanted: &Wanted<'v>, spot: Spot) -> Value {
        let mut members = Map::new();
        let inner = Spot {
            level: spot.level + 1,
            deep: false,
            shallow: spot.shallow.saturating_sub(1).min(2),
        };
        for (name, schemas) in wanted.members().into_iter().take(1000) {
            members.insert(name, self.value(&schemas, inner));
        }
        let mut schemas = wanted.rest.clone();
        schemas.extend(wanted.patterns.iter().map(|(_, schema)| *schema));
        let value = if schemas.is_empty() {
            Value::from(0)
        } else {
            self.value(&schemas, inner)
        };
        let value = if self.leaf() == Leaf::Fitting {
            value
        } else {
            self.end(wanted)
        };
        let stems: Vec<String> = match wanted.patterns.as_slice() {
            [] => vec!["m".to_owned()],
            patterns => patterns
                .iter()
                .map(|(pattern, _)| text::matching(pattern, 8))
                .collect(),
        };
        let each = value.to_string().len();
        let mut size = 0;
        for (number, stem) in stems.iter().cycle().enumerate() {
            let name = format!("{stem}{number}");
            size += name.len() + 4 + each;
            if size > MAX_PAYLOAD - SMALL {
                break;
            }
            members.insert(name, value.clone());
        }
        Value::Object(members)
    }

    fn array(&mut self, wanted: &Wanted<'v>, spot: Spot) -> Value {
        let parts = wanted.items();
        let ways = if spot.deep {
            self.ways(&parts, spot)
        } else {
            Vec::new()
        };
        let long = match self.plan {
            Plan::LongArray(number, _) => self.chosen(number),
            _ => false,
        };
        let mut items = Vec::new();
        for (index, schemas) in parts.iter().enumerate() {
            let deep = ways.contains(&index);
            let inner = Spot {
                level: spot.level + 1,
                deep,
                shallow: if spot.deep {
                    2
                } else {
                    spot.shallow.saturating_sub(1)
                },
            };
            items.push(self.value(schemas, inner));
        }
        if long {
            let fitting = items.last().cloned().unwrap_or(Value::from(0));
            let item = if self.leaf() == Leaf::Fitting {
                fitting
            } else {
                self.end(wanted)
            };
            let room = (MAX_PAYLOAD - SMALL) / (item.to_string().len() + 8);
            items.extend((0..room).map(|number| differ(&item, number)));
            if self.leaf() != Leaf::Null {
                items.push(Value::Null);
            }
        }
        Value::Array(items)
    }

    fn scalar(&mut self, wanted: &Wanted<'v>) -> Value {
        if wanted.is_text() {
            if let Plan::LongText(number, kind) = self.plan
                && self.chosen(number)
            {
                return Value::String(long_text(wanted.pattern, kind));
            }
            let text = wanted
                .pattern
                .map(|pattern| text::matching(pattern, 64))
                .unwrap_or_default();
            let text = wanted.format.and_then(of_format).map_or(text, str::to_owned);
            self.pay(text.len() + 2);
            return Value::String(text);
        }
        self.pay(4);
        match wanted.kind {
            Some("boolean") => Value::Bool(true),
            Some("integer" | "number") => wanted.number.cloned().map_or(Value::from(1), Value::Number),
            _ => Value::Null,
        }
    }
}

/// The same value, but not equal to the others where it is a number or a text.
fn differ(value: &Value, number: usize) -> Value {
    match value {
        Value::Number(_) => Value::from(number),
        Value::String(text) if text.len() < 64 => Value::String(format!("{text}{number}")),
        other => other.clone(),
    }
}

/// A text of nearly [`MAX_PAYLOAD`] bytes.
fn long_text(pattern: Option<&str>, kind: usize) -> String {
    let length = MAX_PAYLOAD - SMALL;
    match (kind, pattern) {
        (0, Some(pattern)) => {
            let stem = text::matching(pattern, length);
            let times = length / (stem.len() + 1);
            stem.repeat(times.max(1))
        }
        (1, Some(pattern)) => {
            let stem = text::matching(pattern, length.min(4096));
            format!("{}!", stem.repeat(length / (stem.len() + 1)))
        }
        (2, Some(pattern)) => text::scrambled(pattern, length),
        (2, None) => format!("{}!", "a".repeat(length)),
        (3, _) => "0".repeat(length),
        _ => "\u{e9}.@-/".repeat(length / 7),
    }
}

fn of_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "date" => "2026-03-02",
        "date-time" => "2026-03-02T08:00:00Z",
        "time" => "08:00:00Z",
        "email" => "a@example.org",
        "uri" | "iri" | "uri-reference" => "https://example.org/",
        "uuid" => "0190163d-8694-739b-aea5-966c26f8ad91",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "hostname" => "example.org",
        "duration" => "P1D",
        other => national::find(other)?.examples.first()?,
    })
}
