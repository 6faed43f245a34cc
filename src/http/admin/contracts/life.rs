//! Versions are moved through their life: agreed, published, deprecated, retired.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::register::Registration;
use crate::error::{Error, Malformed};
use crate::http::admin::{answer, input};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageContracts, CanPublishContracts, CanSeeContracts, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{Deprecation, MoveView, Publication};
use crate::types::{DatasetId, Text, Timestamp};

/// The owner, the dataset and the version that a path names.
type Version3 = web::Path<(String, String, String)>;

/// Why a version is moved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Why; needed where an announced end is taken back or comes before its date, and to publish outside a run.
    #[schema(min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

/// How a major is to end.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Announcement {
    /// From when on it may not answer any more: a date, which means its beginning in UTC, or a date and time.
    #[schema(min_length = 10, max_length = 40)]
    sunset: Option<String>,
    /// The dataset that takes its place; the contract's own `successor`, or the next major, when left out.
    #[schema(min_length = 1, max_length = 200)]
    successor: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

/// The moves of a version.
#[derive(Serialize, ToSchema)]
struct MoveList {
    /// Oldest first.
    moves: Vec<MoveEntry>,
}

/// One move of a version.
#[derive(Serialize, ToSchema)]
struct MoveEntry {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who did it.
    by: String,
    /// The state before; null for a registration.
    #[schema(required = true)]
    before: Option<String>,
    /// The state after.
    after: String,
    /// Why, where somebody said so.
    #[schema(required = true)]
    reason: Option<String>,
    /// What else was said.
    #[schema(value_type = Object)]
    details: Value,
}

impl From<MoveView> for MoveEntry {
    fn from(view: MoveView) -> Self {
        MoveEntry {
            at: view.at,
            by: view.actor,
            before: view.before,
            after: view.after,
            reason: view.reason,
            details: view.details,
        }
    }
}

impl TryFrom<Announcement> for Deprecation {
    type Error = Error;

    fn try_from(said: Announcement) -> Result<Self, Error> {
        let refuse =
            |id: &'static str, en: &'static str| Error::Malformed(Malformed::Body(Text::new(id, en)));
        let sunset = said.sunset.as_deref().map(|text| {
            Timestamp::parse(text).ok_or_else(|| {
                refuse(
                    "sunset harus tanggal (2027-06-30) atau waktu RFC 3339.",
                    "sunset must be a date (2027-06-30) or a time of RFC 3339.",
                )
            })
        });
        let successor = said.successor.as_deref().map(|text| {
            text.parse::<DatasetId>().map_err(|_| {
                refuse(
                    "successor harus ditulis seperti bkd/pegawai/v2.",
                    "successor must be written like bkd/pegawai/v2.",
                )
            })
        });
        Ok(Deprecation {
            sunset: sunset.transpose()?,
            successor: successor.transpose()?,
            reason: said.reason,
        })
    }
}

/// Writes down that a draft was signed, and by whom.
#[utoipa::path(
    post, path = "/admin/contracts/{opd}/{dataset}/{version}/agree", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    request_body(description = "What was signed: the member `agreed` of a contract.", content((Object = "application/json"))),
    responses((status = 200, description = "It is agreed.", body = Registration), WriteRefusals)
)]
pub(in crate::http) async fn agree_contract(
    manager: Manager<CanManageContracts>,
    request: HttpRequest,
    path: Version3,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let (opd, name, version) = path::contract(&path)?;
    let Manager { hub, actor, .. } = manager;
    let agreed = input::any(&hub, &request, payload).await?;
    let moved = hub
        .blocking(move |hub| hub.agree_contract(&actor, &opd, &name, version, agreed))
        .await?;
    answer(HttpResponse::Ok(), &Registration::new(&moved, meta.lang))
}

/// Publishes a registered version; one that is published stays so, one that is deprecated comes back.
#[utoipa::path(
    post, path = "/admin/contracts/{opd}/{dataset}/{version}/publish", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
        ("accept" = Option<String>, Query, description = "`undecided`: publish it although it could not be told that it accepts all that was accepted."),
    ),
    request_body(content = Option<Why>, description = "Why: needed from people outside a run of the procedure, and where an announced end is taken back."),
    responses((status = 200, description = "It is published.", body = Registration), WriteRefusals)
)]
pub(in crate::http) async fn publish_contract(
    manager: Manager<CanPublishContracts>,
    request: HttpRequest,
    path: Version3,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let (opd, name, version) = path::contract(&path)?;
    let Manager { hub, actor, .. } = manager;
    let accept = input::accept(&Params::read(&request, &["accept"])?)?;
    let why: Why = input::json_or_nothing(&hub, &request, payload).await?;
    let how = Publication {
        accept_undecided: accept,
        reason: why.reason,
    };
    let moved = hub
        .blocking(move |hub| hub.publish_contract(&actor, &opd, &name, version, &how))
        .await?;
    answer(HttpResponse::Ok(), &Registration::new(&moved, meta.lang))
}

/// Announces the end of a version's whole major, or announces it anew.
#[utoipa::path(
    post, path = "/admin/contracts/{opd}/{dataset}/{version}/deprecate", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    request_body(content = Option<Announcement>, description = "When and for what; may be left out."),
    responses((status = 200, description = "It is deprecated.", body = Registration), WriteRefusals)
)]
pub(in crate::http) async fn deprecate_contract(
    manager: Manager<CanManageContracts>,
    request: HttpRequest,
    path: Version3,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let (opd, name, version) = path::contract(&path)?;
    let Manager { hub, actor, .. } = manager;
    Params::read(&request, &[])?;
    let said: Announcement = input::json_or_nothing(&hub, &request, payload).await?;
    let how = Deprecation::try_from(said)?;
    let moved = hub
        .blocking(move |hub| hub.deprecate_contract(&actor, &opd, &name, version, how))
        .await?;
    answer(HttpResponse::Ok(), &Registration::new(&moved, meta.lang))
}

/// Ends a version's whole major, which must be deprecated; its data stays.
#[utoipa::path(
    post, path = "/admin/contracts/{opd}/{dataset}/{version}/retire", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    request_body(content = Option<Why>, description = "Why; needed before the announced date."),
    responses((status = 200, description = "It is retired.", body = Registration), WriteRefusals)
)]
pub(in crate::http) async fn retire_contract(
    manager: Manager<CanManageContracts>,
    request: HttpRequest,
    path: Version3,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let (opd, name, version) = path::contract(&path)?;
    let Manager { hub, actor, .. } = manager;
    Params::read(&request, &[])?;
    let why: Why = input::json_or_nothing(&hub, &request, payload).await?;
    let moved = hub
        .blocking(move |hub| hub.retire_contract(&actor, &opd, &name, version, why.reason))
        .await?;
    answer(HttpResponse::Ok(), &Registration::new(&moved, meta.lang))
}

/// Lists the moves in the life of a version, oldest first.
#[utoipa::path(
    get, path = "/admin/contracts/{opd}/{dataset}/{version}/moves", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
    ),
    responses((status = 200, description = "The moves.", body = MoveList), ReadRefusals)
)]
pub(in crate::http) async fn list_moves(
    manager: Manager<CanSeeContracts>,
    request: HttpRequest,
    path: Version3,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (opd, name, version) = path::contract(&path)?;
    let moves = manager
        .hub
        .blocking(move |hub| hub.contract_moves(&opd, &name, version))
        .await?;
    let moves = moves.into_iter().map(MoveEntry::from).collect();
    answer(HttpResponse::Ok(), &MoveList { moves })
}
