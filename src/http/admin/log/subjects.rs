//! `/admin/audit/subjects/{id}`: who saw a person's data, and when.

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::page_query;
use crate::http::admin::pages;
use crate::http::body::acceptable;
use crate::http::manager::{CanSeeAudit, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub;
use crate::types::Timestamp;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/audit/subjects/{id}",
        vec![(Method::GET, get().to(list_sightings))],
    ));
}

/// A version of a record about the person.
#[derive(Serialize, ToSchema)]
struct SeenVersion {
    /// The record's key.
    key: String,
    /// The change that made the version.
    seq: i64,
}

/// A call in which data about the person was shown.
#[derive(Serialize, ToSchema)]
struct Sighting {
    /// When the call came in.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: Option<String>,
    /// What was asked, such as `pull`.
    action: String,
    /// The agency that asked.
    opd: Option<String>,
    /// The application that asked.
    application: Option<String>,
    /// The person who asked.
    person: Option<String>,
    /// The versions of records that were shown.
    seen: Vec<SeenVersion>,
    /// The refused payloads that were shown, by their numbers; they may be forgotten by now.
    rejections: Vec<i64>,
    /// Whether another system's answer about the person was passed on.
    answers: bool,
    /// The call's id.
    exchange: String,
}

/// A page of those who saw a person's data.
#[derive(Serialize, ToSchema)]
pub(super) struct SightingPage {
    /// How many versions of records are about the person; none where no contract knows them.
    versions: usize,
    /// The calls, newest first. There may be few on a page although there are more.
    sightings: Vec<Sighting>,
    /// The cursor of the next page.
    next: Option<String>,
}

impl From<hub::Sightings> for SightingPage {
    fn from(page: hub::Sightings) -> Self {
        let sightings = page.items.into_iter().map(|sighting| {
            let (exchange, row) = (&sighting.exchange, &sighting.exchange.row);
            let seen = sighting.seen.versions.into_iter();
            Sighting {
                at: Timestamp(row.at),
                dataset: row.dataset.clone(),
                action: row.action.clone(),
                opd: row.opd.clone(),
                application: exchange.application.clone(),
                person: exchange.person.clone(),
                seen: seen
                    .map(|version| SeenVersion {
                        key: version.key,
                        seq: version.seq,
                    })
                    .collect(),
                rejections: sighting.seen.rejections,
                answers: sighting.seen.answers,
                exchange: row.id().map(|id| id.to_string()).unwrap_or_default(),
            }
        });
        SightingPage {
            versions: page.versions,
            sightings: sightings.collect(),
            next: page.next,
        }
    }
}

/// Tells who saw the data of one person, across all datasets whose contracts name a `subject`. That it was
/// asked is in the audit log.
#[utoipa::path(
    get, path = "/admin/audit/subjects/{id}", tag = "log",
    params(
        ("id" = String, Path, description = "What names the person in the payloads, such as the NIK."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of those who saw it.", body = SightingPage), ReadRefusals)
)]
pub(in crate::http) async fn list_sightings(
    manager: Manager<CanSeeAudit>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let params = Params::read(&request, &["limit", "cursor"])?;
    let query = page_query(&params)?;
    let person = path::text(&request, "id")?;
    let base = &manager.hub.config().http.public_url;
    let url = format!("{base}/admin/audit/subjects/{}", path::encode(&person));
    let (actor, asked) = (manager.actor, query.clone());
    let page = manager
        .hub
        .blocking(move |hub| hub.who_saw(&actor, &person, &asked))
        .await?;
    let view = SightingPage::from(page);
    pages::search_page(&url, &params, &query, view.next.as_deref(), &view)
}
