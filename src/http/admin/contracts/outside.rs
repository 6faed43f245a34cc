//! What was published outside a run of the procedure.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::admin::pages;
use crate::http::manager::{CanSeeContracts, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::problem::Problem;
use crate::hub::{Hub, OutsideRun};
use crate::types::Timestamp;

/// A publication outside a run.
#[derive(Serialize, ToSchema)]
struct OutsideRunEntry {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The version, such as `1.0.0`.
    version: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who did it.
    by: String,
    /// Why; null where a key or a command did it without saying so.
    #[schema(required = true)]
    reason: Option<String>,
}

/// A page of publications outside a run, the oldest first.
#[derive(Serialize, ToSchema)]
struct OutsideRunPage {
    /// The publications.
    publications: Vec<OutsideRunEntry>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

impl From<OutsideRun> for OutsideRunEntry {
    fn from(view: OutsideRun) -> Self {
        OutsideRunEntry {
            dataset: view.dataset.to_string(),
            version: view.version.to_string(),
            at: view.at,
            by: view.actor,
            reason: view.reason,
        }
    }
}

/// Lists the versions that were published outside a run of the procedure, the oldest first.
#[utoipa::path(
    get, path = "/admin/contracts/outside-runs", tag = "contracts",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of publications.", body = OutsideRunPage), ReadRefusals)
)]
pub(in crate::http) async fn list_outside_runs(
    manager: Manager<CanSeeContracts>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut outside = hub.published_outside_runs()?;
        outside.retain(|one| reach.covers(one.dataset.opd.as_str()));
        Ok(outside)
    };
    let position = |one: &OutsideRun| format!("{:019} {} {}", one.at.0, one.dataset, one.version);
    pages::list(
        &hub,
        &request,
        "contracts/outside-runs",
        all,
        position,
        |outside, next| OutsideRunPage {
            publications: outside.into_iter().map(OutsideRunEntry::from).collect(),
            next,
        },
    )
    .await
}
