//! Contracts: all versions, and a document that is checked and registered.
//!
//! Not here: one version and its life (`contract`). Invariant: a document with faults comes back as it was typed, with
//! every fault beside it.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, get, post};
use askama::Template;
use serde_json::Value;

use super::super::answer::page_of;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::super::words;
use super::{asked, following, holds};
use crate::access::rules::{Action, Resource};
use crate::contract::State;
use crate::http::manager::{CanManageContracts, CanSeeContracts};
use crate::http::problem::{Problem, findings_json};
use crate::http::resource::public_resource;
use crate::hub::{CheckReport, ContractView};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/contracts",
        vec![(Method::GET, get().to(list))],
    ))
    .service(public_resource(
        "/manage/contracts/new",
        vec![(Method::GET, get().to(begin)), (Method::POST, post().to(take))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/contracts.html")]
struct ListPage {
    shell: Shell,
    contracts: Vec<ContractView>,
    next: Option<String>,
    searched: String,
    state: String,
    may_manage: bool,
}

impl ListPage {
    fn state(&self, state: &State) -> (&'static str, &'static str) {
        words::contract::state(self.shell.say, *state)
    }

    /// The states that can be asked for, in words.
    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            State::Draft,
            State::Agreed,
            State::Published,
            State::Deprecated,
            State::Retired,
        ];
        all.iter()
            .map(|state| (state.as_str(), self.state(state).0))
            .collect()
    }
}

async fn list(visit: Visit<CanSeeContracts>) -> Result<HttpResponse, Problem> {
    let (query, reach) = (visit.query.clone(), visit.reach.clone());
    let page = visit
        .ask(move |hub| {
            let mut contracts = hub.contracts()?;
            let (searched, state) = (query.text("q"), query.text("state"));
            contracts.retain(|one| {
                let dataset = one.dataset.to_string();
                reach.covers(one.dataset.opd.as_str())
                    && holds(searched, &[&dataset, &one.title])
                    && state.is_none_or(|state| one.state.as_str() == state)
            });
            hub.page(
                "pages of contracts",
                contracts,
                ContractView::position,
                &asked(&query),
            )
        })
        .await?;
    let shell = visit.shell()?;
    visit.page(&ListPage {
        may_manage: shell.may(Action::Manage, Resource::Contracts),
        shell,
        contracts: page.items,
        next: following(&visit.query, page.next),
        searched: visit.query.text("q").unwrap_or_default().to_owned(),
        state: visit.query.text("state").unwrap_or_default().to_owned(),
    })
}

#[derive(Template)]
#[template(path = "pages/manage/contract_new.html")]
struct NewPage {
    shell: Shell,
    document: String,
    checked: Option<Checked>,
}

/// What a check found, in words.
struct Checked {
    dataset: String,
    version: String,
    digest: String,
    /// Where, and what may not be meant.
    warnings: Vec<(String, String)>,
    comparison: Option<Comparison>,
    /// How many stored records there are, and how many of them it would refuse.
    stored: Option<(u64, u64)>,
}

/// How a document stands to the versions that are published.
pub(super) struct Comparison {
    pub(super) verdict: String,
    /// Where, which rule, how it was and how it is.
    pub(super) breaks: Vec<(String, String, String, String)>,
    /// Where, and why it can't be told.
    pub(super) undecided: Vec<(String, String)>,
}

impl Comparison {
    /// Reads it from how it is told to programs.
    pub(super) fn of(told: &Value) -> Self {
        let text = |one: &Value, name: &str| match one.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let list = |name: &str| {
            told.get(name)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let broken = |one: &Value| {
            (
                text(one, "pointer"),
                text(one, "rule"),
                text(one, "old"),
                text(one, "new"),
            )
        };
        Comparison {
            verdict: text(told, "verdict"),
            breaks: list("breaks").iter().map(broken).collect(),
            undecided: list("undecided")
                .iter()
                .map(|one| (text(one, "pointer"), text(one, "why")))
                .collect(),
        }
    }
}

impl Checked {
    fn of(shell: &Shell, report: CheckReport) -> Self {
        let lang = shell.say.lang;
        let listed = findings_json(&report.warnings, lang);
        let warnings = listed.as_array().into_iter().flatten().map(|one| {
            let of = |name: &str| {
                one.get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            (of("pointer"), of("message"))
        });
        Checked {
            dataset: report.dataset.to_string(),
            version: report.version.to_string(),
            digest: report.digest.to_string(),
            warnings: warnings.collect(),
            comparison: report
                .compatibility
                .map(|found| Comparison::of(&found.to_json(lang))),
            stored: report.stored.map(|stored| (stored.records, stored.misfits)),
        }
    }
}

async fn begin(visit: Visit<CanManageContracts>) -> Result<HttpResponse, Problem> {
    visit.page(&NewPage {
        shell: visit.shell()?,
        document: String::new(),
        checked: None,
    })
}

/// Checks what was typed, and registers it where that was asked for.
async fn take(posted: Posted<CanManageContracts>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let document = form.text("document").to_owned();
    let bytes = document.clone().into_bytes();
    if form.has("act", "register") {
        let actor = visit.actor.clone();
        let registered = visit
            .ask(move |hub| hub.register_contract(&actor, &bytes, None, None))
            .await;
        return match registered {
            Ok(done) => {
                let dataset = done.dataset;
                let path = format!(
                    "/manage/contracts/{}/{}/{}",
                    dataset.opd, dataset.name, done.version
                );
                Ok(visit.go(&path, Said::Added))
            }
            Err(problem) => visit.again(problem, |shell| NewPage {
                shell,
                document,
                checked: None,
            }),
        };
    }
    match visit.ask(move |hub| hub.check_contract(&bytes, None)).await {
        Ok(report) => {
            let shell = visit.shell()?;
            let checked = Some(Checked::of(&shell, report));
            page_of(
                StatusCode::OK,
                &NewPage {
                    shell,
                    document,
                    checked,
                },
            )
        }
        Err(problem) => visit.again(problem, |shell| NewPage {
            shell,
            document,
            checked: None,
        }),
    }
}
