//! Writing: `POST /records`, `PUT` and `DELETE /records/{key}`, `POST /validate`.

use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;

use super::bulk::{self, Wish};
use super::view;
use crate::error::{Bound, Error, Malformed};
use crate::http::body::{Media, Takes, acceptable, announced, media, parts};
use crate::http::caller::{Caller, CanPush, CanValidate};
use crate::http::idempotency::once;
use crate::http::params::Params;
use crate::http::parts::Parts;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::allow;
use crate::record::{Match, Precondition, Split, parse_match};
use crate::types::{Kind, Text};

/// Stores one record, or many as an array or NDJSON.
pub(super) async fn push_records(
    caller: Caller<CanPush>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let media = prelude(&caller, &request, Takes::Many)?;
    let atomic = Params::read(&request, &["atomic"])?.flag("atomic")?;
    let precondition = precondition(&request)?;
    let mut body = parts(&request, payload, caller.hub.config().http.idle_seconds);
    let (begun, split) = begin(&mut body, media, caller.hub.config().limits.record_bytes).await?;
    if let Some(split) = split {
        let wish = Wish {
            split,
            atomic,
            dry: false,
            conditional: !precondition.is_empty(),
        };
        return bulk::run(&caller, &request, wish, begun, body).await;
    }
    let body = body.rest(begun, caller.hub.config().limits.record_bytes).await?;
    let push = async |conditions| {
        let (call, dataset) = (&caller.call, &caller.dataset);
        caller
            .hub
            .push(call, dataset, None, body.clone(), conditions)
            .await
    };
    once(&caller, &request, &body, precondition, push).await
}

/// Stores one record under the key in the path.
pub(super) async fn put_record(
    caller: Caller<CanPush>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    masters_only(&caller)?;
    prelude(&caller, &request, Takes::One)?;
    Params::read(&request, &[])?;
    let (key, precondition) = (path::key(&request)?, precondition(&request)?);
    let mut body = parts(&request, payload, caller.hub.config().http.idle_seconds);
    let body = body
        .rest(Bytes::new(), caller.hub.config().limits.record_bytes)
        .await?;
    let push = async |conditions| {
        let (call, dataset) = (&caller.call, &caller.dataset);
        caller
            .hub
            .push(call, dataset, Some(&key), body.clone(), conditions)
            .await
    };
    once(&caller, &request, &body, precondition, push).await
}

/// Changes the record with the key in the path by a merge patch.
pub(super) async fn patch_record(
    caller: Caller<CanPush>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    masters_only(&caller)?;
    prelude(&caller, &request, Takes::Patch)?;
    Params::read(&request, &[])?;
    let (key, precondition) = (path::key(&request)?, precondition(&request)?);
    let mut body = parts(&request, payload, caller.hub.config().http.idle_seconds);
    let body = body
        .rest(Bytes::new(), caller.hub.config().limits.record_bytes)
        .await?;
    let patch = async |conditions| {
        let (call, dataset) = (&caller.call, &caller.dataset);
        caller
            .hub
            .patch(call, dataset, &key, body.clone(), conditions)
            .await
    };
    once(&caller, &request, &body, precondition, patch).await
}

/// Deletes the record with the key in the path.
pub(super) async fn delete_record(
    caller: Caller<CanPush>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    masters_only(&caller)?;
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (key, precondition) = (path::key(&request)?, precondition(&request)?);
    let delete = async |conditions| {
        let (call, dataset) = (&caller.call, &caller.dataset);
        caller.hub.delete(call, dataset, key.clone(), conditions).await
    };
    once(&caller, &request, &[], precondition, delete).await
}

/// Tells what a push would be answered, and stores nothing.
pub(super) async fn validate_records(
    caller: Caller<CanValidate>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let media = prelude(&caller, &request, Takes::Many)?;
    let atomic = Params::read(&request, &["atomic"])?.flag("atomic")?;
    let mut body = parts(&request, payload, caller.hub.config().http.idle_seconds);
    let (begun, split) = begin(&mut body, media, caller.hub.config().limits.record_bytes).await?;
    if let Some(split) = split {
        let wish = Wish {
            split,
            atomic,
            dry: true,
            conditional: !precondition(&request)?.is_empty(),
        };
        return bulk::run(&caller, &request, wish, begun, body).await;
    }
    let body = body.rest(begun, caller.hub.config().limits.record_bytes).await?;
    caller.charge()?;
    let pushed = caller.hub.validate(&caller.dataset, body).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(view::pushed(&pushed)))
}

/// What is checked of every write before its body is read: 415, 406, 413.
pub(in crate::http) fn prelude<P>(
    caller: &Caller<P>,
    request: &HttpRequest,
    takes: Takes,
) -> Result<Media, Problem> {
    let media = media(request, takes)?;
    acceptable(request, "application/json")?;
    let limits = &caller.hub.config().limits;
    let bound = match takes {
        Takes::Many | Takes::Lines => limits.body_bytes,
        Takes::One | Takes::Patch => limits.record_bytes,
    };
    announced(request, bound)?;
    Ok(media)
}

/// Reads until it is clear whether the body is one record, an array, or lines.
async fn begin(parts: &mut Parts, media: Media, bound: usize) -> Result<(Bytes, Option<Split>), Error> {
    if media == Media::Ndjson {
        return Ok((Bytes::new(), Some(Split::Lines)));
    }
    let mut begun = Bytes::new();
    while let Some(part) = parts.next().await? {
        let first = part.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        // Blank parts are kept: they count for the places of faults.
        begun = if begun.is_empty() {
            part
        } else {
            [begun, part].concat().into()
        };
        match first {
            Some(b'[') => return Ok((begun, Some(Split::Array))),
            Some(_) => return Ok((begun, None)),
            None if begun.len() > bound => return Err(Error::TooLarge(Bound::Record(bound))),
            None => {}
        }
    }
    Ok((begun, None))
}

pub(super) fn masters_only(caller: &Caller<CanPush>) -> Result<(), Problem> {
    match caller.dataset.kind() {
        Kind::Master => Ok(()),
        Kind::Transaction => Err(Problem::method(allow(
            &[actix_web::http::Method::GET],
            Kind::Transaction,
        ))),
    }
}

/// The precondition in the headers.
pub(in crate::http) fn precondition(request: &HttpRequest) -> Result<Precondition, Error> {
    let field = |name| {
        request
            .headers()
            .get(name)
            .map(|value: &actix_web::http::header::HeaderValue| value.to_str())
    };
    let if_match = match field(IF_MATCH) {
        None => None,
        Some(text) => Some(
            text.ok()
                .and_then(parse_match)
                .ok_or_else(|| bad_header("If-Match"))?,
        ),
    };
    let absent = match field(IF_NONE_MATCH) {
        None => false,
        Some(Ok(text)) if parse_match(text) == Some(Match::Any) => true,
        Some(_) => return Err(bad_header("If-None-Match")),
    };
    Ok(Precondition { if_match, absent })
}

fn bad_header(name: &'static str) -> Error {
    let text = if name == "If-Match" {
        Text::new(
            "harus * atau daftar ETag dalam tanda kutip.",
            "it must be * or a list of quoted entity tags.",
        )
    } else {
        Text::new(
            "untuk menulis hanya * yang dikenal.",
            "for writing only * is known.",
        )
    };
    Error::Malformed(Malformed::Header(name, text))
}
