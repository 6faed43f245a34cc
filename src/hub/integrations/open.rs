//! Opening an integration: by an agency, or for it.
//!
//! Not here: what it is about afterwards (`change`). Invariant: its number is the next of the year in which the
//! request was received, and the first clock starts on that day.

use jiff::civil::Date;
use serde_json::json;

use super::change::checked_text;
use super::entered::{StepBehind, may_enter};
use super::{Hub, Loaded, day, malformed, refused};
use crate::access::Caller;
use crate::access::rules::{self, Action, Reach, Resource};
use crate::error::{Conflict, Error, Forbidden, Result, Unknown};
use crate::hub::Actor;
use crate::hub::access::find_opd;
use crate::integration::IntegrationNumber;
use crate::integration::file::{Act, Happened, Party, State};
use crate::integration::procedure::{Side, Variant};
use crate::store::integrations::moves::MoveRow;
use crate::store::integrations::{IntegrationRow, NewIntegration, StandRow};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, OpdCode, Text, Timestamp};

/// The years that have numbers.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2199;

/// An integration to be opened.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The kind's code.
    pub variant: String,
    /// What it is about.
    pub subject: String,
    /// The day on which the request was received; now when left out.
    pub received_on: Option<Date>,
    /// Who takes part.
    pub parties: Vec<Party>,
    /// The contracts that it is about.
    pub contracts: Vec<DatasetId>,
    /// The integration from which it goes on.
    pub predecessor: Option<IntegrationNumber>,
    /// Why it is written down so late, where it is.
    pub reason: Option<String>,
    /// The number of the letter that asks for it.
    pub letter: Option<String>,
    /// That letter in the register: it was received on the day on which this came in, and belongs to it from then on.
    pub letter_id: Option<i64>,
}

impl Hub {
    /// Opens an integration and gives its number.
    ///
    /// # Errors
    /// Malformed where something is missing; forbidden to an agency for another one; unknown where an agency or a
    /// predecessor is.
    pub fn open_integration(
        &self,
        caller: &Caller,
        reach: &Reach,
        new: &NewFile,
    ) -> Result<IntegrationNumber> {
        self.enter_integration(caller, reach, new, &[])
    }

    /// Opens an integration that ran before it was kept here: with the steps that are behind it, in order.
    ///
    /// # Errors
    /// As [`Hub::open_integration`]; with steps behind it, forbidden to all but the technical team, the administrator and
    /// the operator, and malformed without a reason.
    pub fn enter_integration(
        &self,
        caller: &Caller,
        reach: &Reach,
        new: &NewFile,
        behind: &[StepBehind],
    ) -> Result<IntegrationNumber> {
        let variant = self
            .procedure
            .variant(&new.variant)
            .ok_or_else(|| self.unknown_variant())?;
        let subject = checked_text(&new.subject)?;
        self.store.write(|connection| {
            let mut new = new.clone();
            let predecessor = self.predecessor(connection, reach, variant, &mut new)?;
            may_open(reach, &mut new)?;
            self.asked_by(connection, caller, &mut new)?;
            checked_reason(&mut new)?;
            if !behind.is_empty() {
                may_enter(caller, new.reason.as_deref())?;
            }
            let happened = self.happened(new.received_on);
            if !YEARS.contains(&happened.on.year()) {
                return Err(out_of_range());
            }
            let calendar = self.calendar(connection)?;
            let told = self.may_be_told(&calendar, happened, new.reason.is_some());
            told.map_err(|refusal| refused(&refusal))?;
            let year = i32::from(happened.on.year());
            let number = store::integrations::next_number(connection, year)?;
            let number = number.ok_or_else(out_of_range)?;
            let added = NewIntegration {
                variant: &variant.code,
                subject,
                predecessor_id: predecessor,
                received_on: happened.on.to_string(),
            };
            let stand = first_stand(variant, happened.counted);
            let id = store::integrations::insert(connection, (year, number), &added, &stand, self.clock.now())?;
            self.keep_parties(connection, id, &new.parties)?;
            let datasets: Vec<String> = new.contracts.iter().map(ToString::to_string).collect();
            store::integrations::parts::replace_contracts(connection, id, &datasets)?;
            let number = IntegrationNumber { year, number };
            if let Some(letter) = new.letter_id {
                store::letters::link(connection, letter, id)?;
                store::documents::link(connection, letter, id)?;
            }
            let mut loaded = self.first_move(connection, caller, number, (&new, happened))?;
            self.enter_steps(connection, caller, &mut loaded, behind)?;
            self.keep_stand(connection, &loaded, &calendar)?;
            self.tell_new_holders(connection, &loaded)?;
            loaded.row.received_on = happened.on.to_string();
            let after = json!({
                "variant": variant.code, "subject": subject, "received_on": loaded.row.received_on,
                "parties": loaded.parties.iter().map(|party| json!([party.opd, party.side])).collect::<Vec<_>>(),
                "contracts": datasets, "reason": new.reason, "letter": new.letter, "letter_id": new.letter_id,
                "entered": behind.iter().map(|step| json!([step.step, step.on])).collect::<Vec<_>>(),
            });
            self.audited_deed(connection, &Actor::of(caller), "integration.open", number, (None, after))?;
            Ok(number)
        })
    }

