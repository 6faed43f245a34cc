//! Documents of integrations and letters: kept byte for byte, in versions, given out again.
//!
//! `spool` takes a file in, `view` shows documents. Not here: what a file may be (`integration::document`).
//! Invariant: what is kept was looked into as a whole before; a document and its bytes are written at once or
//! not at all, and never go.

mod spool;
mod view;

use serde_json::json;

pub use spool::Spool;
use spool::Spooled;
pub use view::DocumentView;

use super::access::checked_name;
use super::{Actor, Hub};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::audit::Action;
use crate::error::{Error, Malformed, Result, Unknown};
use crate::integration::document::FileName;
use crate::integration::{DocumentKind, IntegrationNumber};
use crate::store::documents::{DocumentRow, NewDocument, Owner};
use crate::store::{self, DbConnection};
use crate::types::Text;

/// The longest note, in characters.
const MAX_NOTE: usize = 2_000;

/// What a document is to belong to.
#[derive(Debug, Clone, Copy)]
pub enum DocumentOf {
    /// An integration.
    Integration(IntegrationNumber),
    /// A letter.
    Letter(i64),
}

/// What is said of a document that is added.
#[derive(Debug, Clone)]
pub struct DocumentTold {
    /// Its kind.
    pub kind: DocumentKind,
    /// What its file is called.
    pub name: FileName,
    /// The step that it is added in.
    pub step: Option<u8>,
    /// The round of that step.
    pub round: Option<u32>,
    /// Where the paper lies.
    pub place: Option<String>,
    /// What is to be said about it.
    pub note: Option<String>,
}

impl Hub {
    /// An empty file for a document that comes in.
    ///
    /// # Errors
    /// Internal when the disk has no room.
    pub fn spool(&self) -> Result<Spool> {
        Spool::new(self.config.limits.document_bytes)
    }

    /// Keeps a document that has come whole, as the next version of its kind.
    ///
    /// # Errors
    /// Unfit when its content is not taken; malformed for a kind or a step that the procedure does not know;
    /// unknown where there is no such integration or letter within `reach`; forbidden for a kind that others bring; a
    /// conflict where the integration is over or was never in that step.
    pub fn keep_document(
        &self,
        (caller, reach): (&Caller, &Reach),
        of: DocumentOf,
        told: &DocumentTold,
        spool: Spool,
    ) -> Result<DocumentView> {
        self.check_told(told)?;
        self.may_bring(caller, &told.kind)?;
        let actor = &Actor::of(caller);
        let mut file = spool.examined(&told.name)?;
        self.store.write(|connection| {
            let (owner, at) = self.owner_of_new(connection, reach, of, told)?;
            let id = insert(connection, actor, (owner, at), told, &mut file, self.clock.now())?;
            let row = find(connection, id)?;
            let view = self.document_view(connection, row)?;
            let after = json!({
                "id": id, "name": view.name, "step": view.step, "round": view.round, "bytes": view.bytes,
                "sha256": view.sha256.to_string(), "place": view.place,
            });
            let of = view.belongs_to();
            let target = format!("{of}: {} {}", view.kind, view.version);
            self.filed(connection, actor, "document.add", target, Some(after.to_string()))?;
            Ok(view)
        })
    }

    /// The documents of an integration, by number, the attachments of its letters among them.
    ///
    /// # Errors
    /// Unknown where there is no such integration within `reach`.
    pub fn documents(&self, reach: &Reach, integration: IntegrationNumber) -> Result<Vec<DocumentView>> {
        self.store.read_at_once(|connection| {
            let id = self.integration_within(connection, reach, integration)?.id;
            let rows = store::documents::of_integration(connection, id)?;
            let views = rows.into_iter().map(|row| self.document_view(connection, row));
            views.collect()
        })
    }

    /// The attachments of a letter, by number.
    ///
    /// # Errors
    /// Unknown where there is no such letter within `reach`.
    pub fn attachments(&self, reach: &Reach, letter: i64) -> Result<Vec<DocumentView>> {
        self.store.read_at_once(|connection| {
            self.letter_within(connection, reach, letter)?;
            let rows = store::documents::of_letter(connection, letter)?;
            let views = rows.into_iter().map(|row| self.document_view(connection, row));
            views.collect()
        })
    }

