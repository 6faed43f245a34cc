//! What somebody was told: shown beside their tasks, and marked as read.
//!
//! Invariant: one marks what one was told oneself.

use actix_web::HttpResponse;

use crate::http::manager::CanLookProcedure;
use crate::http::pages::said::Said;
use crate::http::pages::visit::Posted;
use crate::http::problem::Problem;

/// Marks the notices that the form names.
pub(super) async fn mark_read(posted: Posted<CanLookProcedure>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let named = form.all("notice");
    let read: Vec<i64> = named
        .iter()
        .flat_map(|ids| ids.split(','))
        .filter_map(|id| id.parse().ok())
        .collect();
    let caller = visit.caller.clone();
    visit.ask(move |hub| hub.read_notices(&caller, &read)).await?;
    Ok(visit.go("/integrations", Said::Saved))
}