    fn unknown_variant(&self) -> Error {
        let known: Vec<&str> = self
            .procedure
            .variants
            .iter()
            .map(|variant| variant.code.as_str())
            .collect();
        let known = known.join(", ");
        malformed(
            format!("variant harus salah satu dari: {known}."),
            format!("variant must be one of: {known}."),
        )
    }

    /// The row of the predecessor; what was not said is taken over from it.
    fn predecessor(
        &self,
        connection: &mut DbConnection,
        reach: &Reach,
        variant: &Variant,
        new: &mut NewFile,
    ) -> Result<Option<i64>> {
        let Some(number) = new.predecessor else {
            return match variant.follows {
                true => Err(malformed(
                    "Jenis integrasi ini melanjutkan integrasi sebelumnya: sebutkan nomornya (predecessor).",
                    "This kind of integration goes on from an earlier one: give its number (predecessor).",
                )),
                false => Ok(None),
            };
        };
        // Who is to join takes no part in what it goes on from; what runs is shown to those alone who do.
        let before = self.loaded(connection, number, &Reach::All)?;
        let joins = variant.follows && before.file.state == State::Closed;
        if matches!(reach, Reach::Own(opd) if !joins && !before.is_of(opd.as_str())) {
            return Err(Error::Unknown(Unknown::Integration(number.to_string())));
        }
        if variant.follows && before.file.state != State::Closed {
            return Err(Error::Conflict(Conflict::Procedure(Text::new(
                format!("Integrasi {number} belum selesai, sehingga belum dapat dilanjutkan."),
                format!("The integration {number} is not closed yet, so that nothing can go on from it."),
            ))));
        }
        if new.parties.is_empty() {
            new.parties = match reach {
                Reach::Own(own) if !asks(own, &before.parties) => joined(own, &before.parties),
                Reach::All | Reach::Own(_) => before.parties,
            };
        }
        if new.contracts.is_empty() {
            let datasets = before.contracts.iter().map(|row| row.dataset.parse());
            new.contracts = datasets
                .collect::<std::result::Result<_, _>>()
                .map_err(Error::Internal)?;
        }
        Ok(Some(before.row.id))
    }

    /// Takes over from the letter that asks for it when it was received, and its number.
    fn asked_by(&self, connection: &mut DbConnection, caller: &Caller, new: &mut NewFile) -> Result<()> {
        let Some(id) = new.letter_id else {
            return Ok(());
        };
        let within = rules::reach(caller, Action::Manage, Resource::Letters);
        let within = within.ok_or(Error::Forbidden(Forbidden::Role))?;
        let letter = self.letter_within(connection, &within, id)?;
        let letter = store::letters::lock(connection, id)?.unwrap_or(letter);
        if let Some(other) = letter.integration_id {
            let other = store::integrations::number(connection, other)?;
            return Err(Error::Conflict(Conflict::LetterLinked(other.to_string())));
        }
        let received = day(&letter.received_on)?;
        if new.received_on.is_some_and(|said| said != received) {
            return Err(malformed(
                format!(
                    "Surat ini diterima pada {received}: kosongkan received_on atau isi dengan tanggal itu."
                ),
                format!("This letter was received on {received}: leave received_on out, or say that day."),
            ));
        }
        new.received_on = Some(received);
        new.letter.get_or_insert(letter.number);
        Ok(())
    }

    /// Refuses a letter by which an integration was asked for that was received on another day than this, as long as the
    /// first clock runs: a move is not changed.
    pub(in crate::hub) fn may_be_asked_by(
        &self,
        connection: &mut DbConnection,
        (id, number): (i64, IntegrationNumber),
        received_on: &str,
    ) -> Result<()> {
        let loaded = self.loaded(connection, number, &Reach::All)?;
        let first = loaded.moves.first().map_or(0, |row| row.step);
        let begins =
            !loaded.file.is_over() && loaded.file.round() == 1 && i32::from(loaded.file.step()) == first;
        if !begins
            || loaded.row.received_on == received_on
            || !store::letters::of_integration(connection, id)?.is_empty()
        {
            return Ok(());
        }
        let stands = &loaded.row.received_on;
        Err(Error::Conflict(Conflict::Procedure(Text::new(
            format!(
                "Surat ini diterima pada {received_on}, sedangkan integrasi {number} dicatat diterima pada {stands}. Buka integrasi dari surat ini (letter_id) dan batalkan yang itu."
            ),
            format!(
                "This letter was received on {received_on}, but the integration {number} on {stands}. Open an integration from this letter (letter_id) and cancel that one."
            ),
        ))))
    }

