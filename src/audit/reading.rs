//! [`Reading`]: what of a dataset was shown, so that the persons can be worked out.
//!
//! Kept as JSON with the exchange where the contract declares personal data. Invariant: it covers everything
//! that was given out; where what was given out can't be told exactly, it covers more.

use serde::{Deserialize, Serialize};

use super::{Subject, hex};
use crate::types::Seq;

/// What was shown, as far as it is told by one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// What stood under this key.
    Key(String),
    /// What stood under the first key to the last one, both included; without a last one, to the end.
    Keys {
        /// The first key that was shown.
        from: String,
        /// The last key that was shown.
        to: Option<String>,
    },
    /// All versions of this key.
    History(String),
    /// The changes from the first number to the last, both included; without a last one, all behind.
    Changes {
        /// The first change.
        from: i64,
        /// The last change.
        to: Option<i64>,
    },
    /// Exactly these changes, each the version of a record that was shown.
    Versions(Vec<i64>),
    /// What another system answered, about exactly these persons, by their keyed hashes.
    Persons(Vec<String>),
    /// What another system answered to this method and path; about whom could not be told.
    Call(String),
    /// Exactly these refused payloads.
    Rejections(Vec<Refused>),
}

/// A refused payload that was shown, with what it tells of the person it is about: the payload is soon gone,
/// the entry stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its number within the dataset.
    number: i64,
    /// The keyed hash of the person, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Where the person is not known, the key of the record that it was meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl Refused {
    /// The refused payload with this number, about `subject` or else under `key`.
    pub fn new(number: i64, subject: Option<&Subject>, key: Option<&str>) -> Self {
        Refused {
            number,
            subject: subject.map(|subject| hex(subject.as_bytes())),
            key: key.filter(|_| subject.is_none()).map(str::to_owned),
        }
    }
}

/// One version of a record that is about a person, and for how long it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The dataset's number.
    pub dataset: i64,
    /// The record's key.
    pub key: String,
    /// The change that made it.
    pub seq: Seq,
    /// When it was committed, in milliseconds since the epoch.
    pub from: i64,
    /// When it was followed by another version or deleted.
    pub until: Option<i64>,
}

impl Reading {
    /// Whether the version was among what was shown between the moments `begun` and `ended`.
    pub fn shows(&self, about: &About, begun: i64, ended: i64) -> bool {
        let stood = about.from <= ended && about.until.is_none_or(|until| until >= begun);
        let key = about.key.as_str();
        match self {
            Reading::Key(shown) => shown == key && stood,
            Reading::Keys { from, to } => {
                from.as_str() <= key && to.as_deref().is_none_or(|to| key <= to) && stood
            }
            Reading::History(shown) => shown == key && about.from <= ended,
            Reading::Changes { from, to } => {
                *from <= about.seq.0 && to.is_none_or(|to| about.seq.0 <= to) && about.from <= ended
            }
            Reading::Versions(seqs) => seqs.contains(&about.seq.0),
            // Nothing of it is kept, so there is no version that it could show.
            Reading::Persons(_) | Reading::Call(_) => false,
            // A refused payload never became a version.
            Reading::Rejections(_) => false,
        }
    }

    /// The numbers of the refused payloads about `subject` that were shown: those that told so, and those under
    /// the key of one of the person's records (`abouts`, of the same dataset) that was there before `ended`.
    pub fn refused(&self, subject: &Subject, abouts: &[&About], ended: i64) -> Vec<i64> {
        let Reading::Rejections(refused) = self else {
            return Vec::new();
        };
        let name = hex(subject.as_bytes());
        let same = |key: &str| abouts.iter().any(|about| about.key == key && about.from <= ended);
        let meant = refused.iter().filter(|refused| match &refused.subject {
            Some(subject) => *subject == name,
            None => refused.key.as_deref().is_some_and(same),
        });
        meant.map(|refused| refused.number).collect()
    }

    /// Whether it is an answer of another system that was about `subject`.
    pub fn answered(&self, subject: &Subject) -> bool {
        let name = hex(subject.as_bytes());
        matches!(self, Reading::Persons(persons) if persons.contains(&name))
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        // Texts and numbers can always be written as JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what was kept.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_shows_what_stood_when_it_was_read() {
        let about = About {
            dataset: 1,
            key: "b".into(),
            seq: Seq(5),
            from: 100,
            until: Some(200),
        };
        let keys = |from: &str, to: Option<&str>| Reading::Keys {
            from: from.into(),
            to: to.map(str::to_owned),
        };
        let changes = |from, to| Reading::Changes { from, to };
        for (reading, at, shown) in [
            (Reading::Key("b".into()), 150, true),
            (Reading::Key("a".into()), 150, false),
            (Reading::Key("b".into()), 99, false),
            (Reading::Key("b".into()), 201, false),
            (keys("a", Some("b")), 150, true),
            (keys("a", Some("aa")), 150, false),
            (keys("c", None), 150, false),
            (keys("", None), 150, true),
            (Reading::History("b".into()), 500, true),
            (Reading::History("b".into()), 50, false),
            (changes(5, Some(5)), 500, true),
            (changes(6, None), 500, false),
            (changes(1, None), 50, false),
            (Reading::Versions(vec![3, 5]), 0, true),
            (Reading::Versions(vec![3]), 150, false),
        ] {
            assert_eq!(reading.shows(&about, at, at), shown, "{reading:?} at {at}");
            assert_eq!(Reading::parse(&reading.text()), Some(reading));
        }
    }

    #[test]
    fn refused_payloads_are_about_whom_they_name_or_whose_record_they_were_meant_for() {
        let ani = Subject::from_bytes(vec![1; 16]);
        let budi = Subject::from_bytes(vec![2; 16]);
        let reading = Reading::Rejections(vec![
            Refused::new(1, Some(&ani), Some("b")),
            Refused::new(2, Some(&budi), Some("a")),
            Refused::new(3, None, Some("a")),
            Refused::new(4, None, Some("b")),
            Refused::new(5, None, None),
        ]);
        assert_eq!(Reading::parse(&reading.text()).as_ref(), Some(&reading));
        let about = About {
            dataset: 1,
            key: "a".into(),
            seq: Seq(5),
            from: 100,
            until: Some(200),
        };
        let refused = |abouts: &[&About], ended| reading.refused(&ani, abouts, ended);
        assert_eq!(refused(&[], 500), [1]);
        assert_eq!(refused(&[&about], 500), [1, 3]);
        assert_eq!(refused(&[&about], 50), [1]);
        assert!(
            Reading::Versions(vec![1])
                .refused(&ani, &[&about], 500)
                .is_empty()
        );
        assert!(!reading.shows(&about, 150, 150));
    }
}
