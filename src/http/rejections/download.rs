//! All refused payloads at once, oldest first: as lines of JSON or as a table.
//!
//! Invariant: memory stays flat whatever there is; before every page the right to read is asked for anew. A
//! failure in the middle breaks the connection off, so that half a file is never taken for the whole.

use std::sync::Arc;

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse};

use super::view::{COLUMNS, WholeRejection};
use super::written;
use crate::error::{Error, Malformed, Result, Unavailable};
use crate::http::caller::{Caller, CanPush};
use crate::http::problem::Problem;
use crate::http::stream::{Page, Pages, streamed};
use crate::hub::{Call, Dataset, Hub, RejectionsWanted};
use crate::types::Lang;

/// How many are read at once; each may be as large as a record.
const AT_ONCE: u16 = 64;

/// In which form they are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON text a line.
    Lines,
    /// CSV (RFC 4180).
    Table,
}

impl Form {
    /// Its media type.
    pub(super) fn media(self) -> &'static str {
        match self {
            Form::Lines => "application/x-ndjson",
            Form::Table => "text/csv; charset=utf-8; header=present",
        }
    }

    /// How a file of it is called behind the dot.
    fn extension(self) -> &'static str {
        match self {
            Form::Lines => "ndjson",
            Form::Table => "csv",
        }
    }

    fn one(self, rejection: &WholeRejection) -> Result<String> {
        match self {
            Form::Lines => written(rejection).map(|text| text + "\n"),
            Form::Table => Ok(rejection.row()),
        }
    }
}

/// The answer with all that are wanted; what can fail before its first byte has failed by then.
pub(super) async fn answer(
    caller: &Caller<CanPush>,
    request: HttpRequest,
    wanted: RejectionsWanted,
    (form, lang): (Form, Lang),
) -> std::result::Result<HttpResponse, Problem> {
    let newest = caller.hub.newest_rejection(&caller.dataset, wanted.clone());
    let mut download = Download {
        upto: newest.await?,
        hub: Arc::clone(&caller.hub),
        call: caller.call.clone(),
        dataset: Arc::clone(&caller.dataset),
        wanted,
        form,
        lang,
        request,
        after: 0,
    };
    let mut first = download.page().await?;
    if form == Form::Table {
        first.text = [COLUMNS.join(",").as_bytes(), b"\r\n", &first.text]
            .concat()
            .into();
    }
    let id = &caller.dataset.id;
    let name = format!(
        "attachment; filename=\"{}-{}-v{}-rejections.{}\"",
        id.opd,
        id.name,
        id.major,
        form.extension()
    );
    let mut response = HttpResponse::Ok();
    response
        .content_type(form.media())
        .insert_header((CONTENT_DISPOSITION, name));
    Ok(streamed(response, caller, "rejections", first, download))
}

/// A download under way.
struct Download {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    wanted: RejectionsWanted,
    form: Form,
    lang: Lang,
    request: HttpRequest,
    /// The last one given out.
    after: i64,
    /// The newest when it began; what comes later is left for the next time.
    upto: i64,
}

impl Download {
    /// The next of them.
    async fn page(&mut self) -> Result<Page> {
        let (wanted, range) = (self.wanted.clone(), (self.after, self.upto));
        let rejections = self
            .hub
            .rejections_between(&self.call, &self.dataset, wanted, range, AT_ONCE)
            .await?;
        self.after = rejections.last().map_or(self.upto, |last| last.number);
        let records = u64::try_from(rejections.len()).unwrap_or(u64::MAX);
        let mut text = String::new();
        for rejection in rejections {
            text.push_str(&self.form.one(&WholeRejection::new(rejection, self.lang))?);
        }
        Ok(Page {
            text: text.into(),
            records,
        })
    }

    async fn renew(&mut self) -> std::result::Result<(), Problem> {
        let caller = Caller::<CanPush>::again(&self.request).await?;
        let now = caller.dataset.rejections_of(caller.call.caller.opd());
        // A sandbox that was begun anew has others under the same numbers.
        if now.opd != self.wanted.opd || caller.dataset.number != self.dataset.number {
            return Err(Error::Malformed(Malformed::Cursor).into());
        }
        self.dataset = caller.dataset;
        Ok(())
    }
}

impl Pages for Download {
    const ENDLESS: bool = false;

    async fn next(&mut self) -> std::result::Result<Option<Page>, Problem> {
        if self.after >= self.upto {
            return Ok(None);
        }
        if self.hub.stopping() {
            return Err(Error::Unavailable(Unavailable::Stopping).into());
        }
        self.renew().await?;
        Ok(Some(self.page().await?))
    }
}
