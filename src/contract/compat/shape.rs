//! [`Shape`]: what one schema object demands, free of drafts; [`Shapes`]: those of both documents.
//!
//! Not here: how a schema becomes shapes (`load`). Invariant: a demand that has no field of its own
//! stands in `leaves` or makes the shape `opaque`; nothing that is judged is left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use crate::contract::validator::number::Divisor;

/// A shape, by its place in [`Shapes`].
pub type Id = usize;

/// The shape that accepts everything.
pub const ANYTHING: Id = 0;

/// The shape that accepts nothing.
pub const NOTHING: Id = 1;

/// A set of kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kinds(u8);

impl Kinds {
    /// `null`.
    pub const NULL: Kinds = Kinds(1);
    /// `true` and `false`.
    pub const BOOLEAN: Kinds = Kinds(2);
    /// Integers written as such.
    pub const INTEGER: Kinds = Kinds(4);
    /// Whole numbers written with a fraction or an exponent; draft 4 calls them no integers.
    pub const WHOLE: Kinds = Kinds(8);
    /// Numbers that are not whole.
    pub const FRACTION: Kinds = Kinds(16);
    /// Texts.
    pub const STRING: Kinds = Kinds(32);
    /// Lists.
    pub const ARRAY: Kinds = Kinds(64);
    /// Objects.
    pub const OBJECT: Kinds = Kinds(128);
    /// Every kind.
    pub const ALL: Kinds = Kinds(255);
    /// No kind.
    pub const NONE: Kinds = Kinds(0);
    /// Numbers, however they are written.
    pub const NUMBER: Kinds = Kinds(4 + 8 + 16);
    /// The kinds that keywords tell apart.
    pub const GROUPS: [Kinds; 6] = [
        Kinds::NULL,
        Kinds::BOOLEAN,
        Kinds::NUMBER,
        Kinds::STRING,
        Kinds::ARRAY,
        Kinds::OBJECT,
    ];

    /// The kind of a value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Kinds::NULL,
            Value::Bool(_) => Kinds::BOOLEAN,
            Value::Number(number) => Kinds::of_number(number),
            Value::String(_) => Kinds::STRING,
            Value::Array(_) => Kinds::ARRAY,
            Value::Object(_) => Kinds::OBJECT,
        }
    }

    fn of_number(number: &Number) -> Self {
        if !number.as_str().contains(['.', 'e', 'E']) {
            return Kinds::INTEGER;
        }
        let whole = Divisor::of(&Number::from(1)).is_some_and(|one| one.divides(number));
        if whole { Kinds::WHOLE } else { Kinds::FRACTION }
    }

    /// The kinds that a `type` names.
    pub fn named(name: &str, draft4: bool) -> Self {
        match name {
            "null" => Kinds::NULL,
            "boolean" => Kinds::BOOLEAN,
            "integer" if draft4 => Kinds::INTEGER,
            "integer" => Kinds(4 + 8),
            "number" => Kinds::NUMBER,
            "string" => Kinds::STRING,
            "array" => Kinds::ARRAY,
            "object" => Kinds::OBJECT,
            _ => Kinds::NONE,
        }
    }

    /// The kinds that are in both.
    pub fn and(self, other: Self) -> Self {
        Kinds(self.0 & other.0)
    }

    /// The kinds that are in either.
    pub fn or(self, other: Self) -> Self {
        Kinds(self.0 | other.0)
    }

    /// The kinds that are in this one and not in the other.
    pub fn without(self, other: Self) -> Self {
        Kinds(self.0 & !other.0)
    }

    /// Whether there is no kind in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether some kind is in both.
    pub fn meets(self, other: Self) -> bool {
        !self.and(other).is_empty()
    }

    /// Whether it is nothing but kinds of `other`.
    pub fn within(self, other: Self) -> bool {
        self.without(other).is_empty()
    }
}

/// An end of a range of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    pub value: Number,
    pub exclusive: bool,
    pub keyword: &'static str,
}

/// A schema for what no other keyword named: members beside `names` and `patterns`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    pub keyword: &'static str,
    pub names: BTreeSet<String>,
    pub patterns: BTreeSet<String>,
    pub schema: Id,
}

