//! `/catalog`: the datasets of which a caller may know, as JSON or in the words of DCAT 3 (`dcat`).
//!
//! Not here: what the caller may do with them (`GET /api` says that). Invariant: nothing is listed
//! to somebody who has no right to it.

mod dcat;

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::accept::preferred;
use super::caller::identify;
use super::documents::document;
use super::openapi::PublicRefusals;
use super::params::Params;
use super::path;
use super::problem::Problem;
use super::resource::public_resource;
use crate::contract::{Level, State};
use crate::error::{Error, Malformed};
use crate::hub::{Catalog, Dataset};
use crate::types::{DatasetId, Kind, Mode, Text, Timestamp};

/// The media types of the two forms, the usual one first.
const MEDIA: [&str; 2] = ["application/json", "application/ld+json"];
/// The same for whoever accepts neither.
const ALL_MEDIA: &str = "application/json, application/ld+json";

/// The resource of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/catalog",
        vec![(Method::GET, get().to(list_datasets))],
    ));
}

/// The datasets of which a caller may know.
#[derive(Serialize, ToSchema)]
struct DatasetList {
    /// By identity.
    datasets: Vec<DatasetEntry>,
}

/// One dataset.
#[derive(Serialize, ToSchema)]
struct DatasetEntry {
    /// Its identity, such as `bkd/pegawai/v1`.
    dataset: String,
    /// What it is called.
    title: String,
    /// What it holds.
    description: String,
    /// The published version of its contract.
    version: String,
    /// `master` or `transaction`; a live dataset may be neither.
    #[schema(value_type = Option<String>, required = true)]
    kind: Option<Kind>,
    /// `stored` or `live`.
    #[schema(value_type = String)]
    mode: Mode,
    /// `open`, `restricted` or `confidential`.
    #[schema(value_type = String)]
    classification: Level,
    /// The owner's name.
    #[schema(required = true)]
    owner: Option<String>,
    /// `published` or `deprecated`.
    #[schema(value_type = String)]
    state: State,
    /// From when on it may not answer any more.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    sunset: Option<Timestamp>,
    /// The dataset that takes its place.
    #[schema(value_type = Option<String>, required = true)]
    successor: Option<DatasetId>,
    /// The base of its endpoints.
    url: String,
}

/// Lists the datasets of which the caller may know; without a key, those that are open. As JSON-LD it is
/// a catalogue of DCAT 3.
#[utoipa::path(
    get, path = "/catalog", tag = "hub", security((), ("bearer" = [])),
    params(("format" = Option<String>, Query, description = "`json` or `dcat`, whatever `Accept` says.")),
    responses(
        (status = 200, description = "The datasets.", content((DatasetList = "application/json"), (Object = "application/ld+json"))),
        PublicRefusals,
    )
)]
pub(super) async fn list_datasets(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (hub, caller) = identify(&request)?;
    let linked = match Params::read(&request, &["format"])?.text("format") {
        None => preferred(&request, &MEDIA, ALL_MEDIA)? == MEDIA[1],
        Some("json") => false,
        Some("dcat") => true,
        Some(_) => {
            let text = Text::new("json atau dcat.", "json or dcat.");
            return Err(Error::Malformed(Malformed::Parameter("format", text)).into());
        }
    };
    let catalog = hub.catalog();
    let base = &hub.config().http.public_url;
    let datasets = catalog.visible_to(&caller, hub.today());
    if linked {
        let datasets: Vec<&Dataset> = datasets.into_iter().map(AsRef::as_ref).collect();
        let text = dcat::catalogue(&catalog, &datasets, base).to_string();
        return Ok(document(&request, MEDIA[1], text));
    }
    let datasets = datasets
        .into_iter()
        .map(|dataset| entry(&catalog, dataset, base))
        .collect();
    let text = json!(DatasetList { datasets }).to_string();
    Ok(document(&request, MEDIA[0], text))
}

fn entry(catalog: &Catalog, dataset: &Dataset, base: &str) -> DatasetEntry {
    let contract = &dataset.current.contract;
    DatasetEntry {
        dataset: dataset.id.to_string(),
        title: contract.title.clone(),
        description: contract.description.clone(),
        version: dataset.current.version.to_string(),
        kind: contract.kind,
        mode: dataset.mode(),
        classification: contract.classification.level,
        owner: catalog.opd_name(dataset.id.opd.as_str()).map(str::to_owned),
        state: dataset.ending.state(),
        sunset: dataset.ending.sunset,
        successor: dataset.ending.successor.clone(),
        url: format!("{base}{}", path::of(dataset)),
    }
}
