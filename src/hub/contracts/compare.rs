//! Whether a new version may follow those that are published, and what it would say to what is stored.
//!
//! Comparing takes long; it is done before the transaction that publishes, which looks whether the
//! published versions are still those that were compared. Invariant: a version that was not compared
//! with every published one of its major is not published.

use serde_json::{Map, Value, json};

use super::version_of;
use crate::contract::compat::{self, Break, Comparison, Verdict};
use crate::contract::{Contract, Validator};
use crate::error::{Conflict, Error, Result, Violations};
use crate::hub::Hub;
use crate::store::contracts::ContractRow;
use crate::store::{self, DbConnection};
use crate::types::{Document, Lang, Version};

/// How many records are looked at in one go.
const PAGE: i64 = 1_000;
/// How many records that don't fit are named.
const NAMED: usize = 100;

/// How a version stands to the published ones of its major.
#[derive(Debug, Clone)]
pub struct Compatibility {
    /// The worst verdict.
    pub verdict: Verdict,
    /// What comparing with each of them found.
    pub against: Vec<(Version, Comparison)>,
}

/// What a version would say to the records that are stored.
#[derive(Debug, Clone, Default)]
pub struct StoredData {
    /// How many there are.
    pub records: u64,
    /// How many it would refuse.
    pub misfits: u64,
    /// The first of those, by key.
    pub first: Vec<Misfit>,
}

/// A stored record that a version would refuse.
#[derive(Debug, Clone)]
pub struct Misfit {
    /// Its key.
    pub key: String,
    /// Why.
    pub violations: Violations,
}

impl Compatibility {
    /// As programs read it, with reasons in `lang`.
    pub fn to_json(&self, lang: Lang) -> Value {
        let list = |member: &str| -> Vec<Value> {
            let of = |(version, comparison): &(Version, Comparison)| {
                let found = comparison.to_json(lang);
                let list = found.get(member).and_then(Value::as_array).cloned();
                let named = list.unwrap_or_default().into_iter().filter_map(|one| match one {
                    Value::Object(mut one) => {
                        one.insert("version".into(), json!(version));
                        Some(Value::Object(one))
                    }
                    _ => None,
                });
                named.collect::<Vec<_>>()
            };
            self.against.iter().flat_map(of).collect()
        };
        let versions: Vec<&Version> = self.against.iter().map(|(version, _)| version).collect();
        json!({
            "verdict": self.verdict.as_str(),
            "against": versions,
            "breaks": list("breaks"),
            "undecided": list("undecided"),
        })
    }

    fn of(against: Vec<(Version, Comparison)>) -> Self {
        let any = |verdict| against.iter().any(|(_, one)| one.verdict == verdict);
        let verdict = if any(Verdict::Breaking) {
            Verdict::Breaking
        } else if any(Verdict::Undecided) {
            Verdict::Undecided
        } else {
            Verdict::Compatible
        };
        Compatibility { verdict, against }
    }
}

/// The published versions of a major, as they were when a new one was compared with them.
#[derive(Debug, Default)]
pub(super) struct Predecessors {
    pub(super) dataset: Option<i64>,
    pub(super) rows: Vec<(ContractRow, String)>,
}

impl Predecessors {
    /// Whether they are still the published ones; nobody publishes another until the transaction ends.
    pub(super) fn still_stand(&self, connection: &mut DbConnection) -> Result<bool> {
        let Some(dataset) = self.dataset else {
            return Ok(true);
        };
        store::datasets::lock(connection, dataset)?;
        let published = store::contracts::published(connection, dataset)?;
        let numbers = |rows: &[(ContractRow, String)]| rows.iter().map(|(row, _)| row.id).collect::<Vec<_>>();
        Ok(numbers(&published) == numbers(&self.rows))
    }
}

/// Compares a version with all others of its major that are published. A patch that changes texts and
/// grants alone needs no comparison.
pub(super) fn compare(new: &Contract, published: &Predecessors) -> Result<Compatibility> {
    let mut others = Vec::with_capacity(published.rows.len());
    for (row, document) in &published.rows {
        let version = version_of(row)?;
        if version != new.version {
            others.push((version, Contract::from_stored(document).map_err(Error::Internal)?));
        }
    }
    let patched = others
        .iter()
        .filter(|(version, _)| version.minor == new.version.minor && version.patch < new.version.patch)
        .max_by_key(|(version, _)| version.patch);
    if let Some((version, old)) = patched {
        return Ok(Compatibility::of(vec![(*version, patch(old, new))]));
    }
    let compared = others
        .iter()
        .map(|(version, old)| (*version, compat::compare(old, new)));
    Ok(Compatibility::of(compared.collect()))
}

