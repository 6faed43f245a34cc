//! Documents of integrations: listed, added, shown; what is in them is given out by `content`.
//!
//! Invariant: a file is taken in and given out piece by piece; nobody holds a whole one in memory.

pub(in crate::http) mod content;
pub(in crate::http) mod upload;
mod view;

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};

use super::{answer, created, pages};
use crate::error::{Result as Outcome, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanLookProcedure, CanManageProcedure, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{DocumentOf, DocumentView, Hub};
pub(super) use view::{Document, DocumentPage};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/integrations/{year}/{number}/documents",
        vec![
            (Method::GET, get().to(list_documents)),
            (Method::POST, post().to(add_document)),
        ],
    ))
    .service(managed_resource(
        "/admin/documents/{id}",
        vec![(Method::GET, get().to(show_document))],
    ))
    .service(managed_resource(
        "/admin/documents/{id}/content",
        vec![(Method::GET, get().to(content::download_document))],
    ));
}

/// Lists the documents of an integration, by number, the attachments of its letters and all versions among them.
#[utoipa::path(
    get, path = "/admin/integrations/{year}/{number}/documents", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of the integration's number."),
        ("number" = i32, Path, description = "Its number within the year."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of documents.", body = DocumentPage), ReadRefusals)
)]
pub(in crate::http) async fn list_documents(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let number = path::integration(&path.0, &path.1)?;
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| hub.documents(&reach, number);
    listed(&hub, &request, format!("integrations/{number}/documents"), all).await
}

/// Answers with a page of documents.
pub(super) async fn listed(
    hub: &Arc<Hub>,
    request: &HttpRequest,
    path: String,
    all: impl FnOnce(&Hub) -> Outcome<Vec<DocumentView>> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let position = |view: &DocumentView| pages::numbered(view.id);
    pages::list(hub, request, path, all, position, DocumentPage::new).await
}

/// Adds a document: the file itself is the body, whatever its `Content-Type` says; what it is, is told by its
/// content. One of the same kind, step and round becomes the next version.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/documents", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of the integration's number."),
        ("number" = i32, Path, description = "Its number within the year."),
        ("kind" = String, Query, example = "request-letter", description = "Its kind, one of the procedure's."),
        ("name" = String, Query, example = "Surat Permohonan.pdf", description = "What the file is called; its end must say what it is."),
        ("step" = Option<u8>, Query, minimum = 1, maximum = 99, description = "The step that it is added in, where the file is or was; where it is when left out."),
        ("round" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The round of that step; the last one when left out."),
        ("place" = Option<String>, Query, description = "Where the paper lies."),
        ("note" = Option<String>, Query, description = "What is to be said about it."),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "ODT, ODS, PDF, DOCX, XLSX, JSON, YAML, PNG, JPEG, WebP or TIFF. A page may send a form (`multipart/form-data`) instead: the file as `file`, the parameters as its other fields."),
    responses(
        (status = 201, description = "It is kept.", body = Document, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_document(
    manager: Manager<CanManageProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let number = path::integration(&path.0, &path.1)?;
    let who = (manager.caller, manager.reach);
    let of = DocumentOf::Integration(number);
    let kept = upload::kept(&manager.hub, (&request, payload), who, of).await?;
    let base = &manager.hub.config().http.public_url;
    created(
        base,
        &format!("/admin/documents/{}", kept.id),
        &Document::from(kept),
    )
}

/// What is known of a document.
#[utoipa::path(
    get, path = "/admin/documents/{id}", tag = "integrations",
    params(("id" = i64, Path, description = "The document's number.")),
    responses((status = 200, description = "The document, without what is in it.", body = Document), ReadRefusals)
)]
pub(in crate::http) async fn show_document(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Document)?;
    let document = manager
        .hub
        .blocking(move |hub| hub.document((&manager.caller, &manager.reach), id))
        .await?;
    answer(HttpResponse::Ok(), &Document::from(document))
}
