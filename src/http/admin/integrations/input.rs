//! What is sent about integrations.
//!
//! Invariant: a day, a code or a word that can't be read is told by the name of its member.

use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::{Error, Malformed, Result};
use crate::http::params::Params;
use crate::hub::{Change, Deed, NewFile, RegisterQuery, Responsible, StepBehind};
use crate::integration::file::Party;
use crate::types::{DatasetId, Text};

/// The parameters of the register.
pub(super) const REGISTER: &[&str] = &["state", "step", "overdue", "opd", "dataset", "limit", "cursor"];

/// An agency that takes part.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PartyToAdd {
    /// Its code.
    #[schema(example = "bkd")]
    opd: String,
    /// `asker`, `provider` or `recipient`.
    #[schema(example = "provider")]
    side: String,
}

/// An integration to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct IntegrationToOpen {
    /// The kind: `new`, `change`, `recipient` or `ending`, or another one of the procedure; `new` when left out.
    #[schema(nullable = false)]
    variant: Option<String>,
    /// What it is about.
    #[schema(min_length = 1, max_length = 500, example = "Integrasi data pegawai")]
    subject: String,
    /// The day on which the request was received; now when left out. The first clock starts on it.
    #[schema(nullable = false, format = Date)]
    received_on: Option<String>,
    /// Who takes part; an agency that opens for itself need not name itself. Those of the predecessor when left out.
    #[schema(inline, nullable = false)]
    parties: Option<Vec<PartyToAdd>>,
    /// The datasets that it is about; they may be named later.
    #[schema(nullable = false)]
    contracts: Option<Vec<String>>,
    /// The number of the integration from which it goes on.
    #[schema(nullable = false, example = "2026/3")]
    predecessor: Option<String>,
    /// Why it is written down so late, where it was received more than three working days ago.
    #[schema(nullable = false, max_length = 2000)]
    reason: Option<String>,
    /// The number of the letter that asks for it.
    #[schema(nullable = false, max_length = 200)]
    letter: Option<String>,
    /// That letter's number in the register: `received_on` is taken over from it, and it is brought to the integration.
    #[schema(nullable = false, minimum = 1)]
    letter_id: Option<i64>,
    /// The steps that are behind an integration that ran before it was kept here, in order, with a reason; a return begins
    /// the next round. Entered by the technical team, the administrator or the operator.
    #[schema(inline, nullable = false, max_items = 200)]
    entered: Option<Vec<StepToEnter>>,
}

/// A step that is behind an integration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepToEnter {
    /// Its number.
    #[schema(minimum = 1, maximum = 99)]
    step: u8,
    /// The day on which it was completed.
    #[schema(format = Date)]
    on: String,
    /// With which outcome; the one that leads on when left out.
    #[schema(nullable = false, example = "returned")]
    outcome: Option<String>,
    /// Its papers.
    #[schema(inline, nullable = false)]
    papers: Option<Vec<PaperToEnter>>,
}

/// A paper of a step that is behind an integration.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaperToEnter {
    /// Its kind, one of the procedure's.
    #[schema(example = "formulation")]
    document: String,
    /// Where it lies.
    #[schema(min_length = 1, max_length = 500, example = "Lemari 3, map 12")]
    place: String,
}

/// Somebody responsible.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResponsibleToAdd {
    /// Their agency.
    #[schema(nullable = false)]
    opd: Option<String>,
    /// What they are called.
    #[schema(min_length = 1, max_length = 500)]
    name: String,
    /// Their number as a civil servant.
    #[schema(nullable = false)]
    nip: Option<String>,
    /// Their office.
    #[schema(nullable = false)]
    office: Option<String>,
    /// What they are responsible for.
    #[schema(min_length = 1, max_length = 500, example = "Narahubung teknis")]
    duty: String,
    /// How they are reached.
    #[schema(nullable = false)]
    contact: Option<String>,
}

/// The decree that appoints the technical team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decree {
    /// Its number.
    #[schema(min_length = 1, max_length = 500)]
    number: String,
    /// Its day.
    #[schema(format = Date)]
    on: String,
    /// What it is called.
    #[schema(nullable = false)]
    title: Option<String>,
}

/// What changes of an integration; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(in crate::http) struct IntegrationChange {
    /// What it is about.
    #[schema(nullable = false, min_length = 1, max_length = 500)]
    subject: Option<String>,
    /// Who takes part, all of them; with a reason.
    #[schema(inline, nullable = false)]
    parties: Option<Vec<PartyToAdd>>,
    /// The datasets that it is about, all of them.
    #[schema(nullable = false)]
    contracts: Option<Vec<String>>,
    /// Who is responsible, all of them.
    #[schema(inline, nullable = false)]
    responsible: Option<Vec<ResponsibleToAdd>>,
    /// The decree that appoints the technical team.
    #[schema(inline, nullable = false)]
    decree: Option<Decree>,
    /// Why others take part.
    #[schema(nullable = false, min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// What somebody says of what they do.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MoveToMake {
    /// The outcome or the opinion, where the step has several.
    #[schema(nullable = false, example = "agreed")]
    outcome: Option<String>,
    /// The day on which it happened; now when left out. More than three working days back it needs a reason.
    #[schema(nullable = false, format = Date)]
    on: Option<String>,
    /// Why.
    #[schema(nullable = false, max_length = 2000)]
    reason: Option<String>,
    /// The number of the letter that says so.
    #[schema(nullable = false, max_length = 200)]
    letter: Option<String>,
    /// The post for which a superior acts, such as `supervisor`.
    #[schema(nullable = false)]
    acting_for: Option<String>,
    /// The agency without an account for which it is written down, by its signed paper.
    #[schema(nullable = false)]
    on_behalf_of: Option<String>,
    /// The number of that signed paper among the documents; one serves one move.
    #[schema(nullable = false, minimum = 1)]
    signed_paper: Option<i64>,
}

