//! What of a live call is judged by the contract: the records that are sent, and those that come back.
//!
//! A body that is a list, where the contract describes one record, is judged item by item. A patch is part of a
//! record, and answers that tell of failures are none: neither is judged. Invariant: nothing of a body that is
//! refused is told but where it breaks the contract.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::LiveRequest;
use crate::audit::Subject;
use crate::contract::{Live, LiveValidation, Validator};
use crate::error::{Error, Malformed, Result, Upstream, UpstreamKind, Violations};
use crate::hub::{Dataset, Hub};
use crate::outbound::Body;
use crate::record::subject_of;
use crate::types::{Document, Pointer, Text, Violation};

/// How many violations are told.
const MAX_VIOLATIONS: usize = 1_000;

/// From which size on a body is judged off the threads that serve requests, in bytes.
const LARGE: usize = 32 << 10;

impl Hub {
    /// Judges the record that a request sends; gives in how many ways it breaks the contract.
    ///
    /// # Errors
    /// Malformed or violates, where the contract is enforced.
    pub(super) async fn judge_request(&self, dataset: &Arc<Dataset>, asked: &LiveRequest) -> Result<u64> {
        let Body::Whole(body) = &asked.body else {
            return Ok(0);
        };
        if !dataset.judges_live() || !matches!(asked.method.as_str(), "POST" | "PUT") || body.is_empty() {
            return Ok(0);
        }
        self.looked_at(dataset, body, |dataset, body| {
            judge_record(dataset, dataset.live()?, body)
        })
        .await
    }

    /// Judges an answer; gives in how many ways it breaks the contract.
    ///
    /// # Errors
    /// Upstream where the contract is enforced.
    pub(super) async fn judge_answer(
        &self,
        dataset: &Arc<Dataset>,
        status: u16,
        body: &Bytes,
    ) -> Result<u64> {
        let carries = (200..300).contains(&status) && !matches!(status, 204 | 205) && !body.is_empty();
        if dataset.live()?.validate == LiveValidation::Off || !carries {
            return Ok(0);
        }
        self.looked_at(dataset, body, |dataset, body| {
            judge_records(dataset, dataset.live()?, body)
        })
        .await
    }

    /// Whom an answer is about, as far as its contract says how to tell.
    pub(super) async fn subjects_of(&self, dataset: &Arc<Dataset>, body: &Bytes) -> Result<Vec<Subject>> {
        self.looked_at(dataset, body, |dataset, body| Ok(subjects(dataset, body)))
            .await
    }

    /// What `look` finds in a body; a large one is looked at elsewhere.
    async fn looked_at<T: Send + 'static>(
        &self,
        dataset: &Arc<Dataset>,
        body: &Bytes,
        look: impl FnOnce(&Dataset, &Bytes) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if body.len() < LARGE {
            return look(dataset, body);
        }
        let (dataset, body) = (Arc::clone(dataset), body.clone());
        self.computing(move || look(&dataset, &body)).await
    }
}

/// Judges the record of a request; gives in how many ways it breaks the contract.
fn judge_record(dataset: &Dataset, live: &Live, body: &Bytes) -> Result<u64> {
    let enforced = live.validate == LiveValidation::Enforce;
    let total = match Document::parse(body) {
        Err(fault) if enforced => return Err(Error::Malformed(Malformed::Json(fault))),
        Err(_) => 1,
        Ok(document) => {
            let found = judged(&dataset.judge()?.validator, document.value());
            if enforced && found.total > 0 {
                return Err(Error::Violates(found));
            }
            found.total
        }
    };
    if total > 0 {
        tracing::warn!(dataset = %dataset.id, violations = total, "a live request breaks its contract");
    }
    Ok(total)
}

/// Judges the records of an answer; gives in how many ways they break the contract.
fn judge_records(dataset: &Dataset, live: &Live, body: &Bytes) -> Result<u64> {
    let system = format!("{}/{}", dataset.id.opd, live.connector);
    let refused = |why: Text, cause: String| {
        Error::Upstream(Upstream {
            system: system.clone(),
            kind: UpstreamKind::BadAnswer(why),
            sent: true,
            cause,
        })
    };
    let total = match Document::parse(body) {
        Err(fault) if live.validate == LiveValidation::Enforce => {
            let (line, column) = (fault.place.line, fault.place.column);
            let why = Text::new(
                format!("bukan JSON (baris {line}, kolom {column})."),
                format!("it is no JSON (line {line}, column {column})."),
            );
            return Err(refused(why, "the answer is no JSON".into()));
        }
        Err(_) => 1,
        Ok(document) => {
            let found = judged(&dataset.judge()?.validator, document.value());
            if found.total > 0 && live.validate == LiveValidation::Enforce {
                let first = found
                    .list
                    .first()
                    .map(|one| (one.pointer.to_string(), one.keyword.clone()));
                let (pointer, keyword) = first.unwrap_or_default();
                let total = found.total;
                let why = Text::new(
                    format!("melanggar kontrak data di {total} tempat, yang pertama {pointer} ({keyword})."),
                    format!("it breaks its contract in {total} places, the first {pointer} ({keyword})."),
                );
                return Err(refused(why, format!("{total} violations")));
            }
            found.total
        }
    };
    if total > 0 {
        tracing::warn!(dataset = %dataset.id, system, violations = total, "a live answer breaks its contract");
    }
    Ok(total)
}

/// In which ways a body breaks the contract; a list is judged item by item where the contract describes one
/// record.
fn judged(validator: &Validator, body: &Value) -> Violations {
    let mut violations = Violations {
        list: Vec::new(),
        total: 0,
    };
    if validator.is_valid(body) {
        return violations;
    }
    let Some(items) = body.as_array() else {
        let found = validator.violations(body);
        violations.total = u64::try_from(found.total).unwrap_or(u64::MAX);
        violations.list = found.list;
        return violations;
    };
    for (number, item) in items.iter().enumerate() {
        if validator.is_valid(item) {
            continue;
        }
        let found = validator.violations(item);
        violations.total = violations
            .total
            .saturating_add(u64::try_from(found.total).unwrap_or(u64::MAX));
        let room = MAX_VIOLATIONS.saturating_sub(violations.list.len());
        let within = found.list.into_iter().take(room).map(|violation| Violation {
            pointer: Pointer::default()
                .child(&number.to_string())
                .join(&violation.pointer),
            ..violation
        });
        violations.list.extend(within);
    }
    violations
}

fn subjects(dataset: &Dataset, body: &Bytes) -> Vec<Subject> {
    let Some((field, key)) = dataset
        .current
        .judge
        .as_ref()
        .and_then(|judge| judge.subject.as_ref())
    else {
        return Vec::new();
    };
    let Ok(document) = Document::parse(body) else {
        return Vec::new();
    };
    let one = std::slice::from_ref(document.value());
    let items = document.value().as_array().map_or(one, Vec::as_slice);
    items
        .iter()
        .filter_map(|item| subject_of(field, key, item))
        .collect()
}
