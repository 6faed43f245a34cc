//! [`Lines`]: connections on which nothing is asked are closed, even if bytes trickle in, and those whose
//! other end does not read.
//!
//! The server below bounds the time for the head of a connection's first request, and the silence after an
//! answer; between the two somebody may begin a second head and never end it. Not here: bodies of
//! requests (`parts.rs`). Invariant: a connection is never closed while a request on it is answered and the
//! answer is read.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::rt::net::TcpStream as AsyncStream;
use bytes::Bytes;

use super::limits::Pass;

/// How often connections are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// How many bytes of an answer a slow reader takes in a millisecond at least.
const PACE: u64 = 8;

/// How many bytes of an answer are handed over at once: a reader's pace is judged by no more than these.
const PART: usize = 32 * 1024;

/// All open connections; see the module.
pub(super) struct Lines {
    open: Mutex<Vec<Weak<Line>>>,
    began: Instant,
    /// For how long, in milliseconds, nothing may be asked.
    patience: u64,
}

/// One connection.
struct Line {
    /// The same socket once more; it is closed when the server lets go of the connection.
    socket: TcpStream,
    began: Instant,
    /// How many requests are being answered.
    busy: AtomicU32,
    /// Since when nothing is asked, in milliseconds since `began`.
    quiet: AtomicU64,
    /// Since when what was made of an answer waits to be read, in the same way; [`READS`] when nothing does.
    waits: AtomicU64,
}

/// Nothing of an answer waits to be read.
const READS: u64 = u64::MAX;

/// A request that is being answered; it ends when this is dropped.
pub(super) struct Turn {
    line: Arc<Line>,
    /// How long its answer may still be on its way, in milliseconds.
    grace: u64,
}

impl Lines {
    /// No connections yet; each may be quiet for `patience`.
    pub(super) fn new(patience: Duration) -> Arc<Self> {
        Arc::new(Lines {
            open: Mutex::default(),
            began: Instant::now(),
            patience: millis(patience),
        })
    }

    /// Takes a new connection into view.
    pub(super) fn welcome(&self, io: &dyn Any, about: &mut Extensions) {
        let plain = io.downcast_ref::<AsyncStream>();
        let tls = io.downcast_ref::<TlsStream<AsyncStream>>();
        let Some(stream) = plain.or_else(|| tls.map(|tls| tls.get_ref().0)) else {
            return;
        };
        // Without a descriptor to spare it goes unwatched.
        let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
            return;
        };
        let line = Arc::new(Line {
            socket: socket.into(),
            began: self.began,
            busy: AtomicU32::new(0),
            quiet: AtomicU64::new(millis(self.began.elapsed())),
            waits: AtomicU64::new(READS),
        });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push(Arc::downgrade(&line));
        about.insert(line);
    }

    /// Closes what is quiet for too long, as long as it is awaited.
    pub(super) async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(EVERY).await;
            self.sweep();
        }
    }

    fn sweep(&self) {
        let now = millis(self.began.elapsed());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|line| match line.upgrade() {
            None => false,
            Some(line) => {
                let since = |moment: &AtomicU64| now.saturating_sub(moment.load(Ordering::SeqCst));
                let idle = line.busy.load(Ordering::SeqCst) == 0 && since(&line.quiet) > self.patience;
                let over = idle || since(&line.waits) > self.patience;
                if over {
                    // It may be closed already.
                    let _ = line.socket.shutdown(Shutdown::Both);
                }
                !over
            }
        });
    }
}

impl Turn {
    /// Begins the answer to a request.
    pub(super) fn of(request: &ServiceRequest) -> Option<Self> {
        let line = request.conn_data::<Arc<Line>>()?;
        line.busy.fetch_add(1, Ordering::SeqCst);
        Some(Turn {
            line: Arc::clone(line),
            grace: 0,
        })
    }

    /// Holds the turn until the answer's body has been handed over.
    pub(super) fn hold(
        self,
        response: ServiceResponse<BoxBody>,
        pass: Option<Arc<Pass>>,
    ) -> ServiceResponse<BoxBody> {
        let mut turn = self;
        response.map_body(|_, body| match body.try_into_bytes() {
            Ok(whole) if whole.len() <= PART => {
                turn.grace = grace(whole.len());
                drop(turn);
                BoxBody::new(whole)
            }
            Ok(whole) => Held::boxed(BoxBody::new(whole), (turn, pass)),
            Err(body) => Held::boxed(body, (turn, pass)),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let now = millis(self.line.began.elapsed());
        self.line.waits.store(READS, Ordering::SeqCst);
        self.line
            .quiet
            .store(now.saturating_add(self.grace), Ordering::SeqCst);
        self.line.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A body that is handed over part by part.
struct Held {
    body: BoxBody,
    /// What the body gave and was not handed over yet.
    rest: Bytes,
    turn: Turn,
    /// The caller's place among the requests at this time.
    _pass: Option<Arc<Pass>>,
}

impl Held {
    fn boxed(body: BoxBody, (turn, pass): (Turn, Option<Arc<Pass>>)) -> BoxBody {
        let rest = Bytes::new();
        BoxBody::new(Held {
            body,
            rest,
            turn,
            _pass: pass,
        })
    }
}

impl MessageBody for Held {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        let waits = &this.turn.line.waits;
        // Who asks for more has sent what came before.
        waits.store(READS, Ordering::SeqCst);
        if this.rest.is_empty() {
            match Pin::new(&mut this.body).poll_next(context) {
                Poll::Ready(Some(Ok(given))) => this.rest = given,
                other => return other,
            }
        }
        let part = this.rest.split_to(this.rest.len().min(PART));
        let now = millis(this.turn.line.began.elapsed());
        waits.store(now.saturating_add(grace(part.len())), Ordering::SeqCst);
        Poll::Ready(Some(Ok(part)))
    }
}

/// How long a slow reader may take for so many bytes, in milliseconds.
fn grace(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX) / PACE
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
