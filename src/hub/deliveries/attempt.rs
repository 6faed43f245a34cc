//! One message: what it holds, how it is sent, what came of it.
//!
//! Invariant: whatever came of it is in the log of exchanges, as something that the application read.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::keys::Keys;
use super::receiver::Receiver;
use super::terms::Terms;
use crate::audit::ExchangeId;
use crate::connector::delivery::{MAX_BATCH, Reason, retry_after, signatures};
use crate::error::{Error, Result, UpstreamKind};
use crate::hub::connectors::Answered;
use crate::hub::connectors::MAX_TURN_WAIT;
use crate::hub::{Call, FeedPage, FeedQuery, FeedText, Hub, quoted};
use crate::outbound::{Body, Lines, Request};
use crate::store::subscriptions::Progress;
use crate::types::{FeedId, Seq};

/// How many bytes of payload a message has at most, unless a single change has more.
const MAX_BYTES: usize = 1 << 20;
/// How much of an answer is read, and for how long, so that its connection serves again.
const DRAIN: (usize, Duration) = (64 << 10, Duration::from_secs(2));

/// A message that may be sent.
pub(super) struct Message {
    /// What a receiver knows it by.
    pub(super) id: String,
    /// The body.
    pub(super) body: Bytes,
    /// How many changes are in it.
    pub(super) records: u64,
    /// How many bytes they have.
    pub(super) bytes: u64,
}

/// Changes as they will be sent.
pub(super) struct Batch {
    /// The body.
    pub(super) body: Bytes,
    /// The last change in it.
    pub(super) upto: Seq,
    /// The last change that there is.
    pub(super) head: Seq,
    /// How many changes are in it.
    pub(super) records: usize,
}

/// What came of a message.
pub(super) enum Outcome {
    /// The receiver has it.
    Taken,
    /// It has it not; it may have asked for some seconds of rest.
    Not(Reason, Option<i64>),
    /// It was not sent at all; one may try again after so many seconds.
    Later(u32),
}

impl Hub {
    /// A call of the receiving application, as far as the log is concerned.
    pub(super) fn delivery_call(&self, receiver: &Receiver) -> Call {
        let now = self.clock.now();
        let id = ExchangeId::new(now);
        Call {
            id,
            at: now,
            started: Instant::now(),
            request_id: id.to_string().into(),
            traceparent: None,
            caller: receiver.caller.clone(),
            pulled_for: None,
            logged: Arc::default(),
        }
    }

    /// The next changes for a receiver. Where they are about persons, the log says so when they are given.
    ///
    /// # Errors
    /// Gone when the position can't be served; when the database fails or the log is full.
    pub(super) async fn next_batch(
        self: &Arc<Self>,
        call: &Call,
        receiver: &Receiver,
        terms: &Terms,
        progress: &Progress,
    ) -> Result<Batch> {
        self.can_log()?;
        let query = FeedQuery {
            dataset: Arc::clone(&receiver.dataset),
            fields: receiver.fields.clone(),
            since: progress.seq,
            feed: Some(progress.feed.to_string()),
            until: progress.upto,
            limit: progress.upto.map_or(terms.batch, |_| MAX_BATCH),
            latest: false,
            most_bytes: Some(MAX_BYTES),
        };
        let (id, since, dataset) = (terms.id, progress.seq, terms.dataset.to_string());
        self.changes_for(call, "delivery", query, move |page| Batch {
            body: written(id, &dataset, since, &page),
            upto: page.next,
            head: page.head,
            records: page.changes.len(),
        })
        .await
    }

    /// Sends a message and logs what came of it.
    pub(super) async fn deliver(
        &self,
        lines: &Lines,
        receiver: &Receiver,
        (terms, keys): (&Terms, &Keys),
        call: &Call,
        message: Message,
    ) -> Outcome {
        let (records, bytes) = (message.records, message.bytes);
        let request = self.request(terms, keys, call, message);
        let outcome = match self.ask(lines, &receiver.system, request, MAX_TURN_WAIT).await {
            Ok(answered) => self.meaning_of(answered).await,
            Err(error) => failed(&error),
        };
        let code = match &outcome {
            Outcome::Taken => "ok",
            Outcome::Not(reason, _) => reason.code(),
            Outcome::Later(_) => return outcome,
        };
        let mut exchange = call.closing("delivery", Some(Arc::clone(&receiver.dataset.address)));
        exchange.dataset_id = Some(receiver.dataset.number);
        exchange.outcome = code;
        // What was shown of persons is counted where that is told.
        if call.logged.parts() == 0 {
            (exchange.records, exchange.bytes) = (records, bytes);
        }
        self.log(exchange);
        outcome
    }

