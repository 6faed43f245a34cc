//! Attachments of letters: documents like others.
//!
//! Invariant: what is attached to a letter of an integration is among that integration's documents.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::Unknown;
use crate::http::admin::created;
use crate::http::admin::documents::{Document, DocumentPage, listed, upload};
use crate::http::manager::{CanManageLetters, CanSeeLetters, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{DocumentOf, Hub};

/// Lists the attachments of a letter, by number.
#[utoipa::path(
    get, path = "/admin/letters/{id}/documents", tag = "integrations",
    params(
        ("id" = i64, Path, description = "The letter's number here."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of documents.", body = DocumentPage), ReadRefusals)
)]
pub(in crate::http) async fn list_attachments(
    manager: Manager<CanSeeLetters>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = path::number(&id, Unknown::Letter)?;
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| hub.attachments(&reach, id);
    listed(&hub, &request, format!("letters/{id}/documents"), all).await
}

/// Attaches a document to a letter: the file itself is the body; what it is, is told by its content.
#[utoipa::path(
    post, path = "/admin/letters/{id}/documents", tag = "integrations",
    params(
        ("id" = i64, Path, description = "The letter's number here."),
        ("kind" = String, Query, example = "request-letter", description = "Its kind, one of the procedure's."),
        ("name" = String, Query, example = "Surat Permohonan.pdf", description = "What the file is called; its end must say what it is."),
        ("place" = Option<String>, Query, description = "Where the paper lies."),
        ("note" = Option<String>, Query, description = "What is to be said about it."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "ODT, ODS, PDF, DOCX, XLSX, JSON, YAML, PNG, JPEG, WebP or TIFF. A page may send a form (`multipart/form-data`) instead: the file as `file`, the parameters as its other fields."),
    responses(
        (status = 201, description = "It is kept.", body = Document, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_attachment(
    manager: Manager<CanManageLetters>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let of = DocumentOf::Letter(path::number(&id, Unknown::Letter)?);
    let who = (manager.caller, manager.reach);
    let kept = upload::kept(&manager.hub, (&request, payload), who, of).await?;
    let base = &manager.hub.config().http.public_url;
    created(
        base,
        &format!("/admin/documents/{}", kept.id),
        &Document::from(kept),
    )
}
