//! Numbers and texts at the ends of what shapes allow.
//!
//! Invariant: a text is at most [`MAX_TEXT`] characters long.

use serde_json::{Number, Value};

use super::Maker;
use crate::contract::compat::have::{Facts, first_whole};
use crate::contract::compat::shape::{Bound, Id, Kinds, Shape};
use crate::contract::compat::texts::{Found, lengths, pattern};
use crate::contract::national;

/// The longest text that is made.
const MAX_TEXT: u64 = 70_000;

/// Texts of each format that is not a national one.
const FORMATS: &[(&str, &[&str])] = &[
    ("date", &["2026-03-02", "2024-02-29"]),
    (
        "date-time",
        &["2026-03-02T08:00:00+08:00", "2026-03-02T00:00:00.5Z"],
    ),
    ("time", &["08:00:00+08:00", "00:00:00Z"]),
    ("duration", &["P1D", "PT2H"]),
    ("email", &["nama@kaltimprov.go.id", "a@b.id"]),
    ("idn-email", &["nama@kaltimprov.go.id", "é@b.id"]),
    ("hostname", &["data.kaltimprov.go.id", "a"]),
    ("idn-hostname", &["data.kaltimprov.go.id", "é.id"]),
    ("ipv4", &["192.0.2.1"]),
    ("ipv6", &["2001:db8::1", "::"]),
    ("uri", &["https://data.kaltimprov.go.id/", "urn:x"]),
    ("uri-reference", &["/a", "https://data.kaltimprov.go.id/", ""]),
    ("iri", &["https://data.kaltimprov.go.id/é", "urn:x"]),
    ("iri-reference", &["/é", ""]),
    ("uri-template", &["/a/{b}", ""]),
    ("uuid", &["0190163d-8694-739b-aea5-966c26f8ad91"]),
    ("json-pointer", &["/a", ""]),
    ("relative-json-pointer", &["0", "1/a"]),
    ("regex", &["^a$", ""]),
];

/// Texts that mean something to many rules.
const PLAIN: &[&str] = &[
    "a",
    "",
    "A",
    "0",
    "é",
    " ",
    "teks",
    "a b",
    "-",
    "2026-03-02",
    "1e5",
    "a@b.id",
];

