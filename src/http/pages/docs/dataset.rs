//! The page of one dataset.
//!
//! Not here: its fields (`fields`) and the samples (`samples`). Invariant: nothing of a field that the
//! caller is not shown stands on it.

use askama::Template;

use super::changes::{Step, steps};
use super::fields::{Row, rows};
use super::listing::{Life, owner, rights};
use super::samples::{Example, Group, groups};
use super::{Say, path, words};
use crate::access::{Caller, Sight};
use crate::contract::{Contact, Level, schema_of_part};
use crate::hub::{Dataset, Hub};
use crate::record::is_granted;
use crate::types::{Mode, Right};

/// The page.
#[derive(Template)]
#[template(path = "docs/dataset.html")]
pub(super) struct DatasetPage {
    say: Say,
    /// Where the hub's root is, seen from the page.
    root: &'static str,
    id: String,
    title: String,
    description: String,
    owner: String,
    contact: Option<Contact>,
    level: &'static str,
    open: bool,
    update: Option<String>,
    kind: &'static str,
    stored: bool,
    key: Vec<String>,
    version: String,
    /// The published versions, newest first, with their days.
    versions: Vec<(String, String)>,
    /// What the versions changed.
    steps: Vec<Step>,
    life: Life,
    rights: Vec<&'static str>,
    /// Whether a key was sent.
    known: bool,
    /// Whether payloads are seen in part and sent whole.
    reads_part: Option<Vec<String>>,
    url: String,
    sandbox: String,
    /// The path of the page to try it out, without the root, for whoever may.
    tryout: Option<String>,
    rows: Vec<Row>,
    more_rows: bool,
    filters: Vec<String>,
    references: Vec<(String, String, &'static str)>,
    example: Option<String>,
    groups: Vec<Group>,
    problems: Vec<(&'static str, &'static str, &'static str)>,
}

impl DatasetPage {
    /// What `caller` is shown of a dataset.
    pub(super) fn of(hub: &Hub, caller: &Caller, dataset: &Dataset, say: Say) -> Self {
        let today = hub.today();
        let sight = Sight::of(caller, &dataset.grants, today);
        let contract = &dataset.current.contract;
        let (rows, more_rows) = match sight.of_schema() {
            Some(fields) => rows(say, contract, &schema_of_part(&contract.schema, fields)),
            None => rows(say, contract, &contract.schema),
        };
        let rights = rights(caller, dataset, today);
        let example = Example::of(dataset, &sight);
        let base = &hub.config().http.public_url;
        let id = &dataset.id;
        let texts = |fields: &Vec<_>| fields.iter().map(ToString::to_string).collect();
        DatasetPage {
            say,
            root: "../../../",
            title: contract.title.clone(),
            description: contract.description.clone(),
            owner: owner(&hub.catalog(), dataset),
            contact: contract.contact.clone(),
            level: words::level(say, contract.classification.level),
            open: contract.classification.level == Level::Open,
            update: words::update(say, contract),
            kind: words::kind(say, dataset),
            stored: dataset.mode() == Mode::Stored,
            key: contract.key.iter().map(ToString::to_string).collect(),
            version: dataset.current.version.to_string(),
            versions: versions(dataset),
            steps: steps(say, dataset, &sight),
            life: Life::of(dataset),
            groups: groups(say, dataset, base, caller, &rights, &example),
            rights: rights.iter().map(|right| words::right(say, *right)).collect(),
            known: !matches!(caller, Caller::Anonymous),
            reads_part: sight.fields.as_ref().map(texts),
            url: format!("{base}/api/{id}"),
            sandbox: format!("{base}/sandbox/{id}"),
            tryout: tries(caller, dataset, &rights).then(|| format!("datasets/{id}/sandbox")),
            id: id.to_string(),
            rows,
            more_rows,
            filters: filters(dataset, &sight),
            references: references(dataset, &sight, say),
            example: example
                .payload
                .and_then(|payload| serde_json::to_string_pretty(&payload).ok()),
            problems: problems(say, &rights),
        }
    }
}

/// Whether the page to try it out shows something to `caller`: people of an agency, by what they may.
fn tries(caller: &Caller, dataset: &Dataset, rights: &[Right]) -> bool {
    let person = matches!(caller, Caller::Person(person) if person.opd.is_some());
    person && dataset.mode() == Mode::Stored && !rights.is_empty()
}

fn versions(dataset: &Dataset) -> Vec<(String, String)> {
    let versions = dataset.versions.iter().rev();
    let told = versions.map(|one| (one.version.to_string(), one.published_at.date().to_string()));
    told.collect()
}

fn filters(dataset: &Dataset, sight: &Sight) -> Vec<String> {
    let fields = dataset.filterable.fields().iter();
    let granted = fields.filter(|field| is_granted(sight.fields.as_deref(), &field.pointer));
    granted.map(|field| field.pointer.to_string()).collect()
}

fn references(dataset: &Dataset, sight: &Sight, say: Say) -> Vec<(String, String, &'static str)> {
    let all = dataset.current.contract.references.iter();
    let shown = all.filter(|one| is_granted(sight.of_schema(), &one.field));
    let told = shown.map(|one| {
        (
            one.field.to_string(),
            one.dataset.to_string(),
            words::reference(say, one),
        )
    });
    told.collect()
}

/// A problem: whose right it goes with, its status, its code, and what to do in both languages.
type Known = (
    Option<Right>,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// The problems that callers meet most.
const PROBLEMS: [Known; 9] = [
    (
        None,
        "401",
        "credentials-invalid",
        "Kunci API salah atau sudah dicabut.",
        "The API key is wrong or was revoked.",
    ),
    (
        None,
        "403",
        "forbidden",
        "Hak akses ini tidak diberikan.",
        "This right was not granted.",
    ),
    (
        None,
        "404",
        "unknown-record",
        "Tidak ada rekaman dengan pengenal itu.",
        "There is no record with that key.",
    ),
    (
        Some(Right::Push),
        "409",
        "key-mismatch",
        "Pengenal di alamat dan di data berbeda.",
        "The keys in path and payload differ.",
    ),
    (
        Some(Right::Pull),
        "410",
        "cursor-gone",
        "Posisi di umpan perubahan tidak berlaku lagi: ambil semua dari awal.",
        "The position in the feed is no longer valid: read everything anew.",
    ),
    (
        Some(Right::Push),
        "413",
        "record-too-large",
        "Rekaman terlalu besar.",
        "The record is too large.",
    ),
    (
        Some(Right::Push),
        "422",
        "contract-violated",
        "Data ditolak: perbaiki menurut violations, lalu kirim ulang.",
        "Refused: correct what violations name and send it again.",
    ),
    (
        Some(Right::Push),
        "422",
        "bulk-refused",
        "Semua baris kiriman massal ditolak: lihat errors.",
        "Every line of the bulk was refused: see errors.",
    ),
    (
        None,
        "503",
        "overloaded",
        "Ulangi setelah waktu dalam Retry-After.",
        "Try again after Retry-After.",
    ),
];

/// The problems that callers with these rights meet most: status, code, what to do.
fn problems(say: Say, rights: &[Right]) -> Vec<(&'static str, &'static str, &'static str)> {
    let met = |known: &&Known| known.0.is_none_or(|right| rights.contains(&right));
    let told = PROBLEMS.iter().filter(met);
    told.map(|(_, status, code, id, en)| (*status, *code, say.it(id, en)))
        .collect()
}
