//! `/changes`: a dataset's feed, as pages, as lines or as events.

mod events;
mod lines;
mod reader;
mod view;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::accept::preferred;
use super::caller::{Caller, CanPull};
use super::frame::Given;
use super::problem::Problem;
use super::resource::resource;
use super::stream::streamed;
use events::Events;
use lines::Lines;
use reader::Reader;
pub(super) use view::quoted;
use view::{Form, Shown};

/// The media types of the three forms, the usual one first.
const MEDIA: [&str; 3] = ["application/json", "application/x-ndjson", "text/event-stream"];
/// The same for whoever accepts none of them.
const ALL_MEDIA: &str = "application/json, application/x-ndjson, text/event-stream";
/// Which feed it is: together with it a seq says where a reader stands.
pub(super) const FEED: HeaderName = HeaderName::from_static("mahakam-feed");
/// What lets nginx pass events on at once.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The resource of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(resource("/changes", vec![(Method::GET, get().to(list_changes))]));
}

/// The changes after a position, in order.
async fn list_changes(caller: Caller<CanPull>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let media = preferred(&request, &MEDIA, ALL_MEDIA)?;
    let form = match media {
        "application/x-ndjson" => Form::Lines,
        "text/event-stream" => Form::Events,
        _ => Form::Page,
    };
    let mut reader = Reader::new(&caller, request, form)?;
    // Read before the status is said, so that what goes wrong here is a problem of its own.
    let mut first = match form {
        Form::Events => reader.page().await?,
        Form::Page | Form::Lines => reader.page_in_time().await?,
    };
    let mut response = HttpResponse::Ok();
    response
        .content_type(media)
        .insert_header((FEED, first.feed.as_str()));
    Ok(answer(response, &caller, form, &mut first, reader))
}

/// The answer in its form, beginning with what was read first.
fn answer(
    mut response: HttpResponseBuilder,
    caller: &Caller<CanPull>,
    form: Form,
    first: &mut Shown,
    reader: Reader,
) -> HttpResponse {
    let page = std::mem::take(&mut first.page);
    match form {
        Form::Page => {
            let bytes = u64::try_from(page.text.len()).unwrap_or(u64::MAX);
            let records = page.records;
            let mut response = response.body(page.text);
            response.extensions_mut().insert(Given { records, bytes });
            response
        }
        Form::Lines => streamed(response, caller, "changes", page, Lines::after(first, reader)),
        Form::Events => {
            response
                .insert_header((CACHE_CONTROL, "no-store"))
                .insert_header((BUFFERING, "no"));
            streamed(response, caller, "changes", page, Events::after(first, reader))
        }
    }
}