impl<'v> Maker<'_, 'v> {
    pub(super) fn strings(&mut self, facts: &Facts<'_, 'v>, hints: &[Id]) -> Vec<String> {
        let shapes = self.judge.shapes;
        let hinted: Vec<&Shape<'v>> = hints.iter().map(|id| shapes.get(*id)).collect();
        let both = || facts.shapes.iter().chain(&hinted).copied();
        let mut all: Vec<String> = Vec::new();
        for leaf in both().flat_map(|shape| &shape.leaves) {
            all.extend(of_format(&leaf.value).iter().map(|text| (*text).to_owned()));
        }
        let mut sizes: Vec<u64> = Vec::new();
        for size in both()
            .flat_map(|shape| [shape.min_length, shape.max_length])
            .flatten()
        {
            sizes.extend([size, size.saturating_add(1), size.saturating_sub(1)]);
        }
        sizes.retain(|size| *size <= MAX_TEXT);
        sizes.sort_unstable();
        sizes.dedup();
        let patterns = |list: &[&Shape<'v>]| -> Vec<String> {
            let all = list.iter().filter_map(|shape| shape.pattern.as_deref());
            all.filter_map(pattern).collect()
        };
        let (must, hinted) = (patterns(&facts.shapes), patterns(&hinted));
        if !must.is_empty() || !hinted.is_empty() {
            self.matching(facts, &must, &hinted, &sizes, &mut all);
        }
        if must.is_empty() {
            let plain = PLAIN.iter().map(|text| (*text).to_owned());
            all.extend(plain.clone().take(1));
            let mut others = Vec::new();
            for size in sizes {
                let size = usize::try_from(size).unwrap_or_default();
                all.push("a".repeat(size));
                others.push("b".repeat(size));
                self.left = self.left.saturating_sub(size / 64);
            }
            all.extend(plain.chain(others));
        }
        all
    }

    /// Texts that match all of `must`; also such as one of `hinted` refuses.
    fn matching(
        &mut self,
        facts: &Facts<'_, 'v>,
        must: &[String],
        hinted: &[String],
        sizes: &[u64],
        all: &mut Vec<String>,
    ) {
        let mut bounded = must.to_vec();
        bounded.extend(lengths(facts.min_length, facts.max_length));
        for hint in hinted {
            self.take(&bounded, std::slice::from_ref(hint), all);
            let with_hint: Vec<String> = bounded.iter().chain([hint]).cloned().collect();
            self.take(&with_hint, &[], all);
        }
        self.take(&bounded, &[], all);
        for size in sizes.iter().take(12) {
            let of_size: Vec<String> = bounded
                .iter()
                .cloned()
                .chain(lengths(*size, Some(*size)))
                .collect();
            self.take(&of_size, &[], all);
            if !hinted.is_empty() {
                self.take(&of_size, hinted, all);
            }
        }
    }

    fn take(&mut self, must: &[String], never: &[String], all: &mut Vec<String>) {
        self.left = self.left.saturating_sub(20);
        if let (true, Found::Text(text)) = (self.left > 0, self.texts.find(must, never)) {
            all.push(text);
        }
    }

    pub(super) fn numbers(&mut self, facts: &Facts<'_, 'v>, hints: &[Id]) -> Vec<Value> {
        let shapes = self.judge.shapes;
        let hinted: Vec<&Shape<'v>> = hints.iter().map(|id| shapes.get(*id)).collect();
        let both = || facts.shapes.iter().chain(&hinted).copied();
        let mut all: Vec<Value> = Vec::new();
        let mut bounds: Vec<&Bound> = both()
            .flat_map(|shape| shape.low.iter().chain(&shape.high))
            .collect();
        bounds.extend(facts.low.iter().chain(&facts.high));
        for bound in bounds {
            all.push(Value::Number(bound.value.clone()));
            all.extend([1, -1].into_iter().filter_map(|step| beside(&bound.value, step)));
            for low in [true, false] {
                let near =
                    first_whole(bound, low).map_or(Vec::new(), |whole| vec![whole, whole + 1, whole - 1]);
                all.extend(near.into_iter().filter_map(Number::from_i128).map(Value::Number));
                let beside = first_whole(bound, low).map(|whole| format!("{whole}.5"));
                all.extend(beside.and_then(|text| parse(&text)));
            }
        }
        for multiple in both().filter_map(|shape| shape.multiple.as_ref()) {
            let mut near: Vec<i128> = vec![0];
            let step = multiple.as_i128().filter(|step| *step > 0).unwrap_or(1);
            let ends = facts
                .low
                .iter()
                .chain(&facts.high)
                .filter_map(|bound| first_whole(bound, true));
            near.extend(ends.map(|end| end / step));
            let factors = near
                .iter()
                .flat_map(|near| [*near, near + 1, near - 1, near + 2, near - 2]);
            all.extend(factors.filter_map(|factor| times(multiple, factor)));
        }
        for text in [
            "0",
            "1",
            "-1",
            "2",
            "3",
            "0.5",
            "-0.5",
            "1.0",
            "100",
            "1e2",
            "0.01",
            "12345678901234567890",
        ] {
            all.extend(parse(text));
        }
        all.retain(|value| Kinds::of(value).within(facts.kinds));
        all
    }
}

/// Texts of a format.
fn of_format(format: &Value) -> &'static [&'static str] {
    let name = format.as_str().unwrap_or_default();
    let common = FORMATS.iter().find(|(known, _)| *known == name);
    common
        .map(|(_, texts)| *texts)
        .or_else(|| national::find(name).map(|format| format.examples))
        .unwrap_or_default()
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// The number that lies `step` beside `number` in the next decimal place.
fn beside(number: &Number, step: i128) -> Option<Value> {
    let text = number.as_str();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{whole}{fraction}0").parse().ok()?;
    with_point(digits.checked_add(step)?, fraction.len() + 1)
}

/// The number of these digits, the last `places` of them behind the point.
fn with_point(digits: i128, places: usize) -> Option<Value> {
    let sign = if digits < 0 { "-" } else { "" };
    let padded = format!("{:0>1$}", digits.unsigned_abs(), places + 1);
    let (whole, fraction) = padded.split_at_checked(padded.len() - places)?;
    parse(&format!("{sign}{whole}.{fraction}"))
}

/// `number` times `factor`, as long as it is written without an exponent.
fn times(number: &Number, factor: i128) -> Option<Value> {
    let text = number.as_str();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let product = digits.checked_mul(factor)?;
    if fraction.is_empty() {
        return parse(&product.to_string());
    }
    with_point(product, fraction.len())
}
