//! All refused payloads at once, oldest first: as lines of JSON or as a table.
//!
//! Invariant: memory stays flat whatever there is; a failure in the middle breaks the connection off,
//! so that half a file is never taken for the whole.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures_util::stream;

use super::view::{COLUMNS, WholeRejection};
use super::written;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, CanPush};
use crate::hub::{Call, Dataset, Hub, ListQuery, RejectionsWanted};
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

    /// What stands before the first.
    fn head(self) -> String {
        match self {
            Form::Lines => String::new(),
            Form::Table => format!("{}\r\n", COLUMNS.join(",")),
        }
    }

    fn one(self, rejection: &WholeRejection) -> Result<String> {
        match self {
            Form::Lines => written(rejection).map(|text| text + "\n"),
            Form::Table => Ok(rejection.row()),
        }
    }
}

/// A download under way.
pub(super) struct Download {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    wanted: RejectionsWanted,
    form: Form,
    lang: Lang,
    /// The last one given out.
    after: i64,
    /// The newest when it began; what comes later is left for the next time.
    upto: i64,
    records: u64,
    bytes: u64,
}

impl Download {
    /// All that are wanted.
    pub(super) fn new(caller: &Caller<CanPush>, wanted: RejectionsWanted, form: Form, lang: Lang) -> Self {
        Download {
            hub: Arc::clone(&caller.hub),
            call: caller.call.clone(),
            dataset: Arc::clone(&caller.dataset),
            wanted,
            form,
            lang,
            after: 0,
            upto: 0,
            records: 0,
            bytes: 0,
        }
    }

    /// The answer; what can fail before its first byte has failed by then.
    pub(super) async fn answer(mut self) -> Result<HttpResponse> {
        let newest = ListQuery {
            limit: 1,
            cursor: None,
        };
        let newest = self
            .hub
            .rejections(&self.dataset, self.wanted.clone(), newest)
            .await?;
        self.upto = newest.rejections.first().map_or(0, |newest| newest.number);
        let (form, id) = (self.form, &self.dataset.id);
        let name = format!(
            "attachment; filename=\"{}-{}-v{}-rejections.{}\"",
            id.opd,
            id.name,
            id.major,
            form.extension()
        );
        let begun = form.head() + &self.more().await?;
        let state = (self, Some(begun));
        let body = stream::try_unfold(state, |(mut download, begun)| async move {
            let text = match begun {
                Some(text) => text,
                None => download.more().await.map_err(|error| broken(&error))?,
            };
            let more = !text.is_empty();
            Ok::<_, std::io::Error>(more.then(|| (Bytes::from(text), (download, None))))
        });
        Ok(HttpResponse::Ok()
            .content_type(form.media())
            .insert_header((CONTENT_DISPOSITION, name))
            .streaming(body))
    }

    /// The next of them; empty at the end.
    async fn more(&mut self) -> Result<String> {
        if self.after >= self.upto {
            return Ok(String::new());
        }
        let wanted = self.wanted.clone();
        let rejections = self
            .hub
            .rejections_after(&self.dataset, wanted, self.after, AT_ONCE)
            .await?;
        let mut text = String::new();
        self.after = rejections.last().map_or(self.upto, |last| last.number);
        for rejection in rejections {
            if rejection.number <= self.upto {
                text.push_str(&self.form.one(&WholeRejection::new(rejection, self.lang))?);
                self.records += 1;
            }
        }
        self.bytes += u64::try_from(text.len()).unwrap_or(u64::MAX);
        Ok(text)
    }
}

impl Drop for Download {
    /// Logs what was given out, as the second part of the call.
    fn drop(&mut self) {
        let mut exchange = self
            .call
            .exchange("pull", Some(Arc::clone(&self.dataset.address)));
        exchange.part = 1;
        exchange.records = self.records;
        exchange.bytes = self.bytes;
        self.hub.log(exchange);
    }
}

fn broken(error: &Error) -> std::io::Error {
    tracing::error!(
        code = error.code(),
        cause = error.cause(),
        "a download of refused payloads broke off"
    );
    std::io::Error::other(error.code())
}
