//! Integrations: opened, moved through their steps, shown.
//!
//! `open` and `change` say what one is about, `entered` takes in what ran before, `moves` what is done to it, `written`
//! writes that down, `who` for whom somebody acts, `ties` what must hold in the hub itself (`followed` what a predecessor
//! asks, `unit_tests` keeps what came of them), `publishing` what is published for one, `papers` which documents are there,
//! `register` finds them and `sheet` gives them out, `view` and `timeline` show one, `turns` what somebody may do with it,
//! `notices` tells those who
//! have it, `days` knows the office's. Not here: what may follow on what (`integration/file`). Invariant: what stands of an
//! integration beside its moves is worked out from them in the transaction that adds one.

mod change;
mod days;
mod entered;
mod followed;
mod moves;
mod notices;
mod open;
mod papers;
mod publishing;
mod register;
mod sheet;
mod ties;
mod timeline;
mod turns;
mod unit_tests;
mod view;
mod who;
mod written;

use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::{Value, json};

pub use change::{Change, Responsible};
pub use entered::{StepBehind, enters};
pub use moves::Deed;
pub use notices::NoticeView;
pub use open::NewFile;
pub use register::{RegisterEntry, RegisterQuery};
pub use timeline::{RoundEntry, StepMove, Timeline, VisitEntry};
pub use turns::{ActingFor, Part, Turn, Turns};
pub use view::{
    AgreedContract, HolderEntry, IntegrationView, PaperEntry, PartyEntry, StepEntry, TieEntry, WholeEntry,
};
pub(super) use who::person;

use super::{Actor, Hub};
use crate::access::rules::Reach;
use crate::error::{Conflict, Error, Malformed, Result, Unknown};
use crate::integration::IntegrationNumber;
use crate::integration::calendar::Calendar;
use crate::integration::file::{Act, File, Lead, Move, Party, Refusal};
use crate::integration::procedure::{Step, Variant};
use crate::store::integrations::moves::MoveRow;
use crate::store::integrations::parts::ContractRow;
use crate::store::integrations::{IntegrationRow, StandRow};
use crate::store::{self, DbConnection};
use crate::types::{Text, Timestamp};

/// An integration as it is worked with.
struct Loaded {
    number: IntegrationNumber,
    row: IntegrationRow,
    parties: Vec<Party>,
    contracts: Vec<ContractRow>,
    moves: Vec<MoveRow>,
    file: File,
}

impl Loaded {
    /// Whether an agency takes part.
    fn is_of(&self, opd: &str) -> bool {
        self.parties.iter().any(|party| party.opd.as_str() == opd)
    }
}

impl Hub {
    /// The integration with this number, as whoever has this reach may see it.
    fn loaded(
        &self,
        connection: &mut DbConnection,
        number: IntegrationNumber,
        reach: &Reach,
    ) -> Result<Loaded> {
        let unknown = || Error::Unknown(Unknown::Integration(number.to_string()));
        let row = store::integrations::find(connection, number)?;
        let loaded = self.with_parts(connection, row.ok_or_else(unknown)?)?;
        match reach {
            Reach::Own(opd) if !loaded.is_of(opd.as_str()) => Err(unknown()),
            Reach::All | Reach::Own(_) => Ok(loaded),
        }
    }

    /// The same, locked to the end of the transaction.
    fn locked_file(
        &self,
        connection: &mut DbConnection,
        number: IntegrationNumber,
        reach: &Reach,
    ) -> Result<Loaded> {
        let unknown = || Error::Unknown(Unknown::Integration(number.to_string()));
        let row = store::integrations::find(connection, number)?;
        store::integrations::lock(connection, row.ok_or_else(unknown)?.id)?;
        self.loaded(connection, number, reach)
    }

    fn with_parts(&self, connection: &mut DbConnection, row: IntegrationRow) -> Result<Loaded> {
        let parties = store::integrations::parts::parties(connection, &[row.id])?;
        let parties = parties.into_iter().map(|(_, opd, side)| party(&opd, &side));
        let moves = store::integrations::moves::of(connection, row.id)?;
        let done = moves.iter().map(read_move).collect::<Result<Vec<_>>>()?;
        let file = File::fold(&done);
        Ok(Loaded {
            number: row.numbered(),
            parties: parties.collect::<Result<_>>()?,
            contracts: store::integrations::parts::contracts(connection, &[row.id])?,
            file: file.ok_or_else(|| Error::Internal("an integration without moves".into()))?,
            moves,
            row,
        })
    }

    /// The kind of integration with this code.
    fn variant(&self, code: &str) -> Result<&Variant> {
        self.procedure.variant(code).ok_or_else(|| {
            Error::Conflict(Conflict::Procedure(Text::new(
                format!("Prosedur (MAHAKAM_PROCEDURE) tidak lagi mengenal jenis integrasi '{code}'. Hubungi Pengelola Sistem."),
                format!("The procedure (MAHAKAM_PROCEDURE) no longer knows the kind of integration '{code}'. Ask whoever runs the hub."),
            )))
        })
    }

    /// The step where a file is, if the procedure still has it.
    fn known_step(&self, loaded: &Loaded) -> Option<&Step> {
        let variant = self.procedure.variant(&loaded.row.variant)?;
        variant.step(loaded.file.step())
    }