    /// Stores who takes part.
    pub(super) fn keep_parties(
        &self,
        connection: &mut DbConnection,
        id: i64,
        parties: &[Party],
    ) -> Result<()> {
        let mut rows: Vec<(i64, &str)> = Vec::new();
        for party in parties {
            let opd = find_opd(connection, &party.opd)?;
            let row = (opd.id, party.side.as_str());
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        store::integrations::parts::replace_parties(connection, id, &rows)
    }

    /// Adds the first move of a file.
    fn first_move(
        &self,
        connection: &mut DbConnection,
        caller: &Caller,
        number: IntegrationNumber,
        (new, happened): (&NewFile, Happened),
    ) -> Result<Loaded> {
        let row = store::integrations::find(connection, number)?;
        let row = row.ok_or_else(|| Error::Unknown(Unknown::Integration(number.to_string())))?;
        let mut opened = opened_row(&row, caller, self.clock.now(), happened);
        opened.reason.clone_from(&new.reason);
        opened.letter.clone_from(&new.letter);
        store::integrations::moves::insert(connection, &opened)?;
        self.with_parts(connection, row)
    }
}

/// The move by which a file begins.
pub(super) fn opened_row(
    row: &IntegrationRow,
    caller: &Caller,
    now: Timestamp,
    happened: Happened,
) -> MoveRow {
    MoveRow {
        integration_id: row.id,
        seq: 1,
        act: Act::Opened.as_str().to_owned(),
        step: row.stand.step,
        round: 1,
        post: None,
        opd: caller.opd().map(ToString::to_string),
        outcome: None,
        happened_on: happened.on.to_string(),
        counted_on: happened.counted.to_string(),
        recorded_at: now.0,
        actor: Actor::of(caller).0,
        person: match caller {
            Caller::Person(person) => Some(person.full_name.clone()),
            Caller::Anonymous | Caller::Application(_) | Caller::Management => None,
        },
        acting: None,
        reason: None,
        letter: None,
        lead: "stays".to_owned(),
        evidence: None,
    }
}

fn out_of_range() -> Error {
    malformed(
        "Tahun surat di luar jangkauan.",
        "The year in which it was received is out of range.",
    )
}

/// Where a file begins.
fn first_stand(variant: &Variant, on: Date) -> StandRow {
    StandRow {
        moves: 1,
        state: State::Running.as_str().to_owned(),
        step: i32::from(variant.first()),
        round: 1,
        entered_on: on.to_string(),
        due: None,
    }
}

/// The reason and the letter's number, without white space around them; and no endless ones.
fn checked_reason(new: &mut NewFile) -> Result<()> {
    for text in [&mut new.reason, &mut new.letter] {
        *text = text.take().map(|text| text.trim().to_owned());
        *text = text.take().filter(|text| !text.is_empty());
        if text.as_ref().is_some_and(|text| text.chars().count() > 2_000) {
            return Err(malformed(
                "Alasan dan nomor surat paling panjang 2000 karakter.",
                "A reason and a letter's number have at most 2000 characters.",
            ));
        }
    }
    Ok(())
}

/// Who takes part where an agency goes on from an integration: it asks and receives, those who gave data give it, and all
/// others receive it as before.
fn joined(own: &OpdCode, before: &[Party]) -> Vec<Party> {
    let mut sides = vec![(own, Side::Asker), (own, Side::Recipient)];
    for party in before {
        let side = match party.side {
            Side::Provider => Side::Provider,
            Side::Asker | Side::Recipient => Side::Recipient,
        };
        if !sides.contains(&(&party.opd, side)) {
            sides.push((&party.opd, side));
        }
    }
    let party = |(opd, side): (&OpdCode, Side)| Party {
        opd: opd.clone(),
        side,
    };
    sides.into_iter().map(party).collect()
}

/// Whether an agency is one of those who ask.
fn asks(opd: &OpdCode, parties: &[Party]) -> bool {
    parties
        .iter()
        .any(|party| party.side == Side::Asker && party.opd == *opd)
}

/// An agency opens for itself, as who asks.
fn may_open(reach: &Reach, new: &mut NewFile) -> Result<()> {
    if let Reach::Own(own) = reach {
        let asks = |party: &&Party| party.side == Side::Asker;
        if new.parties.iter().filter(asks).any(|party| party.opd != *own) {
            return Err(Error::Forbidden(Forbidden::OtherOpd));
        }
        if !new.parties.iter().any(|party| asks(&party)) {
            new.parties.push(Party {
                opd: own.clone(),
                side: Side::Asker,
            });
        }
    }
    match new.parties.iter().any(|party| party.side == Side::Asker) {
        true => Ok(()),
        false => Err(malformed(
            "Sebutkan OPD yang mengajukan (parties, side: asker).",
            "Say which OPD asks for it (parties, side: asker).",
        )),
    }
}
