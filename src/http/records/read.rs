//! Reading one record: `GET /records/{key}`.

use actix_web::http::header::{ETAG, IF_NONE_MATCH, LAST_MODIFIED};
use actix_web::{HttpRequest, HttpResponse};

use crate::error::Error;
use crate::http::body::acceptable;
use crate::http::caller::{Caller, CanPull};
use crate::http::documents::not_modified;
use crate::http::frame::Given;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::record::asked_fields;
use crate::types::{Pointer, Timestamp};

/// One record, as it was sent.
pub(super) async fn get_record(
    caller: Caller<CanPull>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let fields = fields(&caller, &Params::read(&request, &["fields"])?)?;
    let key = path::key(&request)?;
    let shown = caller
        .hub
        .record(&caller.call, &caller.dataset, key, fields.as_deref())
        .await?;
    let unchanged = not_modified(request.headers().get(IF_NONE_MATCH), &shown.etag);
    let mut response = if unchanged {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((ETAG, shown.etag))
        .insert_header((LAST_MODIFIED, http_date(shown.at)));
    if unchanged {
        return Ok(response.finish());
    }
    let bytes = u64::try_from(shown.payload.len()).unwrap_or(u64::MAX);
    let mut response = response.content_type("application/json").body(shown.payload);
    response.extensions_mut().insert(Given { records: 1, bytes });
    Ok(response)
}

/// Which fields are shown: those that are asked for, else those that are granted; `None` means all.
pub(super) fn fields(caller: &Caller<CanPull>, params: &Params) -> Result<Option<Vec<Pointer>>, Error> {
    match params.text("fields") {
        Some(text) => asked_fields(text, caller.fields.as_deref()).map(Some),
        None => Ok(caller.fields.clone()),
    }
}

/// A time as `Last-Modified` shows it (RFC 9110, section 5.6.7).
pub(super) fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.seconds()).unwrap_or_default();
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}
