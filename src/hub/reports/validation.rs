//! The figures of a Laporan Hasil Validasi, gathered from log, changes, records, refusals and tests.
//!
//! What is written meanwhile counts or not. Invariant: a field about persons is neither grouped nor told the dates of, and
//! a code in one is shown in its shape alone.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::exchanges::counted;
use super::{Drafting, ReportView};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::contract::{Contract, Member, contract_digest};
use crate::error::{Error, Malformed, Result};
use crate::hub::Hub;
use crate::hub::contracts::{find_version, parsed};
use crate::integration::IntegrationNumber;
use crate::report::validation::{
    ColumnLine, Counted, DatasetFigures, Flow, Freshness, PartyLine, ReferenceLine, Tally, TestLine,
    ValidationFigures, shape,
};
use crate::report::{ReportKind, is_number, update_words};
use crate::store::exchanges::{Span, Total};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Mode, Pointer, Text, Timestamp};

/// Calls by which records come in.
const SENDING: [&str; 3] = ["push", "delete", "scheduled-pull"];

/// What is said for a Laporan Hasil Validasi.
#[derive(Debug, Clone, Default)]
pub struct Validation {
    /// From which day of the office on what was sent is counted.
    pub from: Option<Date>,
    /// What agencies counted of their datasets.
    pub counted: Vec<DatasetCounted>,
    /// What is to be said about it.
    pub notes: Vec<String>,
}

/// What an agency counted of a dataset.
#[derive(Debug, Clone)]
pub struct DatasetCounted {
    /// The dataset.
    pub dataset: DatasetId,
    /// What was counted.
    pub counted: Counted,
}

/// A contract as a report is about it.
pub(super) struct Reported {
    pub(super) id: DatasetId,
    /// The dataset's number in the database.
    pub(super) number: i64,
    pub(super) contract: Contract,
    pub(super) digest: String,
    pub(super) state: String,
    pub(super) published_at: Option<Timestamp>,
}

/// A Laporan Hasil Validasi that can be drafted: whatever would refuse it was looked at.
pub(super) struct Planned {
    now: Timestamp,
    number: IntegrationNumber,
    integration: i64,
    subject: String,
    parties: Vec<PartyLine>,
    contracts: Vec<Reported>,
    told: Validation,
}

impl Hub {
    /// Keeps the figures of an integration's validation as a draft.
    ///
    /// # Errors
    /// Unknown where there is no such integration; malformed where something was counted of another dataset, or of a
    /// field that is not to be shown.
    pub fn draft_validation(
        &self,
        caller: &Caller,
        reach: &Reach,
        number: IntegrationNumber,
        told: Validation,
    ) -> Result<ReportView> {
        let planned = self.plan_validation(reach, number, told)?;
        self.draft_planned(caller, planned, (None, &|_| {}))
    }

    /// Looks at what a draft is to be about.
    pub(super) fn plan_validation(
        &self,
        reach: &Reach,
        number: IntegrationNumber,
        told: Validation,
    ) -> Result<Planned> {
        let now = self.clock.now();
        let (integration, subject, parties, contracts) = self.store.read_at_once(|connection| {
            let row = self.integration_within(connection, reach, number)?;
            let (parties, reported) = (parties(connection, row.id)?, reported(connection, row.id)?);
            Ok((row.id, row.subject, parties, reported))
        })?;
        for one in &told.counted {
            let known = contracts.iter().find(|known| known.id == one.dataset);
            match known {
                Some(known) => may_be_shown(&known.contract, &one.counted)?,
                None => {
                    let dataset = &one.dataset;
                    return Err(malformed(
                        format!("{dataset} bukan dataset integrasi ini, atau belum disepakati."),
                        format!("{dataset} is no dataset of this integration, or is not agreed yet."),
                    ));
                }
            }
        }
        Ok(Planned {
            now,
            number,
            integration,
            subject,
            parties,
            contracts,
            told,
        })
    }

    /// How many records a draft counts.
    pub(super) fn records_of(&self, planned: &Planned) -> Result<u64> {
        let stored = planned.contracts.iter();
        let stored = stored.filter(|reported| reported.contract.mode != Mode::Live);
        let mut records = 0;
        for reported in stored {
            let count = |connection: &mut DbConnection| store::records::count(connection, reported.number);
            records += counted(self.store.read(count)?);
        }
        Ok(records)
    }

