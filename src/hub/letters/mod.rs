//! Incoming letters: registered, disposed of, brought to an integration.
//!
//! Not here: their attachments ([`super::documents`]). Invariant: a letter is never changed and never goes; it is
//! brought to one integration and stays with it.

mod view;

use jiff::civil::Date;
use serde_json::json;

pub use view::{DispositionView, LetterView};

use super::access::checked_name;
use super::{Actor, Hub, Page, PageQuery};
use crate::access::rules::Reach;
use crate::error::{Conflict, Error, Malformed, Result};
use crate::integration::IntegrationNumber;
use crate::record::Cursor;
use crate::store::letters::{NewDisposition, NewLetter};
use crate::store::{self, DbConnection};
use crate::types::{RecordKey, Seq, Text};

/// What a cursor of the list is bound to.
const BINDING: &str = "/admin letters";

/// The longest instruction, in characters.
const MAX_INSTRUCTION: usize = 2_000;

/// A letter that came in.
#[derive(Debug, Clone)]
pub struct LetterTold {
    /// The number that its sender gave it.
    pub number: String,
    /// Its date.
    pub dated: Date,
    /// What it is about.
    pub subject: String,
    /// How it is to be handled.
    pub nature: Option<String>,
    /// Who sent it.
    pub origin: String,
    /// Its number in the office's agenda.
    pub agenda_number: Option<String>,
    /// The day on which it came in.
    pub received_on: Date,
    /// The integration that it belongs to.
    pub integration: Option<IntegrationNumber>,
}

/// What is to be done with a letter.
#[derive(Debug, Clone)]
pub struct DispositionTold {
    /// Who says so.
    pub from: String,
    /// Who is told.
    pub to: String,
    /// On which day.
    pub dated: Date,
    /// What to do.
    pub instruction: String,
    /// Until when.
    pub due: Option<Date>,
}

