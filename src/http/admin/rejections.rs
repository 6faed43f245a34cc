//! `/admin/rejections`: the refused payloads of a dataset, without their bodies: who manages the hub
//! reads no data.

use actix_web::http::Method;
use actix_web::http::header::LINK;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};

use super::answer;
use crate::error::{Error, Malformed, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanSeeRejections, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::rejections::{again, query, view::RejectionPage, wanted};
use crate::http::resource::managed_resource;
use crate::hub::RejectionsWanted;
use crate::types::{DatasetId, Text};

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/rejections",
        vec![(Method::GET, get().to(list_rejections))],
    ));
}

/// Lists the refused payloads of a dataset, newest first, without their bodies.
#[utoipa::path(
    get, path = "/admin/rejections", tag = "datasets",
    params(
        ("dataset" = String, Query, description = "The dataset, such as `bkd/pegawai/v1`."),
        ("open" = Option<bool>, Query, description = "Only those that are not repaired."),
        ("exchange" = Option<String>, Query, description = "Only those of this call."),
        ("opd" = Option<String>, Query, description = "Only those that this agency sent."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of refused payloads.", body = RejectionPage), ReadRefusals)
)]
pub(in crate::http) async fn list_rejections(
    manager: Manager<CanSeeRejections>,
    request: HttpRequest,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let known = &["dataset", "open", "exchange", "opd", "limit", "cursor"];
    let params = Params::read(&request, known)?;
    let id = dataset(&params)?;
    manager.may_reach(id.opd.as_str())?;
    let hub = manager.hub;
    let dataset = hub.dataset(&id)?;
    let (wanted, query) = (wanted(&params, sent_by(&params)?)?, query(&params)?);
    let path = format!("/admin/rejections?dataset={id}&limit={}", query.limit);
    // Keys may name persons, so what is shown here is in the log as well.
    let call = meta.call(manager.caller);
    let page = hub.rejections(&call, &dataset, wanted, query).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &page.next {
        let opd = params
            .text("opd")
            .map(|opd| format!("&opd={}", path::encode(opd)));
        let more = again(&params) + &opd.unwrap_or_default();
        let base = &hub.config().http.public_url;
        let link = format!("<{base}{path}{more}&cursor={next}>; rel=\"next\"");
        response.insert_header((LINK, link));
    }
    answer(response, &RejectionPage::new(page, meta.lang))
}

fn dataset(params: &Params) -> Result<DatasetId, Error> {
    let text = Text::new(
        "wajib ada, misalnya bkd/pegawai/v1.",
        "it must be there, such as bkd/pegawai/v1.",
    );
    let fault = Error::Malformed(Malformed::Parameter("dataset", text));
    let named = params.text("dataset").ok_or(fault)?;
    let unknown = || Error::Unknown(Unknown::Dataset(named.escape_debug().take(200).collect()));
    named.parse().map_err(|_| unknown())
}

fn sent_by(params: &Params) -> Result<RejectionsWanted, Error> {
    let opd = params.text("opd").map(str::parse).transpose();
    let text = Text::new("harus kode OPD.", "it must be an agency's code.");
    Ok(RejectionsWanted {
        opd: opd.map_err(|_| Error::Malformed(Malformed::Parameter("opd", text)))?,
        ..RejectionsWanted::default()
    })
}
