//! `/admin/contracts`: contracts are listed and shown.
//!
//! `register` takes documents in, `life` moves versions, `conformity` holds them against the field standard. Not here: what a move brings about (the hub).

pub(in crate::http) mod conformity;
pub(in crate::http) mod life;
pub(in crate::http) mod outside;
pub(in crate::http) mod register;
pub(in crate::http) mod test;

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::pages;
use crate::contract::State;
use crate::http::body::acceptable;
use crate::http::documents::document;
use crate::http::manager::{CanSeeContracts, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{ContractView, Hub};
use crate::types::{DatasetId, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let version = "/admin/contracts/{opd}/{dataset}/{version}";
    app.service(managed_resource(
        "/admin/contracts",
        vec![
            (Method::GET, get().to(list_contracts)),
            (Method::POST, post().to(register::register_contract)),
        ],
    ))
    .service(managed_resource(
        "/admin/contracts/check",
        vec![(Method::POST, post().to(register::check_contract))],
    ))
    .service(managed_resource(
        "/admin/contracts/outside-runs",
        vec![(Method::GET, get().to(outside::list_outside_runs))],
    ))
    .service(managed_resource(
        version,
        vec![(Method::GET, get().to(show_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/conformity"),
        vec![(Method::GET, get().to(conformity::report_conformity))],
    ))
    .service(managed_resource(
        &format!("{version}/agree"),
        vec![(Method::POST, post().to(life::agree_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/publish"),
        vec![(Method::POST, post().to(life::publish_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/deprecate"),
        vec![(Method::POST, post().to(life::deprecate_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/retire"),
        vec![(Method::POST, post().to(life::retire_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/test"),
        vec![(Method::POST, post().to(test::test_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/moves"),
        vec![(Method::GET, get().to(life::list_moves))],
    ));
}

/// A contract version.
#[derive(Serialize, ToSchema)]
struct ContractEntry {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The version, such as `1.0.0`.
    version: String,
    /// `draft`, `agreed`, `published`, `deprecated` or `retired`.
    #[schema(value_type = String)]
    state: State,
    /// Its title.
    title: String,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was agreed.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    agreed_at: Option<Timestamp>,
    /// When it was published.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    published_at: Option<Timestamp>,
    /// When its end was announced.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    deprecated_at: Option<Timestamp>,
    /// From when on it may not answer any more.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    sunset: Option<Timestamp>,
    /// The dataset that takes its place.
    #[schema(value_type = Option<String>, required = true)]
    successor: Option<DatasetId>,
    /// When it was retired.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    retired_at: Option<Timestamp>,
}

/// A page of contract versions, by dataset and version.
#[derive(Serialize, ToSchema)]
struct ContractPage {
    /// The versions.
    contracts: Vec<ContractEntry>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

impl From<ContractView> for ContractEntry {
    fn from(view: ContractView) -> Self {
        ContractEntry {
            dataset: view.dataset.to_string(),
            version: view.version.to_string(),
            state: view.state,
            title: view.title,
            created_at: view.created_at,
            agreed_at: view.agreed_at,
            published_at: view.published_at,
            deprecated_at: view.ending.deprecated,
            sunset: view.ending.sunset,
            successor: view.ending.successor,
            retired_at: view.ending.retired,
        }
    }
}

/// Lists all contract versions, by dataset and version.
#[utoipa::path(
    get, path = "/admin/contracts", tag = "contracts",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of versions.", body = ContractPage), ReadRefusals)
)]
pub(in crate::http) async fn list_contracts(
    manager: Manager<CanSeeContracts>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut contracts = hub.contracts()?;
        contracts.retain(|contract| reach.covers(contract.dataset.opd.as_str()));
        Ok(contracts)
    };
    pages::list(
        &hub,
        &request,
        "contracts",
        all,
        ContractView::position,
        |contracts, next| ContractPage {
            contracts: contracts.into_iter().map(ContractEntry::from).collect(),
            next,
        },
    )
    .await
}

/// Shows the document of a contract version.
#[utoipa::path(
    get, path = "/admin/contracts/{opd}/{dataset}/{version}", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    responses(
        (status = 200, description = "The document.", body = Object, content_type = "application/json", headers(("ETag" = String))),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn show_contract(
    manager: Manager<CanSeeContracts>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (opd, name, version) = path::contract(&path)?;
    let contract = manager
        .hub
        .blocking(move |hub| hub.contract(&opd, &name, version))
        .await?;
    Ok(document(
        &request,
        "application/json",
        contract.document.to_string(),
    ))
}
