//! The register of integrations.
//!
//! Invariant: a filter that can't be read is none, and the sheet holds what the list shows.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use askama::Template;

use super::Names;
use crate::access::rules::{Action, Resource};
use crate::http::manager::CanLookProcedure;
use crate::http::pages::form::Query;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::{Hub, OpdView, PageQuery, RegisterEntry, RegisterQuery, enters};
use crate::integration::file::State;

/// How many stand on a page.
const SOME: usize = 50;

#[derive(Template)]
#[template(path = "pages/integrations/register.html")]
struct RegisterPage {
    shell: Shell,
    names: Names,
    wanted: RegisterQuery,
    entries: Vec<RegisterEntry>,
    /// The query of the next page.
    next: Option<String>,
    /// The query of the sheet.
    export: String,
    opds: Vec<OpdView>,
    steps: BTreeMap<u8, String>,
    may_open: bool,
    may_enter: bool,
}

impl RegisterPage {
    fn is_state(&self, state: &State) -> bool {
        self.wanted.state == Some(*state)
    }

    fn is_step(&self, step: &u8) -> bool {
        self.wanted.step == Some(*step)
    }

    fn is_opd(&self, code: &str) -> bool {
        self.wanted.opd.as_ref().is_some_and(|opd| opd.as_str() == code)
    }

    fn is_filtered(&self) -> bool {
        let wanted = &self.wanted;
        wanted.overdue || wanted.state.is_some() || wanted.step.is_some() || wanted.opd.is_some()
    }
}

pub(super) async fn show_register(visit: Visit<CanLookProcedure>) -> Result<HttpResponse, Problem> {
    let wanted = wanted(&visit.query);
    let page = PageQuery {
        limit: SOME,
        cursor: visit.query.text("cursor").map(str::to_owned),
    };
    let (reach, asked) = (visit.reach.clone(), wanted.clone());
    let (list, opds) = visit
        .ask(move |hub| Ok((hub.integrations(&reach, &asked, &page)?, hub.opds()?)))
        .await?;
    let shell = visit.shell()?;
    visit.page(&RegisterPage {
        may_open: shell.may(Action::Manage, Resource::Procedure),
        may_enter: enters(&visit.caller),
        next: list.next.map(|next| visit.query.with("cursor", Some(&next))),
        export: sheet_query(&wanted),
        steps: steps(&visit.hub),
        names: Names::of(&visit.hub),
        entries: list.items,
        wanted,
        opds,
        shell,
    })
}

fn wanted(query: &Query) -> RegisterQuery {
    RegisterQuery {
        state: query.parsed("state"),
        step: query.parsed("step").filter(|step| *step > 0),
        overdue: query.text("overdue") == Some("true"),
        opd: query.parsed("opd"),
        dataset: query.parsed("dataset"),
    }
}

/// The parameters of the sheet that holds the same.
fn sheet_query(wanted: &RegisterQuery) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(state) = wanted.state {
        query.append_pair("state", state.as_str());
    }
    if let Some(step) = wanted.step {
        query.append_pair("step", &step.to_string());
    }
    if wanted.overdue {
        query.append_pair("overdue", "true");
    }
    if let Some(opd) = &wanted.opd {
        query.append_pair("opd", opd.as_str());
    }
    if let Some(dataset) = &wanted.dataset {
        query.append_pair("dataset", &dataset.to_string());
    }
    query.finish()
}

/// The steps of all kinds of integrations, with their first titles.
fn steps(hub: &Hub) -> BTreeMap<u8, String> {
    let mut steps = BTreeMap::new();
    let variants = hub.procedure().variants.iter();
    for step in variants.flat_map(|variant| &variant.steps) {
        steps.entry(step.number).or_insert_with(|| step.title.clone());
    }
    steps
}
