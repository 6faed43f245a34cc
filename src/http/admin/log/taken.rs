//! [`taken`]: a search taken out as a whole, as lines of JSON or as CSV, page by page.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use serde_json::Value;

use crate::error::{Error, Result, Unavailable};
use crate::http::problem::Problem;
use crate::hub::{Hub, Page, PageQuery};
use crate::record::Cell;
use crate::report::sheet::csv_row;

/// How many entries are read at once.
const AT_ONCE: usize = 1_000;

/// The forms in which a search is given out, the usual one first.
pub(super) const MEDIA: [&str; 3] = ["application/json", "application/x-ndjson", "text/csv"];
/// The same for whoever accepts none of them.
pub(super) const ALL_MEDIA: &str = "application/json, application/x-ndjson, text/csv";

/// Everything that a search finds, as `media`: an object a line, or a row with these columns.
pub(super) async fn taken<T: serde::Serialize + Send + 'static>(
    hub: &Arc<Hub>,
    media: &'static str,
    (name, columns): (&'static str, &'static [&'static str]),
    search: impl Fn(&Hub, &PageQuery) -> Result<Page<T>> + Clone + Send + 'static,
) -> std::result::Result<HttpResponse, Problem> {
    let csv = media == "text/csv";
    let page = move |hub: Arc<Hub>, cursor: Option<String>| {
        let search = search.clone();
        async move {
            hub.blocking(move |hub| {
                if hub.stopping() {
                    return Err(Error::Unavailable(Unavailable::Stopping));
                }
                let limit = AT_ONCE;
                let page = search(hub, &PageQuery { limit, cursor })?;
                let text = match csv {
                    true => rows(&page.items, columns)?,
                    false => lines(&page.items)?,
                };
                Ok((text, page.next))
            })
            .await
        }
    };
    // Read before the status is said, so that what goes wrong here is a problem of its own.
    let (mut text, next) = page(Arc::clone(hub), None).await?;
    if csv {
        let headings: Vec<Cell<'_>> = columns.iter().map(|name| Cell::Text((*name).into())).collect();
        let mut whole = String::new();
        csv_row(&mut whole, &headings, true);
        text = whole + &text;
    }
    let ending = if csv { "csv" } else { "ndjson" };
    let file = format!("attachment; filename=\"{name}.{ending}\"");
    let hub = Arc::clone(hub);
    let behind = try_unfold((Some(text), next), move |(first, next)| {
        let (hub, page) = (Arc::clone(&hub), page.clone());
        async move {
            if let Some(text) = first {
                return Ok::<_, std::io::Error>(Some((Bytes::from(text), (None, next))));
            }
            let Some(cursor) = next else { return Ok(None) };
            let (text, next) = page(hub, Some(cursor))
                .await
                .map_err(|error| std::io::Error::other(error.code()))?;
            Ok(Some((Bytes::from(text), (None, next))))
        }
    });
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, file))
        .content_type(media);
    Ok(response.streaming(Box::pin(behind)))
}

fn lines(items: &[impl serde::Serialize]) -> Result<String> {
    let mut text = String::new();
    for item in items {
        text.push_str(&serde_json::to_string(item).map_err(internal)?);
        text.push('\n');
    }
    Ok(text)
}

fn rows(items: &[impl serde::Serialize], columns: &[&str]) -> Result<String> {
    let mut text = String::new();
    for item in items {
        let item = serde_json::to_value(item).map_err(internal)?;
        let cells: Vec<Cell<'_>> = columns
            .iter()
            .map(|column| match item.get(*column) {
                None | Some(Value::Null) => Cell::Empty,
                Some(Value::String(text)) => Cell::Text(text.as_str().into()),
                Some(other) => Cell::Text(other.to_string().into()),
            })
            .collect();
        csv_row(&mut text, &cells, false);
    }
    Ok(text)
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}
