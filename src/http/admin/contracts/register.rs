//! Documents are checked and registered.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::contract::State;
use crate::http::admin::{answer, created, input};
use crate::http::manager::{CanManageContracts, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::WriteRefusals;
use crate::http::problem::{Problem, findings_json, violations_json};
use crate::hub::{Misfit, Registered, StoredData};
use crate::types::Lang;

/// What came of a registration.
#[derive(Serialize, ToSchema)]
pub(super) struct Registration {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The version, such as `1.0.0`.
    version: String,
    /// `draft`, `agreed`, `published`, `deprecated` or `retired`.
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
    /// How it stands to the published versions of its major; null where there are none.
    #[schema(value_type = Option<Object>, required = true)]
    compatibility: Option<Value>,
    /// What it says to the records that are stored; null where nothing is published.
    #[schema(required = true)]
    stored: Option<StoredRecords>,
}

/// What a version would say to the records that are stored.
#[derive(Serialize, ToSchema)]
struct StoredRecords {
    /// How many there are.
    records: u64,
    /// How many it would refuse.
    misfits: u64,
    /// The first hundred of those, by key.
    first: Vec<MisfitEntry>,
}

/// A stored record that a version would refuse.
#[derive(Serialize, ToSchema)]
struct MisfitEntry {
    /// Its key.
    key: String,
    /// Why: the first violations.
    #[schema(value_type = Vec<Object>)]
    violations: Value,
    /// How many violations there are.
    violations_total: u64,
}

impl StoredRecords {
    fn new(stored: &StoredData, lang: Lang) -> Self {
        let entry = |misfit: &Misfit| MisfitEntry {
            key: misfit.key.clone(),
            violations: violations_json(&misfit.violations, lang),
            violations_total: misfit.violations.total,
        };
        StoredRecords {
            records: stored.records,
            misfits: stored.misfits,
            first: stored.first.iter().map(entry).collect(),
        }
    }
}

impl Registration {
    pub(super) fn new(registered: &Registered, lang: Lang) -> Self {
        Registration {
            dataset: registered.dataset.to_string(),
            version: registered.version.to_string(),
            state: registered.state,
            warnings: findings_json(&registered.warnings, lang),
        }
    }
}

/// Registers a contract document, and publishes it if asked to. The same document again changes nothing.
#[utoipa::path(
    post, path = "/admin/contracts", tag = "contracts",
    params(
        ("publish" = Option<bool>, Query, description = "Publish it, too."),
        ("accept" = Option<String>, Query, description = "`undecided`: publish it although it could not be told that it accepts all that was accepted."),
    ),
    request_body(description = "The contract document.", content((Object = "application/json"), (String = "application/yaml"))),
    responses(
        (status = 201, description = "It was registered.", body = Registration, headers(("Location" = String, description = "Where it is."))),
        (status = 200, description = "It stood already.", body = Registration),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn register_contract(
    manager: Manager<CanManageContracts>,
    request: HttpRequest,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let sent = input::contract(&hub, &request, payload, &["publish", "accept"]).await?;
    let registered = hub
        .blocking(move |hub| hub.register_contract(&actor, sent.checked()?, None, sent.publish.as_ref()))
        .await?;
    let view = Registration::new(&registered, meta.lang);
    if !registered.new {
        return answer(HttpResponse::Ok(), &view);
    }
    let (dataset, version) = (&registered.dataset, registered.version);
    let path = format!("/admin/contracts/{}/{}/{version}", dataset.opd, dataset.name);
    created(&hub.config().http.public_url, &path, &view)
}

/// Checks a contract document as a registration would, compares it with the published versions of its
/// major, holds it against the stored records, and stores nothing.
#[utoipa::path(
    post, path = "/admin/contracts/check", tag = "contracts",
    request_body(description = "The contract document.", content((Object = "application/json"), (String = "application/yaml"))),
    responses((status = 200, description = "It may be registered.", body = Check), WriteRefusals)
)]
pub(in crate::http) async fn check_contract(
    manager: Manager<CanManageContracts>,
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
        compatibility: report.compatibility.map(|found| found.to_json(meta.lang)),
        stored: report.stored.map(|stored| StoredRecords::new(&stored, meta.lang)),
    };
    answer(HttpResponse::Ok(), &view)
}
