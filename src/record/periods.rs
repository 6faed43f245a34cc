//! [`Periods`]: on which days a key of a master holds, by all of its versions.
//!
//! Codes die and are re-issued, so a reference is judged at a day. A version holds from its first day
//! to its last; without a last day it ends the day before a later version with a later first day
//! begins. A later version with the same first day replaces the earlier one. A deletion ends what is
//! open and what is still to come; the past stays true. Invariant: what is known of a key depends on
//! its versions alone, so it may be kept as long as no new one came.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use serde_json::Value;

use crate::contract::Valid;
use crate::types::{Document, RecordKey, Seq};

/// For how many keys of a master the periods are kept; with more, all are forgotten.
const MAX_KEPT: usize = 200_000;

/// The days on which one version says that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day; without one it always held.
    pub from: Option<Date>,
    /// The last day; without one it holds on.
    pub until: Option<Date>,
}

impl Period {
    /// The period that a payload names where `valid` says. What is no date counts as left out.
    pub fn of(valid: &Valid, payload: &Value) -> Self {
        let day = |pointer: &crate::types::Pointer| pointer.find(payload).and_then(day_of);
        Period {
            from: day(&valid.from),
            until: valid.until.as_ref().and_then(day),
        }
    }

    /// The same of a payload's text; one that can't be read, or was erased, names nothing.
    pub fn of_text(valid: &Valid, payload: &str) -> Self {
        match Document::parse(payload.as_bytes()) {
            Ok(document) => Self::of(valid, document.value()),
            Err(_) => Self::of(valid, &Value::Null),
        }
    }
}

/// The day that a value names: a date, or the date of a date-time (RFC 3339).
pub fn day_of(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    if !rest.is_empty() && !rest.starts_with(['T', 't', ' ']) {
        return None;
    }
    date.parse().ok()
}

/// One version of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// A payload with this period.
    Put(Period),
    /// A deletion on this day.
    Deleted(Date),
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Periods(Vec<Period>);

impl Periods {
    /// Takes the next version, in the order they were made.
    pub fn take(&mut self, version: Version) {
        match version {
            Version::Put(new) => {
                self.0.retain(|old| old.from != new.from);
                for old in &mut self.0 {
                    if old.until.is_none() && old.from < new.from {
                        old.until = new.from.map(before);
                    }
                }
                self.0.push(new);
            }
            Version::Deleted(day) => {
                self.0.retain(|old| old.from.is_none_or(|from| from < day));
                for old in &mut self.0 {
                    if old.until.is_none_or(|until| until >= day) {
                        old.until = Some(before(day));
                    }
                }
            }
        }
    }

    /// Whether the key holds on this day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.0.iter().any(|period| {
            period.from.is_none_or(|from| from <= day) && period.until.is_none_or(|until| day <= until)
        })
    }
}

fn before(day: Date) -> Date {
    day.yesterday().unwrap_or(Date::MIN)
}

/// The periods of a master's keys as far as they were looked up, each as of one change of its key.
#[derive(Debug)]
pub struct KnownPeriods {
    /// Where the master's payloads name their period.
    pub valid: Valid,
    known: Mutex<HashMap<RecordKey, (Seq, Arc<Periods>)>>,
}

impl KnownPeriods {
    /// Nothing known yet.
    pub fn new(valid: Valid) -> Self {
        KnownPeriods {
            valid,
            known: Mutex::default(),
        }
    }

    /// What is known of a key, and as of which change.
    pub fn get(&self, key: &RecordKey) -> Option<(Seq, Arc<Periods>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned()
    }

    /// Forgets everything, so that it is looked up anew.
    pub fn forget(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clear();
    }

    /// Takes note of a key's periods as of a change that is committed.
    pub fn set(&self, key: &RecordKey, seq: Seq, periods: &Arc<Periods>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KEPT {
            known.clear();
        }
        known.insert(key.clone(), (seq, Arc::clone(periods)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn put(from: &str, until: &str) -> Version {
        let day = |text: &str| (!text.is_empty()).then(|| day(text));
        Version::Put(Period {
            from: day(from),
            until: day(until),
        })
    }

    fn holds(versions: &[Version], on: &[&str]) -> Vec<bool> {
        let mut periods = Periods::default();
        versions.iter().for_each(|version| periods.take(*version));
        on.iter().map(|on| periods.holds_on(day(on))).collect()
    }

    #[test]
    fn a_version_holds_from_its_first_day_to_its_last() {
        let days = ["2019-12-31", "2020-01-01", "2021-12-31", "2022-01-01"];
        let closed = [put("2020-01-01", "2021-12-31")];
        assert_eq!(holds(&closed, &days), [false, true, true, false]);
        assert_eq!(holds(&[put("2020-01-01", "")], &days), [false, true, true, true]);
        assert_eq!(holds(&[put("", "2021-12-31")], &days), [true, true, true, false]);
        assert_eq!(holds(&[], &days), [false; 4]);
    }

    #[test]
    fn an_open_version_ends_before_a_later_one_begins() {
        let versions = [put("2010-01-01", ""), put("2015-01-01", "2016-12-31")];
        let days = ["2009-12-31", "2014-12-31", "2016-12-31", "2017-01-01"];
        assert_eq!(holds(&versions, &days), [false, true, true, false]);
        // What was said later holds against what was said before.
        let versions = [put("2015-01-01", "2016-12-31"), put("2010-01-01", "")];
        assert_eq!(holds(&versions, &days), [false, true, true, true]);
    }

    #[test]
    fn a_correction_of_the_same_period_takes_its_place() {
        let versions = [put("2010-01-01", ""), put("2010-01-01", "2012-12-31")];
        assert_eq!(holds(&versions, &["2012-12-31", "2013-01-01"]), [true, false]);
    }

    #[test]
    fn a_deletion_ends_what_is_open_and_to_come_and_a_code_may_be_issued_again() {
        let mut versions = vec![
            put("2010-01-01", "2011-12-31"),
            put("2020-01-01", ""),
            put("2030-01-01", ""),
            Version::Deleted(day("2026-03-20")),
        ];
        let days = ["2011-01-01", "2026-03-19", "2026-03-20", "2031-01-01"];
        assert_eq!(holds(&versions, &days), [true, true, false, false]);
        versions.push(put("2031-01-01", ""));
        assert_eq!(holds(&versions, &days), [true, true, false, true]);
    }

    #[test]
    fn a_day_is_a_date_or_the_date_of_a_time() {
        for (value, found) in [
            (json!("2024-02-29"), Some("2024-02-29")),
            (json!("2024-02-29T23:00:00+08:00"), Some("2024-02-29")),
            (json!("2024-02-30"), None),
            (json!("2024-02-291"), None),
            (json!("29 Februari 2024"), None),
            (json!(20_240_229), None),
            (Value::Null, None),
        ] {
            assert_eq!(day_of(&value), found.map(day), "{value}");
        }
    }
}
