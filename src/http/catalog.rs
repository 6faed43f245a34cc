//! `/catalog`: the datasets of which a caller may know.
//!
//! Not here: what the caller may do with them (`GET /api` says that). Invariant: nothing is listed
//! to somebody who has no right to it.

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::body::acceptable;
use super::caller::identify;
use super::documents::document;
use super::openapi::PublicRefusals;
use super::params::Params;
use super::problem::Problem;
use super::resource::public_resource;
use crate::contract::Level;
use crate::hub::{Catalog, Dataset};
use crate::types::{Kind, Mode};

/// The resource of this file.
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
    /// The base of its endpoints.
    url: String,
}

/// Lists the datasets of which the caller may know; without a key, those that are open.
#[utoipa::path(
    get, path = "/catalog", tag = "hub", security((), ("bearer" = [])),
    responses((status = 200, description = "The datasets.", body = DatasetList), PublicRefusals)
)]
pub(super) async fn list_datasets(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (hub, caller) = identify(&request)?;
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let catalog = hub.catalog();
    let base = &hub.config().http.public_url;
    let datasets = catalog.visible_to(&caller, hub.clock().now().date());
    let datasets = datasets
        .into_iter()
        .map(|dataset| entry(&catalog, dataset, base))
        .collect();
    let text = json!(DatasetList { datasets }).to_string();
    Ok(document(&request, "application/json", text))
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
        url: format!("{base}/api/{}", dataset.id),
    }
}
