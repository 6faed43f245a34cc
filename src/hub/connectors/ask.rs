//! Calling another system: one attempt, or several where that is safe.
//!
//! Invariant: a request that may have reached a system is sent again only if doing it twice does no more than
//! doing it once, and never more often than the system's budget allows.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::System;
use super::room::{AnswerPlace, AnswerRoom};
use super::system::{MAX_WAIT, Turn};
use crate::connector::{is_idempotent, wait};
use crate::error::{Error, Result, Upstream, UpstreamKind};
use crate::hub::{Hub, random};
use crate::outbound::{Answer, Failure, FailureKind, Headers, Line, Lines, Request};
use crate::types::{Clock, Text};

/// How often a request is repeated at the most.
const REPETITIONS: u32 = 2;

/// An answer of another system; while it is read, it counts as a call under way. The system answered well when
/// its body came to its end, or nobody wanted the rest.
pub struct Answered {
    answer: Answer,
    turn: Turn,
    clock: Clock,
    room: AnswerRoom,
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
        let chunk = chunk.map_err(|failure| told(&mut self.turn, &self.clock, &failure))?;
        if chunk.is_none() {
            self.turn.succeeded(self.clock.now());
        }
        Ok(chunk)
    }

    /// The whole body, up to what the connector allows.
    ///
    /// # Errors
    /// Upstream when it does not come, or is larger; overloaded when there is no room for it within `patience`.
    pub async fn whole(mut self, patience: Duration) -> Result<Bytes> {
        let most = self.bound(self.turn.system().connector.settings.max_answer_bytes);
        let place = self.room.begin();
        let body = self.read(most, place, patience).await?;
        body.ok_or_else(|| {
            let cause = format!("the answer has more than {most} bytes");
            told(
                &mut self.turn,
                &self.clock,
                &Failure::new(FailureKind::TooLarge, cause),
            )
        })
    }

    /// How many bytes may be read where the settings allow `most`: no more than the hub has room for.
    pub(in crate::hub) fn bound(&self, most: u64) -> u64 {
        most.min(u64::try_from(self.room.total()).unwrap_or(u64::MAX))
    }

    /// The whole body, in its place among all that the hub holds; `None` where it has more than `most` bytes, which are
    /// within [`Answered::bound`].
    ///
    /// # Errors
    /// Upstream when it does not come; overloaded when there is no room for it within `patience`.
    pub(in crate::hub) async fn read(
        &mut self,
        most: u64,
        mut place: AnswerPlace,
        patience: Duration,
    ) -> Result<Option<Bytes>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let Some(first) = self.chunk().await? else {
            return Ok(Some(Bytes::new()));
        };
        let announced = self.headers().get("content-length");
        let announced: Option<usize> = announced.and_then(|length| length.trim().parse().ok());
        if announced > Some(most) {
            return Ok(None);
        }
        place.reach(announced.unwrap_or_default(), patience).await?;
        let (mut body, mut next) = (BytesMut::new(), Some(first));
        while let Some(part) = next {
            let length = body.len() + part.len();
            if length > most {
                return Ok(None);
            }
            place.reach(length, patience).await?;
            let following = self.chunk().await?;
            if body.is_empty() && following.is_none() {
                return Ok(Some(place.keep(part)));
            }
            if body.is_empty() {
                body.reserve(announced.unwrap_or_default().max(part.len()));
            }
            body.extend_from_slice(&part);
            next = following;
        }
        Ok(Some(place.keep(body.freeze())))
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.turn.succeeded(self.clock.now());
    }
}

impl Hub {
    /// Calls a system once, after waiting for its turn for as long as `patience` says.
    ///
    /// # Errors
    /// Upstream when there is no answer; an answer of any status is one.
    pub async fn ask(
        &self,
        lines: &Lines,
        system: &Arc<System>,
        request: Request,
        patience: Duration,
    ) -> Result<Answered> {
        let mut request = request;
        self.attempt(lines, system, &mut request, patience).await
    }

    async fn attempt(
        &self,
        lines: &Lines,
        system: &Arc<System>,
        request: &mut Request,
        patience: Duration,
    ) -> Result<Answered> {
        let mut turn = system.enter(self.clock.now(), patience).await?;
        let sent = match self.line(lines, system) {
            Ok(line) => {
                system.save();
                self.send(system, &line, request).await
            }
            Err(failure) => Err(failure),
        };
        let answer = sent.map_err(|failure| told(&mut turn, &self.clock, &failure))?;
        if (500..600).contains(&answer.status) {
            turn.failed(self.clock.now(), format!("it answered {}", answer.status), true);
        }
        Ok(Answered {
            answer,
            turn,
            clock: self.clock.clone(),
            room: self.answer_room.clone(),
        })
    }

    /// The line to a system; those to systems that are gone are let go of.
    pub(super) fn line(&self, lines: &Lines, system: &System) -> std::result::Result<Line, Failure> {
        lines.to(&system.connector, |id| self.systems.load().get(id).is_some())
    }

    /// Sends, and once more with a new token where the one that was held is refused.
    async fn send(
        &self,
        system: &Arc<System>,
        line: &Line,
        request: &mut Request,
    ) -> std::result::Result<Answer, Failure> {
        let repeatable = request.is_repeatable();
        let shown = system.shown(line, self.clock.now()).await?;
        let answer = line.send(request, &shown).await?;
        if answer.status != 401 || !system.forget_token(&shown) || !repeatable {
            return Ok(answer);
        }
        let other = system.shown(line, self.clock.now()).await?;
        if other == shown {
            return Ok(answer);
        }
        let answer = line.send(request, &other).await?;
        if answer.status == 401 {
            system.forget_token(&other);
        }
        Ok(answer)
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
            if !request.is_repeatable() {
                break;
            }
            let outcome = self.attempt(lines, system, &mut request, MAX_WAIT).await;
            let worthwhile = match &outcome {
                Ok(answered) => idempotent && may_be_brief(answered),
                Err(Error::Upstream(upstream)) => may_go_again(upstream, idempotent),
                Err(_) => false,
            };
            if !worthwhile || !system.may_repeat() {
                return outcome;
            }
            drop(outcome);
            tokio::time::sleep(Duration::from_millis(wait(repetition, chance()?))).await;
        }
        self.attempt(lines, system, &mut request, MAX_WAIT).await
    }
}

/// Whether a system only stumbled; one that says when it will be back is not asked before.
fn may_be_brief(answered: &Answered) -> bool {
    matches!(answered.status(), 502..=504) && answered.headers().get("retry-after").is_none()
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
fn told(turn: &mut Turn, clock: &Clock, failure: &Failure) -> Error {
    let text = |indonesian, english| UpstreamKind::BadAnswer(Text::new(indonesian, english));
    let (kind, counts) = match failure.kind {
        FailureKind::Forbidden
        | FailureKind::Dns
        | FailureKind::Connect
        | FailureKind::Tls
        | FailureKind::Closed => (UpstreamKind::Unreachable, true),
        FailureKind::Timeout => (UpstreamKind::Timeout, true),
        FailureKind::Caller => (UpstreamKind::Timeout, false),
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
    let cause = format!("{}: {}", failure.kind.as_str(), failure.cause);
    turn.failed(clock.now(), cause.clone(), counts);
    Error::Upstream(Upstream {
        system: turn.system().address().to_owned(),
        kind,
        sent: failure.was_sent(),
        cause,
    })
}
