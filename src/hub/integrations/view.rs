//! An integration as it is shown: where it is, who has it, what its step needs.
//!
//! Not here: its moves (`timeline`). Invariant: what is due and what is wanting is worked out when it is shown.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::papers::{is_made, is_there};
use super::{Hub, Loaded, day};
use crate::access::rules::Reach;
use crate::error::Result;
use crate::integration::IntegrationNumber;
use crate::integration::file::{Holder, WholeTimes};
use crate::integration::procedure::{Paper, Step};
use crate::store::integrations::IntegrationRow;
use crate::store::integrations::parts::ResponsibleRow;
use crate::store::{self, DbConnection};
use crate::types::{Lang, Timestamp};

/// Somebody who has a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HolderEntry {
    /// The post: `opd`, `technical-team`, `supervisor`, `administrator` or `steward`.
    pub post: String,
    /// What it is called, with its agency.
    pub title: String,
    /// The agency, where the post is one's.
    #[schema(required = true)]
    pub opd: Option<String>,
}

/// An agency that takes part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartyEntry {
    /// Its code.
    pub opd: String,
    /// `asker`, `provider` or `recipient`.
    pub side: String,
}

/// A contract that an integration is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AgreedContract {
    /// The dataset.
    pub dataset: String,
    /// The version that was agreed in this integration.
    #[schema(required = true)]
    pub version: Option<String>,
    /// Its digest, as it stands on the signed paper.
    #[schema(required = true)]
    pub contract_digest: Option<String>,
}

/// A document that a step needs or produces.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaperEntry {
    /// Its kind.
    pub document: String,
    /// What it is called.
    pub title: String,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether the hub itself holds it, so that nobody uploads it.
    pub by_hub: bool,
    /// Whether it is there.
    pub present: bool,
}

/// Something in the hub that a step is tied to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TieEntry {
    /// What.
    pub requires: String,
    /// Whether it holds.
    pub holds: bool,
    /// What to do about it, where it does not.
    #[schema(required = true)]
    pub wanting: Option<String>,
}

/// The step where a file is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepEntry {
    /// Its number.
    pub number: u8,
    /// What it is called.
    pub title: String,
    /// What happens.
    pub what: String,
    /// The outcomes that it may have, by their codes.
    pub outcomes: Vec<String>,
    /// What it needs.
    pub needs: Vec<PaperEntry>,
    /// What it produces.
    pub outputs: Vec<PaperEntry>,
    /// What it is tied to.
    pub ties: Vec<TieEntry>,
}

/// The times of a round, or of the whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WholeEntry {
    /// The day as which its beginning counts.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day as which its end counts; null while it goes on.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub until: Option<Date>,
    /// Working days up to its end or to today, without those for which the clocks stood.
    pub working_days: u32,
    /// By when it is expected to end, at the earliest.
    #[schema(value_type = String, format = Date)]
    pub due_from: Date,
    /// By when it should have ended.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// Whether it ended, or still goes on, after that.
    pub late: bool,
}

/// Somebody responsible.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResponsibleEntry {
    /// Their agency.
    #[schema(required = true)]
    pub opd: Option<String>,
    /// What they are called.
    pub name: String,
    /// Their number as a civil servant.
    #[schema(required = true)]
    pub nip: Option<String>,
    /// Their office.
    #[schema(required = true)]
    pub office: Option<String>,
    /// What they are responsible for.
    pub duty: String,
    /// How they are reached.
    #[schema(required = true)]
    pub contact: Option<String>,
}

/// The decree that appoints the technical team.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecreeEntry {
    /// Its number.
    pub number: String,
    /// Its day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// What it is called.
    #[schema(required = true)]
    pub title: Option<String>,
}

/// An integration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IntegrationView {
    /// Its number in the register, such as `2026/7`.
    #[schema(value_type = String)]
    pub number: IntegrationNumber,
    /// The kind's code.
    pub variant: String,
    /// What the kind is called.
    pub variant_title: String,
    /// What it is about.
    pub subject: String,
    /// `running`, `paused`, `cancelled` or `closed`.
    pub state: String,
    /// The step where its file is.
    pub step: StepEntry,
    /// The round, which rises with each return.
    pub round: u32,
    /// The day as which the beginning of the step counts.
    #[schema(value_type = String, format = Date)]
    pub entered_on: Date,
    /// By when the step should end; null while the clocks stand, or when it is over.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub due: Option<Date>,
    /// Whether that is past.
    pub overdue: bool,
    /// Who has the file now.
    pub holders: Vec<HolderEntry>,
    /// Who takes part.
    pub parties: Vec<PartyEntry>,
    /// The contracts that it is about.
    pub contracts: Vec<AgreedContract>,
    /// Who is responsible.
    pub responsible: Vec<ResponsibleEntry>,
    /// The decree that appoints the technical team.
    #[schema(required = true)]
    pub decree: Option<DecreeEntry>,
    /// The day on which the request was received.
    #[schema(value_type = String, format = Date)]
    pub received_on: Date,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The integration from which it goes on.
    #[schema(value_type = Option<String>, required = true)]
    pub predecessor: Option<IntegrationNumber>,
    /// The integrations that go on from it.
    #[schema(value_type = Vec<String>)]
    pub successors: Vec<IntegrationNumber>,
    /// How long the whole has taken.
    pub whole: WholeEntry,
}

impl Hub {
    /// One integration.
    ///
    /// # Errors
    /// Unknown where there is none with this number, or none that may be seen.
    pub fn integration(
        &self,
        reach: &Reach,
        number: IntegrationNumber,
        lang: Lang,
    ) -> Result<IntegrationView> {
        self.store.read_at_once(|connection| {
            let loaded = self.loaded(connection, number, reach)?;
            self.shown_file(connection, &loaded, lang)
        })
    }

