//! `/admin/letters`: incoming letters, their dispositions and attachments.
//!
//! Invariant: a letter is registered once and never changed; what is learned later is added to it.

pub(in crate::http) mod attachments;
mod view;

use actix_web::http::Method;
use actix_web::web::{self, get, patch, post};
use actix_web::{HttpRequest, HttpResponse};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::error::{Error, Malformed, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageLetters, CanSeeLetters, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{DispositionTold, LetterTold};
use crate::integration::IntegrationNumber;
use crate::types::Text;
use view::{Letter, LetterPage};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/letters",
        vec![
            (Method::GET, get().to(list_letters)),
            (Method::POST, post().to(add_letter)),
        ],
    ))
    .service(managed_resource(
        "/admin/letters/{id}",
        vec![
            (Method::GET, get().to(show_letter)),
            (Method::PATCH, patch().to(link_letter)),
        ],
    ))
    .service(managed_resource(
        "/admin/letters/{id}/dispositions",
        vec![(Method::POST, post().to(add_disposition))],
    ))
    .service(managed_resource(
        "/admin/letters/{id}/documents",
        vec![
            (Method::GET, get().to(attachments::list_attachments)),
            (Method::POST, post().to(attachments::add_attachment)),
        ],
    ));
}

/// A letter to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterToAdd {
    /// The number that its sender gave it.
    #[schema(min_length = 1, max_length = 200, example = "005/123/BAPPEDA")]
    number: String,
    /// Its date.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// What it is about.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Permohonan integrasi data pegawai"
    )]
    subject: String,
    /// How it is to be handled.
    #[schema(nullable = false, min_length = 1, max_length = 200, example = "Penting")]
    nature: Option<String>,
    /// Who sent it.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Badan Perencanaan Pembangunan Daerah"
    )]
    origin: String,
    /// Its number in the office's agenda.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    agenda_number: Option<String>,
    /// The day on which it came in: on it the first clock starts.
    #[schema(value_type = String, format = Date)]
    received_on: Date,
    /// The integration that it belongs to.
    #[schema(nullable = false, pattern = "^[0-9]{4}/[1-9][0-9]*$", example = "2026/7")]
    integration: Option<String>,
}

/// To which integration a letter belongs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetterToLink {
    /// The integration's number.
    #[schema(pattern = "^[0-9]{4}/[1-9][0-9]*$", example = "2026/7")]
    integration: String,
}

/// What is to be done with a letter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DispositionToAdd {
    /// Who says so.
    #[schema(min_length = 1, max_length = 200, example = "Kepala Dinas")]
    from: String,
    /// Who is told.
    #[schema(min_length = 1, max_length = 200, example = "Kepala Bidang TIK")]
    to: String,
    /// On which day.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// What to do.
    #[schema(min_length = 1, max_length = 2000, example = "Tindak lanjuti sesuai prosedur")]
    instruction: String,
    /// Until when.
    #[schema(value_type = Option<String>, format = Date, nullable = false)]
    due: Option<Date>,
}

/// Lists the letters that came in, the latest first.
#[utoipa::path(
    get, path = "/admin/letters", tag = "integrations",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of letters.", body = LetterPage), ReadRefusals)
)]
pub(in crate::http) async fn list_letters(
    manager: Manager<CanSeeLetters>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = pages::asked(&request)?;
    let url = format!("{}/admin/letters", manager.hub.config().http.public_url);
    let (query, page) = manager
        .hub
        .blocking(move |hub| Ok((query.clone(), hub.letters(&manager.reach, &query)?)))
        .await?;
    let view = LetterPage {
        letters: page.items.into_iter().map(Letter::from).collect(),
        next: page.next,
    };
    pages::page(&url, &query, view.next.as_deref(), &view)
}

/// Registers a letter that came in.
#[utoipa::path(
    post, path = "/admin/letters", tag = "integrations", request_body = LetterToAdd,
    responses(
        (status = 201, description = "It is registered.", body = Letter, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_letter(
    manager: Manager<CanManageLetters>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let sent: LetterToAdd = input::json(&hub, &request, payload).await?;
    let told = LetterTold {
        integration: sent.integration.as_deref().map(integration).transpose()?,
        number: sent.number,
        dated: sent.date,
        subject: sent.subject,
        nature: sent.nature,
        origin: sent.origin,
        agenda_number: sent.agenda_number,
        received_on: sent.received_on,
    };
    let added = hub.blocking(move |hub| hub.add_letter(&actor, &told)).await?;
    let path = format!("/admin/letters/{}", added.id);
    created(&hub.config().http.public_url, &path, &Letter::from(added))
}

/// A letter with its dispositions.
#[utoipa::path(
    get, path = "/admin/letters/{id}", tag = "integrations",
    params(("id" = i64, Path, description = "The letter's number here.")),
    responses((status = 200, description = "The letter.", body = Letter), ReadRefusals)
)]
pub(in crate::http) async fn show_letter(
    manager: Manager<CanSeeLetters>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Letter)?;
    let letter = manager
        .hub
        .blocking(move |hub| hub.letter(&manager.reach, id))
        .await?;
    answer(HttpResponse::Ok(), &Letter::from(letter))
}

/// Brings a letter to an integration, with its attachments; it stays with that.
#[utoipa::path(
    patch, path = "/admin/letters/{id}", tag = "integrations",
    params(("id" = i64, Path, description = "The letter's number here.")),
    request_body(content((LetterToLink = "application/merge-patch+json"), (LetterToLink = "application/json"))),
    responses((status = 200, description = "It belongs to the integration.", body = Letter), WriteRefusals)
)]
pub(in crate::http) async fn link_letter(
    manager: Manager<CanManageLetters>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let id = path::number(&id, Unknown::Letter)?;
    let sent: LetterToLink = input::patch(&hub, &request, payload).await?;
    let number = integration(&sent.integration)?;
    let linked = hub
        .blocking(move |hub| hub.link_letter(&actor, id, number))
        .await?;
    answer(HttpResponse::Ok(), &Letter::from(linked))
}

/// Writes down what is to be done with a letter.
#[utoipa::path(
    post, path = "/admin/letters/{id}/dispositions", tag = "integrations", request_body = DispositionToAdd,
    params(("id" = i64, Path, description = "The letter's number here.")),
    responses((status = 201, description = "The letter with all its dispositions.", body = Letter), WriteRefusals)
)]
pub(in crate::http) async fn add_disposition(
    manager: Manager<CanManageLetters>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let id = path::number(&id, Unknown::Letter)?;
    let sent: DispositionToAdd = input::json(&hub, &request, payload).await?;
    let told = DispositionTold {
        from: sent.from,
        to: sent.to,
        dated: sent.date,
        instruction: sent.instruction,
        due: sent.due,
    };
    let disposed = hub.blocking(move |hub| hub.dispose(&actor, id, &told)).await?;
    answer(HttpResponse::Created(), &Letter::from(disposed))
}

/// The number of an integration in a body.
fn integration(text: &str) -> Result<IntegrationNumber, Error> {
    text.parse().map_err(|_| {
        Error::Malformed(Malformed::Body(Text::new(
            "integration harus ditulis seperti 2026/7.",
            "integration must be written like 2026/7.",
        )))
    })
}
