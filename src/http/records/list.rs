//! The list: `GET /records`, as a page or by keys; as lines it stands in `lines`.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::{MAX_LIMIT, lines, read, view};
use crate::error::{Error, Malformed, Result};
use crate::http::accept::preferred;
use crate::http::caller::{Caller, CanPull};
use crate::http::frame::Given;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::hub::{ListPage, ListQuery, RecordsQuery};
use crate::record::Selection;
use crate::types::{Seq, Text};

/// The media types of both forms, the usual one first.
const MEDIA: [&str; 2] = ["application/json", "application/x-ndjson"];
/// The same for whoever accepts none of them.
const ALL_MEDIA: &str = "application/json, application/x-ndjson";
/// The parameters, filters aside.
const KNOWN: &[&str] = &["limit", "cursor", "key", "fields", "sort", "count", "as_of"];

/// Records: a page of them, all that are wanted as lines, or those with certain keys.
pub(super) async fn list_records(
    caller: Caller<CanPull>,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, Problem> {
    let media = preferred(&request, &MEDIA, ALL_MEDIA)?;
    let params = params(&request)?;
    let keys = params.keys()?;
    let query = query(&caller, &params)?;
    if media == "application/x-ndjson" {
        for absent in ["limit", "cursor", "count", "key"] {
            refuse(&params, absent)?;
        }
        return lines::answer(&caller, request, query).await;
    }
    if !keys.is_empty() {
        alone(&params, "key", &["key", "fields"])?;
        let page = caller
            .hub
            .list_keys(&caller.call, &caller.dataset, query.fields, keys)
            .await?;
        return Ok(page_answer(HttpResponse::Ok(), &page));
    }
    let page = caller.hub.list(&caller.call, &caller.dataset, query).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &page.next {
        response.insert_header((LINK, next_link(&caller, &params, next)));
    }
    Ok(page_answer(response, &page))
}

/// The parameters of a list.
pub(super) fn params(request: &HttpRequest) -> Result<Params> {
    Params::read_with_filters(request, KNOWN)
}

/// What is asked for.
pub(super) fn query(caller: &Caller<CanPull>, params: &Params) -> Result<RecordsQuery> {
    let granted = caller.fields.as_deref();
    let count = match params.text("count") {
        None => false,
        Some("exact") => true,
        Some(_) => {
            let text = Text::new("hanya exact yang dikenal.", "only exact is known.");
            return Err(Error::Malformed(Malformed::Parameter("count", text)));
        }
    };
    let as_of = match params.text("as_of") {
        None => None,
        Some(_) => {
            let most = u64::try_from(i64::MAX).unwrap_or(u64::MAX);
            alone(params, "as_of", &["as_of", "limit", "cursor", "fields"])?;
            let seq = params.number("as_of", 0, most, 0)?;
            Some(Seq(i64::try_from(seq).unwrap_or(i64::MAX)))
        }
    };
    let selection = match params.filters() {
        filters if filters.is_empty() && params.text("sort").is_none() => Selection::default(),
        filters => caller
            .dataset
            .filterable
            .select(granted, &filters, params.text("sort"))?,
    };
    Ok(RecordsQuery {
        page: ListQuery {
            limit: u16::try_from(params.number("limit", 1, MAX_LIMIT, 100)?).unwrap_or(u16::MAX),
            cursor: params.text("cursor").map(str::to_owned),
        },
        fields: read::fields(caller, params)?,
        selection,
        count,
        as_of,
    })
}

/// Refuses parameters that have no place beside `name`, other than those in `beside`.
fn alone(params: &Params, name: &'static str, beside: &[&str]) -> Result<()> {
    let others = KNOWN.iter().filter(|known| !beside.contains(*known));
    if params.filters().is_empty() && others.into_iter().all(|other| params.text(other).is_none()) {
        return Ok(());
    }
    let beside: Vec<&str> = beside.iter().filter(|other| **other != name).copied().collect();
    let beside = beside.join(", ");
    let text = Text::new(
        format!("hanya bersama {beside}."),
        format!("only together with {beside}."),
    );
    Err(Error::Malformed(Malformed::Parameter(name, text)))
}

/// Refuses a parameter that has no place in lines.
fn refuse(params: &Params, name: &'static str) -> Result<()> {
    let text = Text::new(
        "tidak untuk application/x-ndjson, yang memberi semuanya.",
        "not for application/x-ndjson, which gives all.",
    );
    match params.text(name) {
        None => Ok(()),
        Some(_) => Err(Error::Malformed(Malformed::Parameter(name, text))),
    }
}

/// Where the next page is (RFC 8288): the same request with another cursor.
fn next_link(caller: &Caller<CanPull>, params: &Params, next: &str) -> String {
    let base = caller.base();
    let same = params.encoded_without("cursor");
    format!("<{base}/records?{same}cursor={next}>; rel=\"next\"")
}

fn page_answer(mut response: HttpResponseBuilder, page: &ListPage) -> HttpResponse {
    let body = view::list(page);
    let given = Given::new(page.records.len(), body.len());
    let mut response = response.content_type(MEDIA[0]).body(body);
    response.extensions_mut().insert(given);
    response
}
