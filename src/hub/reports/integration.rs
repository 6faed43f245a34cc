//! The figures of a Laporan Hasil Integrasi Aplikasi, gathered from the file and from what was exchanged.
//!
//! Invariant: nothing is said of a step that its moves do not say.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::exchanges::counted;
use super::validation::{Reported, parties, reported};
use super::{Drafting, ReportView};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::contract::{Agreed, Capacity, Grant};
use crate::error::Result;
use crate::hub::{Hub, IntegrationView, Timeline, WholeEntry};
use crate::integration::IntegrationNumber;
use crate::report::integration::{
    ContractLine, DecreeLine, DispositionLine, DocumentLine, GrantLine, IntegrationFigures, LetterLine,
    PersonLine, SignerLine, Span as Days, StepLine, TrafficLine, Upkeep,
};
use crate::report::validation::PartyLine;
use crate::report::{ReportKind, contact_words, update_words};
use crate::store::exchanges::{Span, Total};
use crate::store::{self, DbConnection};
use crate::types::{Lang, Mode, Right, Timestamp};

/// What is said for a Laporan Hasil Integrasi Aplikasi.
#[derive(Debug, Clone, Default)]
pub struct Final {
    /// What stood in the way, beside what the moves say.
    pub obstacles: Vec<String>,
    /// The day of the next review.
    pub next_review: Option<Date>,
    /// What is to be done to keep it up.
    pub tasks: Vec<String>,
}

/// What a report reads of an integration.
struct Read {
    id: i64,
    parties: Vec<PartyLine>,
    letters: Vec<LetterLine>,
    documents: Vec<DocumentLine>,
    contracts: Vec<ContractLine>,
}

impl Hub {
    /// Keeps the figures of an integration as a draft of its final report.
    ///
    /// # Errors
    /// Unknown where there is no such integration.
    pub fn draft_final(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        told: &Final,
    ) -> Result<ReportView> {
        let now = self.clock.now();
        let shown = self.integration(reach, number, Lang::Id)?;
        let timeline = self.timeline(reach, number)?;
        let read = self.store.read_at_once(|connection| {
            let id = self.integration_within(connection, reach, number)?.id;
            let contracts = reported(connection, id)?;
            let mut lines = Vec::new();
            for one in &contracts {
                lines.push(contract_line(connection, one, now)?);
            }
            Ok(Read {
                id,
                parties: parties(connection, id)?,
                letters: self.letter_lines(connection, id)?,
                documents: [
                    self.entered_lines(&timeline),
                    self.document_lines(connection, id, &contracts)?,
                ]
                .concat(),
                contracts: lines,
            })
        })?;
        let drafting = Drafting {
            kind: ReportKind::Integration,
            subject: number.to_string(),
            integration: Some(read.id),
            opd: None,
            run: None,
        };
        self.keep_draft(caller, &drafting, &figures(shown, &timeline, read, told, now))
    }

    fn letter_lines(&self, connection: &mut DbConnection, integration: i64) -> Result<Vec<LetterLine>> {
        let rows = store::letters::of_integration(connection, integration)?;
        let mut lines = Vec::new();
        for row in rows {
            let letter = self.letter_view(connection, row.id)?;
            let dispositions = letter.dispositions.into_iter().map(|one| DispositionLine {
                from: one.from,
                to: one.to,
                dated: one.dated,
                instruction: one.instruction,
                due: one.due,
            });
            lines.push(LetterLine {
                number: letter.number,
                dated: letter.dated,
                subject: letter.subject,
                origin: letter.origin,
                agenda_number: letter.agenda_number,
                received_on: letter.received_on,
                dispositions: dispositions.collect(),
            });
        }
        Ok(lines)
    }

