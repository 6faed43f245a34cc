//! [`Tally`]: what the records of a dataset hold, counted one after the other.
//!
//! Invariant: numbers are added as they are written, never by doubles; memory is bounded by the columns and by
//! [`MAX_GROUPS`].

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Control, Counted};
use crate::report::decimal::Sum;
use crate::types::Pointer;

/// The most values of a field that are told apart, beside those that the agency names.
const MAX_GROUPS: usize = 1_000;

/// The group of those that hold nothing there.
pub const NOTHING: &str = "(kosong)";
/// The group of those that are too many to be told apart.
pub const OTHERS: &str = "(lainnya)";

/// See the module.
#[derive(Debug, Default)]
pub struct Tally {
    rows: u64,
    filled: Vec<(Pointer, u64)>,
    groups: Vec<(Pointer, BTreeMap<String, u64>)>,
    sums: Vec<(Pointer, Sum)>,
    dates: Vec<(Pointer, Option<(String, String)>)>,
    counted: Counted,
}

impl Tally {
    /// Counts how far these columns are filled, adds up these `numbers`, and counts what the agency counted.
    pub fn new(columns: Vec<Pointer>, numbers: Vec<Pointer>, counted: Counted) -> Self {
        let groups = counted.groups.iter().map(|(field, counts)| {
            let none = counts.keys().map(|value| (value.clone(), 0));
            (field.clone(), none.collect())
        });
        let mut sums: Vec<Pointer> = counted.sums.iter().map(|(field, _)| field.clone()).collect();
        sums.extend(numbers);
        let mut once: Vec<(Pointer, Sum)> = Vec::new();
        for field in sums {
            if once.iter().all(|(other, _)| *other != field) {
                once.push((field, Sum::default()));
            }
        }
        Tally {
            rows: 0,
            filled: columns.into_iter().map(|column| (column, 0)).collect(),
            groups: groups.collect(),
            sums: once,
            dates: counted
                .dates
                .iter()
                .map(|(field, ..)| (field.clone(), None))
                .collect(),
            counted,
        }
    }

    /// Counts a record.
    pub fn add(&mut self, payload: &Value) {
        self.rows += 1;
        for (column, filled) in &mut self.filled {
            *filled += u64::from(column.find(payload).is_some_and(is_filled));
        }
        for (field, sum) in &mut self.sums {
            if let Some(Value::Number(number)) = field.find(payload) {
                sum.add(number.as_str());
            }
        }
        for (field, groups) in &mut self.groups {
            let value = field.find(payload).filter(|value| is_filled(value));
            let value = value.map_or_else(|| NOTHING.to_owned(), text);
            let room = groups.len() < MAX_GROUPS || groups.contains_key(&value);
            *groups
                .entry(if room { value } else { OTHERS.to_owned() })
                .or_default() += 1;
        }
        for (field, span) in &mut self.dates {
            if let Some(Value::String(date)) = field.find(payload).filter(|value| is_filled(value)) {
                widen(span, date);
            }
        }
    }

    /// How many records there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// In how many records each column holds something.
    pub fn filled(&self) -> &[(Pointer, u64)] {
        &self.filled
    }

    /// How many records have each value of the fields that are grouped, those that are not told apart under
    /// [`OTHERS`], those without a value under [`NOTHING`].
    pub fn groups(&self) -> &[(Pointer, BTreeMap<String, u64>)] {
        &self.groups
    }

    /// The agency's figures beside the hub's.
    pub fn controls(self) -> Vec<Control> {
        let counted = self.counted;
        let rows = counted.rows.map(|rows| rows.to_string());
        let mut controls = vec![Control::of_numbers(
            "Jumlah rekaman".to_owned(),
            rows,
            self.rows.to_string(),
        )];
        for ((field, groups), (_, theirs)) in self.groups.into_iter().zip(&counted.groups) {
            controls.extend(groups.into_iter().map(|(value, count)| {
                let opd = theirs.get(&value).copied().unwrap_or_default();
                let what = format!("Jumlah rekaman dengan {field} = {value}");
                Control::of_numbers(what, Some(opd.to_string()), count.to_string())
            }));
        }
        for (field, sum) in self.sums {
            let theirs = counted.sums.iter().find(|(other, _)| *other == field);
            let left_out = match sum.left_out {
                0 => String::new(),
                count => format!(" (tanpa {count} bilangan yang terlalu panjang)"),
            };
            let what = format!("Jumlah nilai {field}{left_out}");
            controls.push(Control::of_numbers(
                what,
                theirs.map(|(_, sum)| sum.clone()),
                sum.text(),
            ));
        }
        for ((field, span), (_, first, last)) in self.dates.into_iter().zip(counted.dates) {
            let (from, to) = span.unzip();
            controls.push(Control::of_texts(format!("Tanggal pertama {field}"), first, from));
            controls.push(Control::of_texts(format!("Tanggal terakhir {field}"), last, to));
        }
        controls
    }
}

