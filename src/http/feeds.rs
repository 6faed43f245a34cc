//! `/changes`: a dataset's feed.

use std::fmt::Write as _;

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};

use super::body::acceptable;
use super::caller::{Caller, CanPull};
use super::frame::Given;
use super::params::Params;
use super::problem::Problem;
use super::resource::resource;
use crate::hub::FeedPage;
use crate::types::Seq;

/// The most changes of one page.
const MAX_LIMIT: u64 = 10_000;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(resource(
        "/api/{opd}/{dataset}/{version}/changes",
        vec![(Method::GET, get().to(list_changes))],
    ));
}

/// The changes after a position, in order.
async fn list_changes(caller: Caller<CanPull>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let params = Params::read(&request, &["since", "limit", "feed"])?;
    let most = u64::try_from(i64::MAX).unwrap_or(u64::MAX);
    let since = Seq(i64::try_from(params.number("since", 0, most, 0)?).unwrap_or(i64::MAX));
    let limit = u16::try_from(params.number("limit", 1, MAX_LIMIT, 1_000)?).unwrap_or(u16::MAX);
    let feed = params.text("feed").map(str::to_owned);
    let page = caller
        .hub
        .changes(&caller.dataset, caller.fields.clone(), since, feed, limit)
        .await?;
    let body = view(&page);
    let records = u64::try_from(page.changes.len()).unwrap_or(u64::MAX);
    let given = Given {
        records,
        bytes: u64::try_from(body.len()).unwrap_or(u64::MAX),
    };
    let mut response = HttpResponse::Ok().content_type("application/json").body(body);
    response.extensions_mut().insert(given);
    Ok(response)
}

/// A page of the feed; payloads are copied as text.
fn view(page: &FeedPage) -> String {
    let size = |data: &Option<String>| data.as_ref().map_or(4, String::len);
    let size: usize = page
        .changes
        .iter()
        .map(|change| size(&change.data) + change.key.len() + 120)
        .sum();
    let mut text = String::with_capacity(size + 200);
    text.push_str("{\"changes\":[");
    for (index, change) in page.changes.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let op = if change.deleted { "delete" } else { "put" };
        // Writing to a String can't fail.
        let _ = write!(text, "{{\"seq\":{},\"op\":\"{op}\",\"key\":", change.seq);
        quoted(&mut text, &change.key);
        let _ = write!(
            text,
            ",\"at\":\"{}\",\"contract\":\"{}\",\"data\":",
            change.at, change.contract
        );
        text.push_str(change.data.as_deref().unwrap_or("null"));
        if change.data.is_none() && !change.deleted {
            text.push_str(",\"erased\":true");
        }
        text.push('}');
    }
    let _ = write!(
        text,
        "],\"next\":{},\"more\":{},\"feed\":\"{}\"}}",
        page.next, page.more, page.feed
    );
    text
}

/// Appends `text` as a JSON string.
pub(super) fn quoted(out: &mut String, text: &str) {
    let plain = text
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}
