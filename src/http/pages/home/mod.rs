//! The first page of whoever signed in: what waits for them, and what they should know.
//!
//! Not here: how any of it is worked out (the hub). Invariant: what waits for somebody's act stands first.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;

use super::shell::Shell;
use super::visit::Visit;
use crate::access::rules::{Action, Resource, reach};
use crate::http::manager::CanEnter;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{PageQuery, RegisterEntry, RegisterQuery};

/// How many of a list stand on the page.
const SOME: usize = 8;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource("/", vec![(Method::GET, get().to(show_home))]));
}

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    shell: Shell,
    tasks: Vec<RegisterEntry>,
    overdue: Vec<RegisterEntry>,
}

async fn show_home(visit: Visit<CanEnter>) -> Result<HttpResponse, Problem> {
    let caller = visit.caller.clone();
    let (tasks, overdue) = visit
        .ask(move |hub| {
            let tasks = hub.tasks(&caller)?;
            let late = RegisterQuery {
                overdue: true,
                ..RegisterQuery::default()
            };
            let page = PageQuery {
                limit: SOME,
                cursor: None,
            };
            let overdue = match reach(&caller, Action::Look, Resource::Procedure) {
                Some(reach) => hub.integrations(&reach, &late, &page)?.items,
                None => Vec::new(),
            };
            Ok((tasks, overdue))
        })
        .await?;
    visit.page(&HomePage {
        shell: visit.shell()?,
        tasks,
        overdue,
    })
}