fn widen(span: &mut Option<(String, String)>, date: &str) {
    match span {
        None => *span = Some((date.to_owned(), date.to_owned())),
        Some((first, _)) if date < first.as_str() => date.clone_into(first),
        Some((_, last)) if date > last.as_str() => date.clone_into(last),
        Some(_) => {}
    }
}

/// Whether a value holds something: not null, nor blank, nor empty.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// A value as the name of a group.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(text: &str) -> Pointer {
        text.parse().unwrap()
    }

    #[test]
    #[expect(
        clippy::too_many_lines,
        reason = "one tally with everything in it, and each figure of it"
    )]
    fn records_are_counted_beside_what_the_agency_counted() {
        let counted = Counted {
            rows: Some(3),
            groups: vec![(
                pointer("/gol"),
                BTreeMap::from([("III".to_owned(), 2), ("V".to_owned(), 1)]),
            )],
            sums: vec![(pointer("/gaji"), "128.20".to_owned())],
            dates: vec![(
                pointer("/tmt"),
                Some("2026-01-01".into()),
                Some("2026-03-01".into()),
            )],
        };
        let mut tally = Tally::new(
            vec![pointer("/gol"), pointer("/a/b")],
            vec![pointer("/luas")],
            counted,
        );
        for text in [
            r#"{"gol":"III","gaji":64.10,"luas":0.1,"tmt":"2026-01-01","a":{"b":null}}"#,
            r#"{"gol":"III","gaji":64.10,"luas":0.2,"tmt":"2026-02-01","a":{"b":0}}"#,
            r#"{"gol":"  ","gaji":"x"}"#,
        ] {
            tally.add(&serde_json::from_str(text).unwrap());
        }
        assert_eq!(tally.filled(), [(pointer("/gol"), 2), (pointer("/a/b"), 1)]);
        let told: Vec<_> = tally
            .controls()
            .into_iter()
            .map(|control| {
                (
                    control.what,
                    control.opd,
                    control.hub,
                    control.difference,
                    control.agrees,
                )
            })
            .collect();
        let row = |what: &str, opd: Option<&str>, hub: &str, difference: Option<&str>, agrees| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            (
                what.to_owned(),
                owned(opd),
                Some(hub.to_owned()),
                owned(difference),
                agrees,
            )
        };
        assert_eq!(
            told,
            [
                row("Jumlah rekaman", Some("3"), "3", Some("0"), Some(true)),
                row(
                    "Jumlah rekaman dengan /gol = (kosong)",
                    Some("0"),
                    "1",
                    Some("1"),
                    Some(false)
                ),
                row(
                    "Jumlah rekaman dengan /gol = III",
                    Some("2"),
                    "2",
                    Some("0"),
                    Some(true)
                ),
                row(
                    "Jumlah rekaman dengan /gol = V",
                    Some("1"),
                    "0",
                    Some("-1"),
                    Some(false)
                ),
                row(
                    "Jumlah nilai /gaji",
                    Some("128.20"),
                    "128.20",
                    Some("0.00"),
                    Some(true)
                ),
                row("Jumlah nilai /luas", None, "0.3", None, None),
                row(
                    "Tanggal pertama /tmt",
                    Some("2026-01-01"),
                    "2026-01-01",
                    None,
                    Some(true)
                ),
                row(
                    "Tanggal terakhir /tmt",
                    Some("2026-03-01"),
                    "2026-02-01",
                    None,
                    Some(false)
                ),
            ]
        );
    }

    #[test]
    fn values_that_are_too_many_to_be_told_apart_are_counted_together() {
        let counted = Counted {
            groups: vec![(pointer("/id"), BTreeMap::new())],
            ..Counted::default()
        };
        let mut tally = Tally::new(Vec::new(), Vec::new(), counted);
        for id in 0..1_500 {
            tally.add(&json!({"id": id}));
        }
        let controls = tally.controls();
        let others = controls
            .iter()
            .find(|control| control.what.ends_with(OTHERS))
            .unwrap();
        assert_eq!(others.hub.as_deref(), Some("500"));
    }
}
