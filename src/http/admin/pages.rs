//! Pages of management's lists: which one is asked for, and how it is answered.

use std::sync::Arc;

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::answer;
use crate::error::Error;
use crate::http::body::acceptable;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::hub::{Hub, PageQuery};

/// The most items of one page.
const MAX_LIMIT: u64 = 1_000;

/// Which page a request asks for.
pub(super) fn asked(request: &HttpRequest) -> Result<PageQuery, Problem> {
    acceptable(request, "application/json")?;
    let params = Params::read(request, &["limit", "cursor"])?;
    let limit = params.number("limit", 1, MAX_LIMIT, 100)?;
    Ok(PageQuery {
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
        cursor: params.text("cursor").map(str::to_owned),
    })
}

/// Answers with a page of the list `/admin/{path}`, of which `all` gives the items that may be shown, in any order.
pub(super) async fn list<T: Send + 'static, V: Serialize>(
    hub: &Arc<Hub>,
    request: &HttpRequest,
    path: impl Into<String>,
    all: impl FnOnce(&Hub) -> Result<Vec<T>, Error> + Send + 'static,
    position: fn(&T) -> String,
    view: impl FnOnce(Vec<T>, Option<String>) -> V,
) -> Result<HttpResponse, Problem> {
    let query = asked(request)?;
    let path = path.into();
    let url = format!("{}/admin/{path}", hub.config().http.public_url);
    let (query, listed) = hub
        .blocking(move |hub| {
            let listed = hub.page(&path, all(hub)?, position, &query)?;
            Ok((query, listed))
        })
        .await?;
    let next = listed.next.clone();
    page(&url, &query, next.as_deref(), &view(listed.items, listed.next))
}

/// The position of a numbered item in its list.
pub(in crate::http) fn numbered(id: i64) -> String {
    format!("{id:019}")
}

/// The answer with a page of the list at `url`, and a link to the next page.
pub(super) fn page(
    url: &str,
    query: &PageQuery,
    next: Option<&str>,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let link = format!("<{url}?limit={}&cursor={next}>; rel=\"next\"", query.limit);
        response.insert_header((LINK, link));
    }
    answer(response, view)
}

/// The answer with a page of the search at `url`, and a link to the same search's next page.
pub(super) fn search_page(
    url: &str,
    params: &Params,
    query: &PageQuery,
    next: Option<&str>,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        let same = params.encoded_without("cursor");
        let limit = match params.text("limit") {
            Some(_) => String::new(),
            None => format!("limit={}&", query.limit),
        };
        let link = format!("<{url}?{same}{limit}cursor={next}>; rel=\"next\"");
        response.insert_header((LINK, link));
    }
    answer(response, view)
}
