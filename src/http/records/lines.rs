//! A list as lines: everything that is wanted, page by page in short transactions.
//!
//! Invariant: before every page the right to read is asked for anew; where what may be shown, or asked
//! for, is no longer the same, the answer breaks off.

use std::sync::Arc;

use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponse};

use super::{list, view};
use crate::error::{Error, Malformed, Unavailable};
use crate::http::caller::{Caller, CanPull};
use crate::http::feeds::FEED;
use crate::http::problem::Problem;
use crate::http::stream::{Pace, Page, Pages, streamed};
use crate::hub::{Call, Dataset, Hub, ListPage, RecordsQuery};

/// From where the feed is followed by whoever read the list.
const AS_OF: HeaderName = HeaderName::from_static("mahakam-as-of");

/// The answer with everything that `query` asks for, one record a line.
pub(super) async fn answer(
    caller: &Caller<CanPull>,
    request: HttpRequest,
    query: RecordsQuery,
) -> Result<HttpResponse, Problem> {
    let mut lines = Lines {
        hub: Arc::clone(&caller.hub),
        call: caller.call.clone(),
        dataset: Arc::clone(&caller.dataset),
        query,
        request,
        pace: Pace::new(),
        ended: false,
    };
    // Read before the status is said, so that what goes wrong here is a problem of its own.
    let (first, read) = lines.page().await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("application/x-ndjson")
        .insert_header((FEED, caller.dataset.feed.as_str()))
        .insert_header((AS_OF, read.as_of.to_string()));
    Ok(streamed(response, caller, "pull", first, lines))
}

/// The pages behind the first.
struct Lines {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    query: RecordsQuery,
    request: HttpRequest,
    pace: Pace,
    ended: bool,
}

impl Lines {
    async fn page(&mut self) -> Result<(Page, ListPage), Problem> {
        self.query.page.limit = self.pace.records();
        let mut list = self
            .hub
            .list(&self.call, &self.dataset, self.query.clone())
            .await?;
        let page = Page {
            text: view::lines(&list).into(),
            records: u64::try_from(list.records.len()).unwrap_or(u64::MAX),
        };
        self.ended = list.next.is_none();
        self.query.page.cursor = list.next.take();
        self.pace.learn(&page);
        Ok((page, list))
    }

    async fn renew(&mut self) -> Result<(), Problem> {
        let caller = Caller::<CanPull>::again(&self.request).await?;
        let now = list::query(&caller, &list::params(&self.request)?)?;
        if now.fields != self.query.fields || now.selection != self.query.selection {
            return Err(Error::Malformed(Malformed::Cursor).into());
        }
        // A cursor fits its own feed only: where that was reset, the next page fails.
        self.dataset = caller.dataset;
        Ok(())
    }
}

impl Pages for Lines {
    const ENDLESS: bool = false;

    async fn next(&mut self) -> Result<Option<Page>, Problem> {
        if self.ended {
            return Ok(None);
        }
        if self.hub.stopping() {
            return Err(Error::Unavailable(Unavailable::Stopping).into());
        }
        self.renew().await?;
        Ok(Some(self.page().await?.0))
    }
}