    /// One document.
    ///
    /// # Errors
    /// Unknown where there is none within `reach`, or one of a letter that `caller` may not see.
    pub fn document(&self, (caller, reach): (&Caller, &Reach), id: i64) -> Result<DocumentView> {
        self.store.read_at_once(|connection| {
            let row = find(connection, id)?;
            if !self.document_is_within(connection, (caller, reach), &row)? {
                return Err(unknown(id));
            }
            self.document_view(connection, row)
        })
    }

    /// A piece of what is in a document, counted from 0; `None` behind its end.
    ///
    /// # Errors
    /// When the database fails.
    pub fn document_chunk(&self, id: i64, number: i32) -> Result<Option<Vec<u8>>> {
        self.store
            .read(|connection| store::documents::chunk(connection, id, number))
    }

    /// Writes down what was put into a file; no running hub needs to notice. Part of the transaction that does it.
    pub(super) fn filed(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        name: &'static str,
        target: String,
        after: Option<String>,
    ) -> Result<()> {
        let action = Action {
            actor: actor.0.as_str().into(),
            name,
            target,
            before: None,
            after,
        };
        store::audit::insert(connection, &action, self.clock.now())
    }

    /// Refuses what the procedure does not know and texts that can't be meant.
    fn check_told(&self, told: &DocumentTold) -> Result<()> {
        let procedure = self.procedure();
        if !procedure.documents.iter().any(|(kind, _)| *kind == told.kind) {
            let kinds: Vec<&str> = procedure
                .documents
                .iter()
                .map(|(kind, _)| kind.as_str())
                .collect();
            let kinds = kinds.join(", ");
            return Err(fault(
                "kind",
                Text::new(
                    format!("pilih salah satu: {kinds}."),
                    format!("choose one of {kinds}."),
                ),
            ));
        }
        let steps = || procedure.variants.iter().flat_map(|variant| &variant.steps);
        if let Some(step) = told.step
            && !steps().any(|known| known.number == step)
        {
            return Err(fault(
                "step",
                Text::new(
                    "tidak ada tahap dengan nomor itu.",
                    "there is no step with this number.",
                ),
            ));
        }
        if told.round.is_some() && told.step.is_none() {
            return Err(fault(
                "round",
                Text::new("sebutkan juga step.", "name the step as well."),
            ));
        }
        told.place.as_deref().map(checked_name).transpose()?;
        let long = |note: &String| note.chars().count() > MAX_NOTE;
        match told.note.as_ref().is_some_and(long) {
            true => Err(fault(
                "note",
                Text::new("paling banyak 2000 karakter.", "at most 2000 characters."),
            )),
            false => Ok(()),
        }
    }
}

/// Writes a document and all its pieces.
fn insert(
    connection: &mut DbConnection,
    actor: &Actor,
    (owner, (step, round)): (Owner, (Option<u8>, Option<u32>)),
    told: &DocumentTold,
    file: &mut Spooled,
    now: crate::types::Timestamp,
) -> Result<i64> {
    let new = NewDocument {
        owner,
        step: (
            step.map(i32::from),
            round.and_then(|round| i32::try_from(round).ok()),
        ),
        kind: told.kind.as_str(),
        name: told.name.as_str(),
        media_type: file.medium.as_str(),
        bytes: file.bytes,
        sha256: file.sha256,
        place: told.place.as_deref().map(str::trim),
        note: told.note.as_deref(),
    };
    let id = store::documents::insert(connection, &new, &actor.0, now)?;
    let mut number = 0;
    while let Some(chunk) = file.next_chunk()? {
        store::documents::insert_chunk(connection, id, number, &chunk)?;
        number += 1;
    }
    Ok(id)
}

fn find(connection: &mut DbConnection, id: i64) -> Result<DocumentRow> {
    store::documents::find(connection, id)?.ok_or_else(|| unknown(id))
}

fn unknown(id: i64) -> Error {
    Error::Unknown(Unknown::Document(id.to_string()))
}

fn fault(name: &'static str, text: Text) -> Error {
    Error::Malformed(Malformed::Parameter(name, text))
}
