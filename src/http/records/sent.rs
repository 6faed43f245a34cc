//! [`Sent`]: the body of a push, piece by piece, from somebody who may still send it.
//!
//! Invariant: what comes more than a second after the right to push ended is not taken in.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use bytes::Bytes;

use crate::error::Error;
use crate::http::caller::{Caller, Permission};
use crate::http::parts::Parts;
use crate::http::problem::Problem;

/// How long a right is relied on without being looked at again.
const RELIED_ON: Duration = Duration::from_millis(500);

/// See the module.
pub(super) struct Sent<'s, P> {
    request: &'s HttpRequest,
    begun: Option<Bytes>,
    parts: &'s mut Parts,
    looked: Instant,
    permission: PhantomData<P>,
}

impl<'s, P: Permission> Sent<'s, P> {
    /// What a caller sends who was admitted: first `begun`, then the `parts`.
    pub(super) fn new(request: &'s HttpRequest, begun: Bytes, parts: &'s mut Parts) -> Self {
        Sent {
            request,
            begun: Some(begun),
            parts,
            looked: Instant::now(),
            permission: PhantomData,
        }
    }

    /// The next piece; none at the end or once it is `ended` by an error.
    pub(super) async fn next(&mut self, ended: &mut Option<Error>) -> Option<Bytes> {
        if ended.is_some() {
            return None;
        }
        if let Some(begun) = self.begun.take() {
            return Some(begun);
        }
        match self.piece().await {
            Ok(piece) => piece,
            Err(error) => {
                *ended = Some(error);
                None
            }
        }
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        let piece = self.parts.next().await?;
        if self.looked.elapsed() >= RELIED_ON {
            Caller::<P>::again(self.request)
                .await
                .map_err(Problem::into_error)?;
            self.looked = Instant::now();
        }
        Ok(piece)
    }
}
