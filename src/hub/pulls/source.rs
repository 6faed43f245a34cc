//! [`Source`]: the agency's own system, asked for one page after the other.
//!
//! Not here: which page (`connector::pull`). Invariant: only `GET` is sent, so asking again does no harm; waits
//! grow and are bounded, and so is how often a run asks again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::reason::Stop;
use crate::connector::pull::{Ask, Form, Trouble};
use crate::connector::{BaseUrl, wait};
use crate::error::{Error, UpstreamKind};
use crate::hub::connectors::{AnswerPlace, Answered, MAX_TURN_WAIT, System};
use crate::hub::{Hub, random};
use crate::outbound::{Body, Lines, Request};

/// For how long a page waits for what is the hub's own: its turn towards the system, and room for the answer. That is no
/// attempt.
const PATIENCE: Duration = Duration::from_secs(600);
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
    /// How long the last page was, in bytes: so much room is taken before the next one is asked for.
    expected: usize,
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
            expected: 0,
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
            let again = match self.once(ask, PATIENCE).await {
                Attempt::Done(done) => {
                    let body = done.as_ref().ok().and_then(|page| page.body.as_ref());
                    self.expected = body.map_or(0, Bytes::len);
                    return done;
                }
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
        match self.once(ask, MAX_TURN_WAIT).await {
            Attempt::Done(done) => done,
            Attempt::Again(again) => Err(again.stop),
        }
    }

    async fn once(&self, ask: &Ask, patience: Duration) -> Attempt {
        let request = Request {
            method: "GET".into(),
            path: ask.path.clone(),
            query: ask.query.clone(),
            headers: vec![("accept".into(), self.accept.into())],
            body: Body::Empty,
        };
        let mut place = self.hub.answer_room.begin();
        if let Err(error) = place.reach(self.expected, patience).await {
            return self.failed(error);
        }
        let answered = match self.hub.ask(&self.lines, &self.system, request, patience).await {
            Ok(answered) => answered,
            Err(error) => return self.failed(error),
        };
        let status = answered.status();
        match status {
            200 => match self.page(answered, place).await {
                Ok(fetched) => Attempt::Done(Ok(fetched)),
                Err(PageFault::Trouble(trouble)) => Attempt::Done(Err(trouble.into())),
                Err(PageFault::Error(error)) => self.failed(error),
            },
            408 | 425 | 429 | 500 | 502..=504 => {
                let asked = answered
                    .headers()
                    .get("retry-after")
                    .and_then(|text| text.trim().parse().ok());
                Attempt::Again(Again {
                    stop: Trouble::Status(status).into(),
                    wait: asked.map(Duration::from_secs),
                    attempts: self.attempts(),
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

    async fn page(&self, mut answered: Answered, place: AnswerPlace) -> Result<Fetched, PageFault> {
        let content_type = answered.headers().get("content-type").map(str::to_owned);
        let links = answered.headers().all("link").map(str::to_owned).collect();
        let patience = self.hub.config().limits.answer_wait;
        let most = answered.bound(self.max_bytes);
        let body = answered.read(most, place, patience).await;
        let body = body.map_err(PageFault::Error)?;
        let too_long = || PageFault::Trouble(Trouble::PageTooLong(most));
        Ok(Fetched {
            body: Some(body.ok_or_else(too_long)?),
            content_type,
            links,
        })
    }

    /// How often one page is asked for.
    fn attempts(&self) -> u32 {
        self.hub.config().limits.page_attempts
    }

    /// Whether another attempt may help after `error`.
    fn failed(&self, error: Error) -> Attempt {
        let attempts = self.attempts();
        let again = match &error {
            Error::Upstream(upstream) => match upstream.kind {
                UpstreamKind::Unreachable => Some((None, attempts)),
                UpstreamKind::Timeout => Some((None, SLOW_ATTEMPTS)),
                UpstreamKind::Unavailable(seconds) => {
                    Some((Some(Duration::from_secs(seconds.into())), attempts))
                }
                UpstreamKind::Credentials | UpstreamKind::BadAnswer(_) => None,
            },
            Error::Unavailable(_) => Some((None, attempts)),
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
}

/// Why a page did not come whole.
enum PageFault {
    Trouble(Trouble),
    Error(Error),
}

/// A number between 0 and 1.
fn chance() -> Result<f64, Error> {
    Ok(f64::from(u32::from_be_bytes(random()?)) / f64::from(u32::MAX))
}
