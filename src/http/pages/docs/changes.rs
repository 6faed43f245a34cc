//! What the versions of a dataset changed, field by field.
//!
//! Not here: whether a version accepts what the one before did (`contract::compat`). Invariant: nothing of a field that
//! the caller is not shown is told, of earlier versions either.

use serde_json::Value;

use super::Say;
use super::fields::{Row, rows};
use super::unshown::Unshown;
use crate::access::Sight;
use crate::contract::schema_of_part;
use crate::hub::{Dataset, Published};

/// How many steps are told, the newest first.
const MAX_STEPS: usize = 5;

/// How many fields of a step are told.
const MAX_CHANGED: usize = 100;

/// From one version to the next.
pub(super) struct Step {
    pub(super) before: String,
    pub(super) after: String,
    pub(super) day: String,
    pub(super) changed: Vec<Changed>,
    /// How many changed fields are not listed.
    pub(super) more: usize,
}

/// A field that is not as it was.
pub(super) struct Changed {
    pub(super) pointer: String,
    /// What became of it.
    pub(super) what: &'static str,
    /// What was told of it and no longer holds.
    pub(super) gone: Vec<String>,
    /// What is told of it since.
    pub(super) new: Vec<String>,
}

/// The newest steps, as far as the caller is shown the fields.
pub(super) fn steps(say: Say, dataset: &Dataset, sight: &Sight) -> Vec<Step> {
    let newest: Vec<_> = dataset.versions.iter().rev().take(MAX_STEPS + 1).collect();
    let told: Vec<Shown> = newest.iter().map(|version| shown(say, version, sight)).collect();
    let pairs = newest.iter().zip(newest.iter().skip(1));
    let shown = told.iter().zip(told.iter().skip(1));
    pairs
        .zip(shown)
        .map(|((after, before), (new, old))| {
            let mut changed = changed(say, &old.0, &new.0);
            add_unshown(say, &mut changed, new.1.changed_since(&old.1, say));
            let more = changed.len().saturating_sub(MAX_CHANGED);
            changed.truncate(MAX_CHANGED);
            Step {
                before: before.version.to_string(),
                after: after.version.to_string(),
                day: after.published_at.date().to_string(),
                changed,
                more,
            }
        })
        .collect()
}

/// The rows of a version, and what they don't tell.
type Shown = (Vec<Row>, Unshown);

fn shown(say: Say, version: &Published, sight: &Sight) -> Shown {
    let contract = &version.contract;
    let of = |schema: &Value| {
        let (rows, _) = rows(say, contract, schema);
        let unshown = Unshown::of(schema, &rows);
        (rows, unshown)
    };
    match sight.of_schema() {
        Some(fields) => of(&schema_of_part(&contract.schema, fields)),
        None => of(&contract.schema),
    }
}

/// Adds what changed of rules that no row tells: to what is told of their field, or as a place of its own.
fn add_unshown(say: Say, changed: &mut Vec<Changed>, unshown: Vec<(String, Vec<String>, Vec<String>)>) {
    for (pointer, mut gone, mut new) in unshown {
        match changed.iter_mut().find(|one| one.pointer == pointer) {
            Some(one) => {
                one.gone.append(&mut gone);
                one.new.append(&mut new);
            }
            None => changed.push(Changed {
                pointer: match pointer.is_empty() {
                    true => say.it("seluruh rekaman", "the whole record").to_owned(),
                    false => pointer,
                },
                what: say.it("aturan di skema berubah", "a rule of the schema changed"),
                gone,
                new,
            }),
        }
    }
}

fn changed(say: Say, old: &[Row], new: &[Row]) -> Vec<Changed> {
    let find = |rows: &[Row], pointer: &str| {
        let row = rows.iter().find(|row| row.pointer == pointer);
        row.map(|row| lines(say, row))
    };
    let mut all = Vec::new();
    for row in new {
        let (now, then) = (lines(say, row), find(old, &row.pointer));
        let what = match &then {
            None => say.it("kolom baru", "new field"),
            Some(then) if *then != now => say.it("berubah", "changed"),
            Some(_) => continue,
        };
        let then = then.unwrap_or_default();
        all.push(Changed {
            pointer: row.pointer.clone(),
            what,
            gone: without(&then, &now),
            new: without(&now, &then),
        });
    }
    for row in old.iter().filter(|row| find(new, &row.pointer).is_none()) {
        all.push(Changed {
            pointer: row.pointer.clone(),
            what: say.it("dihapus", "removed"),
            gone: lines(say, row),
            new: Vec::new(),
        });
    }
    all
}

/// Those lines that are not among the others.
fn without(lines: &[String], others: &[String]) -> Vec<String> {
    let kept = lines.iter().filter(|line| !others.contains(line));
    kept.cloned().collect()
}

/// What is told of a field, line by line.
fn lines(say: Say, row: &Row) -> Vec<String> {
    let mut lines = vec![row.types.clone()];
    lines.push(match row.required {
        true => say.it("wajib", "required").to_owned(),
        false => say.it("tidak wajib", "not required").to_owned(),
    });
    if row.key {
        lines.push(say.it("pengenal", "key").to_owned());
    }
    if row.personal {
        lines.push(say.it("data pribadi", "personal data").to_owned());
    }
    let rules = row
        .rules
        .iter()
        .map(|rule| format!("{} {}", rule.words, rule.code));
    lines.extend(rules.map(|rule| rule.trim_end().to_owned()));
    lines.extend(row.meaning.iter().cloned());
    lines
}
