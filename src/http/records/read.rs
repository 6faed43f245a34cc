//! Reading: `GET /records/{key}` and the list.

use actix_web::http::header::{ETAG, IF_NONE_MATCH, LAST_MODIFIED, LINK};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::{MAX_LIMIT, view};
use crate::error::{Error, Malformed};
use crate::http::body::acceptable;
use crate::http::caller::{Caller, CanPull};
use crate::http::documents::not_modified;
use crate::http::frame::Given;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{ListPage, ListQuery};
use crate::types::{Text, Timestamp};

/// One record, as it was sent.
pub(super) async fn get_record(
    caller: Caller<CanPull>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let key = path::key(&request)?;
    let shown = caller
        .hub
        .record(&caller.dataset, key, caller.fields.as_deref())
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

/// A page of the records, by key in byte order.
pub(super) async fn list_records(
    caller: Caller<CanPull>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let params = Params::read(&request, &["limit", "cursor", "key"])?;
    let keys = params.keys()?;
    if !keys.is_empty() {
        if params.text("limit").or(params.text("cursor")).is_some() {
            let text = Text::new(
                "tidak bersama limit atau cursor.",
                "not together with limit or cursor.",
            );
            return Err(Error::Malformed(Malformed::Parameter("key", text)).into());
        }
        let page = caller
            .hub
            .list_keys(&caller.dataset, caller.fields.clone(), keys)
            .await?;
        return Ok(page_answer(HttpResponse::Ok(), &page));
    }
    let limit = u16::try_from(params.number("limit", 1, MAX_LIMIT, 100)?).unwrap_or(u16::MAX);
    let query = ListQuery {
        limit,
        cursor: params.text("cursor").map(str::to_owned),
    };
    let page = caller
        .hub
        .list(&caller.dataset, caller.fields.clone(), query)
        .await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &page.next {
        let base = &caller.hub.config().http.public_url;
        let link = format!(
            "<{base}/api/{}/records?limit={limit}&cursor={next}>; rel=\"next\"",
            caller.dataset.id
        );
        response.insert_header((LINK, link));
    }
    Ok(page_answer(response, &page))
}

fn page_answer(mut response: HttpResponseBuilder, page: &ListPage) -> HttpResponse {
    let body = view::list(page);
    let records = u64::try_from(page.records.len()).unwrap_or(u64::MAX);
    let given = Given {
        records,
        bytes: u64::try_from(body.len()).unwrap_or(u64::MAX),
    };
    let mut response = response.content_type("application/json").body(body);
    response.extensions_mut().insert(given);
    response
}

/// A time as `Last-Modified` shows it (RFC 9110, section 5.6.7).
pub(super) fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.seconds()).unwrap_or_default();
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}
