//! Papers of the procedure, filled with what the hub knows of an integration.
//!
//! Not here: what stands in them (`report::papers`). Invariant: a contract on a paper is the version that was
//! agreed in the integration, or, up to the step that agrees, the newest that is registered.

use jiff::civil::Date;

use super::Hub;
use crate::access::Capacity;
use crate::access::rules::Reach;
use crate::contract::{Contract, contract_digest};
use crate::error::{Error, Result, Unknown};
use crate::integration::IntegrationNumber;
use crate::integration::procedure::{Actor, Duration, Post, Side, Step, Unit};
use crate::report::paper::{House, Paper, date};
use crate::report::papers::{
    Disposition, Dossier, Formulated, Letter, Official, Officials, PaperKind, Party, StepForm, step_form,
};
use crate::store::integrations::IntegrationRow;
use crate::store::officials::OfficialRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Timestamp};

impl Hub {
    /// A paper of an integration: of a kind of [`PaperKind`], or `step-3` for the form of a step.
    ///
    /// # Errors
    /// Unknown where there is no such integration within `reach`, or no such paper.
    pub fn paper(&self, reach: &Reach, number: IntegrationNumber, kind: &str) -> Result<Paper> {
        let now = self.clock.now();
        self.store.read_at_once(|connection| {
            let row = self.integration_within(connection, reach, number)?;
            let dossier = self.dossier(connection, number, &row, now)?;
            if let Ok(kind) = kind.parse::<PaperKind>() {
                return Ok(kind.fill(&dossier));
            }
            let step = kind.strip_prefix("step-").and_then(|step| step.parse().ok());
            let variant = self.procedure().variant(&row.variant);
            let step = step.and_then(|step| variant.and_then(|variant| variant.step(step)));
            let step = step.ok_or(Error::Unknown(Unknown::Path))?;
            let form = self.form_of(connection, &row, step)?;
            Ok(step_form(&dossier, &form))
        })
    }

    /// Which papers an integration has, with their names: those of the procedure, then the forms of its steps.
    ///
    /// # Errors
    /// Unknown where there is no such integration within `reach`.
    pub fn papers(&self, reach: &Reach, number: IntegrationNumber) -> Result<Vec<(String, String)>> {
        let row = self
            .store
            .read_at_once(|connection| self.integration_within(connection, reach, number))?;
        let variant = self.procedure().variant(&row.variant);
        let forms = variant
            .into_iter()
            .flat_map(|variant| &variant.steps)
            .map(|step| {
                let title = format!("Formulir Tahap {}: {}", step.number, step.title);
                (format!("step-{}", step.number), title)
            });
        let papers = PaperKind::ALL.map(|kind| (kind.as_str().to_owned(), kind.title().to_owned()));
        Ok(papers.into_iter().chain(forms).collect())
    }

    /// The office from which papers come, by the settings.
    pub fn house(&self) -> House {
        House {
            letterhead: self.config.paper.letterhead.clone(),
            zone: self.config.time.zone.clone(),
        }
    }

    /// What is known of an integration.
    fn dossier(
        &self,
        connection: &mut DbConnection,
        number: IntegrationNumber,
        row: &IntegrationRow,
        now: Timestamp,
    ) -> Result<Dossier> {
        let mut parties = store::integrations::parts::named_parties(connection, row.id)?;
        parties.sort_by_key(|party| party.side.parse::<Side>().ok());
        let agencies = store::opds::list(connection)?;
        let parties = parties.into_iter().map(|party| Party {
            side: side_word(&party.side),
            name: party.name,
        });
        let mut contracts = Vec::new();
        let step = u8::try_from(row.stand.step).unwrap_or_default();
        let variant = self.procedure().variant(&row.variant);
        let open = variant.is_some_and(|variant| variant.agrees_from(step));
        for about in store::integrations::parts::contracts(connection, &[row.id])? {
            let version = about.version.as_deref().filter(|_| !open);
            contracts.extend(formulated(connection, &about.dataset, version)?);
        }
        Ok(Dossier {
            number: Some(number.to_string()),
            title: Some(row.subject.clone()),
            parties: parties.collect(),
            agencies: agencies.into_iter().map(|opd| (opd.code, opd.name)).collect(),
            contracts,
            letter: self.letter_of(connection, row.id)?,
            officials: officials(connection, self.office_now().0)?,
            at: now,
            house: self.house(),
        })
    }