    /// The papers of what was entered later: the hub has no file of them, but knows where they lie.
    fn entered_lines(&self, timeline: &Timeline) -> Vec<DocumentLine> {
        let titles = &self.procedure().documents;
        let mut lines = Vec::new();
        for round in &timeline.rounds {
            for step in &round.steps {
                for (told, paper) in step
                    .moves
                    .iter()
                    .flat_map(|told| told.papers.iter().map(move |paper| (told, paper)))
                {
                    let title = titles.iter().find(|(kind, _)| kind.as_str() == paper.document);
                    lines.push(DocumentLine {
                        id: 0,
                        title: title.map_or_else(|| paper.document.clone(), |(_, title)| title.clone()),
                        version: 1,
                        step: Some(i32::from(step.step)),
                        round: i32::try_from(round.round).ok(),
                        name: "kertas, dicatat kemudian".to_owned(),
                        sha256: String::new(),
                        signers: Vec::new(),
                        place: Some(paper.place.clone()),
                        added_at: told.recorded_at,
                    });
                }
            }
        }
        lines
    }

    fn document_lines(
        &self,
        connection: &mut DbConnection,
        integration: i64,
        contracts: &[Reported],
    ) -> Result<Vec<DocumentLine>> {
        let agreed: Vec<&Agreed> = contracts
            .iter()
            .filter_map(|one| one.contract.agreed.as_ref())
            .collect();
        let titles = &self.procedure().documents;
        let line = |row: store::documents::DocumentRow| {
            let title = titles.iter().find(|(kind, _)| kind.as_str() == row.kind);
            let sha256: String = row.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            let of = agreed
                .iter()
                .filter(|agreed| agreed.file_sha256.as_deref() == Some(&sha256));
            let signers = of
                .flat_map(|agreed| &agreed.signers)
                .map(|signer| signer.name.clone());
            DocumentLine {
                id: row.id,
                title: title.map_or_else(|| row.kind.clone(), |(_, title)| title.clone()),
                version: row.version,
                step: row.step,
                round: row.round,
                name: row.name,
                signers: signers.collect(),
                sha256,
                place: row.place,
                added_at: Timestamp(row.added_at),
            }
        };
        let rows = store::documents::of_integration(connection, integration)?;
        Ok(rows.into_iter().map(line).collect())
    }
}

fn figures(
    shown: IntegrationView,
    timeline: &Timeline,
    read: Read,
    told: &Final,
    now: Timestamp,
) -> IntegrationFigures {
    let responsible = shown.responsible.into_iter().map(|one| PersonLine {
        opd: one.opd,
        name: one.name,
        nip: one.nip,
        office: one.office,
        duty: one.duty,
        contact: one.contact,
    });
    let decree = shown.decree.map(|decree| DecreeLine {
        number: decree.number,
        on: decree.on,
        title: decree.title,
    });
    let mut obstacles = obstacles(timeline);
    obstacles.extend(told.obstacles.iter().cloned());
    IntegrationFigures {
        number: shown.number.to_string(),
        subject: shown.subject,
        variant: shown.variant_title,
        as_of: now,
        received_on: shown.received_on,
        parties: read.parties,
        responsible: responsible.collect(),
        decree,
        letters: read.letters,
        whole: days(&timeline.whole),
        rounds: timeline.rounds.iter().map(|round| days(&round.times)).collect(),
        steps: steps(timeline),
        documents: read.documents,
        contracts: read.contracts,
        obstacles,
        upkeep: Upkeep {
            next_review: told.next_review,
            tasks: told.tasks.clone(),
        },
    }
}

fn days(times: &WholeEntry) -> Days {
    Days {
        from: times.from,
        until: times.until,
        due: times.due,
        working_days: times.working_days,
        late: times.late,
    }
}

fn steps(timeline: &Timeline) -> Vec<StepLine> {
    let of_round = timeline.rounds.iter().flat_map(|round| {
        round.steps.iter().map(|step| StepLine {
            round: round.round,
            step: step.step,
            title: match step
                .moves
                .iter()
                .any(|told| told.acting.as_deref() == Some("entered"))
            {
                true => format!("{} (dicatat kemudian)", step.title),
                false => step.title.clone(),
            },
            entered_on: step.entered_on,
            due: step.due,
            left_on: step.left_on,
            working_days: step.working_days,
            late: step.late,
            outcome: step.outcome.clone(),
        })
    });
    of_round.collect()
}

