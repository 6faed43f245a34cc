//! [`Lines`]: the clients of one thread, one for each connector, with their open connections.
//!
//! Invariant: a connection lives and dies with the runtime of the thread whose `Lines` opened it; no two
//! connectors share one.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use url::Url;

use super::guard::Guard;
use super::request::{Body, Request, Shown};
use super::upload::Upload;
use super::{Answer, Failure, FailureKind, Trust};
use crate::connector::{Auth, BaseUrl, Connector, KeyPlace, Settings, is_same_field, without_parameter};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 5;
/// How long an idle connection is kept.
const POOLED: Duration = Duration::from_secs(60);

/// See the module. It may be moved between threads, but belongs to one runtime.
#[derive(Debug)]
pub struct Lines {
    trust: Trust,
    open: Mutex<HashMap<i64, Line>>,
}

impl Lines {
    /// No lines yet.
    pub fn new(trust: Trust) -> Self {
        Lines {
            trust,
            open: Mutex::default(),
        }
    }

    /// The line to a connector as it is registered now; connections of earlier settings are let go, and those to
    /// connectors that are not `known` any more.
    ///
    /// # Errors
    /// When its certificates can't be used.
    pub fn to(&self, connector: &Connector, known: impl Fn(i64) -> bool) -> Result<Line, Failure> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = open
            .get(&connector.id)
            .filter(|line| line.revision == connector.revision)
        {
            return Ok(line.clone());
        }
        let line = Line::open(&self.trust, connector)?;
        open.retain(|id, _| known(*id));
        open.insert(connector.id, line.clone());
        Ok(line)
    }

    /// Whose certificates are believed.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }
}

/// A client for one connector.
#[derive(Clone)]
pub struct Line {
    revision: i64,
    client: Client,
    guard: Guard,
    settings: Arc<Settings>,
    own: Arc<Own>,
}

