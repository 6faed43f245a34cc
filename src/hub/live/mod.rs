//! Live calls: a dataset answered by its owner's own system, through the hub.
//!
//! Not here: what goes over HTTP (`http/live`), how systems are called ([`super::connectors`]). Invariant: a
//! system is asked only for what the contract allows, and what its contract forbids goes no further than here.

mod cache;
mod judging;

use std::sync::Arc;

use bytes::Bytes;

use cache::CacheKey;
pub use cache::Hit;
pub(super) use cache::LiveCache;

use super::connectors::{Answered, System};
use super::log::Showing;
use super::{Call, Dataset, Hub};
use crate::audit::Reading;
use crate::connector::{PathPattern, checked_path, checked_query, readings};
use crate::contract::{Live, LiveValidation};
use crate::error::{Error, Malformed, Result, Unknown, Upstream, UpstreamKind};
use crate::outbound::{Body, Headers, Lines, Request};
use crate::types::Text;

/// Up to which announced length an answer is read at once rather than passed on part by part, in bytes.
const SMALL: u64 = 64 << 10;

/// What a caller asks of a system.
#[derive(Debug)]
pub struct LiveRequest {
    /// The method.
    pub method: String,
    /// The path behind `/live`, as it was sent.
    pub path: String,
    /// The query, as it was sent.
    pub query: Option<String>,
    /// The header fields that go on to the system.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// What the system answered.
pub struct LiveAnswer {
    /// The status.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: LiveBody,
    /// Whether it was kept from an earlier call, how old it is in seconds, and for how many it holds yet;
    /// less than none when it is served because the system failed.
    pub hit: Option<Hit>,
    /// In how many ways it and the request break the contract, where that is told rather than refused.
    pub violations: u64,
}

/// The body of an answer.
pub enum LiveBody {
    /// All of it.
    Whole(Bytes),
    /// Part by part, as it comes.
    Streamed(Box<Answered>),
}

impl Dataset {
    /// How the owner's system answers.
    ///
    /// # Errors
    /// Unknown for a dataset that is stored.
    pub fn live(&self) -> Result<&Live> {
        self.current
            .contract
            .live
            .as_ref()
            .ok_or(Error::Unknown(Unknown::Path))
    }

    /// The methods that the contract allows for a path behind `/live`; none when it does not know the path. One
    /// with an encoded slash must be allowed as the paths that others may take it for, too.
    pub fn live_methods(&self, path: &str) -> Vec<&str> {
        let routes = || self.current.contract.live.iter().flat_map(|live| &live.allow);
        let readings = readings(path);
        let allowed = |method: &str| {
            readings.iter().all(|reading| {
                routes().any(|route| route.method == method && PathPattern::new(&route.path).matches(reading))
            })
        };
        let mut methods: Vec<&str> = routes().map(|route| route.method.as_str()).collect();
        methods.sort_unstable();
        methods.dedup();
        methods.retain(|method| allowed(method));
        methods
    }

    /// Whether bodies of requests and answers are judged by the contract, and so read whole.
    pub fn judges_live(&self) -> bool {
        let live = self.current.contract.live.as_ref();
        live.is_some_and(|live| live.validate != LiveValidation::Off)
    }
}

impl Hub {
    /// Passes a call on to the owner's system. Whoever asks may do so, and the contract allows it.
    ///
    /// # Errors
    /// Malformed when the path leads out of the system's base; violates when the body breaks the contract;
    /// upstream when there is no answer that may be passed on.
    pub async fn call_live(
        &self,
        lines: &Lines,
        call: &Call,
        dataset: &Arc<Dataset>,
        asked: LiveRequest,
    ) -> Result<LiveAnswer> {
        let live = dataset.live()?;
        checked_path(&asked.path).map_err(|_| bad_path())?;
        asked
            .query
            .as_deref()
            .map(checked_query)
            .transpose()
            .map_err(|_| bad_path())?;
        let broken = self.judge_request(dataset, &asked).await?;
        let key = live.cache.as_ref().and_then(|_| CacheKey::of(dataset, &asked));
        let kept = key
            .as_ref()
            .and_then(|key| self.live_cache.find(key, self.clock.now()));
        let shown = format!("{} {}", asked.method, asked.path);
        if let Some((cached, hit)) = kept.as_ref().filter(|(_, hit)| hit.is_fresh()) {
            self.witness_live(call, dataset, &shown, &cached.body).await?;
            return Ok(cached.answer(*hit));
        }
        let written = live.cache.as_ref().filter(|_| !is_safe(&asked.method));
        let written = written.map(|_| asked.path.clone());
        let answer = self.answer_of_system(lines, dataset, live, asked).await;
        if let (Some(path), Ok(answer)) = (written, &answer)
            && answer.status < 400
        {
            self.live_cache.forget(dataset, &path);
        }
        let answer = match (answer, kept) {
            // A system in trouble, or a hub without room, must not take down those who can live with what was said before.
            (Err(error @ (Error::Upstream(_) | Error::Unavailable(_))), Some((cached, hit))) => {
                tracing::warn!(
                    dataset = %dataset.id,
                    code = error.code(),
                    cause = error.cause(),
                    "an older answer is served"
                );
                self.witness_live(call, dataset, &shown, &cached.body).await?;
                return Ok(cached.answer(hit));
            }
            (answer, _) => answer?,
        };
        if let LiveBody::Whole(body) = &answer.body {
            self.witness_live(call, dataset, &shown, body).await?;
            if let (Some(key), Some(kept_for)) = (key, &live.cache) {
                self.live_cache
                    .keep(key, &answer, body, kept_for.seconds(), self.clock.now());
            }
        }
        Ok(LiveAnswer {
            violations: answer.violations.saturating_add(broken),
            ..answer
        })
    }

