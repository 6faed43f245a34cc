//! `/rejections`: refused payloads, listed, downloaded, corrected and sent again.
//!
//! Not here: who sees which (the hub knows). Invariant: whoever may not push sees none, and a
//! corrected payload is answered as any other push.

mod download;
pub(super) mod view;

use actix_web::http::Method;
use actix_web::http::header::LINK;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde::Serialize;

use super::body::{Takes, acceptable, parts};
use super::caller::{Caller, CanPush};
use super::frame::Given;
use super::idempotency::once;
use super::meta::Meta;
use super::params::Params;
use super::path;
use super::problem::Problem;
use super::records::{MAX_LIMIT, write};
use super::resource::resource;
use crate::audit::ExchangeId;
use crate::error::{Error, Malformed, Result};
use crate::hub::{ListQuery, RejectionsWanted};
use crate::types::Text;
use download::Form;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(resource(
        "/rejections",
        vec![(Method::GET, get().to(list_rejections))],
    ))
    .service(resource(
        "/rejections/{number}",
        vec![
            (Method::GET, get().to(get_rejection)),
            (Method::POST, post().to(repair_rejection)),
        ],
    ));
}

/// A page of the refused payloads, newest first; or all of them, as lines or as a table.
async fn list_rejections(
    caller: Caller<CanPush>,
    request: HttpRequest,
    meta: Meta,
) -> std::result::Result<HttpResponse, Problem> {
    let params = Params::read(&request, &["limit", "cursor", "open", "exchange", "format"])?;
    let form = form(&request, &params)?;
    let all = caller.dataset.rejections_of(caller.call.caller.opd());
    let wanted = wanted(&params, all)?;
    if let Some(form) = form {
        return download::answer(&caller, request, wanted, (form, meta.lang)).await;
    }
    let query = query(&params)?;
    let path = format!("{}/rejections?limit={}", caller.base(), query.limit);
    let (call, dataset) = (&caller.call, &caller.dataset);
    let page = caller.hub.rejections(call, dataset, wanted, query).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &page.next {
        let link = format!("<{path}{}&cursor={next}>; rel=\"next\"", again(&params));
        response.insert_header((LINK, link));
    }
    let view = view::RejectionPage::new(page, meta.lang);
    let body = written(&view)?;
    let given = Given::new(view.rejections.len(), body.len());
    let mut response = response.content_type("application/json").body(body);
    response.extensions_mut().insert(given);
    Ok(response)
}

/// One refused payload with its body.
async fn get_rejection(
    caller: Caller<CanPush>,
    request: HttpRequest,
    meta: Meta,
) -> std::result::Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let number = path::rejection(&request)?;
    let wanted = caller.dataset.rejections_of(caller.call.caller.opd());
    let (call, dataset) = (&caller.call, &caller.dataset);
    let rejection = caller.hub.rejection(call, dataset, wanted, number).await?;
    let body = written(&view::WholeRejection::new(rejection, meta.lang))?;
    let given = Given::new(1, body.len());
    let mut response = HttpResponse::Ok().content_type("application/json").body(body);
    response.extensions_mut().insert(given);
    Ok(response)
}

/// Stores the corrected payload of a rejection.
async fn repair_rejection(
    caller: Caller<CanPush>,
    request: HttpRequest,
    payload: web::Payload,
) -> std::result::Result<HttpResponse, Problem> {
    write::prelude(&caller, &request, Takes::One)?;
    Params::read(&request, &[])?;
    let (number, precondition) = (path::rejection(&request)?, write::precondition(&request)?);
    let config = caller.hub.config();
    let mut body = parts(&request, payload, config.http.idle_seconds);
    let body = body.rest(Bytes::new(), config.limits.record_bytes).await?;
    let repair = async |conditions| {
        let (call, dataset) = (&caller.call, &caller.dataset);
        caller
            .hub
            .repair(call, dataset, number, body.clone(), conditions)
            .await
    };
    once(&caller, &request, &body, precondition, repair).await
}

/// In which form all of them are wanted; `None` for a page.
fn form(request: &HttpRequest, params: &Params) -> std::result::Result<Option<Form>, Problem> {
    let form = match params.text("format") {
        Some("ndjson") => Some(Form::Lines),
        Some("csv") => Some(Form::Table),
        Some(_) => {
            let text = Text::new("harus ndjson atau csv.", "it must be ndjson or csv.");
            return Err(Error::Malformed(Malformed::Parameter("format", text)).into());
        }
        None if acceptable(request, "application/json").is_ok() => None,
        None if acceptable(request, Form::Lines.media()).is_ok() => Some(Form::Lines),
        None if acceptable(request, "text/csv").is_ok() => Some(Form::Table),
        None => {
            return Err(Problem::accept(
                "application/json, application/x-ndjson, text/csv",
            ));
        }
    };
    if form.is_some() && params.text("limit").or(params.text("cursor")).is_some() {
        let text = Text::new(
            "tidak bersama limit atau cursor.",
            "not together with limit or cursor.",
        );
        return Err(Error::Malformed(Malformed::Parameter("format", text)).into());
    }
    Ok(form)
}

/// Which of `all` are wanted.
pub(super) fn wanted(params: &Params, all: RejectionsWanted) -> Result<RejectionsWanted> {
    let fault = || {
        let text = Text::new(
            "harus nomor exchange dari jawaban kiriman massal.",
            "it must be the exchange of a bulk's answer.",
        );
        Error::Malformed(Malformed::Parameter("exchange", text))
    };
    let exchange = params
        .text("exchange")
        .map(|text| ExchangeId::parse(text).ok_or_else(fault));
    Ok(RejectionsWanted {
        open: params.flag("open")?,
        exchange: exchange.transpose()?,
        ..all
    })
}

/// Which page is wanted.
pub(super) fn query(params: &Params) -> Result<ListQuery> {
    Ok(ListQuery {
        limit: u16::try_from(params.number("limit", 1, MAX_LIMIT, 100)?).unwrap_or(u16::MAX),
        cursor: params.text("cursor").map(str::to_owned),
    })
}

/// The filters of a request, to be asked for again.
pub(super) fn again(params: &Params) -> String {
    ["open", "exchange"]
        .into_iter()
        .filter_map(|name| Some(format!("&{name}={}", path::encode(params.text(name)?))))
        .collect()
}

fn written(view: &impl Serialize) -> Result<String> {
    serde_json::to_string(view).map_err(|error| Error::Internal(error.to_string()))
}
