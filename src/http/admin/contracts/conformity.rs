//! How far a contract version keeps to the field standard of Satu Data.
//!
//! Not here: the judging (the contract room).

use actix_web::{HttpRequest, HttpResponse, web};

use crate::contract::Contract;
use crate::error::Error;
use crate::http::admin::answer;
use crate::http::body::acceptable;
use crate::http::manager::{CanSeeConformity, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;

/// Holds a contract version against the field standard of Satu Data (Perpres 39/2019, Peraturan BPS
/// 4/2020): what each field needs of concept, definition, classification, measure and unit, and what is
/// missing.
#[utoipa::path(
    get, path = "/admin/contracts/{opd}/{dataset}/{version}/conformity", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    responses(
        (status = 200, description = "The report: `dataset`, `version`, `conforms`, `metadata`, `fields` with their `gaps`, `unknown` fields, `counts` with shares.", body = Object, content_type = "application/json"),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn report_conformity(
    manager: Manager<CanSeeConformity>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (opd, name, version) = path::contract(&path)?;
    let found = manager
        .hub
        .blocking(move |hub| {
            let document = hub.contract(&opd, &name, version)?.document;
            let contract = Contract::from_stored(&document.to_string()).map_err(Error::Internal)?;
            Ok(contract.conformity())
        })
        .await?;
    answer(HttpResponse::Ok(), &found.to_json(meta.lang))
}
