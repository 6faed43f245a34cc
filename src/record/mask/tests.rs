//! What a mask shows: cases, and random payloads against another way to do the same.

use serde_json::{Map, Value, json};

use super::Mask;
use crate::contract::{Validator, schema_of_part};
use crate::types::{Document, Pointer};

fn pointers(list: &[&str]) -> Vec<Pointer> {
    list.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn only_the_named_fields_are_left_in_their_order_and_as_they_were_written() {
    let payload = concat!(
        r#"{"z":1E5,"nip":"1","unit":{"nama":"x","kode":"A\u002f1"},"#,
        r#""anak":[{"nik":"9","nama":"b"},{"nik":"8"},7],"d\u00e9sa":-0.0}"#
    );
    let cases: [(&[&str], &str); 12] = [
        (
            &["/nip", "/unit/kode", "/z"],
            r#"{"z":1E5,"nip":"1","unit":{"kode":"A\u002f1"}}"#,
        ),
        (&["/anak/*/nama"], r#"{"anak":[{"nama":"b"},{}]}"#),
        (&["/anak/1"], r#"{"anak":[{"nik":"8"}]}"#),
        (
            &["/anak/*/nama", "/anak/0/nik"],
            r#"{"anak":[{"nik":"9","nama":"b"},{}]}"#,
        ),
        (&["/anak/01", "/anak/-"], r#"{"anak":[]}"#),
        (
            &["/unit", "/unit/kode"],
            r#"{"unit":{"nama":"x","kode":"A\u002f1"}}"#,
        ),
        (&["/unit/tidak"], r#"{"unit":{}}"#),
        (&["/unit/*"], r#"{"unit":{}}"#),
        (&["/désa"], r#"{"d\u00e9sa":-0.0}"#),
        (&["/none", "/nip/x"], "{}"),
        (&[], "{}"),
        (&[""], payload),
    ];
    for (fields, expected) in cases {
        let mask = Mask::of(&pointers(fields));
        assert_eq!(mask.part(payload).as_deref(), Ok(expected), "{fields:?}");
    }
    assert_eq!(Mask::of(&pointers(&["/a"])).part("\"a\"").as_deref(), Ok("{}"));
    assert!(
        Mask::of(&pointers(&["/a"]))
            .part("{\"a\":1,\"b\":[\"x\"")
            .is_err()
    );
}

#[test]
fn the_hash_tells_fields_apart() {
    let hash = |fields: &[&str]| Mask::of(&pointers(fields)).hash().to_owned();
    assert_eq!(hash(&["/a", "/b"]).len(), 12);
    assert_eq!(hash(&["/a", "/b"]), hash(&["/a", "/b"]));
    assert_ne!(hash(&["/a", "/b"]), hash(&["/a"]));
}

/// The same on values, for comparison.
fn part_of_value(value: &Value, paths: &[Vec<&str>]) -> Option<Value> {
    if paths.iter().any(Vec::is_empty) {
        return Some(value.clone());
    }
    let below = |fits: &dyn Fn(&str) -> bool| -> Vec<Vec<&str>> {
        let fitting = paths.iter().filter(|path| fits(path[0]));
        fitting.map(|path| path[1..].to_vec()).collect()
    };
    let shown = |value: &Value, paths: Vec<Vec<&str>>| {
        (!paths.is_empty())
            .then(|| part_of_value(value, &paths))
            .flatten()
    };
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(name, member)| {
                Some((name.clone(), shown(member, below(&|first| first == name))?))
            });
            Some(Value::Object(kept.collect::<Map<_, _>>()))
        }
        Value::Array(items) => {
            let kept = items.iter().enumerate().filter_map(|(index, item)| {
                shown(item, below(&|first| first == "*" || first == index.to_string()))
            });
            Some(Value::Array(kept.collect()))
        }
        _ => None,
    }
}

/// Random numbers that are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(most).unwrap()).unwrap()
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn value(&mut self, depth: usize, out: &mut String) {
        match self.below(if depth == 0 { 2 } else { 5 }) {
            0 => out.push_str(self.one_of(&[
                "1E5",
                "-0",
                "64.10",
                "null",
                "true",
                "false",
                "12345678901234567890",
            ])),
            1 => out.push_str(self.one_of(&[r#""x""#, r#""\"}],\\""#, r#""""#, r#""\u00e9[{""#, r#""é:,""#])),
            2 => self.list(depth, out, '[', ']', |_| ""),
            _ => {
                // None twice, however it is written: these are taken in turn.
                let mut names = [r#""a":"#, r#""\u0062":"#, r#""*":"#, r#""0":"#, r#""c\/d":"#].into_iter();
                let skip = self.below(2);
                let mut next = move |_: &mut Random| names.nth(skip).unwrap_or_default();
                self.list(depth, out, '{', '}', &mut next);
            }
        }
    }

    fn list<'n>(
        &mut self,
        depth: usize,
        out: &mut String,
        open: char,
        close: char,
        mut name: impl FnMut(&mut Random) -> &'n str,
    ) {
        out.push(open);
        for index in 0..self.below(4) {
            let name = name(self);
            if open == '{' && name.is_empty() {
                break;
            }
            if index > 0 {
                out.push(',');
            }
            out.push_str(name);
            self.value(depth - 1, out);
        }
        out.push(close);
    }

    fn pointer(&mut self) -> Pointer {
        let segments = ["a", "b", "*", "0", "1", "c/d", "none"];
        (0..=self.below(4)).fold(Pointer::default(), |pointer, _| {
            pointer.child(self.one_of(&segments))
        })
    }
}

/// The tokens of a text, brackets and commas aside.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '"' => {
                let mut escaped = true;
                length = rest
                    .char_indices()
                    .find(|(_, character)| {
                        let end = *character == '"' && !escaped;
                        escaped = *character == '\\' && !escaped;
                        end
                    })
                    .map_or(rest.len(), |(at, _)| at + 1);
                tokens.push(&rest[..length]);
            }
            '{' | '}' | '[' | ']' | ',' | ':' => {}
            _ => {
                length = rest.find([',', '}', ']']).unwrap_or(rest.len());
                tokens.push(&rest[..length]);
            }
        }
        rest = &rest[length..];
    }
    tokens
}

#[test]
fn random_parts_are_those_of_the_value_and_made_of_tokens_of_the_payload() {
    let mut random = Random(4);
    for round in 0..20_000 {
        let mut text = String::new();
        random.value(4, &mut text);
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(document.text(), text);
        let fields: Vec<Pointer> = (0..random.below(4)).map(|_| random.pointer()).collect();
        let part = Mask::of(&fields).part(&text).unwrap();
        let paths: Vec<Vec<&str>> = fields.iter().map(|field| field.segments().collect()).collect();
        let expected = part_of_value(document.value(), &paths).unwrap_or_else(|| Value::Object(Map::new()));
        let shown = format!("{round}: {fields:?} of {text} is {part}");
        let read = Document::parse(part.as_bytes()).unwrap();
        assert_eq!(*read.value(), expected, "{shown}");
        // In the same order, each a token of the payload.
        let mut all = tokens(&text).into_iter();
        for token in tokens(&part) {
            assert!(all.any(|one| one == token), "{token}, {shown}");
        }
        // However a payload is cut short, that is noticed or harmless, never a panic.
        let cut = text
            .char_indices()
            .nth(random.below(text.len()))
            .map_or(0, |(at, _)| at);
        drop(Mask::of(&fields).part(&text[..cut]));
    }
}

impl Random {
    /// A schema of a few keywords, of payloads such as [`Random::value`] makes.
    fn schema(&mut self, depth: usize) -> Value {
        if depth == 0 {
            let type_ = self.one_of(&["string", "number", "object", "array", "null"]);
            return json!({ "type": type_ });
        }
        let mut members = Map::new();
        for _ in 0..=self.below(3) {
            let name = self.one_of(&["a", "b", "*", "0"]);
            let (keyword, value) = match self.below(10) {
                0 => (
                    "type",
                    json!(["object", "array", self.one_of(&["string", "number"])]),
                ),
                1 => ("required", json!([name])),
                2 => ("items", self.schema(depth - 1)),
                3 => ("allOf", json!([self.schema(depth - 1), self.schema(depth - 1)])),
                4 => ("anyOf", json!([self.schema(depth - 1), self.schema(depth - 1)])),
                5 => ("$ref", self.one_of(&["#/$defs/a", "#/$defs/b"]).into()),
                6 => ("not", self.schema(depth - 1)),
                7 => ("then", self.schema(depth - 1)),
                _ => (
                    "properties",
                    json!({name: self.schema(depth - 1), "a": self.schema(depth - 1)}),
                ),
            };
            members.insert(keyword.to_owned(), value);
        }
        if members.contains_key("then") {
            members.insert("if".into(), self.schema(depth - 1));
        }
        Value::Object(members)
    }
}

#[test]
fn the_part_of_a_valid_payload_keeps_to_the_schema_of_the_part() {
    let mut random = Random(11);
    let mut valid = 0;
    for _ in 0..1_000 {
        let mut schema = random.schema(3);
        // What the definitions refer to themselves is no loop that consumes nothing.
        schema["$defs"] = json!({"a": {"properties": {"a": {"$ref": "#/$defs/b"}}}, "b": random.schema(0)});
        let fields: Vec<Pointer> = (0..=random.below(3)).map(|_| random.pointer()).collect();
        let part = schema_of_part(&schema, &fields);
        let (whole, rules) = (
            Validator::compile(&schema).unwrap(),
            Validator::compile(&part).unwrap(),
        );
        let mask = Mask::of(&fields);
        for _ in 0..40 {
            let mut text = String::new();
            random.value(3, &mut text);
            let read = |text: &str| Document::parse(text.as_bytes()).unwrap().into_value();
            if text.starts_with('{') && whole.is_valid(&read(&text)) {
                valid += 1;
                let cut = mask.part(&text).unwrap();
                assert!(
                    rules.is_valid(&read(&cut)),
                    "{schema}\n{fields:?}\n{part}\n{text}\n{cut}"
                );
            }
        }
    }
    assert!(valid > 1_000, "{valid}");
}
