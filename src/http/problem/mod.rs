//! [`Problem`]: failures as answers (RFC 9457).
//!
//! The one place where an error becomes a status code. Invariant: no cause, SQL text or path of
//! the machine is ever part of an answer.

pub(super) mod page;

use std::fmt;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};

use super::limits;
use super::meta::Meta;
use crate::error::{
    Conflict, Credentials, Error, Finding, Gone, Malformed, Unavailable, Unknown, UpstreamKind, Violations,
};
use crate::types::{Lang, Text};

/// After how many seconds a caller may try again.
const RETRY_SECONDS: u32 = 1;

/// A failure on its way out.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    fault: Fault,
    /// Members beside the usual ones, such as a bulk's counts.
    members: Map<String, Value>,
}

/// What failed: something the hub says, or something of HTTP itself.
#[derive(Debug, Clone)]
enum Fault {
    Hub(Arc<Error>),
    Method(String),
    MediaType(&'static str),
    Accept(&'static str),
    /// A bulk of which everything was refused.
    Bulk,
    Foreign(StatusCode),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem {
            fault: Fault::Hub(Arc::new(error)),
            members: Map::new(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match &self.fault {
            Fault::Hub(error) => status(error),
            Fault::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Fault::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Fault::Accept(_) => StatusCode::NOT_ACCEPTABLE,
            Fault::Bulk => StatusCode::UNPROCESSABLE_ENTITY,
            Fault::Foreign(status) => *status,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// The status of each kind of error.
fn status(error: &Error) -> StatusCode {
    match error {
        Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Unknown(_) => StatusCode::NOT_FOUND,
        Error::Malformed(Malformed::Stalled(_)) => StatusCode::REQUEST_TIMEOUT,
        Error::Malformed(_) => StatusCode::BAD_REQUEST,
        Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Violates(_) | Error::Faulty(_) | Error::KeyReused | Error::Unfit(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Stale { .. } => StatusCode::PRECONDITION_FAILED,
        Error::Gone(_) => StatusCode::GONE,
        Error::Throttled(_) | Error::Limited(..) => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Upstream(upstream) => match upstream.kind {
            UpstreamKind::Unreachable | UpstreamKind::Credentials | UpstreamKind::BadAnswer(_) => {
                StatusCode::BAD_GATEWAY
            }
            UpstreamKind::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            UpstreamKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        },
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Problem {
    /// The method is not for this; those in `allow` are.
    pub(super) fn method(allow: String) -> Self {
        Problem {
            fault: Fault::Method(allow),
            members: Map::new(),
        }
    }

    /// The body's type is not taken; those named are.
    pub(super) fn media_type(taken: &'static str) -> Self {
        Problem {
            fault: Fault::MediaType(taken),
            members: Map::new(),
        }
    }

    /// No type is given out that the caller accepts; those named are.
    pub(super) fn accept(given: &'static str) -> Self {
        Problem {
            fault: Fault::Accept(given),
            members: Map::new(),
        }
    }

    /// What the hub said that is told here.
    pub(super) fn into_error(self) -> Error {
        let code = self.code();
        match self.fault {
            Fault::Hub(error) => Arc::into_inner(error),
            Fault::Method(_) | Fault::MediaType(_) | Fault::Accept(_) | Fault::Bulk | Fault::Foreign(_) => {
                None
            }
        }
        .unwrap_or_else(|| Error::Internal(format!("{code} is nothing that the hub says")))
    }

    /// Whether it is about the request's key alone: that it is being answered still, or belongs to another request.
    pub(super) fn is_about_its_key(&self) -> bool {
        matches!(&self.fault, Fault::Hub(error) if matches!(**error, Error::Conflict(Conflict::StillRunning) | Error::KeyReused))
    }

    /// Everything in a bulk was refused; `members` count it.
    pub(super) fn bulk(members: Map<String, Value>) -> Self {
        Problem {
            fault: Fault::Bulk,
            members,
        }
    }

    /// A failure that the framework answered with `status`.
    pub(super) fn foreign(status: StatusCode) -> Self {
        Problem {
            fault: Fault::Foreign(status),
            members: Map::new(),
        }
    }

    /// Whether the catalog may just not hold yet what was asked for.
    pub(super) fn may_be_news(&self) -> bool {
        let Fault::Hub(error) = &self.fault else {
            return false;
        };
        matches!(
            **error,
            Error::Unauthenticated(Credentials::Invalid) | Error::Unknown(Unknown::Dataset(_))
        )
    }

    /// The problem with further members.
    pub(super) fn with(mut self, members: Map<String, Value>) -> Self {
        self.members = members;
        self
    }

    /// The code, from the closed list.
    pub(super) fn code(&self) -> &'static str {
        match &self.fault {
            Fault::Hub(error) => error.code(),
            Fault::Method(_) => "method-not-allowed",
            Fault::MediaType(_) => "unsupported-media-type",
            Fault::Accept(_) => "not-acceptable",
            Fault::Bulk => "bulk-refused",
            Fault::Foreign(_) => "bad-request",
        }
    }

    /// What is logged and never shown.
    pub(super) fn cause(&self) -> Option<&str> {
        match &self.fault {
            Fault::Hub(error) => error.cause(),
            _ => None,
        }
    }

    fn title(&self) -> Text {
        match &self.fault {
            Fault::Hub(error) => error.title(),
            Fault::Method(_) => Text::new("Metode tidak tersedia", "Method not allowed"),
            Fault::MediaType(_) => Text::new("Jenis isi tidak diterima", "Unsupported media type"),
            Fault::Accept(_) => Text::new("Jenis jawaban tidak tersedia", "Not acceptable"),
            Fault::Bulk => Text::new("Semua data ditolak", "Everything was refused"),
            Fault::Foreign(_) => {
                Text::new("Permintaan tidak dapat dibaca", "The request can't be understood")
            }
        }
    }

    fn detail(&self) -> Text {
        match &self.fault {
            Fault::Hub(error) => error.detail(),
            Fault::Method(allow) => Text::new(
                format!("Gunakan salah satu dari: {allow}."),
                format!("Use one of: {allow}."),
            ),
            Fault::MediaType(taken) => Text::new(
                format!(
                    "Kirim dengan Content-Type {taken} (charset utf-8), tanpa Content-Encoding atau dengan gzip."
                ),
                format!(
                    "Send it with the Content-Type {taken} (charset utf-8) and no Content-Encoding but gzip."
                ),
            ),
            Fault::Accept(given) => Text::new(
                format!("Di sini tersedia: {given}."),
                format!("Available here: {given}."),
            ),
            Fault::Bulk => Text::new(
                "Tidak ada yang disimpan. Perbaiki baris-baris dalam errors, lalu kirim ulang.",
                "Nothing was stored. Correct the lines in errors and send them again.",
            ),
            Fault::Foreign(_) => Text::new("Periksa bentuk permintaan.", "Check the form of the request."),
        }
    }

    /// The answer in the language of the request.
    pub(super) fn render(&self, meta: &Meta, public_url: &str) -> HttpResponse {
        let body = self.members(meta.lang, &meta.request_id);
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, "application/problem+json"));
        match &self.fault {
            Fault::Method(allow) => drop(response.insert_header((ALLOW, allow.as_str()))),
            Fault::Hub(error) => add_headers(&mut response, error, public_url),
            Fault::MediaType(_) | Fault::Accept(_) | Fault::Bulk | Fault::Foreign(_) => {}
        }
        response.body(Value::Object(body).to_string())
    }

    /// The members of the answer in this language.
    pub(super) fn members(&self, lang: Lang, request_id: &str) -> Map<String, Value> {
        let mut body = self.members.clone();
        body.insert("type".into(), format!("/problems/{}", self.code()).into());
        body.insert("title".into(), self.title().to(lang).into());
        body.insert("status".into(), self.status_code().as_u16().into());
        body.insert("code".into(), self.code().into());
        body.insert("detail".into(), self.detail().to(lang).into());
        body.insert("request_id".into(), request_id.into());
        if let Fault::Hub(error) = &self.fault {
            add_details(&mut body, error, lang);
        }
        body
    }
}

fn add_headers(response: &mut actix_web::HttpResponseBuilder, error: &Error, public_url: &str) {
    match error {
        Error::Unauthenticated(_) => {
            response.insert_header((WWW_AUTHENTICATE, format!("Bearer realm=\"{public_url}\"")));
        }
        Error::Throttled(seconds) => {
            response.insert_header((RETRY_AFTER, *seconds));
        }
        Error::Limited(limited, seconds) => {
            let (policy, state) = limits::used_up(*limited, *seconds);
            response.insert_header((RETRY_AFTER, *seconds));
            response.insert_header((limits::POLICY, policy));
            response.insert_header((limits::STATE, state));
        }
        Error::Stale { etag: Some(etag) } => {
            response.insert_header((ETAG, etag.as_str()));
        }
        Error::Unavailable(
            Unavailable::Overloaded
            | Unavailable::Database(_)
            | Unavailable::Held
            | Unavailable::Overtaken
            | Unavailable::Stopping
            | Unavailable::Check(_)
            | Unavailable::Secrets(_)
            | Unavailable::FilterNotReady(_),
        ) => {
            response.insert_header((RETRY_AFTER, RETRY_SECONDS));
        }
        Error::Upstream(upstream) => {
            if let UpstreamKind::Unavailable(seconds) = upstream.kind {
                response.insert_header((RETRY_AFTER, seconds));
            }
        }
        Error::Conflict(Conflict::StillRunning | Conflict::Contended(_)) => {
            response.insert_header((RETRY_AFTER, RETRY_SECONDS));
        }
        _ => {}
    }
}

/// The members that tell an error's particulars.
fn add_details(body: &mut Map<String, Value>, error: &Error, lang: Lang) {
    match error {
        Error::Violates(violations) => {
            body.insert("violations".into(), violations_json(violations, lang));
            body.insert("violations_total".into(), violations.total.into());
        }
        Error::Faulty(findings) => drop(body.insert("faults".into(), findings_json(findings, lang))),
        Error::Malformed(Malformed::Json(fault)) => {
            body.insert("line".into(), fault.place.line.into());
            body.insert("column".into(), fault.place.column.into());
        }
        Error::Stale { etag } => drop(body.insert("etag".into(), json!(etag))),
        Error::Conflict(Conflict::TransactionExists(key)) => {
            drop(body.insert("key".into(), key.as_str().into()))
        }
        Error::Conflict(Conflict::Incompatible { comparison, .. }) => {
            let [id, en] = &**comparison;
            let comparison = match lang {
                Lang::Id => id,
                Lang::En => en,
            };
            body.extend(comparison.as_object().cloned().unwrap_or_default());
        }
        Error::Gone(Gone::Retired { successor, .. }) => {
            drop(body.insert("successor".into(), json!(successor)))
        }
        _ => {}
    }
}

/// Violations as they are shown.
pub(super) fn violations_json(violations: &Violations, lang: Lang) -> Value {
    let shown = violations.list.iter().map(|violation| {
        json!({
            "pointer": violation.pointer,
            "keyword": violation.keyword,
            "message": violation.message.to(lang),
            "expected": violation.expected,
        })
    });
    Value::Array(shown.collect())
}

/// Faults or warnings of a contract document as they are shown.
pub(super) fn findings_json(findings: &[Finding], lang: Lang) -> Value {
    let shown = findings.iter().map(|finding| {
        json!({
            "pointer": finding.pointer,
            "line": finding.place.map(|place| place.0),
            "column": finding.place.map(|place| place.1),
            "code": finding.code,
            "message": finding.message.to(lang),
        })
    });
    Value::Array(shown.collect())
}

/// The codes of HTTP itself, beside those of [`Error`].
pub(super) const HTTP_CODES: &[&str] = &[
    "method-not-allowed",
    "unsupported-media-type",
    "not-acceptable",
    "bulk-refused",
    "bad-request",
];
