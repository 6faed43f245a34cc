//! `/admin/reports/exchanges`: the monthly recap of exchanges.
//!
//! Invariant: what is shown here is counted anew each time; what was signed is a report of its own.

use actix_web::{HttpRequest, HttpResponse, web};

use super::input::{self, RecapToDraft};
use super::view::Report;
use super::wanted;
use crate::http::admin::papers::printed;
use crate::http::admin::{answer, created, input as bodies};
use crate::http::manager::{CanDraftReports, CanLookReports, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::report::{Endorsement, ReportKind};

/// The recap of a month, counted from the log now: of one agency, or of the province. An agency's people get that of
/// their agency.
#[utoipa::path(
    get, path = "/admin/reports/exchanges", tag = "reports",
    params(
        ("month" = String, Query, example = "2026-03", description = "The month."),
        ("opd" = Option<String>, Query, description = "The agency; the province when left out."),
        ("format" = Option<String>, Query, description = "`json` (when left out), `html`, `odt`, or `ods` for its tables."),
    ),
    responses(
        (status = 200, description = "The recap.", content(
            (Object = "application/json"),
            (String = "text/html"),
            (Vec<u8> = "application/vnd.oasis.opendocument.text"),
            (Vec<u8> = "application/vnd.oasis.opendocument.spreadsheet"),
        )),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn show_recap(
    manager: Manager<CanLookReports>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let params = Params::read(&request, &["month", "opd", "format"])?;
    let form = wanted(&request, &params)?;
    let (month, opd) = input::recap_wanted(&params)?;
    let house = manager.hub.house();
    let recap = manager
        .hub
        .blocking(move |hub| hub.exchange_recap(&manager.reach, month, opd.as_ref()))
        .await?;
    let Some(form) = form else {
        return answer(HttpResponse::Ok(), &recap);
    };
    let name = match &recap.opd {
        Some(opd) => format!("exchanges-{}-{}", recap.month, opd.code),
        None => format!("exchanges-{}", recap.month),
    };
    let figures = serde_json::to_string(&recap).map_err(input::unwritten)?;
    let paper = ReportKind::Exchanges.paper(&house, &figures, &Endorsement::none());
    Ok(printed(
        &paper.map_err(crate::error::Error::Internal)?,
        form,
        &name,
    )?)
}

/// Keeps the recap of a month as a draft, to be checked and signed.
#[utoipa::path(
    post, path = "/admin/reports/exchanges", tag = "reports", request_body = RecapToDraft,
    responses(
        (status = 201, description = "It is kept.", body = Report, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn draft_recap(
    manager: Manager<CanDraftReports>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, caller, .. } = manager;
    let sent: RecapToDraft = bodies::json(&hub, &request, payload).await?;
    let (month, opd) = sent.read()?;
    let view = hub
        .blocking(move |hub| hub.draft_recap(&caller, month, opd.as_ref()))
        .await?;
    let path = format!("/admin/reports/{}", view.id);
    created(&hub.config().http.public_url, &path, &Report::from(view))
}
