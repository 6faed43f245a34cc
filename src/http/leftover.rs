//! [`Leftover`]: what is left of a small body when its request is refused.
//!
//! Of a connection on which a body was left lying nothing more can be read, so the server closes it; a proxy that sends a
//! body on as it receives it tells its caller nothing of that, and the next request is lost. So what is left of a small one is
//! taken in before the refusal leaves.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

/// The longest body that is taken in, in bytes, and for how long it may come.
const SMALL: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(2);

/// See the module.
pub(super) struct Leftover(Option<Shared>);

/// A body that its request reads, and that is still there when the request is gone; none when it came to its end.
#[derive(Clone)]
struct Shared(Rc<RefCell<Option<Payload>>>);

impl Stream for Shared {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.0.borrow_mut();
        let Some(unread) = body.as_mut() else {
            return Poll::Ready(None);
        };
        let part = unread.poll_next_unpin(context);
        if matches!(part, Poll::Ready(None | Some(Err(_)))) {
            *body = None;
        }
        part
    }
}

impl Leftover {
    /// Keeps a hand on the body of a request, where that is small and its length is told; one in chunks the server takes in
    /// by itself.
    pub(super) fn of(request: &mut ServiceRequest) -> Self {
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if !length.is_some_and(|length| (1..=SMALL).contains(&length)) {
            return Leftover(None);
        }
        let shared = Shared(Rc::new(RefCell::new(Some(request.take_payload()))));
        request.set_payload(Payload::Stream {
            payload: Box::pin(shared.clone()),
        });
        Leftover(Some(shared))
    }

    /// Takes in what nobody read; what comes no faster is left lying.
    pub(super) async fn drain(self) {
        let Leftover(Some(mut body)) = self else {
            return;
        };
        let drained = async { while body.next().await.is_some() {} };
        let _ = tokio::time::timeout(PATIENCE, drained).await;
    }
}
