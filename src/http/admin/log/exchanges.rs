//! `/admin/exchanges`: every call through the hub.

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::taken::{ALL_MEDIA, MEDIA, taken};
use super::{moment, page_query};
use crate::audit::ExchangeId;
use crate::error::{Error, Result, Unknown};
use crate::http::accept::preferred;
use crate::http::admin::{answer, pages};
use crate::http::body::acceptable;
use crate::http::manager::{CanSeeExchanges, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{ExchangesWanted, LoggedExchange};
use crate::types::Timestamp;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/exchanges",
        vec![(Method::GET, get().to(list_exchanges))],
    ))
    .service(managed_resource(
        "/admin/exchanges/{id}",
        vec![(Method::GET, get().to(show_exchange))],
    ));
}

/// The columns of the CSV, named like the members.
const COLUMNS: &[&str] = &[
    "at",
    "action",
    "outcome",
    "dataset",
    "opd",
    "application",
    "person",
    "address",
    "times",
    "records",
    "rejected",
    "unresolved",
    "bytes",
    "duration_us",
    "id",
    "part",
    "request_id",
    "traceparent",
    "reading",
];

/// A call, or a part of one: what was written or shown at once.
#[derive(Serialize, ToSchema)]
pub(super) struct Exchange {
    /// The call's id, by which all of its parts are found.
    id: String,
    /// Which part this is, from 0.
    part: i32,
    /// When the call came in.
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    /// How long it had taken when the entry was made, in microseconds.
    duration_us: i64,
    /// What was asked, such as `push`, `pull` or `manage`.
    action: String,
    /// `ok`, the code of the problem that was answered, or why the answer was broken off.
    outcome: String,
    /// The dataset, such as `bkd/pegawai/v1`.
    dataset: Option<String>,
    /// The agency that asked.
    opd: Option<String>,
    /// The application that asked: its number and, after a space, its name; of another agency's, the name alone.
    application: Option<String>,
    /// The person who asked.
    person: Option<String>,
    /// The address it came from, where nobody said who they are.
    address: Option<String>,
    /// For how many calls the entry stands.
    times: i64,
    /// Records that were stored or shown.
    records: i64,
    /// Records that were refused.
    rejected: i64,
    /// References to nothing that the contract lets pass.
    unresolved: i64,
    /// Bytes of payload.
    bytes: i64,
    /// The request's id.
    request_id: Option<String>,
    /// The caller's trace context.
    traceparent: Option<String>,
    /// What was shown of a dataset about persons.
    #[schema(value_type = Option<Object>)]
    reading: Option<Value>,
}

impl From<LoggedExchange> for Exchange {
    fn from(logged: LoggedExchange) -> Self {
        let row = logged.row;
        let id = row.id().map(|id| id.to_string()).unwrap_or_default();
        let application = match (row.application_id, logged.application) {
            (Some(number), Some(name)) => Some(format!("{number} {name}")),
            (number, name) => number.map(|number| number.to_string()).or(name),
        };
        Exchange {
            part: row.part,
            at: Timestamp(row.at),
            duration_us: row.duration_us,
            action: row.action,
            outcome: row.outcome,
            dataset: row.dataset,
            opd: row.opd,
            application,
            person: logged.person,
            address: row.address,
            times: row.times,
            records: row.records,
            rejected: row.rejected,
            unresolved: row.unresolved,
            bytes: row.bytes,
            request_id: match row.request_id.is_empty() {
                _ if logged.withheld => None,
                true => Some(id.clone()),
                false => Some(row.request_id),
            },
            traceparent: row.traceparent,
            reading: row.reading.and_then(|text| serde_json::from_str(&text).ok()),
            id,
        }
    }
}

/// A page of calls.
#[derive(Serialize, ToSchema)]
pub(super) struct ExchangePage {
    /// They, newest first. There may be few on a page although there are more.
    exchanges: Vec<Exchange>,
    /// The cursor of the next page.
    next: Option<String>,
}

/// All parts of a call.
#[derive(Serialize, ToSchema)]
pub(super) struct ExchangeParts {
    /// They, by their numbers.
    parts: Vec<Exchange>,
}