    /// Gathers the figures and keeps them, for a run if it is one; `so_far` is told how many records were counted, again and again.
    pub(super) fn draft_planned(
        &self,
        caller: &Caller,
        planned: Planned,
        (run, so_far): (Option<i64>, &dyn Fn(u64)),
    ) -> Result<ReportView> {
        let told = planned.told;
        let from = told
            .from
            .map(|day| Timestamp::of_day_in(day, &self.config.time.zone));
        let (mut datasets, mut records) = (Vec::new(), 0);
        for reported in &planned.contracts {
            let given = told.counted.iter().find(|one| one.dataset == reported.id);
            let given = given.map(|one| one.counted.clone()).unwrap_or_default();
            let span = (from, planned.now);
            let figures =
                self.dataset_figures(reported, given, span, &|counted| so_far(records + counted))?;
            records += figures.records;
            datasets.push(figures);
        }
        let figures = ValidationFigures {
            number: planned.number.to_string(),
            subject: planned.subject,
            parties: planned.parties,
            as_of: planned.now,
            from,
            datasets,
            notes: told.notes,
        };
        let drafting = Drafting {
            kind: ReportKind::Validation,
            subject: planned.number.to_string(),
            integration: Some(planned.integration),
            opd: None,
            run,
        };
        self.keep_draft(caller, &drafting, &figures)
    }

    fn dataset_figures(
        &self,
        reported: &Reported,
        given: Counted,
        (from, now): (Option<Timestamp>, Timestamp),
        so_far: &dyn Fn(u64),
    ) -> Result<DatasetFigures> {
        let contract = &reported.contract;
        let since = from.unwrap_or(Timestamp(0));
        let until = Timestamp(now.0.saturating_add(1));
        let span = Span { from: since, until };
        let address = [reported.id.to_string()];
        let (totals, test) = self.store.read_at_once(|connection| {
            let version = contract.version.to_string();
            let dataset = reported.id.to_string();
            let test = store::unit_tests::last(connection, &dataset, &version, &reported.digest)?;
            Ok((store::exchanges::of_datasets(connection, &address, span)?, test))
        })?;
        let live = contract.mode == Mode::Live;
        let mut figures = DatasetFigures {
            dataset: reported.id.to_string(),
            title: contract.title.clone(),
            version: contract.version.to_string(),
            contract_digest: reported.digest.clone(),
            live,
            flow: flow(&totals),
            freshness: freshness(contract, &totals, now, &self.config.time.zone),
            unit_test: test.map(|(at, passed)| TestLine { at, passed }),
            ..DatasetFigures::default()
        };
        (figures.rejections, figures.flow.open) = self.refusals(reported.number, since)?;
        if !live {
            self.stored_figures(reported, given, (since, so_far), &mut figures)?;
        }
        Ok(figures)
    }

    /// What only a dataset has that keeps records.
    fn stored_figures(
        &self,
        reported: &Reported,
        given: Counted,
        (since, so_far): (Timestamp, &dyn Fn(u64)),
        figures: &mut DatasetFigures,
    ) -> Result<()> {
        let contract = &reported.contract;
        let written = self.written(reported.number, since)?;
        figures.flow.created = counted(written.created);
        figures.flow.changed = counted(written.updated);
        figures.flow.deleted = counted(written.deleted);
        let conformity = contract.conformity();
        // What counts or weighs is added up, whether the agency did so or not.
        let measured = conformity
            .fields
            .iter()
            .filter(|field| field.needed.contains(&Member::Unit));
        let measured = measured.map(|field| field.pointer.clone());
        let measured = measured
            .filter(|field| !field.has_wildcard() && !contract.is_personal(field))
            .collect();
        let tally = Tally::new(contract.columns(), measured, given);
        let tally = self.tally(reported.number, tally, so_far)?;
        figures.records = tally.rows();
        let column = |(field, filled): &(Pointer, u64)| {
            let judged = conformity.fields.iter().find(|judged| judged.pointer == *field);
            let missing = judged.map(|judged| judged.missing().map(|member| member_word(member).to_owned()));
            ColumnLine {
                field: field.to_string(),
                filled: *filled,
                missing: missing.map(Iterator::collect),
            }
        };
        figures.columns = tally.filled().iter().map(column).collect();
        figures.controls = tally.controls();
        figures.references = self.dangling(reported)?;
        Ok(())
    }

