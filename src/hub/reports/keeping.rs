//! Keeping a draft, and saying who drafted, checked and signed it.
//!
//! Invariant: figures are written once, before anybody answers for them; only the newest version about the same is
//! checked and signed, each by a person in their role, one after the other.

use serde::Serialize;
use serde_json::json;

use super::ReportView;
use crate::access::rules::Reach;
use crate::access::{Caller, Person, Role};
use crate::audit::Action;
use crate::error::{Conflict, Error, Forbidden, Result};
use crate::hub::integrations::person;
use crate::hub::{Actor, Hub};
use crate::report::{Endorser, ReportKind};
use crate::store::reports::NewReport;
use crate::store::{self, DbConnection};
use crate::types::Text;

/// What a draft is about.
#[derive(Debug, Clone)]
pub struct Drafting {
    /// Its kind.
    pub kind: ReportKind,
    /// What it is about.
    pub subject: String,
    /// The integration's number in the database.
    pub integration: Option<i64>,
    /// The agency.
    pub opd: Option<String>,
    /// The run that drafts it, where it takes a while.
    pub run: Option<i64>,
}

impl Hub {
    /// Keeps figures as the next draft about the same.
    pub(super) fn keep_draft(
        &self,
        caller: &Caller,
        drafting: &Drafting,
        figures: &impl Serialize,
    ) -> Result<ReportView> {
        let figures = serde_json::to_string(figures).map_err(|error| Error::Internal(error.to_string()))?;
        let person = person(caller)?;
        self.store.write(|connection| {
            let by = self.endorser(connection, person, Role::TechnicalTeam)?;
            let new = NewReport {
                kind: drafting.kind.as_str(),
                subject: &drafting.subject,
                integration_id: drafting.integration,
                opd: drafting.opd.as_deref(),
                figures: &figures,
                drafted: &by,
            };
            let now = self.clock.now();
            let id = store::reports::insert(connection, &new, now)?;
            if let Some(run) = drafting.run {
                store::report_runs::drafted(connection, run, id, now)?;
            }
            let view = self.report_within(connection, &Reach::All, id)?;
            self.audited_report(connection, caller, "report.draft", &view)?;
            Ok(view)
        })
    }

    /// Says that a draft was checked.
    ///
    /// # Errors
    /// A conflict when it was checked already or there is a newer one; unknown where there is none.
    pub fn check_report(&self, caller: &Caller, id: i64) -> Result<ReportView> {
        let person = person(caller)?;
        self.store.write(|connection| {
            let view = self.newest_report(connection, id)?;
            let by = self.endorser(connection, person, Role::Supervisor)?;
            if view.checked.is_some() || !store::reports::check(connection, id, &by)? {
                return Err(refused(
                    "Laporan ini sudah diperiksa. Pejabat Administrator dapat menandatanganinya.",
                    "This report was checked already. The administrator may sign it.",
                ));
            }
            let view = self.report_within(connection, &Reach::All, id)?;
            self.audited_report(connection, caller, "report.check", &view)?;
            Ok(view)
        })
    }

    /// Signs a report that was checked; its figures never change again.
    ///
    /// # Errors
    /// A conflict when it was not checked yet, was signed already or there is a newer one; unknown where there is none.
    pub fn sign_report(&self, caller: &Caller, id: i64) -> Result<ReportView> {
        let person = person(caller)?;
        self.store.write(|connection| {
            let view = self.newest_report(connection, id)?;
            if view.checked.is_none() {
                return Err(refused(
                    "Laporan ini belum diperiksa Pejabat Pengawas. Mintakan pemeriksaannya dahulu (check).",
                    "This report was not checked by the supervisor yet. Have it checked first (check).",
                ));
            }
            let by = self.endorser(connection, person, Role::Administrator)?;
            if view.signed.is_some() || !store::reports::sign(connection, id, &by)? {
                return Err(refused(
                    "Laporan ini sudah disahkan. Untuk memperbaikinya, susun versi baru.",
                    "This report was signed already. To correct it, draft a new version.",
                ));
            }
            let view = self.report_within(connection, &Reach::All, id)?;
            self.audited_report(connection, caller, "report.sign", &view)?;
            Ok(view)
        })
    }

    /// A report, unless there is a newer one about the same.
    fn newest_report(&self, connection: &mut DbConnection, id: i64) -> Result<ReportView> {
        let view = self.report_within(connection, &Reach::All, id)?;
        let newest = store::reports::newest(connection, view.kind.as_str(), &view.subject)?;
        if view.version == newest {
            return Ok(view);
        }
        let version = view.version;
        Err(refused(
            format!("Versi {version} sudah digantikan versi {newest}. Gunakan yang terbaru."),
            format!("Version {version} was followed by version {newest}. Use the newest one."),
        ))
    }

    /// Somebody as a paper names them, as JSON.
    fn endorser(&self, connection: &mut DbConnection, person: &Person, role: Role) -> Result<String> {
        let now = self.clock.now();
        let today = self.office_now().0.to_string();
        let held = store::officials::holder(connection, role.as_str(), &today, Some(person.id))?;
        let held = held.ok_or(Error::Forbidden(Forbidden::Role))?;
        let endorser = Endorser {
            name: held.full_name,
            nip: held.nip,
            rank: held.grade,
            office: held.office,
            capacity: held.capacity,
            at: now,
        };
        serde_json::to_string(&endorser).map_err(|error| Error::Internal(error.to_string()))
    }

    fn audited_report(
        &self,
        connection: &mut DbConnection,
        caller: &Caller,
        name: &'static str,
        view: &ReportView,
    ) -> Result<()> {
        let after = json!({
            "kind": view.kind.as_str(), "subject": view.subject, "version": view.version,
            "state": view.state().as_str(), "sha256": view.sha256.to_string(),
        });
        let action = Action {
            actor: Actor::of(caller).0.into(),
            name,
            target: view.id.to_string(),
            before: None,
            after: Some(after.to_string()),
        };
        store::audit::insert(connection, &action, self.clock.now())
    }
}

fn refused(id: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Conflict(Conflict::Report(Text::new(id.into(), en.into())))
}
