//! Calling another system: one attempt, or several where that is safe.
//!
//! Invariant: a request that may have reached a system is sent again only if doing it twice does no more than
//! doing it once, and never more often than the system's budget allows.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::System;
use crate::connector::{is_idempotent, wait};
use crate::error::{Error, Result, Upstream, UpstreamKind};
use crate::hub::{Hub, random};
use crate::outbound::{Answer, Failure, FailureKind, Headers, Line, Lines, Request};
use crate::types::{Clock, Text};

/// How often a request is repeated at the most.
const REPETITIONS: u32 = 2;

/// An answer of another system; while it is read, it counts as a call under way.
pub struct Answered {
    answer: Answer,
    system: Arc<System>,
    clock: Clock,
    _turn: OwnedSemaphorePermit,
}

impl Answered {
    /// The status.
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The header fields.
    pub fn headers(&self) -> &Headers {
        &self.answer.headers
    }

    /// The next part of the body, unpacked; `None` at its end.
    ///
    /// # Errors
    /// Upstream when it does not come.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let chunk = self.answer.chunk().await;
        chunk.map_err(|failure| told(&self.system, &self.clock, failure))
    }

    /// The whole body, up to what the connector allows.
    ///
    /// # Errors
    /// Upstream when it does not come, or is larger.
    pub async fn whole(mut self) -> Result<Bytes> {
        let most = self.system.connector.settings.max_answer_bytes;
        let body = self.answer.read(most).await;
        body.map_err(|failure| told(&self.system, &self.clock, failure))
    }
}

impl Hub {
    /// Calls a system once.
    ///
    /// # Errors
    /// Upstream when there is no answer; an answer of any status is one.
    pub async fn ask(&self, lines: &Lines, system: &Arc<System>, request: Request) -> Result<Answered> {
        let turn = system.enter(self.clock.now()).await?;
        let fail = |failure| told(system, &self.clock, failure);
        let line = lines.to(&system.connector).map_err(fail)?;
        system.save();
        let answer = self.send(system, &line, request).await.map_err(fail)?;
        match answer.status {
            500..=599 => system.failed(self.clock.now(), format!("it answered {}", answer.status), true),
            _ => system.succeeded(self.clock.now()),
        }
        Ok(Answered {
            answer,
            system: Arc::clone(system),
            clock: self.clock.clone(),
            _turn: turn,
        })
    }

    /// Sends, and once more with a new token where the one that was held is refused.
    async fn send(
        &self,
        system: &Arc<System>,
        line: &Line,
        request: Request,
    ) -> std::result::Result<Answer, Failure> {
        let again = request.again();
        let shown = system.shown(line, self.clock.now()).await?;
        let answer = line.send(request, &shown).await?;
        match again {
            Some(request) if answer.status == 401 && system.forget_token() => {
                let shown = system.shown(line, self.clock.now()).await?;
                line.send(request, &shown).await
            }
            _ => Ok(answer),
        }
    }

    /// Calls a system, and again after growing waits where that is safe: nothing was sent, or the method does
    /// the same done twice.
    ///
    /// # Errors
    /// As of [`Hub::ask`], of the last attempt.
    pub async fn ask_again(&self, lines: &Lines, system: &Arc<System>, request: Request) -> Result<Answered> {
        let mut request = request;
        for repetition in 1..=REPETITIONS {
            let idempotent = is_idempotent(&request.method);
            let Some(again) = request.again() else { break };
            let outcome = self.ask(lines, system, request).await;
            request = again;
            let worthwhile = match &outcome {
                Ok(answered) => idempotent && matches!(answered.status(), 502..=504),
                Err(Error::Upstream(upstream)) => may_go_again(upstream, idempotent),
                Err(_) => false,
            };
            if !worthwhile || !system.may_repeat() {
                return outcome;
            }
            drop(outcome);
            tokio::time::sleep(Duration::from_millis(wait(repetition, chance()?))).await;
        }
        self.ask(lines, system, request).await
    }
}

/// Whether another attempt may help and does no harm. What took too long already is not asked again.
fn may_go_again(upstream: &Upstream, idempotent: bool) -> bool {
    matches!(upstream.kind, UpstreamKind::Unreachable) && (!upstream.sent || idempotent)
}

/// A number between 0 and 1.
fn chance() -> Result<f64> {
    Ok(f64::from(u32::from_be_bytes(random()?)) / f64::from(u32::MAX))
}

/// Notes a failure, and says of it what a caller may know.
fn told(system: &Arc<System>, clock: &Clock, failure: Failure) -> Error {
    let text = |indonesian, english| UpstreamKind::BadAnswer(Text::new(indonesian, english));
    let (kind, counts) = match failure.kind {
        FailureKind::Forbidden
        | FailureKind::Dns
        | FailureKind::Connect
        | FailureKind::Tls
        | FailureKind::Closed => (UpstreamKind::Unreachable, true),
        FailureKind::Timeout => (UpstreamKind::Timeout, true),
        FailureKind::Credentials => (UpstreamKind::Credentials, true),
        FailureKind::TooLarge => (text("terlalu besar.", "it is too large."), false),
        FailureKind::NotHttp => (text("bukan HTTP yang benar.", "it is no proper HTTP."), true),
        FailureKind::Redirect => (
            text("mengalihkan ke tempat lain.", "it redirects elsewhere."),
            false,
        ),
        FailureKind::Request => (
            text("permintaan tidak dapat dikirim.", "the request can't be sent."),
            false,
        ),
    };
    system.failed(
        clock.now(),
        format!("{}: {}", failure.kind.as_str(), failure.cause),
        counts,
    );
    Error::Upstream(Upstream {
        system: system.address().to_owned(),
        kind,
        sent: failure.was_sent(),
        cause: format!("{}: {}", failure.kind.as_str(), failure.cause),
    })
}
