//! [`Runner`]: sends requests, compares the answers with what is expected, and writes both down.

use std::time::Instant;

use actix_http::Request;
use actix_web::body::{BoxBody, to_bytes_limited};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use actix_web::test::{TestRequest, try_call_service};
use bytes::Bytes;
use serde_json::Value;

use crate::contract::IdempotencyKey;
use crate::http::path;
use crate::hub::Dataset;
use crate::report::unit_test::{Asked, Case, Outcome};
use crate::types::Text;

/// How much of an answer is looked at.
const MAX_ANSWER: usize = 8 << 20;
/// How much of a request's body stands in the paper.
const MAX_SHOWN: usize = 2_048;

/// See the module.
pub(super) struct Runner<S> {
    service: S,
    base: String,
    owner: String,
    /// Whether writes must carry an `Idempotency-Key`.
    keyed: bool,
    until: Instant,
    group: Text,
    /// What was tried so far.
    pub(super) cases: Vec<Case>,
}

/// A request about the dataset under test.
pub(super) struct Ask {
    pub(super) method: &'static str,
    /// What follows the dataset's own path.
    pub(super) path: String,
    /// Whose application asks; the owner's, unless somebody else is named.
    pub(super) as_opd: Option<Option<String>>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<(&'static str, String)>,
}

impl Ask {
    /// A request without a body.
    pub(super) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Ask {
            method,
            path: path.into(),
            as_opd: None,
            headers: Vec::new(),
            body: None,
        }
    }

    /// With a JSON payload.
    pub(super) fn json(self, payload: &Value) -> Self {
        self.body("application/json", payload.to_string())
    }

    /// With a body.
    pub(super) fn body(mut self, media: &'static str, body: String) -> Self {
        self.body = Some((media, body));
        self
    }

    /// With a header.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// From an application of another agency, or of none.
    pub(super) fn from(mut self, opd: Option<&str>) -> Self {
        self.as_opd = Some(opd.map(str::to_owned));
        self
    }
}

/// What was answered.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl<S> Runner<S>
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    pub(super) fn new(service: S, dataset: &Dataset, until: Instant) -> Self {
        Runner {
            service,
            base: path::of(dataset),
            owner: dataset.id.opd.to_string(),
            keyed: dataset.current.contract.idempotency_key == IdempotencyKey::Required,
            until,
            group: Text::new("", ""),
            cases: Vec::new(),
        }
    }

    /// What follows belongs to this.
    pub(super) fn group(&mut self, id: &'static str, en: &'static str) {
        self.group = Text::new(id, en);
    }

    /// Sends a request that shall be answered with the status `expected`, and in which `fault` finds
    /// nothing wrong.
    pub(super) async fn check(
        &mut self,
        name: Text,
        ask: Ask,
        expected: u16,
        fault: impl FnOnce(&Reply) -> Option<Text>,
    ) -> Option<Reply> {
        if Instant::now() > self.until {
            self.cases
                .push(Case::out_of_time(self.group.clone(), name, expected));
            return None;
        }
        let asked = Asked {
            method: ask.method.to_owned(),
            path: format!("{}{}", self.base, ask.path),
            body: ask.body.as_ref().map(|(_, body)| beginning(body)),
        };
        let begun = Instant::now();
        let reply = self.send(ask, &asked.path).await;
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let problem = reply.json();
        let why = if reply.status == expected {
            fault(&reply)
        } else {
            let said = problem.get("violations").unwrap_or(&Value::Null);
            Some(Text::new(
                format!("Dijawab {}. {said}", reply.status),
                format!("It was answered {}. {said}", reply.status),
            ))
        };
        self.cases.push(Case {
            group: self.group.clone(),
            name,
            asked: Some(asked),
            expected: Some(expected),
            got: Some(reply.status),
            code: problem.get("code").and_then(Value::as_str).map(str::to_owned),
            result: if why.is_none() {
                Outcome::Passed
            } else {
                Outcome::Failed
            },
            why,
            milliseconds,
        });
        Some(reply)
    }

    /// The same where the status says all.
    pub(super) async fn ask(&mut self, name: Text, ask: Ask, expected: u16) -> Option<Reply> {
        self.check(name, ask, expected, |_| None).await
    }

    /// Writes down that something was not tried.
    pub(super) fn not_tried(&mut self, name: Text, why: Text) {
        self.cases.push(Case {
            group: self.group.clone(),
            name,
            asked: None,
            expected: None,
            got: None,
            code: None,
            result: Outcome::NotTried,
            why: Some(why),
            milliseconds: 0,
        });
    }

    async fn send(&self, ask: Ask, path: &str) -> Reply {
        let mut request = TestRequest::with_uri(path).method(ask.method.parse().unwrap_or_default());
        if let Some(opd) = ask.as_opd.unwrap_or_else(|| Some(self.owner.clone())) {
            request = request.insert_header((AUTHORIZATION, format!("Bearer {opd}")));
        }
        if self.keyed && ask.method != "GET" {
            request = request.insert_header(("idempotency-key", self.cases.len().to_string()));
        }
        for (name, value) in ask.headers {
            request = request.insert_header((name, value));
        }
        if let Some((media, body)) = ask.body {
            request = request.insert_header((CONTENT_TYPE, media)).set_payload(body);
        }
        match try_call_service(&self.service, request.to_request()).await {
            Ok(response) => {
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                let body = to_bytes_limited(response.into_body(), MAX_ANSWER).await;
                let body = body.ok().and_then(Result::ok).unwrap_or_default();
                Reply {
                    status,
                    headers,
                    body,
                }
            }
            Err(error) => Reply {
                status: error.as_response_error().status_code().as_u16(),
                headers: HeaderMap::new(),
                body: Bytes::new(),
            },
        }
    }
}

/// The beginning of a body.
fn beginning(body: &str) -> String {
    match body.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}...", body.get(..end).unwrap_or_default()),
        None => body.to_owned(),
    }
}