/// Searches the calls through the hub, newest first; as lines of JSON or as CSV all that are found. Who speaks
/// for an agency finds its calls and those to its datasets; of the calls of others, the person, the address, the
/// request and its trace are not told.
#[utoipa::path(
    get, path = "/admin/exchanges", tag = "log",
    params(
        ("opd" = Option<String>, Query, description = "Only those of this agency."),
        ("dataset" = Option<String>, Query, description = "Only those about this dataset, such as `bkd/pegawai/v1`."),
        ("application" = Option<i64>, Query, minimum = 1, description = "Only those of the application with this number."),
        ("action" = Option<String>, Query, description = "Only those that asked this, such as `push`."),
        ("outcome" = Option<String>, Query, description = "Only those of which this came, such as `ok`."),
        ("request_id" = Option<String>, Query, description = "Only those of this request."),
        ("from" = Option<String>, Query, description = "Not before this moment (RFC 3339)."),
        ("until" = Option<String>, Query, description = "Before this moment (RFC 3339)."),
        ("reading" = Option<bool>, Query, description = "Only those that showed what is about persons."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of calls.", body = ExchangePage), ReadRefusals)
)]
pub(in crate::http) async fn list_exchanges(
    manager: Manager<CanSeeExchanges>,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Problem> {
    let media = preferred(&request, &MEDIA, ALL_MEDIA)?;
    let params = Params::read(&request, KNOWN)?;
    let (wanted, query) = (wanted(&params)?, page_query(&params)?);
    let reach = manager.reach;
    if media != "application/json" {
        let search = move |hub: &crate::hub::Hub, query: &crate::hub::PageQuery| {
            let page = hub.search_exchanges(&reach, &wanted, query)?;
            let items = page.items.into_iter().map(Exchange::from).collect();
            let next = page.next;
            Ok(crate::hub::Page { items, next })
        };
        return taken(&manager.hub, media, ("exchanges", COLUMNS), search).await;
    }
    let url = format!("{}/admin/exchanges", manager.hub.config().http.public_url);
    let asked = query.clone();
    let page = manager
        .hub
        .blocking(move |hub| hub.search_exchanges(&reach, &wanted, &asked))
        .await?;
    let view = ExchangePage {
        exchanges: page.items.into_iter().map(Exchange::from).collect(),
        next: page.next,
    };
    pages::search_page(&url, &params, &query, view.next.as_deref(), &view)
}

/// Shows all parts of one call.
#[utoipa::path(
    get, path = "/admin/exchanges/{id}", tag = "log",
    params(("id" = String, Path, description = "The call's id, as an answer told it as `exchange`.")),
    responses((status = 200, description = "The call's entries.", body = ExchangeParts), ReadRefusals)
)]
pub(in crate::http) async fn show_exchange(
    manager: Manager<CanSeeExchanges>,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let named = request.match_info().get("id").unwrap_or_default();
    let unknown = || Error::Unknown(Unknown::Exchange(named.escape_debug().take(200).collect()));
    let id = ExchangeId::parse(named).ok_or_else(unknown)?;
    let (hub, reach) = (manager.hub, manager.reach);
    let parts = hub.blocking(move |hub| hub.logged_exchange(&reach, id)).await?;
    let parts = parts.into_iter().map(Exchange::from).collect();
    answer(HttpResponse::Ok(), &ExchangeParts { parts })
}

/// The parameters of a search.
const KNOWN: &[&str] = &[
    "opd",
    "dataset",
    "application",
    "action",
    "outcome",
    "request_id",
    "from",
    "until",
    "reading",
    "limit",
    "cursor",
];

fn wanted(params: &Params) -> Result<ExchangesWanted> {
    let text = |name| params.text(name).map(str::to_owned);
    let application = match params.text("application") {
        None => None,
        Some(_) => {
            let most = u64::try_from(i64::MAX).unwrap_or(u64::MAX);
            let number = params.number("application", 1, most, 1)?;
            Some(i64::try_from(number).unwrap_or(i64::MAX))
        }
    };
    Ok(ExchangesWanted {
        opd: text("opd"),
        dataset: text("dataset"),
        application,
        action: text("action"),
        outcome: text("outcome"),
        request_id: text("request_id"),
        from: moment(params, "from")?,
        until: moment(params, "until")?,
        reading: params.flag("reading")?,
        within: None,
    })
}