impl IntegrationToOpen {
    /// What is opened, and the steps that are behind it.
    pub(in crate::http) fn read(self) -> Result<(NewFile, Vec<StepBehind>)> {
        let behind = self.entered.unwrap_or_default();
        let behind = behind.into_iter().map(StepToEnter::read).collect::<Result<_>>()?;
        let new = NewFile {
            variant: self.variant.unwrap_or_else(|| "new".to_owned()),
            subject: self.subject,
            received_on: day("received_on", self.received_on.as_deref())?,
            parties: parties(self.parties.unwrap_or_default())?,
            contracts: datasets(&self.contracts.unwrap_or_default())?,
            predecessor: word("predecessor", self.predecessor.as_deref())?,
            reason: self.reason,
            letter: self.letter,
            letter_id: self.letter_id,
        };
        Ok((new, behind))
    }
}

impl StepToEnter {
    fn read(self) -> Result<StepBehind> {
        let paper = |paper: PaperToEnter| {
            let kind = paper.document.parse();
            let kind = kind.map_err(|says: String| unreadable("document", &says))?;
            Ok((kind, paper.place))
        };
        let papers = self.papers.unwrap_or_default().into_iter().map(paper);
        Ok(StepBehind {
            step: self.step,
            on: said_day("on", &self.on)?,
            outcome: self.outcome,
            papers: papers.collect::<Result<_>>()?,
        })
    }
}

impl IntegrationChange {
    pub(in crate::http) fn read(self) -> Result<Change> {
        let responsible = |people: Vec<ResponsibleToAdd>| {
            let read = people.into_iter().map(ResponsibleToAdd::read);
            read.collect::<Result<Vec<_>>>()
        };
        Ok(Change {
            subject: self.subject,
            parties: self.parties.map(parties).transpose()?,
            contracts: self.contracts.map(|named| datasets(&named)).transpose()?,
            responsible: self.responsible.map(responsible).transpose()?,
            decree: match self.decree {
                None => None,
                Some(decree) => {
                    let on = day("decree", Some(&decree.on))?;
                    on.map(|on| (decree.number, on, decree.title))
                }
            },
            reason: self.reason,
        })
    }
}

impl ResponsibleToAdd {
    fn read(self) -> Result<Responsible> {
        Ok(Responsible {
            opd: word("opd", self.opd.as_deref())?,
            name: self.name,
            nip: self.nip,
            office: self.office,
            duty: self.duty,
            contact: self.contact,
        })
    }
}

impl MoveToMake {
    pub(in crate::http) fn read(self) -> Result<Deed> {
        Ok(Deed {
            on: day("on", self.on.as_deref())?,
            acting_for: word("acting_for", self.acting_for.as_deref())?,
            signed_paper: self.signed_paper,
            behalf_of: word("on_behalf_of", self.on_behalf_of.as_deref())?,
            outcome: self.outcome,
            reason: self.reason,
            letter: self.letter,
        })
    }
}

/// Which integrations the parameters ask for.
pub(super) fn wanted(params: &Params) -> Result<RegisterQuery> {
    let step = params.number("step", 1, 99, 0)?;
    Ok(RegisterQuery {
        state: parameter(params, "state")?,
        step: u8::try_from(step).ok().filter(|step| *step > 0),
        overdue: params.flag("overdue")?,
        opd: parameter(params, "opd")?,
        dataset: parameter(params, "dataset")?,
    })
}

fn parameter<T: FromStr<Err = String>>(params: &Params, name: &'static str) -> Result<Option<T>> {
    let read = |text: &str| {
        text.parse().map_err(|_| {
            let text = Text::new(
                "nilai yang dikenal; lihat dokumentasinya.",
                "a value that is known; see its documentation.",
            );
            Error::Malformed(Malformed::Parameter(name, text))
        })
    };
    params.text(name).map(read).transpose()
}

fn parties(sent: Vec<PartyToAdd>) -> Result<Vec<Party>> {
    let read = |party: PartyToAdd| {
        Ok(Party {
            opd: party
                .opd
                .parse()
                .map_err(|says: String| unreadable("opd", &says))?,
            side: party
                .side
                .parse()
                .map_err(|says: String| unreadable("side", &says))?,
        })
    };
    sent.into_iter().map(read).collect()
}

fn datasets(sent: &[String]) -> Result<Vec<DatasetId>> {
    let read = |text: &String| {
        text.parse()
            .map_err(|says: String| unreadable("contracts", &says))
    };
    sent.iter().map(read).collect()
}

fn word<T: FromStr<Err = String>>(name: &str, text: Option<&str>) -> Result<Option<T>> {
    text.map(|text| text.parse().map_err(|says: String| unreadable(name, &says)))
        .transpose()
}

fn day(name: &str, text: Option<&str>) -> Result<Option<Date>> {
    text.map(|text| said_day(name, text)).transpose()
}

fn said_day(name: &str, text: &str) -> Result<Date> {
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    day.ok_or_else(|| {
        Error::Malformed(Malformed::Body(Text::new(
            format!("{name}: tanggal ditulis seperti 2026-03-20."),
            format!("{name}: a day is written like 2026-03-20."),
        )))
    })
}

fn unreadable(name: &str, says: &str) -> Error {
    Error::Malformed(Malformed::Body(Text::new(
        format!("{name} tidak dikenal: {says}."),
        format!("{name} is not known: {says}."),
    )))
}
