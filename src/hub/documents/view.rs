//! How documents are shown, and to whom.
//!
//! Invariant: what belongs to no integration of an agency is not there for its people.

use super::{DocumentOf, DocumentTold};
use crate::access::Caller;
use crate::access::rules::{self, Action, Reach, Resource};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::hub::Hub;
use crate::integration::IntegrationNumber;
use crate::store::documents::{DocumentRow, Owner};
use crate::store::integrations::IntegrationRow;
use crate::store::letters::LetterRow;
use crate::store::{self, DbConnection};
use crate::types::{Digest, Text, Timestamp};

/// A document as it is shown.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// Its number.
    pub id: i64,
    /// The integration that it belongs to.
    pub integration: Option<IntegrationNumber>,
    /// The letter that it is attached to.
    pub letter: Option<i64>,
    /// The step that it was added in.
    pub step: Option<i32>,
    /// The round of that step.
    pub round: Option<i32>,
    /// Its kind.
    pub kind: String,
    /// What the procedure calls its kind.
    pub title: String,
    /// Its version.
    pub version: i32,
    /// What its file is called.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// The digest of these.
    pub sha256: Digest,
    /// Where the paper lies.
    pub place: Option<String>,
    /// What was said about it.
    pub note: Option<String>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
}

impl DocumentView {
    /// What it belongs to, as the audit log names it.
    pub(super) fn belongs_to(&self) -> String {
        match (self.letter, self.integration) {
            (Some(letter), _) => format!("letter {letter}"),
            (None, Some(number)) => number.to_string(),
            (None, None) => String::new(),
        }
    }
}

/// The step and the round that a document was added in, where it has any.
type Place = (Option<u8>, Option<u32>);

impl Hub {
    /// What a new document is to belong to, locked to the end of the transaction, with its step and round.
    pub(super) fn owner_of_new(
        &self,
        connection: &mut DbConnection,
        reach: &Reach,
        of: DocumentOf,
        told: &DocumentTold,
    ) -> Result<(Owner, Place)> {
        match of {
            DocumentOf::Integration(number) => {
                let (id, at) = self.place_of_new(connection, reach, number, told)?;
                Ok((Owner::Integration(id), at))
            }
            DocumentOf::Letter(id) => {
                if told.step.is_some() {
                    let text = Text::new(
                        "lampiran surat tidak menyebut tahap.",
                        "an attachment of a letter names no step.",
                    );
                    return Err(Error::Malformed(Malformed::Parameter("step", text)));
                }
                let letter = self.letter_within(connection, reach, id)?;
                let letter = store::letters::lock(connection, id)?.unwrap_or(letter);
                Ok((Owner::Letter(id, letter.integration_id), (None, None)))
            }
        }
    }

    /// An integration that whoever asks reaches.
    pub(in crate::hub) fn integration_within(
        &self,
        connection: &mut DbConnection,
        reach: &Reach,
        number: IntegrationNumber,
    ) -> Result<IntegrationRow> {
        let unknown = || Error::Unknown(Unknown::Integration(number.to_string()));
        let row = store::integrations::find(connection, number)?.ok_or_else(unknown)?;
        match is_party(connection, reach, row.id)? {
            true => Ok(row),
            false => Err(unknown()),
        }
    }

    /// A letter that whoever asks reaches.
    pub(in crate::hub) fn letter_within(
        &self,
        connection: &mut DbConnection,
        reach: &Reach,
        id: i64,
    ) -> Result<LetterRow> {
        let unknown = || Error::Unknown(Unknown::Letter(id.to_string()));
        let row = store::letters::find(connection, id)?.ok_or_else(unknown)?;
        let within = match row.integration_id {
            Some(integration) => is_party(connection, reach, integration)?,
            None => *reach == Reach::All,
        };
        match within {
            true => Ok(row),
            false => Err(unknown()),
        }
    }

    /// Whether whoever asks may see a document.
    pub(super) fn document_is_within(
        &self,
        connection: &mut DbConnection,
        (caller, reach): (&Caller, &Reach),
        row: &DocumentRow,
    ) -> Result<bool> {
        match row.integration_id {
            Some(integration) => is_party(connection, reach, integration),
            // As long as its letter belongs to no integration, it is there for those who see letters.
            None => {
                let letters = rules::reach(caller, Action::Look, Resource::Letters);
                Ok(*reach == Reach::All && letters == Some(Reach::All))
            }
        }
    }

    /// A row as it is shown.
    pub(super) fn document_view(
        &self,
        connection: &mut DbConnection,
        row: DocumentRow,
    ) -> Result<DocumentView> {
        let integration = row
            .integration_id
            .map(|id| store::integrations::number(connection, id))
            .transpose()?;
        let known = self.procedure().documents.iter();
        let title = known
            .clone()
            .find(|(kind, _)| kind.as_str() == row.kind)
            .map(|(_, title)| title.clone());
        let damaged = || Error::Internal(format!("the digest of document {} is damaged", row.id));
        Ok(DocumentView {
            id: row.id,
            integration,
            letter: row.letter_id,
            step: row.step,
            round: row.round,
            title: title.unwrap_or_else(|| row.kind.clone()),
            sha256: Digest::from_bytes(&row.sha256).ok_or_else(damaged)?,
            kind: row.kind,
            version: row.version,
            name: row.name,
            media_type: row.media_type,
            bytes: row.bytes,
            place: row.place,
            note: row.note,
            added_by: row.added_by,
            added_at: Timestamp(row.added_at),
        })
    }
}

/// Whether an integration is within `reach`: all of them are, or those in which the agency takes part.
fn is_party(connection: &mut DbConnection, reach: &Reach, integration: i64) -> Result<bool> {
    match reach {
        Reach::All => Ok(true),
        Reach::Own(opd) => store::integrations::parts::is_party(connection, integration, opd.as_str()),
    }
}
