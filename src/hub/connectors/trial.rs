//! Trying a connector: each phase of a call by itself, explained.
//!
//! Invariant: a trial goes past the breaker and the bulkhead, so that a system can be looked at that is
//! failing; it changes nothing that is stored.

use std::sync::Arc;
use std::time::Instant;

use super::System;
use crate::error::{Error, Result, Violations};
use crate::hub::{Dataset, Hub};
use crate::outbound::{Answer, Failure, FailureKind, Lines, Phase, PhaseReport, Reached, Request};
use crate::record::check;
use crate::types::Document;

/// What is asked of a system to try it.
#[derive(Debug, Clone)]
pub struct TrialRequest {
    /// The path below the base; with `None` nothing is asked of it beyond a connection.
    pub path: Option<String>,
    /// The query.
    pub query: Option<String>,
}

/// What a trial found.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The phases that were tried, in order.
    pub phases: Vec<PhaseReport>,
    /// The status of the answer, when there was one.
    pub status: Option<u16>,
    /// In which ways the answer breaks the contract.
    pub violations: Option<Violations>,
}

impl Hub {
    /// Tries a connector: its name, its connection, TLS, an answer to a `GET`, whether that is JSON and fits
    /// the contract of `dataset`.
    pub async fn try_connector(
        &self,
        lines: &Lines,
        system: &Arc<System>,
        asked: TrialRequest,
        dataset: Option<&Dataset>,
    ) -> Result<Trial> {
        let mut trial = Trial {
            phases: Vec::new(),
            status: None,
            violations: None,
        };
        let mut reached = lines.reach(&system.connector).await;
        let Some(path) = asked.path.filter(|_| reached.is_well()) else {
            trial.phases = reached.phases;
            return Ok(trial);
        };
        let request = Request {
            query: asked.query,
            ..Request::get(path)
        };
        if let Some(body) = self
            .try_http(lines, system, request, &mut reached, &mut trial)
            .await
        {
            trial.violations = try_body(&body, dataset, &mut reached)?;
        }
        trial.phases = reached.phases;
        Ok(trial)
    }

    async fn try_http(
        &self,
        lines: &Lines,
        system: &Arc<System>,
        mut request: Request,
        reached: &mut Reached,
        trial: &mut Trial,
    ) -> Option<bytes::Bytes> {
        let began = Instant::now();
        let answer = async {
            let line = self.line(lines, system)?;
            let shown = system.shown(&line, self.clock.now()).await?;
            let mut answer: Answer = line.send(&mut request, &shown).await?;
            let body = answer.read(system.connector.settings.max_answer_bytes).await?;
            trial.status = Some(answer.status);
            let media = answer
                .headers
                .get("content-type")
                .unwrap_or("no Content-Type")
                .to_owned();
            match answer.status {
                200..=299 => Ok((format!("{}, {media}, {} bytes", answer.status, body.len()), body)),
                401 | 403 => Err(Failure::new(
                    FailureKind::Credentials,
                    format!("it answered {}", answer.status),
                )),
                status => Err(Failure::new(
                    FailureKind::NotHttp,
                    format!("it answered {status}, {media}"),
                )),
            }
        };
        let answer = answer.await;
        reached
            .note(Phase::Http, began, answer, |(told, _)| told.clone())
            .map(|(_, body)| body)
    }
}

/// Whether an answer is JSON, and fits the contract.
fn try_body(body: &[u8], dataset: Option<&Dataset>, reached: &mut Reached) -> Result<Option<Violations>> {
    let began = Instant::now();
    let parsed = Document::parse(body).map_err(|fault| {
        let html = body.trim_ascii_start().starts_with(b"<");
        let what = if html {
            "it is a page (HTML), not JSON"
        } else {
            "it is no JSON"
        };
        let place = fault.place;
        Failure::new(
            FailureKind::NotHttp,
            format!("{what}: line {}, column {}", place.line, place.column),
        )
    });
    let parsed = reached.note(Phase::Json, began, parsed, |_| "it is JSON".into());
    let (Some(_), Some(dataset)) = (parsed, dataset) else {
        return Ok(None);
    };
    let began = Instant::now();
    let judged = check(dataset.judge()?, body, body.len());
    let violations = match &judged {
        Err(Error::Violates(violations)) => Some(violations.clone()),
        _ => None,
    };
    let judged = judged.map_err(|_| Failure::new(FailureKind::NotHttp, "it breaks the contract"));
    reached.note(Phase::Contract, began, judged, |()| {
        format!("it fits {}", dataset.id)
    });
    Ok(violations)
}
