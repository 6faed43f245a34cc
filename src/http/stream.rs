//! [`streamed`]: an answer made of pages that are fetched one after the other.
//!
//! While one page is being sent the next is fetched, and no further: a slow caller slows down the
//! fetching, and memory stays flat whatever the length. Not here: where pages come from. Invariant:
//! the exchange is logged once, when the answer ends, fails or is given up by the caller, with what
//! was given out until then; an answer that fails before its end never looks whole.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use super::caller::Caller;
use super::frame::Given;
use super::limits::Pass;
use super::problem::Problem;
use crate::hub::{Call, Hub};

/// How large a page should be, in bytes.
const PAGE_BYTES: usize = 512 * 1024;
/// How many records the first page has, and the most that any has.
const RECORDS: (u16, u16) = (250, 4_000);

/// A page on its way out.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The text.
    pub(super) text: Bytes,
    /// How many records or changes it holds.
    pub(super) records: u64,
}

/// Where the pages of an answer come from.
pub(super) trait Pages: 'static {
    /// Whether the answer goes on until somebody ends it: then no end comes too early.
    const ENDLESS: bool;

    /// The next page; `None` at the end.
    ///
    /// # Errors
    /// Whatever ends the answer before its end; the connection is broken off unless it is endless.
    fn next(&mut self) -> impl Future<Output = Result<Option<Page>, Problem>>;
}

/// How many records the next page should have, learned from the pages before, so that it has some
/// half a megabyte.
#[derive(Debug)]
pub(super) struct Pace(u16);

impl Pace {
    /// For the first page.
    pub(super) fn new() -> Self {
        Pace(RECORDS.0)
    }

    /// How many records the next page should have.
    pub(super) fn records(&self) -> u16 {
        self.0
    }

    /// Learns from a page.
    pub(super) fn learn(&mut self, page: &Page) {
        let bytes = u64::try_from(page.text.len()).unwrap_or(u64::MAX);
        if page.records == 0 || bytes == 0 {
            return;
        }
        let target = u64::try_from(PAGE_BYTES).unwrap_or(u64::MAX);
        let fit = target.saturating_mul(page.records) / bytes;
        // A step at a time: the records behind may be larger.
        let fit = fit.clamp(1, u64::from(self.0).saturating_mul(4));
        self.0 = u16::try_from(fit).unwrap_or(u16::MAX).clamp(1, RECORDS.1);
    }
}

/// The answer that begins with `first` and goes on with `pages`; it is logged as `action`.
pub(super) fn streamed<P, S: Pages>(
    mut response: HttpResponseBuilder,
    caller: &Caller<P>,
    action: &'static str,
    first: Page,
    pages: S,
) -> HttpResponse {
    caller.call.logged.set_done();
    response.body(Streamed {
        state: State::Fetched(pages, Ok(Some(first))),
        pass: caller.pass.clone(),
        log: Log {
            hub: Arc::clone(&caller.hub),
            call: caller.call.clone(),
            action,
            dataset: Arc::clone(&caller.dataset.address),
            given: Given { records: 0, bytes: 0 },
            outcome: if S::ENDLESS { "ok" } else { "left" },
        },
    })
}

/// The body of a streamed answer.
struct Streamed<P: Pages> {
    state: State<P>,
    pass: Option<Arc<Pass>>,
    log: Log,
}

type Fetched<P> = (P, Result<Option<Page>, Problem>);

enum State<P: Pages> {
    Fetching(LocalBoxFuture<'static, Fetched<P>>),
    Fetched(P, Result<Option<Page>, Problem>),
    Ended,
}

/// What is logged when the body is dropped, whenever that is.
struct Log {
    hub: Arc<Hub>,
    call: Call,
    action: &'static str,
    dataset: Arc<str>,
    given: Given,
    outcome: &'static str,
}

impl Drop for Log {
    fn drop(&mut self) {
        let dataset = Some(Arc::clone(&self.dataset));
        let mut exchange = self.call.closing(self.action, dataset);
        exchange.outcome = self.outcome;
        if self.call.logged.parts() == 0 {
            exchange.records = self.given.records;
            exchange.bytes = self.given.bytes;
        }
        self.hub.log(exchange);
    }
}

// Nothing in it is ever pinned in place: futures are boxed.
impl<P: Pages> Unpin for Streamed<P> {}

impl<P: Pages> MessageBody for Streamed<P> {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = &mut *self;
        loop {
            match std::mem::replace(&mut this.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Fetching(mut future) => match future.as_mut().poll(context) {
                    Poll::Ready((pages, page)) => this.state = State::Fetched(pages, page),
                    Poll::Pending => {
                        this.state = State::Fetching(future);
                        return Poll::Pending;
                    }
                },
                State::Fetched(pages, Ok(Some(page))) => {
                    this.log.count(&page);
                    this.state = fetch(pages, (this.pass.clone(), page.records), context);
                    // An empty part would end the answer.
                    if !page.text.is_empty() {
                        return Poll::Ready(Some(Ok(page.text)));
                    }
                }
                State::Fetched(_, Ok(None)) => {
                    this.log.outcome = "ok";
                    return Poll::Ready(None);
                }
                State::Fetched(_, Err(problem)) => return Poll::Ready(this.log.fail::<P>(&problem)),
            }
        }
    }
}

/// Begins to fetch the next page: work for other threads is handed to them now. It waits until so many
/// records as went before it are allowed to.
fn fetch<P: Pages>(
    mut pages: P,
    (pass, gone): (Option<Arc<Pass>>, u64),
    context: &mut Context<'_>,
) -> State<P> {
    let mut future: LocalBoxFuture<'static, Fetched<P>> = Box::pin(async move {
        // Before the page is made: the right to read it is asked for when it may leave.
        if let Some(pass) = pass {
            pass.pace(gone).await;
        }
        let page = pages.next().await;
        (pages, page)
    });
    match future.as_mut().poll(context) {
        Poll::Ready((pages, page)) => State::Fetched(pages, page),
        Poll::Pending => State::Fetching(future),
    }
}

impl Log {
    fn count(&mut self, page: &Page) {
        let bytes = u64::try_from(page.text.len()).unwrap_or(u64::MAX);
        self.given.records = self.given.records.saturating_add(page.records);
        self.given.bytes = self.given.bytes.saturating_add(bytes);
    }

    /// Notes why the answer ends here, and ends it.
    fn fail<P: Pages>(&mut self, problem: &Problem) -> Option<Result<Bytes, Box<dyn StdError>>> {
        self.outcome = problem.code();
        if let Some(cause) = problem.cause() {
            tracing::error!(
                request = &*self.call.request_id,
                code = problem.code(),
                cause,
                "a streamed answer failed"
            );
        }
        (!P::ENDLESS).then(|| Err(problem.code().into()))
    }
}