/// The header fields that a connector sets itself.
struct Own {
    /// Those that are the same in each request.
    fields: HeaderMap,
    /// The names of all, the credential's included.
    names: Vec<String>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line")
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

impl Line {
    fn open(trust: &Trust, connector: &Connector) -> Result<Self, Failure> {
        let settings = &connector.settings;
        let tls = trust.client(settings.ca_certificates.as_deref());
        let tls = tls.map_err(|cause| Failure::new(FailureKind::Tls, cause))?;
        let guard = Guard::new(&settings.allow_networks);
        let idle = usize::try_from(settings.max_concurrent).unwrap_or(usize::MAX);
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .dns_resolver(guard.clone())
            .tls_backend_preconfigured(tls)
            .connect_timeout(Duration::from_millis(settings.timeouts.connect_ms))
            .pool_idle_timeout(POOLED)
            .pool_max_idle_per_host(idle)
            .tcp_nodelay(true)
            .user_agent(concat!("mahakam/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::of(&error))?;
        Ok(Line {
            revision: connector.revision,
            client,
            guard,
            settings: Arc::new(settings.clone()),
            own: Arc::new(Own::of(settings)?),
        })
    }

    /// Sends a request, once, and waits for the head of the answer. Redirects of `GET` and `HEAD` are followed
    /// within the origin.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: &mut Request, shown: &Shown) -> Result<Answer, Failure> {
        let url = self
            .settings
            .base_url
            .join(&request.path, request.query.as_deref());
        let url = url.ok_or_else(|| Failure::new(FailureKind::Request, "the path leads out of the base"))?;
        let follow = matches!(request.method.as_str(), "GET" | "HEAD");
        let method = Method::from_bytes(request.method.as_bytes());
        let method = method.map_err(|_| Failure::new(FailureKind::Request, "the method is none"))?;
        let body = request.body();
        let mut answer = self
            .attempt(&method, url.clone(), &request.headers, body, shown)
            .await?;
        let mut here = url;
        for _ in 0..MAX_REDIRECTS {
            let Some(location) = answer
                .headers
                .get(LOCATION.as_str())
                .filter(|_| is_redirect(answer.status))
            else {
                return Ok(answer);
            };
            if !follow {
                return Ok(answer);
            }
            here = self.redirected(&here, location)?;
            answer = self
                .attempt(&method, here.clone(), &request.headers, Body::Empty, shown)
                .await?;
        }
        Err(Failure::new(
            FailureKind::Redirect,
            "one redirect after the other",
        ))
    }

    /// Where a redirect leads, if it may be followed: below the base alone.
    fn redirected(&self, here: &Url, location: &str) -> Result<Url, Failure> {
        let target = here.join(location).ok();
        let inside = target.filter(|target| self.settings.base_url.contains(target));
        inside.ok_or_else(|| Failure::new(FailureKind::Redirect, "a redirect out of the base"))
    }

    async fn attempt(
        &self,
        method: &Method,
        url: Url,
        headers: &[(String, String)],
        body: Body,
        shown: &Shown,
    ) -> Result<Answer, Failure> {
        self.judge(&self.settings.base_url)?;
        let url = with_query(url, shown);
        let timeouts = self.settings.timeouts;
        let fields = self.fields(headers, shown)?;
        let mut request = self.client.request(method.clone(), url).headers(fields);
        let mut upload = None;
        request = match body {
            Body::Empty => request,
            Body::Whole(bytes) => request.body(bytes),
            Body::Stream { parts, length } => {
                if let Some(length) = length {
                    request = request.header(CONTENT_LENGTH, length);
                }
                let (body, under_way) = Upload::of(parts);
                upload = Some(under_way);
                request.body(body)
            }
        };
        let request = request.timeout(Duration::from_millis(timeouts.total_ms));
        // An answer is waited for from when the system has all of the question.
        let limit = async {
            if let Some(upload) = &upload {
                upload.ended().await;
            }
            tokio::time::sleep(Duration::from_millis(timeouts.answer_ms)).await;
        };
        let began = Instant::now();
        let slow = || upload.as_ref().is_some_and(Upload::waits_for_feeder);
        let failure = match select(pin!(request.send()), pin!(limit)).await {
            Either::Left((Ok(response), _)) => return Ok(Answer::new(response, &timeouts, began)),
            Either::Left((Err(error), _)) => Failure::of(&error),
            Either::Right(_) => Failure::new(
                FailureKind::Timeout,
                format!("no answer within {} ms", timeouts.answer_ms),
            ),
        };
        Err(match failure.kind {
            FailureKind::Timeout if slow() => {
                Failure::new(FailureKind::Caller, "the caller's body did not come in time")
            }
            _ => failure,
        })
    }

    /// The header fields of a request: the caller's, but for those that the connector sets itself, and these.
    fn fields(&self, callers: &[(String, String)], shown: &Shown) -> Result<HeaderMap, Failure> {
        let own = &self.own;
        let mut fields = HeaderMap::with_capacity(callers.len() + own.fields.len() + 1);
        for (name, value) in callers {
            if !own.names.iter().any(|known| is_same_field(known, name)) {
                fields.append(header_name(name)?, header_value(value.as_bytes(), "")?);
            }
        }
        for (name, value) in &own.fields {
            fields.insert(name, value.clone());
        }
        if let Shown::Header { name, prefix, secret } = shown {
            let mut value = header_value(secret.reveal(), prefix)?;
            value.set_sensitive(true);
            fields.insert(header_name(name)?, value);
        }
        Ok(fields)
    }

    /// Judges the host of `base` where it is a number: what is not looked up never meets the guard.
    pub(super) fn judge(&self, base: &BaseUrl) -> Result<(), Failure> {
        base.ip().map_or(Ok(()), |address| self.guard.judge(address))
    }

    /// Posts a form to an address beside the base, where tokens are given out.
    pub(super) async fn post_form(
        &self,
        to: &BaseUrl,
        form: String,
        basic: Option<(&str, &[u8])>,
    ) -> Result<Answer, Failure> {
        self.judge(to)?;
        let mut request = self
            .client
            .post(to.url().clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .timeout(Duration::from_millis(self.settings.timeouts.answer_ms))
            .body(form);
        if let Some((value, prefix)) = basic.map(|(prefix, value)| (value, prefix)) {
            let mut value = header_value(value, prefix)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let began = Instant::now();
        let response = request.send().await.map_err(|error| Failure::of(&error))?;
        Ok(Answer::new(response, &self.settings.timeouts, began))
    }
}

impl Own {
    fn of(settings: &Settings) -> Result<Self, Failure> {
        let mut fields = HeaderMap::new();
        let mut names: Vec<String> = settings.headers.keys().cloned().collect();
        for (name, value) in &settings.headers {
            fields.insert(header_name(name)?, header_value(value.as_bytes(), "")?);
        }
        match &settings.auth {
            Auth::Key {
                place: KeyPlace::Header,
                name,
            } => names.push(name.clone()),
            Auth::Basic { .. } | Auth::Bearer | Auth::OAuth { .. } => names.push(AUTHORIZATION.to_string()),
            Auth::None
            | Auth::Key {
                place: KeyPlace::Query,
                ..
            } => {}
        }
        Ok(Own { fields, names })
    }
}

/// The address with the secret that is shown in its query, in the place of whatever stood there by that name.
fn with_query(mut url: Url, shown: &Shown) -> Url {
    if let Shown::Query { name, secret } = shown {
        let others = url.query().and_then(|query| without_parameter(query, name));
        url.set_query(others.as_deref());
        let secret = String::from_utf8_lossy(secret.reveal());
        url.query_pairs_mut().append_pair(name, &secret);
    }
    url
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn header_name(name: &str) -> Result<HeaderName, Failure> {
    let parsed = HeaderName::from_bytes(name.as_bytes());
    parsed.map_err(|_| {
        Failure::new(
            FailureKind::Request,
            format!("{name:?} is no name of a header field"),
        )
    })
}

fn header_value(value: &[u8], prefix: &str) -> Result<HeaderValue, Failure> {
    let whole = [prefix.as_bytes(), value].concat();
    let parsed = HeaderValue::from_bytes(&whole);
    parsed.map_err(|_| Failure::new(FailureKind::Request, "a value that no header field can carry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_to_connectors_that_are_gone_are_not_kept() {
        let connector = |id| Connector {
            id,
            opd: "bkd".parse().unwrap(),
            name: format!("sistem {id}"),
            revision: 1,
            enabled: true,
            settings: serde_json::from_str(r#"{"base_url": "https://a.example"}"#).unwrap(),
        };
        let lines = Lines::new(Trust::of_machine());
        lines.to(&connector(1), |_| true).unwrap();
        lines.to(&connector(2), |_| true).unwrap();
        lines.to(&connector(3), |id| id != 1).unwrap();
        let mut open: Vec<i64> = lines.open.lock().unwrap().keys().copied().collect();
        open.sort_unstable();
        assert_eq!(open, [2, 3]);
    }
}
