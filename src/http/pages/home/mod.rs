//! The first page of whoever signed in: what waits for them, and what they should know.
//!
//! `board` is what those see who look at the whole, `own` what an agency's people see of it. Not here: how any of it is
//! worked out (the hub). Invariant: what waits for somebody's act stands first.

mod board;
mod own;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::integrations::Names;
use super::said::Said;
use super::shell::Shell;
use super::visit::{Posted, Visit};
use crate::access::rules::{Action, Reach, Resource, reach};
use crate::error::Error;
use crate::http::manager::CanEnter;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{Hub, NoticeView, PageQuery, RegisterEntry, RegisterQuery};
use board::Board;
use own::Own;

/// How many of a list stand on the page.
const SOME: usize = 8;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource("/", vec![(Method::GET, get().to(show_home))]))
        .service(public_resource(
            "/notices/read",
            vec![(Method::POST, post().to(read_notices))],
        ));
}

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    shell: Shell,
    names: Names,
    tasks: Vec<RegisterEntry>,
    overdue: Vec<RegisterEntry>,
    notices: Vec<NoticeView>,
    board: Option<Board>,
    own: Option<Own>,
}

async fn show_home(visit: Visit<CanEnter>) -> Result<HttpResponse, Problem> {
    let shell = visit.shell()?;
    let (caller, opd, say) = (visit.caller.clone(), visit.person()?.opd.clone(), shell.say);
    let page = visit
        .ask(move |hub| {
            let look = |resource| reach(&caller, Action::Look, resource);
            let procedure = look(Resource::Procedure);
            Ok(HomePage {
                tasks: match procedure {
                    Some(_) => hub.tasks(&caller)?,
                    None => Vec::new(),
                },
                notices: match procedure {
                    Some(_) => hub.notices(&caller)?,
                    None => Vec::new(),
                },
                overdue: match &procedure {
                    Some(reach) => overdue(hub, reach)?,
                    None => Vec::new(),
                },
                board: match look(Resource::Dashboards) {
                    Some(reach) => Some(Board::of(hub, &reach, say)?),
                    None => None,
                },
                own: match opd.filter(|opd| look(Resource::ExchangeLog) == Some(Reach::Own(opd.clone()))) {
                    Some(opd) => Some(Own::of(hub, &opd)?),
                    None => None,
                },
                names: Names::of(hub),
                shell,
            })
        })
        .await?;
    visit.page(&page)
}

/// What should be over, the last number first.
fn overdue(hub: &Hub, reach: &Reach) -> Result<Vec<RegisterEntry>, Error> {
    let late = RegisterQuery {
        overdue: true,
        ..RegisterQuery::default()
    };
    Ok(hub.integrations(reach, &late, &some())?.items)
}

fn some() -> PageQuery {
    PageQuery {
        limit: SOME,
        cursor: None,
    }
}

/// Marks what somebody was told as read.
async fn read_notices(posted: Posted<CanEnter>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let numbers: Vec<i64> = form
        .all("notice")
        .iter()
        .filter_map(|number| number.parse().ok())
        .collect();
    let caller = visit.caller.clone();
    visit.ask(move |hub| hub.read_notices(&caller, &numbers)).await?;
    Ok(visit.go("/", Said::Done))
}
