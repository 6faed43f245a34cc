//! `/admin/datasets/{opd}/{dataset}/v{major}/undo`: setting a dataset back to an earlier state.

use actix_web::http::Method;
use actix_web::web::{self, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{answer, input};
use crate::error::{Error, Unknown};
use crate::http::manager::{CanSetBack, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::WriteRefusals;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::ingest::{UndoKeys, UndoReport, UndoWish};
use crate::types::{DatasetId, Seq};

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/datasets/{opd}/{dataset}/{version}/undo",
        vec![(Method::POST, post().to(undo_dataset))],
    ));
}

/// To which state a dataset shall be set back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoRequest {
    /// The feed's seq at that time; 0 is before the first change.
    #[schema(minimum = 0)]
    to: i64,
    /// Only show what would change.
    #[schema(nullable = false, default = true)]
    dry_run: Option<bool>,
    /// `head` of the answer that showed what would change; needed for doing it.
    #[schema(nullable = false, minimum = 0)]
    expect_head: Option<i64>,
}

/// What setting a dataset back changes.
#[derive(Serialize, ToSchema)]
struct Undo {
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: String,
    /// The state to go back to.
    to: i64,
    /// Where the feed stood when this was worked out.
    head: i64,
    /// Records that were deleted since and come back.
    restored: SomeKeys,
    /// Records that get back what they held.
    changed_back: SomeKeys,
    /// Records that were not there yet and go.
    removed: SomeKeys,
    /// Records that can't come back: the contract of today refuses them, or they are no longer kept.
    /// As long as there are some, nothing is done.
    misfits: SomeKeys,
    /// Whether it was done.
    done: bool,
    /// Where the feed stands after it; null where nothing was written.
    #[schema(required = true)]
    new_head: Option<i64>,
}

/// Some keys.
#[derive(Serialize, ToSchema)]
struct SomeKeys {
    /// How many there are.
    count: u64,
    /// The first 20.
    #[schema(max_items = 20)]
    keys: Vec<String>,
}

impl From<UndoKeys> for SomeKeys {
    fn from(keys: UndoKeys) -> Self {
        SomeKeys {
            count: keys.count,
            keys: keys.keys,
        }
    }
}

impl From<UndoReport> for Undo {
    fn from(report: UndoReport) -> Self {
        Undo {
            dataset: report.dataset.to_string(),
            to: report.to.0,
            head: report.head.0,
            restored: report.restored.into(),
            changed_back: report.changed_back.into(),
            removed: report.removed.into(),
            misfits: report.misfits.into(),
            done: report.done,
            new_head: report.new_head.map(|seq| seq.0),
        }
    }
}

/// Shows what setting a master back to an earlier state would change; does it, as new changes, when
/// `dry_run` is false.
#[utoipa::path(
    post, path = "/admin/datasets/{opd}/{dataset}/{version}/undo", tag = "datasets", request_body = UndoRequest,
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The major version, such as `v1`."),
    ),
    responses((status = 200, description = "What changes, or would.", body = Undo), WriteRefusals)
)]
pub(in crate::http) async fn undo_dataset(
    manager: Manager<CanSetBack>,
    request: HttpRequest,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager {
        hub, actor, caller, ..
    } = manager;
    let asked: UndoRequest = input::json(&hub, &request, payload).await?;
    let id = dataset(&request)?;
    let wish = UndoWish {
        to: Seq(asked.to),
        dry: asked.dry_run.unwrap_or(true),
        expect_head: asked.expect_head.map(Seq),
    };
    let call = meta.call(caller);
    let report = hub.undo(&actor, &call, &id, wish).await?;
    answer(HttpResponse::Ok(), &Undo::from(report))
}

/// The dataset in the path.
pub(super) fn dataset(request: &HttpRequest) -> Result<DatasetId, Error> {
    let part = |name: &str| request.match_info().get(name).unwrap_or_default();
    let text = format!("{}/{}/{}", part("opd"), part("dataset"), part("version"));
    let shown = || text.escape_debug().take(200).collect();
    text.parse()
        .map_err(|_| Error::Unknown(Unknown::Dataset(shown())))
}
