//! `GET /records/{key}/history`: the versions of a record, newest first.

use std::fmt::Write as _;

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::MAX_LIMIT;
use crate::http::body::acceptable;
use crate::http::caller::{Caller, CanPull};
use crate::http::frame::Given;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{HistoryPage, ListQuery, VersionEntry};

/// A page of a record's versions.
pub(super) async fn get_history(
    caller: Caller<CanPull>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let params = Params::read(&request, &["limit", "cursor"])?;
    let key = path::key(&request)?;
    let limit = u16::try_from(params.number("limit", 1, MAX_LIMIT, 100)?).unwrap_or(u16::MAX);
    let cursor = params.text("cursor").map(str::to_owned);
    let (hub, dataset) = (&caller.hub, &caller.dataset);
    let address = format!("{}/records/{}/history", caller.base(), path::encode(key.as_str()));
    let page = hub
        .history(
            &caller.call,
            dataset,
            key,
            caller.fields.clone(),
            ListQuery { limit, cursor },
        )
        .await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = &page.next {
        let link = format!("<{address}?limit={limit}&cursor={next}>; rel=\"next\"");
        response.insert_header((LINK, link));
    }
    let body = view(&page);
    let given = Given::new(page.versions.len(), body.len());
    let mut response = response.content_type("application/json").body(body);
    response.extensions_mut().insert(given);
    Ok(response)
}

/// A page of versions; payloads are copied as text.
fn view(page: &HistoryPage) -> String {
    let size = |version: &VersionEntry| version.data.as_ref().map_or(4, String::len) + 200;
    let mut text = String::with_capacity(page.versions.iter().map(size).sum::<usize>() + 200);
    text.push_str("{\"versions\":[");
    for (index, version) in page.versions.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let op = if version.deleted { "delete" } else { "put" };
        let by = version
            .by
            .as_ref()
            .map(|by| json!({"opd": by.opd, "application": by.application}));
        // Writing to a String can't fail.
        let _ = write!(
            text,
            "{{\"seq\":{},\"op\":\"{op}\",\"at\":\"{}\",\"by\":{},\"contract\":\"{}\",\"data\":{}",
            version.seq,
            version.at,
            json!(by),
            version.contract,
            version.data.as_deref().unwrap_or("null")
        );
        if version.data.is_none() && !version.deleted {
            text.push_str(",\"erased\":true");
        }
        text.push('}');
    }
    let _ = write!(text, "],\"next\":{}}}", json!(page.next));
    text
}