    /// The kind of an integration as it is shown: one that the procedure does not know any more has no steps, and is held
    /// against the longest of those that it knows.
    fn shown_variant(&self, code: &str) -> Cow<'_, Variant> {
        if let Some(known) = self.procedure.variant(code) {
            return Cow::Borrowed(known);
        }
        let months = self.procedure.variants.iter().map(|variant| variant.months);
        Cow::Owned(Variant {
            code: code.to_owned(),
            title: code.to_owned(),
            follows: false,
            months: months.max_by_key(|months| months.1).unwrap_or_default(),
            steps: Vec::new(),
            ours: Vec::new(),
        })
    }

    /// The step where a file is.
    fn step_of<'h>(&'h self, loaded: &Loaded) -> Result<&'h Step> {
        self.step(&loaded.row.variant, loaded.file.step())
    }

    fn step(&self, variant: &str, number: u8) -> Result<&Step> {
        self.variant(variant)?.step(number).ok_or_else(|| {
            Error::Conflict(Conflict::Procedure(Text::new(
                format!("Jenis integrasi ini tidak memiliki Tahap {number}."),
                format!("This kind of integration has no step {number}."),
            )))
        })
    }

    /// What is stored of where a file is, and who has it.
    fn stand(&self, loaded: &Loaded, calendar: &Calendar) -> (StandRow, Vec<(String, String)>) {
        let file = &loaded.file;
        let (holders, due) = match self.known_step(loaded).filter(|_| !file.is_over()) {
            Some(step) => (file.holders(step, &loaded.parties), file.due(step, calendar)),
            // In a step that the procedure does not have any more it is with nobody, but it may be cancelled.
            None => (Vec::new(), None),
        };
        let holders = holders.into_iter().map(|holder| {
            let opd = holder.opd.map(|opd| opd.to_string());
            (holder.post.as_str().to_owned(), opd.unwrap_or_default())
        });
        let entered_on = file.visit().map_or(file.opened_on, |visit| visit.entered_on);
        let stand = StandRow {
            moves: i32::try_from(loaded.moves.len()).unwrap_or(i32::MAX),
            state: file.state.as_str().to_owned(),
            step: i32::from(file.step()),
            round: i32::try_from(file.round()).unwrap_or(i32::MAX),
            entered_on: entered_on.to_string(),
            due: due.map(|due| due.to_string()),
        };
        (stand, holders.collect())
    }

    /// Stores where a file is and who has it.
    fn keep_stand(&self, connection: &mut DbConnection, loaded: &Loaded, calendar: &Calendar) -> Result<()> {
        let (stand, holders) = self.stand(loaded, calendar);
        store::integrations::stand(connection, loaded.row.id, &stand)?;
        store::integrations::holders::replace(connection, loaded.row.id, &holders)
    }

    /// Writes down for the audit log what was done to an integration. It changes nothing that other hubs keep in
    /// memory, so their catalogs are left alone.
    fn audited_deed(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        name: &'static str,
        number: IntegrationNumber,
        (before, after): (Option<Value>, Value),
    ) -> Result<()> {
        let action = crate::audit::Action {
            actor: actor.0.as_str().into(),
            name,
            target: number.to_string(),
            before: before.map(|before| before.to_string()),
            after: Some(after.to_string()),
        };
        store::audit::insert(connection, &action, self.clock.now())
    }
}

/// Where a file is, for the audit log.
fn audited(loaded: &Loaded) -> Value {
    json!({
        "state": loaded.file.state.as_str(), "step": loaded.file.step(), "round": loaded.file.round(),
        "moves": loaded.moves.len(),
    })
}

/// A move as it is stored.
fn read_move(row: &MoveRow) -> Result<Move> {
    let opd = row
        .opd
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(Error::Internal)?;
    Ok(Move {
        act: row.act.parse().map_err(Error::Internal)?,
        step: u8::try_from(row.step).map_err(damaged)?,
        round: u32::try_from(row.round).map_err(damaged)?,
        post: row
            .post
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(Error::Internal)?,
        opd,
        outcome: row.outcome.clone(),
        happened_on: day(&row.happened_on)?,
        counted_on: day(&row.counted_on)?,
        recorded_at: Timestamp(row.recorded_at),
        by: row.actor.clone(),
        lead: read_lead(&row.lead)?,
    })
}

fn read_lead(text: &str) -> Result<Lead> {
    Ok(match text {
        "stays" => Lead::Stays,
        "repair" => Lead::Repair,
        "closes" => Lead::Closes,
        number => Lead::Enters(number.parse().map_err(damaged)?),
    })
}

fn lead_text(lead: Lead) -> String {
    match lead {
        Lead::Stays => "stays".to_owned(),
        Lead::Repair => "repair".to_owned(),
        Lead::Closes => "closes".to_owned(),
        Lead::Enters(step) => step.to_string(),
    }
}

fn party(opd: &str, side: &str) -> Result<Party> {
    Ok(Party {
        opd: opd.parse().map_err(Error::Internal)?,
        side: side.parse().map_err(Error::Internal)?,
    })
}

/// A stored day.
fn day(text: &str) -> Result<Date> {
    text.parse().map_err(damaged)
}

fn damaged(cause: impl ToString) -> Error {
    Error::Internal(cause.to_string())
}

/// A refusal as an error.
fn refused(refusal: &Refusal) -> Error {
    let text = refusal.text();
    match refusal {
        Refusal::NotYours(_) => Error::Forbidden(crate::error::Forbidden::Step(text)),
        refusal if refusal.is_malformed() => Error::Malformed(Malformed::Body(text)),
        _ => Error::Conflict(Conflict::Procedure(text)),
    }
}

/// The name under which the audit log keeps an act.
fn action_of(act: Act) -> &'static str {
    match act {
        Act::Opened => "integration.open",
        Act::Completed => "integration.complete",
        Act::Opinion => "integration.opinion",
        Act::Repaired => "integration.repair",
        Act::Paused => "integration.pause",
        Act::Resumed => "integration.resume",
        Act::Cancelled => "integration.cancel",
    }
}

fn malformed(id: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id.into(), en.into())))
}
