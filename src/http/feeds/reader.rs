//! [`Reader`]: one caller's way through a feed, page by page.
//!
//! Invariant: after every wait, and before every page of a stream, the right to read is asked for
//! anew; the fields that are shown are those granted at that moment.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use tokio::time::Instant;

use super::view::{self, Form, Shown};
use crate::error::{Error, Malformed, Result};
use crate::http::caller::{Caller, CanPull};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::http::stream::Pace;
use crate::hub::{Call, FeedQuery, Hub, News};
use crate::types::{FeedId, Seq, Text};

/// The most changes of one page.
const MAX_LIMIT: u64 = 10_000;
/// The longest wait for a change, in seconds.
const MAX_WAIT: u64 = 60;

/// See the module.
pub(super) struct Reader {
    /// The hub.
    pub(super) hub: Arc<Hub>,
    /// What comes next.
    pub(super) query: FeedQuery,
    /// How it is shown.
    form: Form,
    /// How many changes a page of a stream has; without one, as many as the caller asked for.
    pace: Option<Pace>,
    /// How long the first page may be waited for.
    wait: Duration,
    request: HttpRequest,
    call: Call,
}

impl Reader {
    /// Reads what is asked for.
    ///
    /// # Errors
    /// Malformed when a parameter makes no sense.
    pub(super) fn new(caller: &Caller<CanPull>, request: HttpRequest, form: Form) -> Result<Self> {
        let params = Params::read(&request, &["since", "limit", "feed", "wait", "latest"])?;
        let most = u64::try_from(i64::MAX).unwrap_or(u64::MAX);
        let since = params.number("since", 0, most, 0)?;
        let limit = params.number("limit", 1, MAX_LIMIT, 1_000)?;
        let wait = params.number("wait", 0, MAX_WAIT, 0)?;
        let last_event = if form == Form::Events {
            last_event(&request, most)?
        } else {
            None
        };
        let query = FeedQuery {
            dataset: Arc::clone(&caller.dataset),
            fields: caller.fields.clone(),
            since: Seq(i64::try_from(last_event.unwrap_or(since)).unwrap_or(i64::MAX)),
            feed: params.text("feed").map(str::to_owned),
            until: None,
            limit: u16::try_from(limit).unwrap_or(u16::MAX),
            latest: params.flag("latest")?,
            most_bytes: None,
        };
        Ok(Reader {
            hub: Arc::clone(&caller.hub),
            query,
            form,
            pace: (form != Form::Page).then(Pace::new),
            wait: Duration::from_secs(wait),
            request,
            call: caller.call.clone(),
        })
    }

    /// The next page. From the first on, the feed must stay the same.
    ///
    /// # Errors
    /// Gone when the position is not of this feed, or whatever the hub says.
    pub(super) async fn page(&mut self) -> Result<Shown> {
        let form = self.form;
        if let Some(pace) = &self.pace {
            self.query.limit = pace.records();
        }
        let shown = self
            .hub
            .changes(&self.call, self.query.clone(), move |page| view::show(page, form))
            .await?;
        if let Some(pace) = &mut self.pace {
            pace.learn(&shown.page);
        }
        self.query.since = shown.next;
        if self.query.feed.is_none() {
            self.query.feed = Some(shown.feed.to_string());
        }
        Ok(shown)
    }

    /// The next page; where there is nothing yet, as soon as there is something, at most as long as
    /// the caller wants to wait.
    ///
    /// # Errors
    /// Like [`Reader::page`], or when the right was lost meanwhile.
    pub(super) async fn page_in_time(&mut self) -> std::result::Result<Shown, Problem> {
        let deadline = Instant::now() + self.wait;
        loop {
            let shown = self.page().await?;
            if shown.page.records > 0 || Instant::now() >= deadline {
                return Ok(shown);
            }
            if self.news(&shown.feed, deadline).await != News::There {
                return Ok(shown);
            }
            self.renew().await?;
        }
    }

    /// Waits for changes behind those that were read.
    pub(super) async fn news(&self, feed: &FeedId, deadline: Instant) -> News {
        self.hub
            .news(&self.query.dataset, self.query.since, feed, deadline)
            .await
    }

    /// Asks for the right to read anew.
    ///
    /// # Errors
    /// Whatever the caller would be told now.
    pub(super) async fn renew(&mut self) -> std::result::Result<(), Problem> {
        let caller = Caller::<CanPull>::again(&self.request).await?;
        self.query.dataset = caller.dataset;
        self.query.fields = caller.fields;
        Ok(())
    }
}

/// The last event that was received on an earlier connection; it wins over `since`.
fn last_event(request: &HttpRequest, most: u64) -> Result<Option<u64>> {
    let Some(value) = request.headers().get("last-event-id") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or("-").trim();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number: &u64| digits && *number <= most);
    number.map(Some).ok_or_else(|| {
        let text = Text::new(
            "harus nomor seq dari perubahan terakhir yang diterima.",
            "it must be the seq of the last change received.",
        );
        Error::Malformed(Malformed::Parameter("Last-Event-ID", text))
    })
}
