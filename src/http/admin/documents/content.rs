//! Giving a document out, byte for byte.
//!
//! Invariant: a browser keeps it as a file: it is an attachment, of the type that its content told, and never run
//! as a part of the hub's own pages. What fails in the middle breaks the connection off.

use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH,
};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::{empty, try_unfold};

use crate::error::Unknown;
use crate::http::documents::not_modified;
use crate::http::frame::HeadOnly;
use crate::http::manager::{CanLookProcedure, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path::{self, encode};
use crate::http::problem::Problem;
use crate::hub::{DocumentView, Hub};

/// The file itself, as it was added. Its entity tag is its SHA-256 digest.
#[utoipa::path(
    get, path = "/admin/documents/{id}/content", tag = "integrations",
    params(("id" = i64, Path, description = "The document's number.")),
    responses(
        (status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream", headers(
            ("ETag" = String, description = "The SHA-256 digest of the file, in hexadecimal."),
            ("Content-Disposition" = String, description = "The file's name."),
        )),
        (status = 304, description = "The file is the one of `If-None-Match`."),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn download_document(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Document)?;
    let who = (manager.caller, manager.reach);
    let hub = &manager.hub;
    let view = hub
        .blocking(move |hub| hub.document((&who.0, &who.1), id))
        .await?;
    let etag = format!("\"{}\"", view.sha256);
    if not_modified(request.headers().get(IF_NONE_MATCH), &etag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).finish());
    }
    let mut response = HttpResponse::Ok();
    headed(&mut response, &view, etag);
    if request.extensions().contains::<HeadOnly>() {
        return Ok(response.streaming(empty::<std::io::Result<Bytes>>()));
    }
    let length = u64::try_from(view.bytes).unwrap_or_default();
    let pieces = Box::pin(pieces(manager.hub, id));
    Ok(response.body(SizedStream::new(length, pieces)))
}

fn headed(response: &mut HttpResponseBuilder, view: &DocumentView, etag: String) {
    response
        .content_type(view.media_type.as_str())
        .insert_header((ETAG, etag))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((CONTENT_DISPOSITION, attachment(&view.name)));
}

/// The name of an attachment for all clients: in ASCII, and as it is (RFC 6266, RFC 8187).
pub(in crate::http) fn attachment(name: &str) -> String {
    let plain = |character: char| match character {
        '"' | '\\' | '%' | '/' => '_',
        ' '..='~' => character,
        _ => '_',
    };
    let ascii: String = name.chars().map(plain).collect();
    format!(
        "attachment; filename=\"{ascii}\"; filename*=UTF-8''{}",
        encode(name)
    )
}

/// The pieces of a document, each read when it is asked for.
fn pieces(hub: Arc<Hub>, id: i64) -> impl Stream<Item = std::io::Result<Bytes>> {
    try_unfold((hub, 0), move |(hub, number)| async move {
        match hub.blocking(move |hub| hub.document_chunk(id, number)).await {
            Ok(piece) => Ok(piece.map(|piece| (Bytes::from(piece), (hub, number + 1)))),
            Err(error) => {
                let cause = error.cause().unwrap_or_default();
                tracing::error!(code = error.code(), cause, document = id, "a download broke off");
                Err(std::io::Error::other(error.code()))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_name_is_offered_in_ascii_and_as_it_is() {
        assert_eq!(
            attachment("Surat \u{e9}%.pdf"),
            "attachment; filename=\"Surat __.pdf\"; filename*=UTF-8''Surat%20%C3%A9%25.pdf"
        );
    }
}
