//! References: what a payload refers to, and what is said when that is not there.
//!
//! Not here: looking it up (the store does) and deciding in the order of a batch ([`super::Ledger`]).
//! Invariant: nothing, and a field that is not there, refer to nothing and are never at fault.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::judge::is_integer_literal;
use super::periods::{KnownPeriods, Periods, day_of};
use crate::contract::Reference;
use crate::types::{DatasetId, Pointer, RecordKey, Text, Violation};

/// A reference of a contract with the datasets that it leads to.
#[derive(Debug, Clone)]
pub struct Link {
    /// The field that refers.
    pub field: Pointer,
    /// The dataset referred to, as the contract names it.
    pub dataset: DatasetId,
    /// Whether a reference to nothing refuses the payload.
    pub strict: bool,
    /// Whether what is referred to must not be deleted.
    pub guards: bool,
    /// Where the key is looked for; the first that has it counts. Empty while the dataset is not served.
    pub targets: Vec<Target>,
}

/// A dataset in which a key is looked for.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its number in the database.
    pub dataset: i64,
    /// The periods of its keys, where they have any.
    pub periods: Option<Arc<KnownPeriods>>,
}

/// What one field of a payload refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// Which reference of the contract it is.
    pub link: usize,
    /// The key; `None` where the value can be no key.
    pub key: Option<RecordKey>,
    /// The day at which it is judged; today where the payload names none.
    pub day: Option<Date>,
}

/// What a payload refers to.
pub fn referrals_of(references: &[Reference], payload: &Value) -> Box<[Referral]> {
    let each = references.iter().enumerate();
    each.filter_map(|(link, reference)| {
        let key = match reference.field.find(payload)? {
            Value::Null => return None,
            Value::String(text) => RecordKey::parse(text).ok(),
            Value::Number(number) if is_integer_literal(number.as_str()) => {
                RecordKey::parse(number.as_str()).ok()
            }
            _ => None,
        };
        let at = reference.at.as_ref().and_then(|at| at.find(payload));
        let day = at.and_then(day_of);
        Some(Referral { link, key, day })
    })
    .collect()
}

/// A record that refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Its dataset's number.
    pub dataset: i64,
    /// Its key.
    pub key: RecordKey,
    /// Which field of which dataset refers, where that may be told.
    pub by: Option<(DatasetId, Pointer)>,
}

/// Who stands against the deletion of a key.
#[derive(Debug, Clone, Default)]
pub struct Referrers {
    /// A field by which records can't be found yet.
    pub unready: Option<Pointer>,
    /// As many as matter; see the store's `append/references.rs`.
    pub found: Vec<Referrer>,
}

/// What the database says about the references of a batch, apart from what stands.
#[derive(Debug, Default)]
pub struct Evidence<'s> {
    /// The day on which it is judged.
    pub today: Date,
    /// The periods of keys that are referred to, by dataset and key.
    pub periods: HashMap<(i64, &'s RecordKey), Arc<Periods>>,
    /// Who refers to the keys to be deleted, by dataset and key; only where somebody may.
    pub referrers: HashMap<(i64, &'s RecordKey), Referrers>,
}

/// What is said of a reference that leads to nothing, judged on the day `today` where the payload
/// names none.
pub(super) fn violation(link: &Link, referral: &Referral, today: Date) -> Violation {
    Violation {
        pointer: link.field.clone(),
        keyword: "reference".into(),
        message: message(link, referral, today),
        expected: link.dataset.to_string().into(),
    }
}

fn message(link: &Link, referral: &Referral, today: Date) -> Text {
    let dataset = &link.dataset;
    if link.targets.is_empty() {
        return Text::new(
            format!("{dataset} yang dirujuk belum dilayani di sini. Hubungi Tim Teknis."),
            format!("{dataset}, which is referred to, is not served here. Ask the technical team."),
        );
    }
    let Some(key) = &referral.key else {
        return Text::new(
            format!("Nilai ini tidak dapat menjadi pengenal di {dataset}. Kirim teks atau bilangan bulat."),
            format!("This value can't be a key of {dataset}. Send a string or an integer."),
        );
    };
    let key = key.as_str();
    if link.targets.iter().any(|target| target.periods.is_some()) {
        let day = referral.day.unwrap_or(today);
        return Text::new(
            format!("'{key}' tidak berlaku di {dataset} pada {day}. Periksa kode dan tanggalnya."),
            format!("'{key}' does not hold in {dataset} on {day}. Check the code and the date."),
        );
    }
    Text::new(
        format!("'{key}' tidak ada di {dataset}. Perbaiki kodenya, atau kirim rekaman itu lebih dulu."),
        format!("There is no '{key}' in {dataset}. Correct the code, or send that record first."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_refers_to_nothing_and_what_is_no_key_to_something_that_is_not_there() {
        let references: Vec<Reference> = serde_json::from_value(json!([
            {"field": "/a", "dataset": "bkd/x/v1"}, {"field": "/b", "dataset": "bkd/x/v1", "at": "/t"}
        ]))
        .unwrap();
        let found = |text: &str| {
            let payload: Value = serde_json::from_str(text).unwrap();
            let shown = |referral: &Referral| {
                let key = referral.key.as_ref().map(ToString::to_string);
                (referral.link, key.unwrap_or_default(), referral.day.is_some())
            };
            referrals_of(&references, &payload)
                .iter()
                .map(shown)
                .collect::<Vec<_>>()
        };
        assert_eq!(found(r#"{"b": null}"#), []);
        assert_eq!(
            found(r#"{"a": "64.10", "b": 7}"#),
            [(0, "64.10".into(), false), (1, "7".into(), false)]
        );
        assert_eq!(
            found(r#"{"a": "", "b": 7.0, "t": "2020-01-01"}"#),
            [(0, "".into(), false), (1, "".into(), true)]
        );
        assert_eq!(found(r#"{"a": ["x"]}"#), [(0, "".into(), false)]);
    }
}