    /// The references of a dataset that lead to nothing; those of one that is not served are not looked at.
    fn dangling(&self, reported: &Reported) -> Result<Vec<ReferenceLine>> {
        let contract = &reported.contract;
        if contract.references.is_empty() || self.catalog().dataset(&reported.id).is_none() {
            return Ok(Vec::new());
        }
        let report = self.references(&reported.id)?;
        let line = |dangling: crate::hub::Dangling| {
            let personal = contract.is_personal(&dangling.field);
            let code = |key: String| if personal { shape(&key) } else { key };
            ReferenceLine {
                field: dangling.field.to_string(),
                dataset: dangling.dataset.to_string(),
                unresolved: dangling.unresolved,
                codes: dangling.keys.into_iter().map(code).collect(),
            }
        };
        Ok(report.references.into_iter().map(line).collect())
    }
}

/// The agencies that take part.
pub(super) fn parties(connection: &mut DbConnection, integration: i64) -> Result<Vec<PartyLine>> {
    let rows = store::integrations::parts::named_parties(connection, integration)?;
    let line = |row: store::integrations::parts::PartyRow| PartyLine {
        side: row.side,
        code: row.code,
        name: row.name,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The contracts of an integration: the versions that were agreed in it, or else the newest that are agreed or
/// published. What is neither is left out.
pub(super) fn reported(connection: &mut DbConnection, integration: i64) -> Result<Vec<Reported>> {
    let mut all = Vec::new();
    for row in store::integrations::parts::contracts(connection, &[integration])? {
        let id: DatasetId = row.dataset.parse().map_err(Error::Internal)?;
        let Some(number) = store::datasets::find(connection, &id)? else {
            continue;
        };
        let Some(newest) = store::contracts::newest_served(connection, number)? else {
            continue;
        };
        let version = match row.version {
            Some(version) => version.parse().map_err(Error::Internal)?,
            None => Contract::from_stored(&newest).map_err(Error::Internal)?.version,
        };
        let (row, document) = find_version(connection, &id, version)?;
        all.push(Reported {
            number,
            contract: Contract::from_stored(&document).map_err(Error::Internal)?,
            digest: contract_digest(&parsed(&document)?).to_string(),
            state: crate::hub::contracts::state_of(&row)?.as_str().to_owned(),
            published_at: row.published_at.map(Timestamp),
            id,
        });
    }
    Ok(all)
}

/// What the log says of what was sent.
fn flow(totals: &[Total]) -> Flow {
    let mut flow = Flow::default();
    for total in totals {
        if SENDING.contains(&total.action.as_str()) {
            let (records, rejected) = (counted(total.records), counted(total.rejected));
            flow.sent += records + rejected;
            flow.unchanged += records.saturating_sub(counted(total.changes));
            flow.rejected += rejected;
        }
        if total.action == "live" && total.outcome == "ok" {
            flow.live_calls += counted(total.calls);
        }
    }
    flow
}

fn freshness(contract: &Contract, totals: &[Total], now: Timestamp, zone: &TimeZone) -> Freshness {
    let came = totals
        .iter()
        .filter(|total| SENDING.contains(&total.action.as_str()) && total.filled > 0);
    let last = came.map(|total| Timestamp(total.filled)).max();
    let update = contract.update.as_ref();
    let until = update
        .zip(last)
        .and_then(|(update, last)| update.fresh_until(last, zone));
    let nothing = update.is_some() && last.is_none() && contract.mode == Mode::Stored;
    Freshness {
        agreed: update.map(update_words),
        last,
        until,
        fresh: until.map(|until| now <= until).or(nothing.then_some(false)),
    }
}

/// Whether what an agency counted may be shown beside what the hub counts.
fn may_be_shown(contract: &Contract, given: &Counted) -> Result<()> {
    if let Some(field) = given.fields().find(|field| contract.is_personal(field)) {
        return Err(malformed(
            format!("Kolom {field} berisi data pribadi dan tidak dijadikan angka kontrol."),
            format!("The field {field} is personal data and makes no control figure."),
        ));
    }
    match given.sums.iter().find(|(_, sum)| !is_number(sum)) {
        Some((field, _)) => Err(malformed(
            format!("Jumlah kolom {field} bukan bilangan."),
            format!("The sum of the field {field} is no number."),
        )),
        None => Ok(()),
    }
}

fn member_word(member: Member) -> &'static str {
    match member {
        Member::Concept => "konsep",
        Member::Definition => "definisi",
        Member::Classification => "klasifikasi",
        Member::Measure => "ukuran",
        Member::Unit => "satuan",
    }
}

fn malformed(id: String, en: String) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}
