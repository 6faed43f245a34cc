//! What was published outside a run of the procedure, by whom and why.
//!
//! Not here: publishing (`contract`). Invariant: it lists what `/admin/contracts/outside-runs` lists, the newest first.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;

use super::super::shell::Shell;
use super::super::visit::Visit;
use super::{asked, following, holds};
use crate::http::manager::CanSeeContracts;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::OutsideRun;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/contracts/outside",
        vec![(Method::GET, get().to(list))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/outside.html")]
struct OutsidePage {
    shell: Shell,
    publications: Vec<OutsideRun>,
    next: Option<String>,
    searched: String,
}

async fn list(visit: Visit<CanSeeContracts>) -> Result<HttpResponse, Problem> {
    let (query, reach) = (visit.query.clone(), visit.reach.clone());
    let page = visit
        .ask(move |hub| {
            let mut outside = hub.published_outside_runs()?;
            let searched = query.text("q");
            outside.retain(|one| {
                let (dataset, reason) = (one.dataset.to_string(), one.reason.as_deref());
                reach.covers(one.dataset.opd.as_str())
                    && holds(searched, &[&dataset, &one.actor, reason.unwrap_or_default()])
            });
            // The newest first: what is late has a small position.
            let position = |one: &OutsideRun| {
                let back = i64::MAX.saturating_sub(one.at.0.max(0));
                format!("{back:019} {} {}", one.dataset, one.version)
            };
            hub.page("pages of outside runs", outside, position, &asked(&query))
        })
        .await?;
    visit.page(&OutsidePage {
        shell: visit.shell()?,
        publications: page.items,
        next: following(&visit.query, page.next),
        searched: visit.query.text("q").unwrap_or_default().to_owned(),
    })
}
