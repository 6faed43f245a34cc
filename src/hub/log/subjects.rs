//! Who saw a person's data, and when: across all datasets whose contracts say whom they are about.
//!
//! Invariant: whoever asks is in the audit log before the answer, without the person's number.

use std::collections::BTreeSet;

use super::search::{LoggedExchange, named};
use crate::audit::{About, Action, Reading, hex};
use crate::error::Result;
use crate::hub::{Actor, Hub, PageQuery};
use crate::store::{self, exchanges::StoredExchange};
use crate::types::Timestamp;

/// How many readings are looked at once, and for one page.
const LOOK: (i64, usize) = (1_000, 20_000);
/// How long before a version came a call may have begun that still read it, in milliseconds: a long export.
const LONGEST_CALL: i64 = 86_400_000;

/// A version of a record about the person that was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenVersion {
    /// The record's key.
    pub key: String,
    /// The change that made it.
    pub seq: i64,
}

/// An exchange in which data about the person was shown.
#[derive(Debug)]
pub struct Sighting {
    /// The exchange.
    pub exchange: LoggedExchange,
    /// What it showed of the person.
    pub seen: Vec<SeenVersion>,
}

/// A page of those who saw a person's data.
#[derive(Debug)]
pub struct Sightings {
    /// How many versions of records are about the person.
    pub versions: usize,
    /// The exchanges, newest first. There may be few on a page although there are more.
    pub items: Vec<Sighting>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

impl Hub {
    /// Who saw data about the person that this number (such as the NIK) names.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this person.
    pub fn who_saw(&self, actor: &Actor, person: &str, query: &PageQuery) -> Result<Sightings> {
        let subject = self.subject_key.hash(person);
        let name = hex(subject.as_bytes());
        let binding = format!("/admin/audit/subjects {name}");
        let mut before = self.place_in_log(&binding, query)?;
        if before.is_none() {
            self.note_who_asked(actor, name)?;
        }
        self.store.read(|connection| {
            let abouts = store::subjects::versions(connection, &subject)?;
            let datasets: BTreeSet<i64> = abouts.iter().map(|about| about.dataset).collect();
            let datasets: Vec<i64> = datasets.into_iter().collect();
            let first = abouts.iter().map(|about| about.from).min().unwrap_or(i64::MAX);
            let from = Timestamp(first.saturating_sub(LONGEST_CALL).max(0));
            let (mut found, mut seen, mut looked) = (Vec::new(), Vec::new(), 0);
            let mut ended = datasets.is_empty();
            while !ended && found.len() < query.limit && looked < LOOK.1 {
                let rows = store::subjects::readings(connection, &datasets, from, before.as_ref(), LOOK.0)?;
                ended = i64::try_from(rows.len()).is_ok_and(|count| count < LOOK.0);
                looked += rows.len();
                for row in rows {
                    before = Some(row.key());
                    let shown = shown(&row, &abouts);
                    if !shown.is_empty() {
                        found.push(row);
                        seen.push(shown);
                    }
                    if found.len() >= query.limit {
                        ended = false;
                        break;
                    }
                }
            }
            let next = before.filter(|_| !ended);
            let items = named(connection, found)?.into_iter().zip(seen);
            Ok(Sightings {
                versions: abouts.len(),
                items: items
                    .map(|(exchange, seen)| Sighting { exchange, seen })
                    .collect(),
                next: next.and_then(|next| self.log_cursor(&binding, &next)),
            })
        })
    }

    fn note_who_asked(&self, actor: &Actor, target: String) -> Result<()> {
        let action = Action {
            actor: actor.0.as_str().into(),
            name: "audit.subject",
            target,
            before: None,
            after: None,
        };
        let now = self.clock.now();
        self.store
            .write(|connection| store::audit::insert(connection, &action, now))
    }
}

/// What of the person's versions an exchange showed.
fn shown(row: &StoredExchange, abouts: &[About]) -> Vec<SeenVersion> {
    let Some(reading) = row.reading.as_deref().and_then(Reading::parse) else {
        return Vec::new();
    };
    let ended = row.at.saturating_add(row.duration_us / 1_000).saturating_add(1);
    let shown = abouts
        .iter()
        .filter(|about| row.dataset_id == Some(about.dataset) && reading.shows(about, row.at, ended));
    let mut seen: Vec<SeenVersion> = shown
        .map(|about| SeenVersion {
            key: about.key.clone(),
            seq: about.seq.0,
        })
        .collect();
    seen.sort();
    seen
}
