//! Bodies of management: JSON that keeps to its published schema, and contract documents.
//!
//! Invariant: what is asked of a body is exactly what the OpenAPI document says of it, because the
//! same schema judges it.

use actix_web::{HttpRequest, web};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::PartialSchema;

use crate::contract::{MAX_BYTES, Validator};
use crate::error::{Bound, Error, Malformed, Result, Violations};
use crate::http::body::{acceptable, announced, content_type, parts};
use crate::http::manager::still_may;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::hub::{Hub, Publication};
use crate::types::{Document, Lang, Text};

/// The largest body that is no contract document, in bytes.
const MAX_BODY: usize = 64 * 1024;

const JSON: &str = "application/json";

/// A JSON body that says what `T` is.
pub(in crate::http) async fn json<T: PartialSchema + DeserializeOwned>(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
) -> std::result::Result<T, Problem> {
    read(hub, request, payload, &[JSON], JSON).await
}

/// A JSON body, or a merge patch, that says what changes.
pub(super) async fn patch<T: PartialSchema + DeserializeOwned>(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
) -> std::result::Result<T, Problem> {
    let taken = ["application/merge-patch+json", JSON];
    read(
        hub,
        request,
        payload,
        &taken,
        "application/merge-patch+json, application/json",
    )
    .await
}

async fn read<T: PartialSchema + DeserializeOwned>(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
    taken: &[&str],
    shown: &'static str,
) -> std::result::Result<T, Problem> {
    let media = content_type(request).unwrap_or_default();
    if !taken.contains(&media.as_str()) {
        return Err(Problem::media_type(shown));
    }
    acceptable(request, JSON)?;
    announced(request, MAX_BODY)?;
    Params::read(request, &[])?;
    let body = whole(hub, request, payload, MAX_BODY).await?;
    let document = Document::parse(&body).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
    Ok(judged(document)?)
}

/// A JSON body that says what `T` is, or none, which says nothing.
pub(super) async fn json_or_nothing<T: PartialSchema + DeserializeOwned + Default>(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
) -> std::result::Result<T, Problem> {
    let sent = text(hub, request, payload).await?;
    Ok(match sent.filter(|document| !document.value().is_null()) {
        Some(document) => judged(document)?,
        None => T::default(),
    })
}

/// A JSON body that is judged elsewhere.
pub(super) async fn any(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
) -> std::result::Result<Value, Problem> {
    Params::read(request, &[])?;
    let document = text(hub, request, payload).await?;
    Ok(document
        .map(|document| document.into_parts().0)
        .unwrap_or_default())
}

/// A JSON body, unless nothing was sent.
async fn text(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
) -> std::result::Result<Option<Document>, Problem> {
    acceptable(request, JSON)?;
    announced(request, MAX_BODY)?;
    let body = whole(hub, request, payload, MAX_BODY).await?;
    if body.is_empty() {
        return Ok(None);
    }
    if content_type(request).unwrap_or_default() != JSON {
        return Err(Problem::media_type(JSON));
    }
    let document = Document::parse(&body).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
    Ok(Some(document))
}

/// Whether `accept=undecided` was asked for.
///
/// # Errors
/// Malformed for any other word.
pub(super) fn accept(params: &Params) -> Result<bool> {
    match params.text("accept") {
        None => Ok(false),
        Some("undecided") => Ok(true),
        Some(_) => Err(Error::Malformed(Malformed::Parameter(
            "accept",
            Text::new("hanya undecided.", "only undecided."),
        ))),
    }
}

/// A contract document, and what else the request says.
pub(super) struct Sent {
    /// The document.
    pub(super) document: Bytes,
    /// Whether it is said to be JSON; else it is YAML.
    pub(super) json: bool,
    /// How it shall be published, if it shall.
    pub(super) publish: Option<Publication>,
}

/// A contract document, JSON or YAML, with the query parameters `known`.
pub(super) async fn contract(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
    known: &'static [&'static str],
) -> std::result::Result<Sent, Problem> {
    let media = content_type(request).unwrap_or_default();
    let json = media == JSON;
    if !json && !["application/yaml", "application/x-yaml", "text/yaml"].contains(&media.as_str()) {
        return Err(Problem::media_type("application/json, application/yaml"));
    }
    acceptable(request, JSON)?;
    announced(request, MAX_BYTES)?;
    let params = Params::read(request, known)?;
    let accept_undecided = accept(&params)?;
    let publish = params.flag("publish")?.then_some(Publication {
        accept_undecided,
        reason: None,
    });
    let document = whole(hub, request, payload, MAX_BYTES).await?;
    Ok(Sent {
        document,
        json,
        publish,
    })
}

impl Sent {
    /// The document, unless it is said to be JSON and is none.
    ///
    /// # Errors
    /// Malformed with the place where reading stopped.
    pub(super) fn checked(&self) -> Result<&[u8]> {
        if self.json {
            Document::parse(&self.document).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
        }
        Ok(&self.document)
    }
}

/// The whole body, of somebody who may still do what they ask for when all of it is there.
async fn whole(
    hub: &Hub,
    request: &HttpRequest,
    payload: web::Payload,
    bound: usize,
) -> std::result::Result<Bytes, Problem> {
    let mut body = parts(request, payload, hub.config().http.idle_seconds);
    let body = body.rest(Bytes::new(), bound).await;
    let body = body.map_err(|error| match error {
        Error::TooLarge(_) => Error::TooLarge(Bound::Body(bound)),
        other => other,
    })?;
    still_may(request).await?;
    Ok(body)
}

/// The document as a `T`, if it keeps to the schema of `T`.
fn judged<T: PartialSchema + DeserializeOwned>(document: Document) -> Result<T> {
    let internal = |error: serde_json::Error| Error::Internal(error.to_string());
    let schema = serde_json::to_value(T::schema()).map_err(internal)?;
    let validator =
        Validator::compile(&schema).map_err(|fault| Error::Internal(fault.to(Lang::En).to_owned()))?;
    let found = validator.violations(document.value());
    if found.total > 0 {
        return Err(Error::Violates(Violations {
            list: found.list,
            total: u64::try_from(found.total).unwrap_or(u64::MAX),
        }));
    }
    // A schema does not say everything that a type does, such as how an agency's code is written.
    serde_json::from_value(document.into_parts().0).map_err(|error| {
        Error::Malformed(Malformed::Body(Text::new(
            format!("Isi permintaan tidak dapat dibaca: {error}."),
            format!("The body can't be understood: {error}."),
        )))
    })
}
