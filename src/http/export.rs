//! `/export`: a whole dataset as a file.
//!
//! Not here: how the file is made (`hub::Export`). Invariant: an answer has begun only when nothing can
//! be refused any more; what fails later breaks the connection off, never ends the file early.

use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::Method;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{self, get};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::{empty, try_unfold};

use super::caller::{Caller, CanPull};
use super::frame::HeadOnly;
use super::limits::Pass;
use super::params::Params;
use super::problem::Problem;
use super::resource::resource;
use crate::error::{Error, Malformed, Result};
use crate::hub::{Export, ExportForm, ExportQuery, ExportStep, Hub};
use crate::types::Text;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(resource("/export", vec![(Method::GET, get().to(export_records))]));
}

/// The whole dataset. `format` says what is wanted, whatever `Accept` says.
async fn export_records(
    caller: Caller<CanPull>,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Problem> {
    let params = Params::read(&request, &["format", "raw"])?;
    let form = form(&params)?;
    let raw = params.flag("raw")?;
    let mut response = HttpResponse::Ok();
    let name = form.file_name(&caller.dataset.id);
    response
        .content_type(media(form))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    if request.extensions().contains::<HeadOnly>() {
        return Ok(response.streaming(empty::<std::io::Result<Bytes>>()));
    }
    let query = ExportQuery { form, raw };
    let export = caller
        .hub
        .export(&caller.dataset, caller.fields, query, caller.call);
    let (mut export, first) = next(&caller.hub, export).await?;
    first.into_iter().for_each(|part| export.put_back(part));
    export.log();
    Ok(answer(response, (caller.hub, caller.pass), export))
}

/// The answer of an export that has begun; its length is told where it is known.
fn answer(mut response: HttpResponseBuilder, (hub, pass): Paced, export: Export) -> HttpResponse {
    let length = export.length();
    let parts = Box::pin(parts((hub, pass), export));
    match length {
        Some(length) => response.body(SizedStream::new(length, parts)),
        None => response.streaming(parts),
    }
}

fn form(params: &Params) -> Result<ExportForm> {
    let form = params.text("format").and_then(|text| text.parse().ok());
    form.ok_or_else(|| {
        let names = ExportForm::ALL.map(ExportForm::as_str).join(", ");
        let text = Text::new(
            format!("pilih salah satu: {names}."),
            format!("choose one of {names}."),
        );
        Error::Malformed(Malformed::Parameter("format", text))
    })
}

/// The media type of a kind of file.
pub(super) fn media(form: ExportForm) -> &'static str {
    match form {
        ExportForm::Csv => "text/csv; charset=utf-8",
        ExportForm::Ndjson => "application/x-ndjson",
        ExportForm::Ods => "application/vnd.oasis.opendocument.spreadsheet",
        ExportForm::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

/// Works until there is something to give out; `None` at the end.
async fn next(hub: &Arc<Hub>, mut export: Export) -> Result<(Export, Option<Bytes>)> {
    loop {
        let (worked, step) = hub
            .blocking(move |_| export.step().map(|step| (export, step)))
            .await?;
        match step {
            ExportStep::Working => export = worked,
            ExportStep::Part(part) => return Ok((worked, Some(part))),
            ExportStep::End => return Ok((worked, None)),
        }
    }
}

/// The hub, and what slows the caller down.
type Paced = (Arc<Hub>, Option<Arc<Pass>>);

/// The parts of the file; each is made when it is asked for, and given out when its records may follow.
fn parts(paced: Paced, export: Export) -> impl Stream<Item = std::io::Result<Bytes>> {
    try_unfold((paced, export), |((hub, pass), export)| async move {
        let before = export.records();
        match next(&hub, export).await {
            Ok((export, part)) => {
                if let Some(pass) = &pass {
                    pass.pace(export.records().saturating_sub(before)).await;
                }
                Ok(part.map(|part| (part, ((hub, pass), export))))
            }
            Err(error) => {
                let cause = error.cause().unwrap_or_default();
                tracing::error!(code = error.code(), cause, "an export broke off");
                Err(std::io::Error::other(error.code()))
            }
        }
    })
}
