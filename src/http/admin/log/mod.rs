//! `/admin/exchanges` and `/admin/audit`: the log, searched page by page or taken out as a whole.

pub(in crate::http) mod actions;
pub(in crate::http) mod exchanges;
pub(in crate::http) mod subjects;
mod taken;

use actix_web::web;

use crate::error::{Error, Malformed, Result};
use crate::http::params::Params;
use crate::hub::PageQuery;
use crate::types::{Text, Timestamp};

/// The most entries of one page.
const MAX_LIMIT: u64 = 1_000;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.configure(exchanges::routes)
        .configure(actions::routes)
        .configure(subjects::routes);
}

/// Which page is wanted.
fn page_query(params: &Params) -> Result<PageQuery> {
    let limit = params.number("limit", 1, MAX_LIMIT, 100)?;
    Ok(PageQuery {
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
        cursor: params.text("cursor").map(str::to_owned),
    })
}

/// A moment (RFC 3339).
fn moment(params: &Params, name: &'static str) -> Result<Option<Timestamp>> {
    let fault = || {
        let text = Text::new(
            "harus waktu RFC 3339, misalnya 2026-11-24T08:00:00+08:00.",
            "it must be a time of RFC 3339, such as 2026-11-24T08:00:00+08:00.",
        );
        Error::Malformed(Malformed::Parameter(name, text))
    };
    let parse = |text| Timestamp::parse(text).ok_or_else(fault);
    params.text(name).map(parse).transpose()
}