    /// Asks the system; gives its answer unless that says that the system failed, or breaks an enforced contract.
    async fn answer_of_system(
        &self,
        lines: &Lines,
        dataset: &Arc<Dataset>,
        live: &Live,
        asked: LiveRequest,
    ) -> Result<LiveAnswer> {
        let system = self.system_of(dataset, live)?;
        let acts = !is_safe(&asked.method);
        let request = Request {
            method: asked.method,
            path: asked.path,
            query: asked.query,
            headers: asked.headers,
            body: asked.body,
        };
        let answered = self.ask_again(lines, &system, request).await?;
        let status = answered.status();
        if let Some(failure) = failure_of(&system, &answered) {
            return Err(Error::Upstream(failure));
        }
        let headers = answered.headers().clone();
        let announced = headers
            .get("content-length")
            .and_then(|length| length.parse::<u64>().ok());
        let read_whole = dataset.judges_live() || dataset.is_about_persons() || live.cache.is_some();
        let mut violations = 0;
        let body = match read_whole || announced.is_some_and(|length| length <= SMALL) {
            true => {
                let body = match answered.whole(self.config.limits.answer_wait).await {
                    Err(error) if acts => Err(done_all_the_same(&system, error)),
                    body => body,
                }?;
                let judged = self.judge_answer(dataset, status, &body).await;
                violations = judged.inspect_err(|error| {
                    let why = error.cause().unwrap_or_default().to_owned();
                    system.note_refused(self.clock.now(), why);
                })?;
                LiveBody::Whole(body)
            }
            false => LiveBody::Streamed(Box::new(answered)),
        };
        Ok(LiveAnswer {
            status,
            headers,
            body,
            hit: None,
            violations,
        })
    }

    /// The system that answers for a dataset.
    fn system_of(&self, dataset: &Dataset, live: &Live) -> Result<Arc<System>> {
        let system = self.system_named(&dataset.id.opd, &live.connector);
        system.map_err(|_| {
            Error::Upstream(Upstream {
                system: format!("{}/{}", dataset.id.opd, live.connector),
                kind: UpstreamKind::Unavailable(60),
                sent: false,
                cause: "no such connector is registered".into(),
            })
        })
    }

    /// Waits until the log says what of a system's answer is about to be shown, where that may be about persons.
    async fn witness_live(
        &self,
        call: &Call,
        dataset: &Arc<Dataset>,
        asked: &str,
        body: &Bytes,
    ) -> Result<()> {
        if !dataset.is_about_persons() {
            return Ok(());
        }
        let subjects = self.subjects_of(dataset, body).await?;
        let showing = Showing {
            dataset,
            action: "live",
            reading: match subjects.is_empty() {
                true => Reading::Call(asked.to_owned()),
                false => Reading::Persons(
                    subjects
                        .iter()
                        .map(|one| crate::audit::hex(one.as_bytes()))
                        .collect(),
                ),
            },
            records: subjects.len(),
            bytes: body.len(),
        };
        self.witness(call, showing).await
    }
}

/// What an answer says that is none: the system failed, or does not take the hub's credentials.
fn failure_of(system: &System, answered: &Answered) -> Option<Upstream> {
    let status = answered.status();
    let text = |id: &'static str, en: &'static str| UpstreamKind::BadAnswer(Text::new(id, en));
    let kind = match status {
        401 | 407 => UpstreamKind::Credentials,
        503 => UpstreamKind::Unavailable(retry_after(answered).unwrap_or(5)),
        504 => UpstreamKind::Timeout,
        500..=599 => text("sistem itu sendiri gagal.", "the system itself failed."),
        100..=199 => text("bukan jawaban akhir.", "it is no final answer."),
        _ => return None,
    };
    Some(Upstream {
        system: system.address().to_owned(),
        kind,
        sent: true,
        cause: format!("it answered {status}"),
    })
}

/// For how many seconds the system wants to be left alone; an hour at the most.
fn retry_after(answered: &Answered) -> Option<u32> {
    let seconds: u32 = answered.headers().get("retry-after")?.trim().parse().ok()?;
    Some(seconds.clamp(1, 3_600))
}

/// What is said where there is no room for the answer to what the system has done: nobody must take it for not done.
fn done_all_the_same(system: &System, error: Error) -> Error {
    match error {
        Error::Unavailable(_) => Error::Upstream(Upstream {
            system: system.address().to_owned(),
            kind: UpstreamKind::BadAnswer(Text::new(
                "permintaan sudah sampai ke sistem itu, tetapi hub sedang tidak punya tempat untuk jawabannya.",
                "the request has reached the system, but the hub has no room for its answer at this moment.",
            )),
            sent: true,
            cause: "no room for the answer".into(),
        }),
        other => other,
    }
}

/// Whether a method only reads (RFC 9110, 9.2.1).
fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

fn bad_path() -> Error {
    Error::Malformed(Malformed::Key(Text::new(
        "Jalur di belakang /live harus berupa segmen biasa dengan percent-encoding, tanpa . atau .. dan tanpa segmen kosong.",
        "The path behind /live must be ordinary percent-encoded segments, without . or .. and without empty ones.",
    )))
}
