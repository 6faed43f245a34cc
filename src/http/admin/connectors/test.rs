//! `/admin/connectors/{id}/test`: tries a connector, phase by phase.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::connector::{checked_path, checked_query};
use crate::error::{Error, Malformed, Unknown};
use crate::http::admin::{answer, input};
use crate::http::manager::{CanManageConnectors, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::WriteRefusals;
use crate::http::path;
use crate::http::problem::{Problem, violations_json};
use crate::hub::{ConnectorTrial, Hub, TrialRequest};
use crate::types::{DatasetId, Environment, Lang, Text};

/// What is asked of the system.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectorToTest {
    /// The path below the base that is asked by `GET`; without one only a connection is made.
    #[schema(nullable = false, max_length = 8_192, example = "/pegawai")]
    path: Option<String>,
    /// Its query.
    #[schema(nullable = false, max_length = 8_192, example = "limit=1")]
    query: Option<String>,
    /// The dataset whose contract the answer must fit.
    #[schema(nullable = false, value_type = Option<String>, example = "bkd/pegawai/v1")]
    dataset: Option<DatasetId>,
}

/// What the trial found.
#[derive(Serialize, ToSchema)]
struct ConnectorTested {
    /// Whether every phase went well.
    ok: bool,
    /// The phases that were tried, in order: dns, tcp, tls, http, json, contract.
    phases: Vec<TestedPhase>,
    /// The status of the answer; null when there was none.
    #[schema(required = true)]
    status: Option<u16>,
    /// In which ways the answer breaks the contract.
    #[schema(value_type = Vec<Object>)]
    violations: Value,
}

/// How a phase ended.
#[derive(Serialize, ToSchema)]
struct TestedPhase {
    /// Which.
    #[schema(value_type = String, example = "tls")]
    phase: &'static str,
    /// Whether it went well.
    ok: bool,
    /// How long it took, in milliseconds.
    milliseconds: u64,
    /// What was found, or why it failed.
    detail: String,
}

impl ConnectorTested {
    fn new(trial: &ConnectorTrial, lang: Lang) -> Self {
        let phases = trial.phases.iter().map(|report| TestedPhase {
            phase: report.phase.as_str(),
            ok: report.outcome.is_ok(),
            milliseconds: report.milliseconds,
            detail: match &report.outcome {
                Ok(found) => found.clone(),
                Err(failure) => format!("{}: {}", failure.kind.as_str(), failure.cause),
            },
        });
        ConnectorTested {
            ok: trial.phases.iter().all(|report| report.outcome.is_ok()),
            phases: phases.collect(),
            status: trial.status,
            violations: trial.violations.as_ref().map_or_else(
                || Value::Array(Vec::new()),
                |violations| violations_json(violations, lang),
            ),
        }
    }
}

/// Tries a connector: name, connection, TLS, HTTP, JSON, contract. It is called once, whatever its breaker says.
#[utoipa::path(
    post, path = "/admin/connectors/{id}/test", tag = "connectors", request_body = ConnectorToTest,
    params(("id" = i64, Path, description = "The connector's number.")),
    responses((status = 200, description = "What was found, phase by phase.", body = ConnectorTested), WriteRefusals)
)]
pub(in crate::http) async fn test_connector(
    manager: Manager<CanManageConnectors>,
    (request, meta): (HttpRequest, Meta),
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, hub) = (path::number(&id, Unknown::Connector)?, manager.hub);
    let asked: ConnectorToTest = input::json(&hub, &request, payload).await?;
    let dataset = asked.dataset.as_ref().map(|id| find(&hub, id)).transpose()?;
    let asked = trial_request(asked.path, asked.query)?;
    let system = hub.system(id)?;
    let trial = hub
        .try_connector(&hub.lines(), &system, asked, dataset.as_deref())
        .await?;
    answer(HttpResponse::Ok(), &ConnectorTested::new(&trial, meta.lang))
}

fn find(hub: &Hub, id: &DatasetId) -> Result<std::sync::Arc<crate::hub::Dataset>, Error> {
    let catalog = hub.catalog();
    let found = catalog.dataset_in(Environment::Production, id).cloned();
    found.ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))
}

/// What is asked of a system to try it.
///
/// # Errors
/// Malformed, named, when the path or the query could not be asked for.
pub(in crate::http) fn trial_request(
    path: Option<String>,
    query: Option<String>,
) -> Result<TrialRequest, Error> {
    let fault = |name, indonesian: &'static str, english: &'static str| {
        Error::Malformed(Malformed::Parameter(name, Text::new(indonesian, english)))
    };
    if let Some(path) = &path {
        checked_path(path).map_err(|_| {
            fault(
                "path",
                "harus diawali / dan tidak keluar dari alamat dasar.",
                "it must begin with / and stay below the base.",
            )
        })?;
    }
    if let Some(query) = &query {
        checked_query(query).map_err(|_| {
            fault(
                "query",
                "harus memakai percent-encoding.",
                "it must be percent-encoded.",
            )
        })?;
    }
    Ok(TrialRequest { path, query })
}