impl Hub {
    /// Registers a letter that came in.
    ///
    /// # Errors
    /// Malformed for texts and days that can't be meant, a conflict when it is registered already, unknown where
    /// there is no such integration.
    pub fn add_letter(&self, actor: &Actor, told: &LetterTold) -> Result<LetterView> {
        let (dated, received_on) = self.letter_days(told)?;
        let (number, origin) = (checked_name(&told.number)?, checked_name(&told.origin)?);
        let optional = |text: &'_ Option<String>| -> Result<Option<String>> {
            let text = text.as_deref().map(checked_name).transpose()?;
            Ok(text.map(str::to_owned))
        };
        let (nature, agenda_number) = (optional(&told.nature)?, optional(&told.agenda_number)?);
        let subject = checked_name(&told.subject)?;
        self.store.write(|connection| {
            if store::letters::is_registered(connection, origin, number, &dated)? {
                return Err(Error::Conflict(Conflict::NameTaken(format!(
                    "{origin}: {number}"
                ))));
            }
            let integration = told
                .integration
                .map(|number| self.integration_asked(connection, number, &received_on))
                .transpose()?;
            let new = NewLetter {
                number,
                dated: &dated,
                subject,
                nature: nature.as_deref(),
                origin,
                agenda_number: agenda_number.as_deref(),
                received_on: &received_on,
                integration_id: integration,
            };
            let id = store::letters::insert(connection, &new, &actor.0, self.clock.now())?;
            let view = self.letter_view(connection, id)?;
            let after = json!({
                "number": number, "date": dated, "origin": origin, "received_on": received_on,
                "agenda_number": agenda_number,
                "integration": told.integration.map(|number| number.to_string()),
            });
            self.filed(
                connection,
                actor,
                "letter.add",
                format!("letter {id}"),
                Some(after.to_string()),
            )?;
            Ok(view)
        })
    }

    /// Brings a letter to an integration, with its attachments.
    ///
    /// # Errors
    /// Unknown where there is no such letter or integration, a conflict when it belongs to another, or came in on another
    /// day than the request, of which it is the letter.
    pub fn link_letter(&self, actor: &Actor, id: i64, number: IntegrationNumber) -> Result<LetterView> {
        self.store.write(|connection| {
            let letter = self.letter_within(connection, &Reach::All, id)?;
            let letter = store::letters::lock(connection, id)?.unwrap_or(letter);
            let integration = match letter.integration_id {
                Some(_) => self.integration_within(connection, &Reach::All, number)?.id,
                None => self.integration_asked(connection, number, &letter.received_on)?,
            };
            if letter.integration_id.is_some_and(|other| other != integration) {
                let other = self.letter_view(connection, id)?.integration;
                let name = other.map_or_else(String::new, |other| other.to_string());
                return Err(Error::Conflict(Conflict::LetterLinked(name)));
            }
            store::letters::link(connection, id, integration)?;
            store::documents::link(connection, id, integration)?;
            let after = json!({"integration": number.to_string()}).to_string();
            self.filed(
                connection,
                actor,
                "letter.link",
                format!("letter {id}"),
                Some(after),
            )?;
            self.letter_view(connection, id)
        })
    }

    /// The integration to which a letter is brought that came in on this day.
    fn integration_asked(
        &self,
        connection: &mut DbConnection,
        number: IntegrationNumber,
        received_on: &str,
    ) -> Result<i64> {
        let id = self.integration_within(connection, &Reach::All, number)?.id;
        store::integrations::lock(connection, id)?;
        self.may_be_asked_by(connection, (id, number), received_on)?;
        Ok(id)
    }

    /// Writes down what is to be done with a letter.
    ///
    /// # Errors
    /// Unknown where there is no such letter; malformed for texts and days that can't be meant.
    pub fn dispose(&self, actor: &Actor, id: i64, told: &DispositionTold) -> Result<LetterView> {
        let (from, to) = (checked_name(&told.from)?, checked_name(&told.to)?);
        let instruction = told.instruction.trim();
        if instruction.is_empty() || instruction.chars().count() > MAX_INSTRUCTION {
            return Err(fault(
                "instruction harus 1 sampai 2000 karakter.",
                "instruction must have 1 to 2000 characters.",
            ));
        }
        if told.due.is_some_and(|due| due < told.dated) {
            return Err(fault(
                "due tidak boleh sebelum date.",
                "due must not be before date.",
            ));
        }
        let (dated, due) = (told.dated.to_string(), told.due.map(|due| due.to_string()));
        self.store.write(|connection| {
            self.letter_within(connection, &Reach::All, id)?;
            let new = NewDisposition {
                sender: from,
                receiver: to,
                dated: &dated,
                instruction,
                due: due.as_deref(),
            };
            store::letters::dispose(connection, id, &new, &actor.0, self.clock.now())?;
            let after = json!({"from": from, "to": to, "date": dated, "due": due}).to_string();
            self.filed(
                connection,
                actor,
                "letter.dispose",
                format!("letter {id}"),
                Some(after),
            )?;
            self.letter_view(connection, id)
        })
    }

    /// A page of the letters that whoever asks reaches, the latest first.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list.
    pub fn letters(&self, reach: &Reach, query: &PageQuery) -> Result<Page<LetterView>> {
        let not_given = || Error::Malformed(Malformed::Cursor);
        let below = match &query.cursor {
            None => i64::MAX,
            Some(text) => {
                let cursor = Cursor::open(text, &self.cursor_key, BINDING).ok_or_else(not_given)?;
                cursor.after.as_str().parse().map_err(|_| not_given())?
            }
        };
        let own = match reach {
            Reach::All => None,
            Reach::Own(opd) => Some(opd.as_str()),
        };
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX - 1);
        self.store.read_at_once(|connection| {
            let mut rows = store::letters::page(connection, below, own, limit.saturating_add(1))?;
            let more = rows.len() > query.limit;
            rows.truncate(query.limit);
            let last = rows.last().filter(|_| more).map(|row| row.id.to_string());
            let last = last.and_then(|last| RecordKey::parse(&last).ok());
            let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&self.cursor_key, BINDING));
            let items = self.letter_views(connection, rows)?;
            Ok(Page { items, next })
        })
    }

    /// One letter.
    ///
    /// # Errors
    /// Unknown where there is none within `reach`.
    pub fn letter(&self, reach: &Reach, id: i64) -> Result<LetterView> {
        self.store.read_at_once(|connection| {
            self.letter_within(connection, reach, id)?;
            self.letter_view(connection, id)
        })
    }

    /// The letters of an integration, in the order in which they were registered.
    ///
    /// # Errors
    /// Unknown where there is no such integration within `reach`.
    pub fn letters_of(&self, reach: &Reach, number: IntegrationNumber) -> Result<Vec<LetterView>> {
        self.store.read_at_once(|connection| {
            let id = self.integration_within(connection, reach, number)?.id;
            let rows = store::letters::of_integration(connection, id)?;
            let views = rows.iter().map(|row| self.letter_view(connection, row.id));
            views.collect()
        })
    }

    /// The days of a letter as they are kept.
    fn letter_days(&self, told: &LetterTold) -> Result<(String, String)> {
        if told.received_on < told.dated {
            return Err(fault(
                "received_on tidak boleh sebelum date.",
                "received_on must not be before date.",
            ));
        }
        if told.received_on > self.office_now().0 {
            return Err(fault(
                "received_on tidak boleh setelah hari ini.",
                "received_on must not be after today.",
            ));
        }
        Ok((told.dated.to_string(), told.received_on.to_string()))
    }
}

fn fault(id: &'static str, en: &'static str) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}
