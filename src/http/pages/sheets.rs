//! `/sheets`: the spreadsheets that one sent, to whichever dataset, each with how far the hub is with it.
//!
//! Not here: what became of the rows of one (`datasets::sheet_run`). Invariant: one sees one's own alone.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;

use super::datasets::Line;
use super::shell::Shell;
use super::visit::Visit;
use crate::http::manager::CanEnter;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::PageQuery;

/// How many stand on a page.
const LIMIT: usize = 50;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/sheets",
        vec![(Method::GET, get().to(show_sheets))],
    ));
}

#[derive(Template)]
#[template(path = "pages/sheets.html")]
struct SheetsPage {
    shell: Shell,
    lines: Vec<Line>,
    next: Option<String>,
}

/// Lists the spreadsheets that the visitor sent, newest first.
async fn show_sheets(visit: Visit<CanEnter>) -> Result<HttpResponse, Problem> {
    let person = visit.person()?.id;
    let query = PageQuery {
        limit: LIMIT,
        cursor: visit.query.text("cursor").map(str::to_owned),
    };
    let page = visit.ask(move |hub| hub.sheet_runs(person, None, &query)).await?;
    let shell = visit.shell()?;
    let line = |run| Line::of(&shell, &visit.hub, run);
    let lines = page.runs.into_iter().map(line).collect();
    let next = page.next.map(|next| visit.query.with("cursor", Some(&next)));
    visit.page(&SheetsPage { shell, lines, next })
}
