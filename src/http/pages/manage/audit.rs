//! The log of what was done to the hub.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;
use jiff::tz::TimeZone;

use super::super::form::Query;
use super::super::shell::Shell;
use super::super::visit::Visit;
use super::{asked, days, following};
use crate::audit::LoggedAction;
use crate::http::manager::CanSeeAudit;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::ActionsWanted;
use crate::types::Timestamp;

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/audit",
        vec![(Method::GET, get().to(list))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/audit.html")]
struct AuditPage {
    shell: Shell,
    actions: Vec<LoggedAction>,
    next: Option<String>,
    query: Query,
}

impl AuditPage {
    fn asked(&self, name: &str) -> &str {
        self.query.text(name).unwrap_or_default()
    }

    fn at(&self, milliseconds: &i64) -> String {
        self.shell.moment(Timestamp(*milliseconds))
    }
}

async fn list(visit: Visit<CanSeeAudit>) -> Result<HttpResponse, Problem> {
    let query = visit.query.clone();
    let page = visit
        .ask(move |hub| hub.search_actions(&wanted(&query, &hub.config().time.zone), &asked(&query)))
        .await?;
    visit.page(&AuditPage {
        shell: visit.shell()?,
        actions: page.items,
        next: following(&visit.query, page.next),
        query: visit.query.clone(),
    })
}

fn wanted(query: &Query, zone: &TimeZone) -> ActionsWanted {
    let text = |name| query.text(name).map(str::to_owned);
    let (from, until) = days(query, zone);
    ActionsWanted {
        actor: text("actor"),
        action: text("action"),
        target: text("target"),
        outcome: text("outcome"),
        from,
        until,
    }
}
