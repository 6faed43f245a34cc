//! [`Source`]: the agency's own system, asked for one page after the other.
//!
//! Not here: which page (`connector::pull`). Invariant: only `GET` is sent, so asking again does no harm; waits
//! grow and are bounded, and so is how often a run asks again.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::reason::Stop;
use crate::connector::pull::{Ask, Form, Trouble};
use crate::connector::{BaseUrl, wait};
use crate::error::{Error, UpstreamKind};
use crate::hub::connectors::{Answered, System};
use crate::hub::{Hub, random};
use crate::outbound::{Body, Lines, Request};

/// How often one page is asked for.
const ATTEMPTS: u32 = 6;
/// How often one that took too long is asked for: more would only hold the run up.
const SLOW_ATTEMPTS: u32 = 2;
/// How often a run asks again in all.
const BUDGET: u32 = 30;
/// The longest wait that a system may ask for; for longer ones the next run is the answer.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// See the module.
pub(super) struct Source {
    hub: Arc<Hub>,
    lines: Arc<Lines>,
    system: Arc<System>,
    accept: &'static str,
    max_bytes: u64,
    /// How often it may still ask again.
    left: u32,
}

/// A page as it came.
#[derive(Debug)]
pub(super) struct Fetched {
    /// All of it; `None` where the system says that there is no content.
    pub(super) body: Option<Bytes>,
    /// Its `Content-Type`.
    pub(super) content_type: Option<String>,
    /// Its `Link` fields.
    pub(super) links: Vec<String>,
}

/// Why a page may come later.
struct Again {
    /// What is to be said if it never does.
    stop: Stop,
    /// For how long the system wants to be left alone.
    wait: Option<Duration>,
    /// How often it is asked at the most.
    attempts: u32,
}

/// What came of asking once.
enum Attempt {
    Done(Result<Fetched, Stop>),
    /// It may be better later.
    Again(Again),
}

impl Source {
    /// A system that was not asked yet.
    pub(super) fn new(
        hub: &Arc<Hub>,
        lines: &Arc<Lines>,
        system: Arc<System>,
        form: &Form,
        max_bytes: u64,
    ) -> Self {
        Source {
            hub: Arc::clone(hub),
            lines: Arc::clone(lines),
            system,
            accept: match form {
                Form::Json { .. } => "application/json",
                Form::Ndjson => "application/x-ndjson, application/json;q=0.5",
            },
            max_bytes,
            left: BUDGET,
        }
    }

    /// Below which address pages lie.
    pub(super) fn base(&self) -> &BaseUrl {
        &self.system.connector.settings.base_url
    }

    /// Reads a page, and again after a while where that may help.
    pub(super) async fn fetch(&mut self, ask: &Ask) -> Result<Fetched, Stop> {
        let mut attempt = 1;
        loop {
            let again = match self.once(ask).await {
                Attempt::Done(done) => return done,
                Attempt::Again(again) => again,
            };
            let own = Duration::from_millis(wait(attempt + 1, chance()?));
            let wait = again.wait.map_or(own, |asked| asked.max(own));
            if attempt >= again.attempts || self.left == 0 || wait > MAX_WAIT {
                return Err(again.stop);
            }
            attempt += 1;
            self.left -= 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Reads a page, and does not ask again: somebody waits for what came of it.
    pub(super) async fn fetch_once(&mut self, ask: &Ask) -> Result<Fetched, Stop> {
        match self.once(ask).await {
            Attempt::Done(done) => done,
            Attempt::Again(again) => Err(again.stop),
        }
    }

    async fn once(&self, ask: &Ask) -> Attempt {
        let request = Request {
            method: "GET".into(),
            path: ask.path.clone(),
            query: ask.query.clone(),
            headers: vec![("accept".into(), self.accept.into())],
            body: Body::Empty,
        };
        let answered = match self.hub.ask(&self.lines, &self.system, request).await {
            Ok(answered) => answered,
            Err(error) => return failed(error),
        };
        let status = answered.status();
        match status {
            200 => match self.page(answered).await {
                Ok(fetched) => Attempt::Done(Ok(fetched)),
                Err(PageFault::Trouble(trouble)) => Attempt::Done(Err(trouble.into())),
                Err(PageFault::Error(error)) => failed(error),
            },
            408 | 425 | 429 | 500 | 502..=504 => {
                let asked = answered
                    .headers()
                    .get("retry-after")
                    .and_then(|text| text.trim().parse().ok());
                Attempt::Again(Again {
                    stop: Trouble::Status(status).into(),
                    wait: asked.map(Duration::from_secs),
                    attempts: ATTEMPTS,
                })
            }
            204 => Attempt::Done(Ok(Fetched {
                body: None,
                content_type: None,
                links: Vec::new(),
            })),
            _ => Attempt::Done(Err(Trouble::Status(status).into())),
        }
    }

    async fn page(&self, mut answered: Answered) -> Result<Fetched, PageFault> {
        let content_type = answered.headers().get("content-type").map(str::to_owned);
        let links = answered.headers().all("link").map(str::to_owned).collect();
        let most = usize::try_from(self.max_bytes).unwrap_or(usize::MAX);
        let mut body = BytesMut::new();
        while let Some(part) = answered.chunk().await.map_err(PageFault::Error)? {
            if body.len() + part.len() > most {
                return Err(PageFault::Trouble(Trouble::PageTooLong(self.max_bytes)));
            }
            body.extend_from_slice(&part);
        }
        Ok(Fetched {
            body: Some(body.freeze()),
            content_type,
            links,
        })
    }
}

/// Why a page did not come whole.
enum PageFault {
    Trouble(Trouble),
    Error(Error),
}

/// Whether another attempt may help after `error`.
fn failed(error: Error) -> Attempt {
    let again = match &error {
        Error::Upstream(upstream) => match upstream.kind {
            UpstreamKind::Unreachable => Some((None, ATTEMPTS)),
            UpstreamKind::Timeout => Some((None, SLOW_ATTEMPTS)),
            UpstreamKind::Unavailable(seconds) => Some((Some(Duration::from_secs(seconds.into())), ATTEMPTS)),
            UpstreamKind::Credentials | UpstreamKind::BadAnswer(_) => None,
        },
        _ => None,
    };
    match again {
        None => Attempt::Done(Err(error.into())),
        Some((wait, attempts)) => Attempt::Again(Again {
            stop: error.into(),
            wait,
            attempts,
        }),
    }
}

/// A number between 0 and 1.
fn chance() -> Result<f64, Error> {
    Ok(f64::from(u32::from_be_bytes(random()?)) / f64::from(u32::MAX))
}