    fn request(&self, terms: &Terms, keys: &Keys, call: &Call, message: Message) -> Request {
        let now = self.clock.now();
        let at = now.seconds();
        let signed = signatures(keys.at(now), &message.id, at, &message.body);
        let field = |name: &str, value: String| (name.to_owned(), value);
        Request {
            method: "POST".into(),
            path: terms.path.clone(),
            query: terms.query.clone(),
            headers: vec![
                field("content-type", "application/json".into()),
                field("webhook-id", message.id),
                field("webhook-timestamp", at.to_string()),
                field("webhook-signature", signed),
                field("x-request-id", call.request_id.to_string()),
            ],
            body: Body::Whole(message.body),
        }
    }

    /// What an answer means: any 2xx is a success.
    async fn meaning_of(&self, mut answered: Answered) -> Outcome {
        let status = answered.status();
        let asked = answered.headers().get("retry-after");
        let asked = asked.and_then(|field| retry_after(field, self.clock.now()));
        // What stands in it is of no interest; a connection that was read to its end serves again.
        let mut left = DRAIN.0;
        let drained = async {
            while let Ok(Some(chunk)) = answered.chunk().await
                && left > 0
            {
                left = left.saturating_sub(chunk.len());
            }
        };
        // A body that does not end changes nothing about the status.
        let _ = tokio::time::timeout(DRAIN.1, drained).await;
        match status {
            200..=299 => Outcome::Taken,
            status => Outcome::Not(Reason::Status(status), asked),
        }
    }
}

/// What a message without an answer means.
fn failed(error: &Error) -> Outcome {
    let Error::Upstream(upstream) = error else {
        tracing::error!(cause = error.cause(), "a delivery could not be made; trying on");
        return Outcome::Later(1);
    };
    let reason = match &upstream.kind {
        UpstreamKind::Unavailable(seconds) => return Outcome::Later(*seconds),
        UpstreamKind::Unreachable => Reason::Unreachable,
        UpstreamKind::Credentials => Reason::Credentials,
        UpstreamKind::BadAnswer(_) => Reason::InvalidAnswer,
        UpstreamKind::Timeout => Reason::Timeout,
    };
    tracing::warn!(
        system = upstream.system,
        cause = upstream.cause,
        "a delivery failed"
    );
    Outcome::Not(reason, None)
}

/// The body of a message with changes. It is the same each time as long as the receiver may see the same.
fn written(subscription: i64, dataset: &str, since: Seq, page: &FeedPage) -> Bytes {
    let mut body = FeedText::with_room(&page.changes, 200);
    body.text.push_str("{\"type\":\"changes\",\"dataset\":");
    quoted(&mut body.text, dataset);
    // Writing to a String can't fail.
    let _ = write!(
        body.text,
        ",\"feed\":\"{}\",\"subscription\":{subscription},\"since\":{since},\"changes\":[",
        page.feed
    );
    body.list(&page.changes);
    let _ = write!(body.text, "],\"next\":{}}}", page.next);
    body.text.into()
}

/// The body of the message that tells of a feed that does not go on: what was delivered before is of no use
/// beside what comes now. `next` is where it begins.
pub(super) fn reset(subscription: i64, dataset: &str, feed: &FeedId, next: Seq) -> Bytes {
    let mut body = String::from("{\"type\":\"feed.reset\",\"dataset\":");
    quoted(&mut body, dataset);
    // Writing to a String can't fail.
    let _ = write!(
        body,
        ",\"feed\":\"{feed}\",\"subscription\":{subscription},\"next\":{next}}}"
    );
    body.into()
}
