//! Who saw a person's data, and when: across all datasets whose contracts say whom they are about.
//!
//! Invariant: whoever asks is in the audit log before the answer, without the person's number.

use std::collections::BTreeSet;

use super::search::{LoggedExchange, named};
use crate::audit::{About, Action, Reading, Subject, hex};
use crate::error::Result;
use crate::hub::{Actor, Hub, PageQuery};
use crate::store::exchanges::{RowKey, StoredExchange};
use crate::store::subjects::TELLING;
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// How many readings are looked at once, and for one page.
const LOOK: (i64, usize) = (1_000, 5_000);
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
    pub seen: Seen,
}

/// What was shown of a person.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Versions of records.
    pub versions: Vec<SeenVersion>,
    /// Refused payloads, by their numbers; they may be forgotten by now.
    pub rejections: Vec<i64>,
    /// Whether another system's answer about the person was passed on.
    pub answers: bool,
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
        let before = self.place_in_log(&binding, query)?;
        if before.is_none() {
            self.note_who_asked(actor, name)?;
        }
        self.store.read(|connection| {
            let person = Person::read(connection, subject)?;
            let (found, next) = person.seen_in(connection, before, query.limit)?;
            let (rows, seen): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            let items = named(connection, rows)?.into_iter().zip(seen);
            Ok(Sightings {
                versions: person.abouts.len(),
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

/// Some rows with what each showed, and where the next page begins.
type Found = (Vec<(StoredExchange, Seen)>, Option<RowKey>);

/// Somebody whose data may have been shown.
struct Person {
    subject: Subject,
    /// The versions of records about them.
    abouts: Vec<About>,
    /// The datasets of these.
    datasets: Vec<i64>,
    /// Before this moment nobody read any of them.
    from: Timestamp,
}

impl Person {
    fn read(connection: &mut DbConnection, subject: Subject) -> Result<Self> {
        let abouts = store::subjects::versions(connection, &subject)?;
        let datasets: BTreeSet<i64> = abouts.iter().map(|about| about.dataset).collect();
        let first = abouts.iter().map(|about| about.from).min().unwrap_or(i64::MAX);
        Ok(Person {
            subject,
            abouts,
            datasets: datasets.into_iter().collect(),
            from: Timestamp(first.saturating_sub(LONGEST_CALL).max(0)),
        })
    }

    /// The exchanges that showed something of the person, newest first, at most `limit`.
    fn seen_in(
        &self,
        connection: &mut DbConnection,
        mut before: Option<RowKey>,
        limit: usize,
    ) -> Result<Found> {
        let (mut found, mut looked) = (Vec::new(), 0);
        while looked < LOOK.1 {
            let (rows, more) = self.readings(connection, before.as_ref())?;
            looked += rows.len();
            for row in rows {
                before = Some(row.key());
                let seen = self.seen(&row);
                if seen != Seen::default() {
                    found.push((row, seen));
                }
                if found.len() >= limit {
                    return Ok((found, before));
                }
            }
            if !more {
                return Ok((found, None));
            }
        }
        Ok((found, before))
    }

    /// The next exchanges that may have shown something, newest first, and whether there are more.
    fn readings(
        &self,
        connection: &mut DbConnection,
        before: Option<&RowKey>,
    ) -> Result<(Vec<StoredExchange>, bool)> {
        let mut windows = Vec::new();
        for action in TELLING {
            windows.push(store::subjects::readings_that_tell(
                connection, action, before, LOOK.0,
            )?);
        }
        windows.push(store::subjects::readings(
            connection,
            &self.datasets,
            self.from,
            before,
            LOOK.0,
        )?);
        // What lies behind the end of a full window is not known yet, so nothing behind it counts.
        let end = windows
            .iter()
            .filter(|window| i64::try_from(window.len()).is_ok_and(|count| count >= LOOK.0))
            .filter_map(|window| window.last().map(StoredExchange::key))
            .max();
        let mut rows: Vec<StoredExchange> = windows.into_iter().flatten().collect();
        if let Some(end) = &end {
            rows.retain(|row| row.key() >= *end);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.key()));
        Ok((rows, end.is_some()))
    }

    /// What of the person an exchange showed.
    fn seen(&self, row: &StoredExchange) -> Seen {
        let Some(reading) = row.reading.as_deref().and_then(Reading::parse) else {
            return Seen::default();
        };
        let ended = row.at.saturating_add(row.duration_us / 1_000).saturating_add(1);
        let here = |about: &&About| row.dataset_id == Some(about.dataset);
        let abouts: Vec<&About> = self.abouts.iter().filter(here).collect();
        let shown = abouts.iter().filter(|about| reading.shows(about, row.at, ended));
        let mut versions: Vec<SeenVersion> = shown
            .map(|about| SeenVersion {
                key: about.key.clone(),
                seq: about.seq.0,
            })
            .collect();
        versions.sort();
        Seen {
            versions,
            rejections: reading.refused(&self.subject, &abouts, ended),
            answers: reading.answered(&self.subject),
        }
    }
}
