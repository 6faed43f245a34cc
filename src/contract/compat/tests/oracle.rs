//! Brute force: small schemas, every small payload.
//!
//! Invariant: what the old schema accepts and the new one refuses was never called compatible.

use serde_json::{Map, Value, json};

use super::compared;
use crate::contract::Validator;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn pick(&mut self, of: &[&str]) -> Value {
        let index = usize::try_from(self.roll(u64::try_from(of.len()).unwrap())).unwrap();
        serde_json::from_str(of[index]).unwrap()
    }

    /// One keyword with a value.
    fn keyword(&mut self, depth: u64) -> (&'static str, Value) {
        let number = json!(self.roll(3));
        match self.roll(if depth == 0 { 14 } else { 30 }) {
            0 | 1 => (
                "type",
                self.pick(&[
                    r#""string""#,
                    r#""integer""#,
                    r#""object""#,
                    r#""array""#,
                    r#"["integer","null"]"#,
                    r#"["string","number"]"#,
                ]),
            ),
            2 => (
                "enum",
                self.pick(&["[0,1]", r#"["a",null]"#, "[[],{}]", r#"[1.0,"b",{"a":1}]"#]),
            ),
            3 => ("const", self.pick(&["1", r#""a""#, r#"{"a":"a"}"#])),
            4 => ("minimum", number),
            5 => ("exclusiveMaximum", number),
            6 => ("multipleOf", self.pick(&["2", "0.5", "1"])),
            7 => ("maxLength", number),
            8 => ("minLength", number),
            9 => ("pattern", self.pick(&[r#""^a""#, r#""b$""#, r#""^[ab]*$""#])),
            10 => ("required", self.pick(&[r#"["a"]"#, r#"["a","b"]"#])),
            11 => (
                ["minProperties", "maxProperties"][usize::try_from(self.roll(2)).unwrap()],
                number,
            ),
            12 => (
                ["minItems", "maxItems"][usize::try_from(self.roll(2)).unwrap()],
                number,
            ),
            13 => ("uniqueItems", json!(true)),
            14..=16 => (
                "properties",
                json!({"a": self.schema(depth - 1), "b": self.schema(depth - 1)}),
            ),
            17 => ("additionalProperties", self.schema(depth - 1)),
            18 => ("patternProperties", json!({"^a": self.schema(depth - 1)})),
            19 => ("propertyNames", self.schema(depth - 1)),
            20 => ("items", self.schema(depth - 1)),
            21 => ("prefixItems", json!([self.schema(depth - 1)])),
            22 => ("contains", self.schema(depth - 1)),
            23 => ("anyOf", json!([self.schema(depth - 1), self.schema(depth - 1)])),
            24 => ("oneOf", json!([self.schema(depth - 1), self.schema(depth - 1)])),
            25 => ("allOf", json!([self.schema(depth - 1), self.schema(depth - 1)])),
            26 => ("not", self.schema(depth - 1)),
            27 => ("dependentSchemas", json!({"a": self.schema(depth - 1)})),
            28 => ("unevaluatedProperties", self.schema(depth - 1)),
            _ => ("if", self.schema(depth - 1)),
        }
    }

    fn schema(&mut self, depth: u64) -> Value {
        if self.roll(12) == 0 {
            return json!(self.roll(3) > 0);
        }
        let mut members = Map::new();
        for _ in 0..=self.roll(2) {
            let (name, value) = self.keyword(depth);
            members.insert(name.to_owned(), value);
            if name == "if" {
                members.insert("then".to_owned(), self.schema(0));
                members.insert("else".to_owned(), self.schema(0));
            }
        }
        Value::Object(members)
    }

    /// The same schema with one keyword changed somewhere.
    fn changed(&mut self, schema: &Value) -> Value {
        let Value::Object(members) = schema else {
            return self.schema(1);
        };
        let mut members = members.clone();
        let inner: Vec<String> = members
            .keys()
            .filter(|name| members[*name].is_object())
            .cloned()
            .collect();
        match self.roll(4) {
            0 => {
                let (name, value) = self.keyword(1);
                members.insert(name.to_owned(), value);
            }
            1 if members.len() > 1 => {
                let name = members.keys().next().unwrap().clone();
                members.remove(&name);
            }
            _ if !inner.is_empty() => {
                let name = &inner[usize::try_from(self.roll(u64::try_from(inner.len()).unwrap())).unwrap()];
                let mut value = members[name].clone();
                if name == "properties" {
                    value["a"] = self.changed(&value["a"]);
                } else if !["patternProperties", "dependentSchemas", "const"].contains(&name.as_str()) {
                    value = self.changed(&value);
                }
                members.insert(name.clone(), value);
            }
            _ => {
                let (name, value) = self.keyword(1);
                members.insert(name.to_owned(), value);
            }
        }
        Value::Object(members)
    }
}

/// Every small payload.
fn payloads() -> Vec<Value> {
    let small = || -> Vec<Value> {
        let texts = [
            "null", "true", "0", "1", "2", "0.5", "1.0", "-1", "3", r#""""#, r#""a""#, r#""b""#, r#""ab""#,
            r#""abc""#, "[]", "{}",
        ];
        texts
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect()
    };
    let mut all = small();
    for one in small() {
        all.push(json!([one]));
        all.push(json!({"a": one}));
        all.push(json!({"b": one}));
        all.push(json!({"c": one}));
        for two in small().into_iter().step_by(3) {
            all.push(json!([one, two]));
            all.push(json!({"a": one, "b": two}));
            all.push(json!({"a": one, "c": two}));
            all.push(json!({"ab": two, "b": one, "c": 1}));
        }
        all.push(json!({"a": {"a": one}}));
        all.push(json!({"a": [one]}));
        all.push(json!([[one], 1, 1]));
    }
    all
}

/// How many pairs were called compatible, breaking, undecided.
fn run(seed: u64, pairs: usize) -> [usize; 3] {
    let mut dice = Dice(seed);
    let payloads = payloads();
    let mut counts = [0; 3];
    for _ in 0..pairs {
        let old = dice.schema(2);
        let new = if dice.roll(4) == 0 {
            dice.schema(2)
        } else {
            dice.changed(&old)
        };
        let (Ok(before), Ok(after)) = (Validator::compile(&old), Validator::compile(&new)) else {
            continue;
        };
        let (breaks, undecided) = compared(&old, &new);
        let lost = payloads
            .iter()
            .find(|payload| before.is_valid(payload) && !after.is_valid(payload));
        let verdict = usize::from(breaks.is_empty()) * (1 + usize::from(undecided.is_empty()));
        counts[2 - verdict] += 1;
        if let Some(lost) = lost {
            assert_ne!(
                verdict, 2,
                "{old} -> {new} was called compatible but {lost} is lost"
            );
        }
    }
    counts
}

#[test]
fn nothing_that_is_lost_was_called_compatible() {
    let [compatible, undecided, breaking] = run(0x9E37_79B9_7F4A_7C15, 700);
    assert!(
        compatible > 100 && breaking > 100,
        "{compatible} {undecided} {breaking}"
    );
    assert!(
        undecided * 5 < compatible + breaking,
        "{compatible} {undecided} {breaking}"
    );
}

#[test]
#[ignore = "a longer search, for changes to the prover"]
fn nothing_that_is_lost_was_called_compatible_in_a_long_search() {
    let mut sum = [0; 3];
    for seed in 1..60 {
        let counts = run(0x1234_5678_9ABC_DEF1_u64.wrapping_mul(seed), 600);
        (0..3).for_each(|index| sum[index] += counts[index]);
    }
    println!("compatible, undecided, breaking: {sum:?}");
}