/// What the moves say stood in the way: each that has a reason, and each step that was late.
fn obstacles(timeline: &Timeline) -> Vec<String> {
    let mut found = Vec::new();
    for round in &timeline.rounds {
        for step in &round.steps {
            let place = format!("Putaran {} Tahap {}", round.round, step.step);
            found.extend(step.moves.iter().filter_map(|one| {
                let reason = one.reason.as_ref()?;
                let what = match (one.act.as_str(), one.outcome.as_deref()) {
                    ("paused", _) => "ditangguhkan",
                    ("cancelled", _) => "dibatalkan",
                    ("repaired", _) => "diperbaiki",
                    (_, Some("returned")) => "dikembalikan",
                    (_, Some("not-valid")) => "tidak valid",
                    (_, Some("valid-with-notes")) => "valid dengan catatan",
                    (_, Some("does-not-fit")) => "tidak sesuai",
                    _ => return None,
                };
                Some(format!("{place} {what}: {reason}"))
            }));
            if step.late {
                found.push(format!(
                    "{place} lewat batas waktu ({} hari kerja)",
                    step.working_days
                ));
            }
        }
    }
    found
}

/// A contract with what stands of it, and what was exchanged since it was published.
fn contract_line(connection: &mut DbConnection, reported: &Reported, now: Timestamp) -> Result<ContractLine> {
    let contract = &reported.contract;
    let totals = match reported.published_at {
        None => Vec::new(),
        Some(from) => {
            let until = Timestamp(now.0.saturating_add(1));
            store::exchanges::of_datasets(connection, &[reported.id.to_string()], Span { from, until })?
        }
    };
    Ok(ContractLine {
        dataset: reported.id.to_string(),
        title: contract.title.clone(),
        version: contract.version.to_string(),
        contract_digest: reported.digest.clone(),
        state: reported.state.clone(),
        live: contract.mode == Mode::Live,
        published_at: reported.published_at,
        records: counted(store::records::count(connection, reported.number)?),
        changes: counted(store::datasets::head(connection, reported.number)?.0),
        update: contract.update.as_ref().map(update_words),
        contact: contract.contact.as_ref().map(contact_words),
        signers: contract.agreed.as_ref().map(signers).unwrap_or_default(),
        grants: contract.grants.iter().map(grant).collect(),
        traffic: traffic(&totals),
    })
}

fn signers(agreed: &Agreed) -> Vec<SignerLine> {
    let line = |signer: &crate::contract::Signer| {
        let before = match signer.capacity {
            Capacity::Definitive => "",
            Capacity::Plt => "Plt. ",
            Capacity::Plh => "Plh. ",
        };
        SignerLine {
            name: signer.name.clone(),
            nip: signer.nip.clone(),
            office: signer.office.as_ref().map(|office| format!("{before}{office}")),
            on: signer.on,
        }
    };
    agreed.signers.iter().map(line).collect()
}

fn grant(grant: &Grant) -> GrantLine {
    let right = |right: &Right| match right {
        Right::Push => "kirim",
        Right::Pull => "ambil",
        Right::Live => "langsung",
    };
    let fields = grant.fields.iter().flatten();
    GrantLine {
        opd: grant.opd.to_string(),
        may: grant.may.iter().map(|may| right(may).to_owned()).collect(),
        fields: fields.map(ToString::to_string).collect(),
        purpose: grant.purpose.clone(),
        basis: grant.basis.clone(),
        until: grant.until,
    }
}

/// What was exchanged, by agency and by what was asked.
fn traffic(totals: &[Total]) -> Vec<TrafficLine> {
    let mut lines: BTreeMap<(Option<&str>, &str), TrafficLine> = BTreeMap::new();
    for total in totals {
        let key = (total.opd.as_deref(), total.action.as_str());
        let line = lines.entry(key).or_insert_with(|| TrafficLine {
            opd: total.opd.clone(),
            action: total.action.clone(),
            calls: 0,
            failed: 0,
            records: 0,
        });
        line.calls += counted(total.calls);
        line.failed += if total.outcome == "ok" {
            0
        } else {
            counted(total.calls)
        };
        line.records += counted(total.records);
    }
    lines.into_values().collect()
}