/// A patch breaks what was agreed by changing anything beyond texts and grants.
fn patch(old: &Contract, new: &Contract) -> Comparison {
    let (before, after) = (members(old), members(new));
    let member = |members: &Map<String, Value>, name: &str| members.get(name).cloned().unwrap_or_default();
    let breaks: Vec<Break> = compat::beyond_patch(old, new)
        .into_iter()
        .map(|pointer| {
            let name = pointer.segments().next().unwrap_or_default().to_owned();
            // A schema is too long to be shown; `contract diff` tells where it differs.
            let shown = |members| (name != "schema").then(|| member(members, &name));
            Break {
                old: shown(&before).unwrap_or_default(),
                new: shown(&after).unwrap_or_default(),
                rule: "patch".into(),
                example: None,
                pointer,
            }
        })
        .collect();
    let verdict = if breaks.is_empty() {
        Verdict::Compatible
    } else {
        Verdict::Breaking
    };
    Comparison {
        verdict,
        breaks,
        undecided: Vec::new(),
    }
}

fn members(contract: &Contract) -> Map<String, Value> {
    match serde_json::to_value(contract) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

impl Hub {
    /// The published versions of the major that `contract` belongs to.
    pub(super) fn predecessors(&self, contract: &Contract) -> Result<Predecessors> {
        self.store.read_at_once(|connection| {
            let dataset = store::datasets::find(connection, &contract.dataset_id())?;
            let rows = match dataset {
                Some(number) => store::contracts::published(connection, number)?,
                None => Vec::new(),
            };
            Ok(Predecessors { dataset, rows })
        })
    }

    /// The published versions that `contract` may follow.
    ///
    /// # Errors
    /// A conflict when it refuses what one of them accepted; also when that can't be told, unless
    /// `accept_undecided` says that somebody answers for it and every stored record fits.
    pub(super) fn may_follow(&self, contract: &Contract, accept_undecided: bool) -> Result<Predecessors> {
        let published = self.predecessors(contract)?;
        let found = compare(contract, &published)?;
        match found.verdict {
            Verdict::Compatible => return Ok(published),
            Verdict::Undecided if accept_undecided => {}
            Verdict::Undecided | Verdict::Breaking => {
                return Err(Error::Conflict(Conflict::Incompatible {
                    undecided: found.verdict == Verdict::Undecided,
                    comparison: Box::new([found.to_json(Lang::Id), found.to_json(Lang::En)]),
                }));
            }
        }
        let validator = Validator::compile(&contract.schema)
            .map_err(|fault| Error::Internal(fault.to(Lang::En).to_owned()))?;
        let stored = self.stored_data(published.dataset, &validator)?;
        match stored.misfits {
            0 => Ok(published),
            misfits => Err(Error::Conflict(Conflict::StoredMisfits(misfits))),
        }
    }

    /// Judges every record of a dataset as it stands.
    pub(super) fn stored_data(&self, dataset: Option<i64>, validator: &Validator) -> Result<StoredData> {
        let mut found = StoredData::default();
        let Some(dataset) = dataset else {
            return Ok(found);
        };
        let mut after: Option<String> = None;
        loop {
            let page = self
                .store
                .read(|connection| store::records::page(connection, dataset, after.as_deref(), PAGE))?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.key.clone());
            // An erased record has no payload that could be judged.
            for stored in page.iter().filter(|stored| !stored.payload.is_empty()) {
                found.take(&stored.key, &stored.payload, validator)?;
            }
        }
    }
}

impl StoredData {
    fn take(&mut self, key: &str, payload: &str, validator: &Validator) -> Result<()> {
        let document = Document::parse(payload.as_bytes())
            .map_err(|fault| Error::Internal(format!("a stored payload can't be read: {fault:?}")))?;
        self.records += 1;
        if validator.is_valid(document.value()) {
            return Ok(());
        }
        self.misfits += 1;
        if self.first.len() < NAMED {
            let violations = validator.violations(document.value());
            self.first.push(Misfit {
                key: key.to_owned(),
                violations: Violations {
                    total: u64::try_from(violations.total).unwrap_or(u64::MAX),
                    list: violations.list,
                },
            });
        }
        Ok(())
    }
}