/// A schema for the items from an index on.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    pub keyword: &'static str,
    pub from: usize,
    pub schema: Id,
}

/// `contains` with its bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contains {
    pub schema: Id,
    pub min: u64,
    pub max: Option<u64>,
}

/// `if`, `then`, `else`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub test: Id,
    pub then: Id,
    pub otherwise: Id,
}

/// A keyword that only the library can judge: `format`, content keywords, references to meta-schemas.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    pub keyword: &'static str,
    /// The keyword's value.
    pub value: Value,
    /// A schema of nothing but this keyword.
    pub schema: Value,
}

/// What one schema object demands.
#[derive(Debug, Clone, Default)]
pub struct Shape<'v> {
    /// The object as it was written.
    pub source: Option<&'v Map<String, Value>>,
    pub never: bool,
    /// A demand that can't be told apart from its surroundings, such as a dynamic reference.
    pub opaque: Option<&'static str>,
    pub kinds: Option<Kinds>,
    pub choices: Option<(&'static str, Vec<Value>)>,
    pub low: Vec<Bound>,
    pub high: Vec<Bound>,
    pub multiple: Option<Number>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub pattern: Option<String>,
    pub leaves: Vec<Leaf>,
    pub prefix: Vec<Id>,
    pub tails: Vec<Tail>,
    pub contains: Option<Contains>,
    pub unique: bool,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub properties: BTreeMap<String, Id>,
    pub patterns: BTreeMap<String, Id>,
    pub rests: Vec<Rest>,
    pub required: BTreeSet<String>,
    pub min_properties: Option<u64>,
    pub max_properties: Option<u64>,
    pub names: Option<Id>,
    pub dependent_required: BTreeMap<String, BTreeSet<String>>,
    pub dependent_schemas: BTreeMap<String, Id>,
    /// `allOf` and references.
    pub all: Vec<Id>,
    pub any: Option<Vec<Id>>,
    pub one: Option<Vec<Id>>,
    pub not: Option<Id>,
    pub condition: Option<Condition>,
    /// Unevaluated keywords that could not be said as `rests` or `tails`.
    pub unevaluated: Vec<(&'static str, Id)>,
}

impl Shape<'_> {
    /// Every shape that this one names, in a fixed order.
    pub fn children(&self) -> Vec<Id> {
        let mut all: Vec<Id> = self.prefix.clone();
        all.extend(self.tails.iter().map(|tail| tail.schema));
        all.extend(self.contains.iter().map(|contains| contains.schema));
        all.extend(self.properties.values());
        all.extend(self.patterns.values());
        all.extend(self.rests.iter().map(|rest| rest.schema));
        all.extend(self.names);
        all.extend(self.dependent_schemas.values());
        all.extend(&self.all);
        all.extend(self.any.iter().flatten());
        all.extend(self.one.iter().flatten());
        all.extend(self.not);
        all.extend(self.unevaluated.iter().map(|(_, schema)| *schema));
        if let Some(condition) = &self.condition {
            all.extend([condition.test, condition.then, condition.otherwise]);
        }
        all
    }

    /// The value of a keyword as it was written; null where it has none.
    pub fn told(&self, keyword: &str) -> Value {
        let found = self.source.and_then(|source| source.get(keyword));
        found.cloned().unwrap_or(Value::Null)
    }
}

/// All shapes, and which of them are the same.
#[derive(Debug)]
pub struct Shapes<'v> {
    pub list: Vec<Shape<'v>>,
    /// For each shape its class: shapes of one class demand the same.
    pub classes: Vec<usize>,
    never: Shape<'v>,
}

impl<'v> Shapes<'v> {
    /// Shapes with the class of each.
    pub fn new(list: Vec<Shape<'v>>, classes: Vec<usize>) -> Self {
        let never = Shape {
            never: true,
            ..Shape::default()
        };
        Shapes { list, classes, never }
    }

    /// The shape of that number; the one that accepts nothing where there is none.
    pub fn get(&self, id: Id) -> &Shape<'v> {
        self.list.get(id).unwrap_or(&self.never)
    }

    /// The class of that shape.
    pub fn class(&self, id: Id) -> usize {
        self.classes.get(id).copied().unwrap_or(NOTHING)
    }
}