    /// The letter by which an integration was asked for: the first that was brought to it.
    fn letter_of(&self, connection: &mut DbConnection, integration: i64) -> Result<Option<Letter>> {
        let letters = store::letters::of_integration(connection, integration)?;
        let Some(first) = letters.first() else {
            return Ok(None);
        };
        let view = self.letter_view(connection, first.id)?;
        let dispositions = view.dispositions.into_iter().map(|one| Disposition {
            from: one.from,
            to: one.to,
            date: date(one.dated),
            instruction: one.instruction,
            due: one.due.map(date),
        });
        Ok(Some(Letter {
            number: view.number,
            date: date(view.dated),
            subject: view.subject,
            nature: view.nature,
            origin: view.origin,
            agenda_number: view.agenda_number,
            received_on: date(view.received_on),
            dispositions: dispositions.collect(),
        }))
    }

    /// A step as its form shows it; what is there already is ticked.
    fn form_of(&self, connection: &mut DbConnection, row: &IntegrationRow, step: &Step) -> Result<StepForm> {
        let there = store::documents::of_integration(connection, row.id)?;
        let documents = &self.procedure().documents;
        let title = |code: &str| {
            let known = documents.iter().find(|(kind, _)| kind.as_str() == code);
            known.map_or_else(|| code.to_owned(), |(_, title)| title.clone())
        };
        let needs = step.needs.iter().map(|paper| {
            let code = paper.document.as_str();
            let kept = there.iter().any(|document| document.kind == code);
            (title(code), paper.optional, kept)
        });
        Ok(StepForm {
            number: step.number,
            title: step.title.clone(),
            what: step.what.clone(),
            actors: step.actors.iter().flat_map(actor_words).collect(),
            needs: needs.collect(),
            outputs: step
                .outputs
                .iter()
                .map(|paper| title(paper.document.as_str()))
                .collect(),
            outcomes: match step.outcomes.len() {
                0 | 1 => Vec::new(),
                _ => step
                    .outcomes
                    .iter()
                    .map(|outcome| outcome.title.clone())
                    .collect(),
            },
            duration: duration_words(step.duration),
        })
    }
}

/// A contract on a paper; none where nothing is registered for its dataset.
fn formulated(
    connection: &mut DbConnection,
    dataset: &str,
    version: Option<&str>,
) -> Result<Option<Formulated>> {
    let id: DatasetId = dataset.parse().map_err(Error::Internal)?;
    let Some(number) = store::datasets::find(connection, &id)? else {
        return Ok(None);
    };
    let document = match version {
        Some(version) => {
            let version = version.parse().map_err(Error::Internal)?;
            store::contracts::find(connection, number, version)?.map(|(_, document)| document)
        }
        None => store::contracts::newest(connection, number)?,
    };
    let read = |document: String| -> Result<Formulated> {
        let value = serde_json::from_str(&document).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Formulated {
            contract: Contract::from_stored(&document).map_err(Error::Internal)?,
            digest: contract_digest(&value),
        })
    };
    document.map(read).transpose()
}

/// Who holds the offices of the procedure today.
fn officials(connection: &mut DbConnection, today: Date) -> Result<Officials> {
    let today = today.to_string();
    let mut holder = |post: Post| -> Result<Option<Official>> {
        let row = store::officials::holder(connection, post.as_str(), &today, None)?;
        Ok(row.map(official))
    };
    Ok(Officials {
        administrator: holder(Post::Administrator)?,
        supervisor: holder(Post::Supervisor)?,
        team: holder(Post::TechnicalTeam)?,
        steward: holder(Post::Steward)?,
    })
}

fn official(row: OfficialRow) -> Official {
    let before = match row.capacity.as_str() {
        word if word == Capacity::Plt.as_str() => "Plt. ",
        word if word == Capacity::Plh.as_str() => "Plh. ",
        _ => "",
    };
    Official {
        name: row.full_name,
        office: row.office.map(|office| format!("{before}{office}")),
        rank: row.grade,
        nip: row.nip,
    }
}

fn side_word(side: &str) -> String {
    match side.parse() {
        Ok(side) => Side::title(side).to_owned(),
        Err(_) => side.to_owned(),
    }
}

fn actor_words(actor: &Actor) -> Vec<String> {
    match actor.party.is_empty() {
        true => vec![actor.post.title().to_owned()],
        false => actor.party.iter().map(|side| side_word(side.as_str())).collect(),
    }
}

fn duration_words(duration: Duration) -> String {
    let unit = match duration.unit {
        Unit::Day => "hari kerja",
        Unit::Month => "bulan",
    };
    match duration.from == duration.to {
        true => format!("{} {unit}", duration.to),
        false => format!("{} s.d. {} {unit}", duration.from, duration.to),
    }
}
