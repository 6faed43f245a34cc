//! `/admin/contracts`: checking, registering, publishing and showing contracts.

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::error::{Error, Unknown};
use crate::http::body::acceptable;
use crate::http::caller::Manager;
use crate::http::documents::document;
use crate::http::meta::Meta;
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::problem::{Problem, findings_json};
use crate::http::resource::managed_resource;
use crate::hub::{ContractView, Registered, State};
use crate::types::{DatasetName, Lang, OpdCode, Timestamp, Version};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let version = "/admin/contracts/{opd}/{dataset}/{version}";
    app.service(managed_resource(
        "/admin/contracts",
        vec![
            (Method::GET, get().to(list_contracts)),
            (Method::POST, post().to(register_contract)),
        ],
    ))
    .service(managed_resource(
        "/admin/contracts/check",
        vec![(Method::POST, post().to(check_contract))],
    ))
    .service(managed_resource(
        version,
        vec![(Method::GET, get().to(show_contract))],
    ))
    .service(managed_resource(
        &format!("{version}/publish"),
        vec![(Method::POST, post().to(publish_contract))],
    ));
}

/// A contract version.
#[derive(Serialize, ToSchema)]
struct ContractEntry {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The version, such as `1.0.0`.
    version: String,
    /// `draft` or `published`.
    #[schema(value_type = String)]
    state: State,
    /// Its title.
    title: String,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was published.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    published_at: Option<Timestamp>,
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

/// What came of a registration.
#[derive(Serialize, ToSchema)]
struct Registration {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The version, such as `1.0.0`.
    version: String,
    /// `draft` or `published`.
    #[schema(value_type = String)]
    state: State,
    /// What is not wrong but may not be meant.
    #[schema(schema_with = crate::http::openapi::findings)]
    warnings: Value,
}

/// What a check found in a document that may be registered.
#[derive(Serialize, ToSchema)]
struct Check {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The version, such as `1.0.0`.
    version: String,
    /// The SHA-256 of the canonical document, as it is printed on the paper to be signed.
    digest: String,
    /// What is not wrong but may not be meant.
    #[schema(schema_with = crate::http::openapi::findings)]
    warnings: Value,
}

impl From<ContractView> for ContractEntry {
    fn from(view: ContractView) -> Self {
        ContractEntry {
            dataset: view.dataset.to_string(),
            version: view.version.to_string(),
            state: view.state,
            title: view.title,
            created_at: view.created_at,
            published_at: view.published_at,
        }
    }
}

impl Registration {
    fn new(registered: &Registered, lang: Lang) -> Self {
        Registration {
            dataset: registered.dataset.to_string(),
            version: registered.version.to_string(),
            state: registered.state,
            warnings: findings_json(&registered.warnings, lang),
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
    manager: Manager,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = pages::asked(&request)?;
    let url = format!("{}/admin/contracts", manager.hub.config().http.public_url);
    let (query, page) = manager
        .hub
        .blocking(move |hub| {
            let page = hub.page("contracts", hub.contracts()?, position, &query)?;
            Ok((query, page))
        })
        .await?;
    let view = ContractPage {
        contracts: page.items.into_iter().map(ContractEntry::from).collect(),
        next: page.next,
    };
    pages::page(&url, &query, view.next.as_deref(), &view)
}

/// Registers a contract document, and publishes it if asked to. The same document again changes nothing.
#[utoipa::path(
    post, path = "/admin/contracts", tag = "contracts",
    params(("publish" = Option<bool>, Query, description = "Publish it, too.")),
    request_body(description = "The contract document.", content((Object = "application/json"), (String = "application/yaml"))),
    responses(
        (status = 201, description = "It was registered.", body = Registration, headers(("Location" = String, description = "Where it is."))),
        (status = 200, description = "It stood already.", body = Registration),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn register_contract(
    manager: Manager,
    request: HttpRequest,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor } = manager;
    let sent = input::contract(&hub, &request, payload, &["publish"]).await?;
    let registered = hub
        .blocking(move |hub| hub.register_contract(&actor, sent.checked()?, None, sent.publish))
        .await?;
    let view = Registration::new(&registered, meta.lang);
    if !registered.new {
        return answer(HttpResponse::Ok(), &view);
    }
    let (dataset, version) = (&registered.dataset, registered.version);
    let path = format!("/admin/contracts/{}/{}/{version}", dataset.opd, dataset.name);
    created(&hub.config().http.public_url, &path, &view)
}

/// Checks a contract document as a registration would, and stores nothing.
#[utoipa::path(
    post, path = "/admin/contracts/check", tag = "contracts",
    request_body(description = "The contract document.", content((Object = "application/json"), (String = "application/yaml"))),
    responses((status = 200, description = "It may be registered.", body = Check), WriteRefusals)
)]
pub(in crate::http) async fn check_contract(
    manager: Manager,
    request: HttpRequest,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let hub = manager.hub;
    let sent = input::contract(&hub, &request, payload, &[]).await?;
    let report = hub
        .blocking(move |hub| hub.check_contract(sent.checked()?, None))
        .await?;
    let view = Check {
        dataset: report.dataset.to_string(),
        version: report.version.to_string(),
        digest: report.digest.to_string(),
        warnings: findings_json(&report.warnings, meta.lang),
    };
    answer(HttpResponse::Ok(), &view)
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
    manager: Manager,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (opd, name, version) = parse(&path)?;
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

/// Publishes a registered version; one that is published stays so.
#[utoipa::path(
    post, path = "/admin/contracts/{opd}/{dataset}/{version}/publish", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    responses((status = 200, description = "It is published.", body = Registration), WriteRefusals)
)]
pub(in crate::http) async fn publish_contract(
    manager: Manager,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (opd, name, version) = parse(&path)?;
    let Manager { hub, actor } = manager;
    let published = hub
        .blocking(move |hub| hub.publish_contract(&actor, &opd, &name, version))
        .await?;
    answer(HttpResponse::Ok(), &Registration::new(&published, meta.lang))
}

/// Where a version stands in the list: numbers are padded, so that 10 comes after 9.
fn position(contract: &ContractView) -> String {
    let (dataset, version) = (&contract.dataset, contract.version);
    format!(
        "{}/{}/{:010}.{:010}.{:010}",
        dataset.opd, dataset.name, version.major, version.minor, version.patch
    )
}

/// The version that a path names.
fn parse(path: &(String, String, String)) -> Result<(OpdCode, DatasetName, Version), Error> {
    let (opd, name, version) = path;
    let shown = format!("{opd}/{name} {version}");
    match (opd.parse(), name.parse(), version.parse()) {
        (Ok(opd), Ok(name), Ok(version)) => Ok((opd, name, version)),
        _ => Err(Error::Unknown(Unknown::ContractVersion(
            shown.escape_debug().take(200).collect(),
        ))),
    }
}
