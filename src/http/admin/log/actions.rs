//! `/admin/audit`: what was done to the hub itself, and by whom.

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::taken::{ALL_MEDIA, MEDIA, taken};
use super::{moment, page_query};
use crate::audit::LoggedAction;
use crate::error::Result;
use crate::http::accept::preferred;
use crate::http::admin::pages;
use crate::http::manager::{CanSeeAudit, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{ActionsWanted, Hub, Page, PageQuery};
use crate::types::Timestamp;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/audit",
        vec![(Method::GET, get().to(list_actions))],
    ));
}

/// The columns of the CSV, named like the members.
const COLUMNS: &[&str] = &[
    "at",
    "actor",
    "action",
    "target",
    "outcome",
    "before",
    "after",
    "request_id",
    "number",
];

/// Something that was done, or tried, by whoever manages the hub.
#[derive(Serialize, ToSchema)]
pub(super) struct ManagementAction {
    /// Its number.
    number: i64,
    /// When.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    /// Who: `person:` and a name, `cli:` and a user of the system, or `admin-key`.
    actor: String,
    /// What, such as `opd.add`.
    action: String,
    /// To what.
    target: String,
    /// `ok`, or the code of the problem that was answered.
    outcome: String,
    /// How it was before, as JSON.
    #[schema(required = true)]
    before: Option<Value>,
    /// How it was afterwards, as JSON.
    #[schema(required = true)]
    after: Option<Value>,
    /// The request's id.
    request_id: Option<String>,
}

impl From<LoggedAction> for ManagementAction {
    fn from(action: LoggedAction) -> Self {
        let json = |text: Option<String>| {
            text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)))
        };
        ManagementAction {
            number: action.id,
            at: Timestamp(action.at),
            actor: action.actor,
            action: action.action,
            target: action.target,
            outcome: action.outcome,
            before: json(action.before),
            after: json(action.after),
            request_id: action.request_id,
        }
    }
}

/// A page of actions.
#[derive(Serialize, ToSchema)]
pub(super) struct ActionPage {
    /// They, newest first.
    actions: Vec<ManagementAction>,
    /// The cursor of the next page.
    next: Option<String>,
}

/// Searches what was done by those who manage the hub, newest first; as lines of JSON or as CSV all of it.
#[utoipa::path(
    get, path = "/admin/audit", tag = "log",
    params(
        ("actor" = Option<String>, Query, description = "Only what this actor did, such as `person:sari`."),
        ("action" = Option<String>, Query, description = "Only this, such as `contract.publish`."),
        ("target" = Option<String>, Query, description = "Only what was done to this."),
        ("outcome" = Option<String>, Query, description = "Only that of which this came, such as `ok`."),
        ("from" = Option<String>, Query, description = "Not before this moment (RFC 3339)."),
        ("until" = Option<String>, Query, description = "Before this moment (RFC 3339)."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of actions.", body = ActionPage), ReadRefusals)
)]
pub(in crate::http) async fn list_actions(
    manager: Manager<CanSeeAudit>,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Problem> {
    let media = preferred(&request, &MEDIA, ALL_MEDIA)?;
    let params = Params::read(&request, KNOWN)?;
    let (wanted, query) = (wanted(&params)?, page_query(&params)?);
    let search = move |hub: &Hub, query: &PageQuery| {
        let page = hub.search_actions(&wanted, query)?;
        let items = page.items.into_iter().map(ManagementAction::from).collect();
        let next = page.next;
        Ok(Page { items, next })
    };
    if media != "application/json" {
        return taken(&manager.hub, media, ("audit", COLUMNS), search).await;
    }
    let url = format!("{}/admin/audit", manager.hub.config().http.public_url);
    let asked = query.clone();
    let page = manager.hub.blocking(move |hub| search(hub, &asked)).await?;
    let view = ActionPage {
        actions: page.items,
        next: page.next,
    };
    pages::search_page(&url, &params, &query, view.next.as_deref(), &view)
}

/// The parameters of a search.
const KNOWN: &[&str] = &[
    "actor", "action", "target", "outcome", "from", "until", "limit", "cursor",
];

fn wanted(params: &Params) -> Result<ActionsWanted> {
    let text = |name| params.text(name).map(str::to_owned);
    Ok(ActionsWanted {
        actor: text("actor"),
        action: text("action"),
        target: text("target"),
        outcome: text("outcome"),
        from: moment(params, "from")?,
        until: moment(params, "until")?,
    })
}
