//! `/admin/datasets/{opd}/{dataset}/v{major}/references`: which references lead to nothing now.

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::datasets::dataset;
use crate::contract::ReferenceMode;
use crate::http::body::acceptable;
use crate::http::manager::{CanSeeReferences, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/datasets/{opd}/{dataset}/{version}/references",
        vec![(Method::GET, get().to(show_references))],
    ));
}

/// The references of a dataset, and which of them lead to nothing now.
#[derive(Serialize, ToSchema)]
pub(super) struct ReferenceReport {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// Its references, in the contract's order.
    references: Vec<Dangling>,
}

/// What of one reference leads to nothing.
#[derive(Serialize, ToSchema)]
struct Dangling {
    /// The field that refers, as a JSON Pointer.
    field: String,
    /// The dataset referred to, such as `pod/wilayah/v1`.
    dataset: String,
    /// What a reference to nothing means: the payload is refused, or only counted.
    #[schema(value_type = String, pattern = "^(strict|warn)$")]
    mode: ReferenceMode,
    /// How many records refer to nothing by it.
    unresolved: u64,
    /// Up to 100 keys that they name, each once.
    #[schema(max_items = 100)]
    keys: Vec<String>,
}

impl From<hub::ReferenceReport> for ReferenceReport {
    fn from(report: hub::ReferenceReport) -> Self {
        let references = report.references.into_iter().map(|dangling| Dangling {
            field: dangling.field.to_string(),
            dataset: dangling.dataset.to_string(),
            mode: dangling.mode,
            unresolved: dangling.unresolved,
            keys: dangling.keys,
        });
        ReferenceReport {
            dataset: report.dataset.to_string(),
            references: references.collect(),
        }
    }
}

/// Looks through a dataset for references that lead to nothing now, by what stands and, for masters
/// with periods, at the date that each payload names.
#[utoipa::path(
    get, path = "/admin/datasets/{opd}/{dataset}/{version}/references", tag = "datasets",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The major version, such as `v1`."),
    ),
    responses((status = 200, description = "What leads to nothing.", body = ReferenceReport), ReadRefusals)
)]
pub(in crate::http) async fn show_references(
    manager: Manager<CanSeeReferences>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = dataset(&request)?;
    let report = manager.hub.blocking(move |hub| hub.references(&id)).await?;
    answer(HttpResponse::Ok(), &ReferenceReport::from(report))
}