    fn shown_file(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        lang: Lang,
    ) -> Result<IntegrationView> {
        let (row, file) = (&loaded.row, &loaded.file);
        let variant = self.shown_variant(&row.variant);
        let step = variant.step(file.step());
        let calendar = self.calendar(connection)?;
        let (today, _) = self.office_now();
        let due = step.and_then(|step| file.due(step, &calendar));
        let before = row
            .predecessor_id
            .map(|id| store::integrations::of(connection, &[id]));
        let before = before.transpose()?.unwrap_or_default();
        let after = store::integrations::successors(connection, row.id)?;
        let people = store::integrations::parts::responsible(connection, row.id)?;
        Ok(IntegrationView {
            number: loaded.number,
            variant: variant.code.clone(),
            variant_title: variant.title.clone(),
            subject: row.subject.clone(),
            state: file.state.as_str().to_owned(),
            step: match step {
                Some(step) => self.step_entry(connection, loaded, step, lang)?,
                None => blank_step(file.step()),
            },
            round: file.round(),
            entered_on: file.visit().map_or(file.opened_on, |visit| visit.entered_on),
            due,
            overdue: due.is_some_and(|due| today > due),
            holders: step
                .map(|step| file.holders(step, &loaded.parties))
                .unwrap_or_default()
                .iter()
                .map(HolderEntry::from)
                .collect(),
            parties: parties(loaded),
            contracts: contracts(loaded),
            responsible: people.into_iter().map(ResponsibleEntry::from).collect(),
            decree: decree(loaded)?,
            received_on: day(&row.received_on)?,
            created_at: Timestamp(row.created_at),
            predecessor: before.first().map(IntegrationRow::numbered),
            successors: after.iter().map(IntegrationRow::numbered).collect(),
            whole: WholeEntry::from(file.times(&variant, &calendar, today).whole),
        })
    }

    fn step_entry(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        step: &Step,
        lang: Lang,
    ) -> Result<StepEntry> {
        let present = self.present(connection, loaded)?;
        let over = loaded.file.is_over();
        let ties = if over { &[] } else { step.requires.as_slice() };
        let wanting = self.wanting(connection, loaded, ties)?;
        let ties = ties.iter().map(|tie| {
            let texts: Vec<&str> = wanting
                .iter()
                .filter(|(other, _)| other == tie)
                .map(|(_, text)| text.to(lang))
                .collect();
            TieEntry {
                requires: tie.as_str().to_owned(),
                holds: texts.is_empty(),
                wanting: (!texts.is_empty()).then(|| texts.join(" ")),
            }
        });
        Ok(StepEntry {
            number: step.number,
            title: step.title.clone(),
            what: step.what.clone(),
            outcomes: step.outcomes.iter().map(|outcome| outcome.code.clone()).collect(),
            needs: self.paper_entries(&step.needs, |paper| is_there(paper, &present)),
            outputs: self.paper_entries(&step.outputs, |paper| is_made(loaded, paper, &present)),
            ties: ties.collect(),
        })
    }

    fn paper_entries(&self, papers: &[Paper], there: impl Fn(&Paper) -> bool) -> Vec<PaperEntry> {
        let entry = |paper: &Paper| PaperEntry {
            document: paper.document.to_string(),
            title: self.procedure.title_of(&paper.document).to_owned(),
            optional: paper.optional,
            by_hub: paper.by_hub,
            present: there(paper),
        };
        papers.iter().map(entry).collect()
    }
}

/// A step that the procedure does not have any more.
fn blank_step(number: u8) -> StepEntry {
    StepEntry {
        number,
        title: String::new(),
        what: String::new(),
        outcomes: Vec::new(),
        needs: Vec::new(),
        outputs: Vec::new(),
        ties: Vec::new(),
    }
}

fn parties(loaded: &Loaded) -> Vec<PartyEntry> {
    let entry = |party: &crate::integration::file::Party| PartyEntry {
        opd: party.opd.to_string(),
        side: party.side.to_string(),
    };
    loaded.parties.iter().map(entry).collect()
}

fn contracts(loaded: &Loaded) -> Vec<AgreedContract> {
    let entry = |row: &store::integrations::parts::ContractRow| AgreedContract {
        dataset: row.dataset.clone(),
        version: row.version.clone(),
        contract_digest: row.contract_digest.clone(),
    };
    loaded.contracts.iter().map(entry).collect()
}

fn decree(loaded: &Loaded) -> Result<Option<DecreeEntry>> {
    let row = &loaded.row.decree;
    let (Some(number), Some(on)) = (&row.number, &row.on) else {
        return Ok(None);
    };
    Ok(Some(DecreeEntry {
        number: number.clone(),
        on: day(on)?,
        title: row.title.clone(),
    }))
}

impl From<&Holder> for HolderEntry {
    fn from(holder: &Holder) -> Self {
        HolderEntry {
            post: holder.post.to_string(),
            title: holder.to_string(),
            opd: holder.opd.as_ref().map(ToString::to_string),
        }
    }
}

impl From<ResponsibleRow> for ResponsibleEntry {
    fn from(row: ResponsibleRow) -> Self {
        ResponsibleEntry {
            opd: row.opd,
            name: row.name,
            nip: row.nip,
            office: row.office,
            duty: row.duty,
            contact: row.contact,
        }
    }
}

impl From<WholeTimes> for WholeEntry {
    fn from(times: WholeTimes) -> Self {
        WholeEntry {
            from: times.from,
            until: times.until,
            working_days: times.working_days,
            due_from: times.due_from,
            due: times.due,
            late: times.late,
        }
    }
}
