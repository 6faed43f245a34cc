//! `/admin/backups`: copies of the whole database.
//!
//! Not here: giving one out, or putting one back; that is done on the machine. Invariant: no answer holds anything of
//! what is in a backup, or says where on the machine it lies.

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer, pages};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageBackups, CanSeeBackups, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{BackupState, BackupView, Hub};
use crate::types::Timestamp;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/backups",
        vec![
            (Method::GET, get().to(list_backups)),
            (Method::POST, post().to(start_backup)),
        ],
    ));
}

/// A backup that was made or tried.
#[derive(Serialize, ToSchema)]
struct Backup {
    /// Its number.
    id: i64,
    /// Of which moment it is.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    /// When it was done.
    #[schema(value_type = String, format = DateTime)]
    ended_at: Timestamp,
    /// `schedule`, or who wanted it.
    cause: String,
    /// The name of the file, in the folder of the hub that made it; empty where it failed.
    file: String,
    /// Its size.
    #[schema(required = true)]
    bytes: Option<i64>,
    /// Its SHA-256, in hexadecimal.
    #[schema(required = true)]
    sha256: Option<String>,
    /// Whether it was read back whole.
    verified: bool,
    /// Why there is none.
    #[schema(required = true)]
    failure: Option<String>,
    /// When it was deleted because there were enough newer ones.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    removed_at: Option<Timestamp>,
}

/// How the making of backups stands.
#[derive(Serialize, ToSchema)]
struct BackupsStanding {
    /// Whether the schedule makes any: a folder for them is set.
    scheduled: bool,
    /// Whether one is being made.
    running: bool,
    /// When the schedule makes the next one.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    next_at: Option<Timestamp>,
}

/// A page of backups.
#[derive(Serialize, ToSchema)]
struct BackupPage {
    /// They, newest first.
    backups: Vec<Backup>,
    /// How the making of them stands.
    #[schema(inline)]
    state: BackupsStanding,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

impl From<BackupView> for Backup {
    fn from(view: BackupView) -> Self {
        Backup {
            id: view.id,
            begun_at: view.begun_at,
            ended_at: view.ended_at,
            cause: view.cause,
            file: view.file,
            bytes: view.bytes,
            sha256: view.sha256,
            verified: view.verified,
            failure: view.failure,
            removed_at: view.removed_at,
        }
    }
}

impl From<BackupState> for BackupsStanding {
    fn from(state: BackupState) -> Self {
        BackupsStanding {
            scheduled: state.scheduled,
            running: state.running,
            next_at: state.next_at,
        }
    }
}

/// Lists the backups that were made or tried, newest first.
#[utoipa::path(
    get, path = "/admin/backups", tag = "backups",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of backups.", body = BackupPage), ReadRefusals)
)]
pub(in crate::http) async fn list_backups(
    manager: Manager<CanSeeBackups>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let hub = manager.hub;
    let state = hub.blocking(|hub| hub.backup_state()).await?;
    pages::list(
        &hub,
        &request,
        "backups",
        Hub::backups,
        // Newest first.
        |backup| pages::numbered(i64::MAX.saturating_sub(backup.id)),
        |backups, next| BackupPage {
            backups: backups.into_iter().map(Backup::from).collect(),
            state: state.into(),
            next,
        },
    )
    .await
}

/// Has a backup made now, into the folder of the settings. What comes of it stands in the list.
#[utoipa::path(
    post, path = "/admin/backups", tag = "backups",
    responses((status = 202, description = "It is being made.", body = BackupsStanding), WriteRefusals)
)]
pub(in crate::http) async fn start_backup(
    manager: Manager<CanManageBackups>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let Manager { hub, actor, .. } = manager;
    let state = hub.blocking(move |hub| {
        hub.want_backup(&actor)?;
        hub.backup_state()
    });
    answer(HttpResponse::Accepted(), &BackupsStanding::from(state.await?))
}
