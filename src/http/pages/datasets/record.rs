//! The page of a record: what stands, and what each version before it changed.
//!
//! Invariant: it shows what `GET /records/{key}/history` gives the same person, and the log says so.

use actix_web::HttpResponse;
use askama::Template;

use super::heading::{self, Heading, Tab};
use super::records::record_path;
use super::told;
use crate::http::caller::{Caller, CanPull};
use crate::http::frame::Given;
use crate::http::manager::CanEnter;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{HistoryPage, ListQuery, VersionEntry};
use crate::record::{Difference, differences, leaves};
use crate::types::{RecordKey, Timestamp};

/// How many versions stand on a page.
const LIMIT: u16 = 20;

/// How many fields of a record, and how many differences of a version, are shown.
const MOST: usize = 1_000;

#[derive(Template)]
#[template(path = "pages/datasets/record.html")]
struct RecordPage {
    shell: Shell,
    heading: Heading,
    key: String,
    /// The record as it stands: places and values; none where the page begins with an earlier version.
    fields: Option<Vec<(String, String)>>,
    more_fields: bool,
    deleted: bool,
    erased: bool,
    versions: Vec<Version>,
    next: Option<String>,
    /// Where the history begins.
    newest: String,
}

/// One version and what it changed.
struct Version {
    seq: i64,
    at: Timestamp,
    by: String,
    contract: String,
    deleted: bool,
    erased: bool,
    first: bool,
    changes: Vec<Change>,
    more: bool,
}

/// One place that a version changed.
struct Change {
    place: String,
    before: Option<String>,
    after: Option<String>,
}

/// Shows a record with its history.
pub(super) async fn show_record(
    caller: Caller<CanPull>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    heading::note(visit.request(), &caller, "pull");
    let key = path::key(visit.request())?;
    let cursor = visit.query.text("cursor").map(str::to_owned);
    let alone = cursor.is_none();
    let page = asked(&caller, &key, LIMIT, cursor).await?;
    // What the last version of this page changed, the one before it tells.
    let before = match &page.next {
        None => None,
        Some(next) => asked(&caller, &key, 1, Some(next.clone()))
            .await?
            .versions
            .into_iter()
            .next(),
    };
    let bytes = page.versions.iter().filter_map(|version| version.data.as_ref());
    let given = Given::new(page.versions.len(), bytes.map(String::len).sum());
    let made = RecordPage::of(&visit, &caller, &key, (page, before), alone)?;
    let mut response = visit.page(&made)?;
    response.extensions_mut().insert(given);
    Ok(response)
}

async fn asked(
    caller: &Caller<CanPull>,
    key: &RecordKey,
    limit: u16,
    cursor: Option<String>,
) -> Result<HistoryPage, Problem> {
    let (call, dataset, fields) = (&caller.call, &caller.dataset, caller.fields.clone());
    let query = ListQuery { limit, cursor };
    let page = caller
        .hub
        .history(call, dataset, key.clone(), fields, query)
        .await;
    Ok(page?)
}

impl RecordPage {
    fn of(
        visit: &Visit<CanEnter>,
        caller: &Caller<CanPull>,
        key: &RecordKey,
        (page, before): (HistoryPage, Option<VersionEntry>),
        alone: bool,
    ) -> Result<Self, Problem> {
        let shell = visit.shell()?;
        let newest = page.versions.first().filter(|_| alone);
        let fields = newest.and_then(|newest| newest.data.as_deref()).map(leaves);
        let fields = fields.transpose().map_err(|_| damaged())?;
        let shown = |leaf: &crate::record::Leaf| (told::place(&leaf.field), told::alone(&leaf.value));
        let older = page.versions.iter().skip(1).chain(&before).map(Some);
        let pairs = page.versions.iter().zip(older.chain([None]));
        let versions = pairs.map(|(version, older)| Version::of(&shell, version, older));
        Ok(RecordPage {
            versions: versions.collect::<Result<_, _>>()?,
            more_fields: fields.as_ref().is_some_and(|fields| fields.len() > MOST),
            deleted: newest.is_some_and(|newest| newest.deleted),
            erased: newest.is_some_and(|newest| newest.data.is_none() && !newest.deleted),
            fields: fields.map(|fields| fields.iter().take(MOST).map(shown).collect()),
            newest: record_path(&format!("/datasets/{}", caller.dataset.id), key.as_str()),
            heading: Heading::of(visit, &shell, &caller.dataset, Tab::Records),
            key: key.as_str().to_owned(),
            next: page.next.map(|next| visit.query.with("cursor", Some(&next))),
            shell,
        })
    }
}

impl Version {
    fn of(shell: &Shell, version: &VersionEntry, older: Option<&VersionEntry>) -> Result<Self, Problem> {
        let before = older.and_then(|older| older.data.as_deref());
        let changes = differences(before, version.data.as_deref()).map_err(|_| damaged())?;
        let by = version.by.as_ref();
        let by = by.map(|by| match (&by.application, &by.opd) {
            (Some(application), Some(opd)) => format!("{application} ({opd})"),
            (None, Some(opd)) => opd.clone(),
            (Some(application), None) => application.clone(),
            (None, None) => shell.it("Pengelola Sistem", "the operator").to_owned(),
        });
        Ok(Version {
            seq: version.seq.0,
            at: version.at,
            by: by.unwrap_or_else(|| "–".to_owned()),
            contract: version.contract.to_string(),
            deleted: version.deleted,
            erased: version.data.is_none() && !version.deleted,
            first: older.is_none_or(|older| older.deleted),
            more: changes.len() > MOST,
            changes: changes.into_iter().take(MOST).map(Change::of).collect(),
        })
    }
}

impl Change {
    fn of(change: Difference) -> Self {
        let plain = |json: &Option<String>| json.as_deref().map(told::alone);
        let (before, after) = (plain(&change.before), plain(&change.after));
        // A text that became the number of the same digits is told as JSON writes both.
        let (before, after) = match before == after {
            true => (change.before, change.after),
            false => (before, after),
        };
        Change {
            place: told::place(&change.field),
            before,
            after,
        }
    }
}

fn damaged() -> Problem {
    crate::error::Error::Internal("a stored payload is damaged".into()).into()
}
