//! `Idempotency-Key`: a request that is sent again gets the answer it got before.
//!
//! By the IETF draft "The Idempotency-Key HTTP Header Field", revision 07. Invariant: an answer is
//! kept only for a request whose body came to its end.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse};

use super::caller::Caller;
use super::meta::Meta;
use super::problem::Problem;
use crate::access;
use crate::audit::ExchangeId;
use crate::contract::IdempotencyKey;
use crate::error::{Error, Malformed, Result};
use crate::hub::ingest::{Conditions, Once, Pushed};
use crate::record::{Answer, Claim, Precondition};
use crate::types::{Digest, Digester, Text};

/// The header's name.
const HEADER: &str = "Idempotency-Key";
/// The longest key, in characters.
const MAX_LENGTH: usize = 255;

/// The key of a request whose body is not known yet.
pub(super) struct Key {
    application: i64,
    key: String,
    head: String,
    holder: ExchangeId,
}

impl Key {
    /// The key in the headers, if there is one.
    ///
    /// # Errors
    /// Malformed when it is no key, or the contract demands one and there is none.
    pub(super) fn of<P>(caller: &Caller<P>, request: &HttpRequest) -> Result<Option<Self>> {
        let Some(value) = request.headers().get(HEADER) else {
            return match caller.dataset.current.contract.idempotency_key {
                IdempotencyKey::Optional => Ok(None),
                IdempotencyKey::Required => Err(fault(
                    "wajib menurut kontrak data ini; kirim nilai baru untuk setiap permintaan.",
                    "this contract demands it; send a new value with each request.",
                )),
            };
        };
        let access::Caller::Application(application) = &caller.call.caller else {
            return Err(fault("hanya untuk aplikasi.", "it is for applications only."));
        };
        let text = value.to_str().unwrap_or_default().trim();
        // The draft writes it as a quoted string; many senders leave the quotes out.
        let quoted = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .filter(|inner| !inner.contains('"'));
        let key = quoted.unwrap_or(text);
        if key.is_empty() || key.len() > MAX_LENGTH {
            return Err(fault(
                "harus 1 sampai 255 karakter ASCII.",
                "it must have 1 to 255 ASCII characters.",
            ));
        }
        Ok(Some(Key {
            application: application.id,
            key: key.to_owned(),
            head: format!("{}\n{}\n", request.method(), request.uri()),
            holder: caller.call.id,
        }))
    }

    /// The claim of the request before its body is known.
    pub(super) fn unread(&self) -> Claim {
        self.claim(&Digest::of(b""))
    }

    /// The claim of the request with a body of this digest.
    pub(super) fn claim(&self, body: &Digest) -> Claim {
        let mut digester = Digester::default();
        digester.update(self.head.as_bytes());
        digester.update(body.as_bytes());
        Claim {
            application: self.application,
            key: self.key.clone(),
            fingerprint: digester.finish(),
            holder: self.holder,
        }
    }
}

fn fault(indonesian: &'static str, english: &'static str) -> Error {
    Error::Malformed(Malformed::Header(HEADER, Text::new(indonesian, english)))
}

/// Answers a request about one record: as before when it was sent before, else by `work`.
pub(super) async fn once<P>(
    caller: &Caller<P>,
    request: &HttpRequest,
    body: &[u8],
    precondition: Precondition,
    work: impl AsyncFnOnce(Conditions) -> Result<Pushed>,
) -> std::result::Result<HttpResponse, Problem> {
    caller.charge()?;
    let base = caller.base();
    let answer = answering(base.clone());
    let Some(key) = Key::of(caller, request)? else {
        let conditions = Conditions {
            precondition,
            ..Conditions::default()
        };
        return Ok(respond(&answer(&work(conditions).await?)));
    };
    let claim = key.claim(&Digest::of(body));
    if let Some(answer) = caller.hub.recall(&claim).await? {
        return Ok(replay(&answer));
    }
    let once = Once {
        claim: claim.clone(),
        answer: std::sync::Arc::new(answering(base)),
    };
    let conditions = Conditions {
        precondition,
        once: Some(once),
        ..Conditions::default()
    };
    match work(conditions).await {
        Ok(pushed) => Ok(respond(&answer(&pushed))),
        Err(error) => {
            let problem = Problem::from(error);
            if let Some(answer) = kept(&problem, request, caller)? {
                caller.hub.remember(&claim, answer).await?;
            }
            Err(problem)
        }
    }
}

/// How an answer about one record of the dataset at `base` is written.
fn answering(base: String) -> impl Fn(&Pushed) -> Answer + Send + Sync {
    move |pushed| super::records::answer(&base, pushed)
}

/// What of a failure is kept: what would come out the same again.
pub(super) fn kept<P>(
    problem: &Problem,
    request: &HttpRequest,
    caller: &Caller<P>,
) -> std::result::Result<Option<Answer>, Problem> {
    use actix_web::ResponseError as _;
    let status = problem.status_code();
    let passing = matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
    );
    if !status.is_client_error() || passing || problem.is_about_its_key() {
        return Ok(None);
    }
    let meta = Meta::of(request)?;
    let rendered = problem.render(&meta, &caller.hub.config().http.public_url);
    Ok(Some(Answer {
        status: status.as_u16(),
        headers: headers(&rendered),
        body: body(rendered),
    }))
}

fn headers(response: &HttpResponse) -> Vec<(String, String)> {
    response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

fn body(response: HttpResponse) -> Vec<u8> {
    use actix_web::body::MessageBody as _;
    response
        .into_body()
        .try_into_bytes()
        .map(|bytes| bytes.to_vec())
        .unwrap_or_default()
}

/// An answer as it is sent.
pub(super) fn respond(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.insert_header((name.as_str(), value.as_str()));
    }
    if !answer
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()))
    {
        response.insert_header((CONTENT_TYPE, "application/json"));
    }
    response.body(answer.body.clone())
}

/// An answer that was given before.
pub(super) fn replay(answer: &Answer) -> HttpResponse {
    let mut response = respond(answer);
    response.headers_mut().insert(
        actix_web::http::header::HeaderName::from_static("idempotency-replayed"),
        actix_web::http::header::HeaderValue::from_static("true"),
    );
    response
}
