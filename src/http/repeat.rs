//! [`Repeat`]: a streamed request under an Idempotency-Key, whose body is known only at its end.
//!
//! The key is reserved first; the answer is kept when the stream is stored. Invariant: a stream that
//! breaks off leaves the key free for the same request, which goes on behind what is stored of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, rt};
use bytes::Bytes;
use tokio::runtime::Handle;

use super::caller::Caller;
use super::idempotency::{Key, kept, replay, respond};
use super::parts::Parts;
use super::problem::Problem;
use crate::error::Error;
use crate::hub::ingest::{Bulk, Finally};
use crate::hub::{Hub, Reservation};
use crate::record::{Answer, Claim, Progress};
use crate::types::Digester;

/// How often a long stream says that it is still coming.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);

/// See the module; without a key it does nothing.
pub(super) struct Repeat(Option<Box<Reserved>>);

/// A key in use.
struct Reserved {
    key: Key,
    body: Digester,
    seen: Instant,
    /// How far the same request came before it was cut off.
    progress: Option<Progress>,
    held: Held,
}

/// That the key is reserved. It is given free when this is dropped before the end: the server drops the work at a request
/// whose connection is reset.
struct Held {
    hub: Arc<Hub>,
    claim: Claim,
    ended: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Without a runtime the hub has ended, and the key is free when it was silent for long enough.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let (hub, claim) = (Arc::clone(&self.hub), self.claim.clone());
        runtime.spawn(async move {
            if let Err(error) = hub.release_claim(&claim).await {
                tracing::warn!(cause = error.cause(), "a reserved key could not be given free");
            }
        });
    }
}

/// How a request begins.
pub(super) enum Begun {
    /// It is new, or has no key.
    New(Repeat),
    /// A request with this key was answered before.
    Answered(Earlier),
}

/// A key that was used before.
pub(super) struct Earlier(Key);

impl Repeat {
    /// Reserves the key.
    ///
    /// # Errors
    /// When a request with this key is still being answered, or another one was cut off.
    pub(super) async fn begin<P>(caller: &Caller<P>, key: Option<Key>) -> Result<Begun, Error> {
        let Some(key) = key else {
            return Ok(Begun::New(Repeat(None)));
        };
        let claim = key.unread();
        let progress = match caller.hub.reserve(&claim).await? {
            Reservation::Answered => return Ok(Begun::Answered(Earlier(key))),
            Reservation::New(progress) => progress,
        };
        Ok(Begun::New(Repeat(Some(Box::new(Reserved {
            key,
            body: Digester::default(),
            seen: Instant::now(),
            progress,
            held: Held {
                hub: Arc::clone(&caller.hub),
                claim,
                ended: false,
            },
        })))))
    }

    /// Has a bulk note how far it comes, and go on behind what is stored of it.
    pub(super) fn lead(&self, bulk: Bulk) -> Bulk {
        match &self.0 {
            Some(reserved) => bulk.once(reserved.held.claim.clone(), reserved.progress.as_ref()),
            None => bulk,
        }
    }

    /// What keeps the answer to a stream that is stored as one, when all of the body came; `None` without a key.
    pub(super) fn finally<R>(
        &self,
        answer: impl FnOnce(&R) -> Answer + Send + 'static,
    ) -> Option<Finally<R>> {
        let reserved = self.0.as_ref()?;
        Some(Finally {
            claim: reserved.key.claim(&reserved.body.clone().finish()),
            answer: Box::new(answer),
        })
    }

    /// Takes note of a piece of the body.
    pub(super) async fn saw<P>(&mut self, caller: &Caller<P>, piece: &[u8]) {
        let Some(reserved) = &mut self.0 else {
            return;
        };
        reserved.body.update(piece);
        if reserved.seen.elapsed() >= SIGN_OF_LIFE {
            reserved.seen = Instant::now();
            if let Err(error) = caller.hub.settle_claim(&reserved.held.claim, None).await {
                tracing::warn!(cause = error.cause(), "a reserved key could not be renewed");
            }
        }
    }

    /// Says that the stream is being worked at for as long as `work` lasts.
    pub(super) async fn alive<P, T>(&mut self, caller: &Caller<P>, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            match rt::time::timeout(SIGN_OF_LIFE, work.as_mut()).await {
                Ok(done) => return done,
                Err(_) => self.saw(caller, b"").await,
            }
        }
    }

    /// Keeps the answer if the body was `complete` and the answer is one to be given again.
    pub(super) async fn end<P>(
        self,
        caller: &Caller<P>,
        request: &HttpRequest,
        complete: bool,
        answer: Result<Answer, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let Some(reserved) = self.0 else {
            return answer.map(|answer| respond(&answer));
        };
        let Reserved {
            key, body, mut held, ..
        } = *reserved;
        let claim = key.claim(&body.finish());
        let repeated = match &answer {
            _ if !complete => None,
            Ok(answer) => Some(answer.clone()),
            Err(problem) => kept(problem, request, caller)?,
        };
        match repeated {
            Some(answer) => caller.hub.settle_claim(&claim, Some(answer)).await?,
            None => caller.hub.release_claim(&claim).await?,
        }
        held.ended = true;
        answer.map(|answer| respond(&answer))
    }
}

impl Earlier {
    /// The answer that the same body got before.
    ///
    /// # Errors
    /// When the body is another one.
    pub(super) async fn replay<P>(
        self,
        caller: &Caller<P>,
        begun: Bytes,
        parts: &mut Parts,
    ) -> Result<HttpResponse, Problem> {
        let mut body = Digester::default();
        body.update(&begun);
        let bound = caller.hub.config().limits.body_bytes;
        let mut taken = begun.len();
        while let Some(piece) = parts.next().await? {
            taken += piece.len();
            if taken > bound {
                parts.give_up();
                return Err(Error::TooLarge(crate::error::Bound::Body(bound)).into());
            }
            body.update(&piece);
        }
        match caller.hub.recall(&self.0.claim(&body.finish())).await? {
            Some(answer) => Ok(replay(&answer)),
            None => Err(Error::KeyReused.into()),
        }
    }
}
