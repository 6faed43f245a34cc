//! Keywords in the library's place, where its own can be made to take too long.
//!
//! The library hashes the items of `uniqueItems` by their double and arrays without their length, so
//! a payload can choose items that all collide and make it compare every pair; `multipleOf`, `enum`
//! and `const` with numbers take microseconds for each value. Invariant: judging costs no more than
//! n log n in the text judged; comparing two items costs no more than the smaller of them.

use std::cmp::Ordering;

use jsonschema::{Draft, Keyword, ValidationError, ValidationOptions};
use serde_json::Value;

use super::number::{self, Divisor};

/// Puts these keywords in the library's place, where the schema gives a reason to.
pub fn replace<'o>(options: ValidationOptions<'o>, schema: &Value, draft: Draft) -> ValidationOptions<'o> {
    let need = Need::of(schema);
    let mut options = options.with_keyword("uniqueItems", |_, value, _| Ok(boxed(Rule::unique(value))));
    if need.multiples && !need.long_divisor {
        options = options.with_keyword("multipleOf", |_, value, _| Ok(boxed(Rule::multiple(value))));
    }
    if need.numbers {
        options = options.with_keyword("enum", |_, value, _| Ok(boxed(Rule::choices(value))));
        if draft != Draft::Draft4 {
            options = options.with_keyword("const", |_, value, _| Ok(boxed(Rule::only(value))));
        }
    }
    options
}

fn boxed(rule: Rule) -> Box<dyn for<'i> Keyword<'i>> {
    Box::new(rule)
}

/// Which keywords a schema uses in a costly way. Members that are no keywords count too.
#[derive(Default)]
struct Need {
    multiples: bool,
    long_divisor: bool,
    numbers: bool,
}

impl Need {
    fn of(schema: &Value) -> Self {
        let mut need = Need::default();
        let mut waiting = vec![schema];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(members) => {
                    for (name, member) in members {
                        need.see(name, member);
                        waiting.push(member);
                    }
                }
                Value::Array(items) => waiting.extend(items),
                _ => {}
            }
        }
        need
    }

    fn see(&mut self, name: &str, member: &Value) {
        match (name, member) {
            ("multipleOf", Value::Number(divisor)) => {
                self.multiples = true;
                self.long_divisor |= Divisor::of(divisor).is_none();
            }
            ("enum" | "const", _) => self.numbers |= number::holds_number(member),
            _ => {}
        }
    }
}

/// One keyword with its value.
enum Rule {
    Unique,
    Multiple(Divisor),
    /// One of these, sorted by [`compare`].
    Choices(Vec<Value>),
    Anything,
}

impl Rule {
    fn unique(value: &Value) -> Self {
        if *value == Value::Bool(true) {
            Rule::Unique
        } else {
            Rule::Anything
        }
    }

    fn multiple(value: &Value) -> Self {
        value
            .as_number()
            .and_then(Divisor::of)
            .map_or(Rule::Anything, Rule::Multiple)
    }

    fn choices(value: &Value) -> Self {
        let mut choices = value.as_array().cloned().unwrap_or_default();
        choices.sort_by(compare);
        Rule::Choices(choices)
    }

    fn only(value: &Value) -> Self {
        Rule::Choices(vec![value.clone()])
    }
}

impl<'i> Keyword<'i> for Rule {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if Keyword::is_valid(self, instance) {
            Ok(())
        } else {
            Err(ValidationError::custom(""))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        match (self, instance) {
            (Rule::Unique, Value::Array(items)) => are_unique(items),
            (Rule::Multiple(divisor), Value::Number(number)) => divisor.divides(number),
            (Rule::Choices(choices), _) => choices
                .binary_search_by(|choice| compare(choice, instance))
                .is_ok(),
            _ => true,
        }
    }
}

/// Whether no two of `items` are the same JSON value (numbers by value).
fn are_unique(items: &[Value]) -> bool {
    match items {
        [] | [_] => true,
        _ => {
            let mut sorted: Vec<&Value> = items.iter().collect();
            sorted.sort_unstable_by(|a, b| compare(a, b));
            !sorted
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if compare(a, b) == Ordering::Equal))
        }
    }
}

/// A total order in which exactly equal JSON values are equal.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => number::compare(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => a
            .len()
            .cmp(&b.len())
            .then_with(|| first_difference(a.iter().zip(b).map(|(a, b)| compare(a, b)))),
        (Value::Object(a), Value::Object(b)) => a.len().cmp(&b.len()).then_with(|| {
            first_difference(
                a.iter()
                    .zip(b)
                    .map(|(a, b)| a.0.cmp(b.0).then_with(|| compare(a.1, b.1))),
            )
        }),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_the_same_by_value() {
        let cases = [
            ("[]", true),
            ("[1, 1.0]", false),
            ("[1, true]", true),
            ("[0, false, \"0\", null, [], {}]", true),
            ("[[1, 2], [2, 1]]", true),
            (
                "[{\"a\": 1, \"b\": [1e400]}, {\"b\": [10e399], \"a\": 1.0}]",
                false,
            ),
            ("[{\"a\": 1}, {\"b\": 1}]", true),
            ("[[], [[]], [[], []], [[[]]]]", true),
            ("[3, 1, 2, 3]", false),
        ];
        for (text, unique) in cases {
            let Value::Array(items) = serde_json::from_str(text).unwrap() else {
                panic!()
            };
            assert_eq!(are_unique(&items), unique, "{text}");
        }
    }

    #[test]
    fn items_chosen_to_collide_are_not_compared_each_with_each() {
        let items: Vec<String> = (0..50_000)
            .map(|n| format!("0.1000000000000000000000{n:06}1"))
            .collect();
        let Value::Array(items) = serde_json::from_str(&format!("[{}]", items.join(","))).unwrap() else {
            panic!()
        };
        // Each with each would be a thousand million comparisons, and this test would not come to an end.
        assert!(are_unique(&items));
    }
}
