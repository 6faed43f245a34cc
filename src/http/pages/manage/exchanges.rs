//! The log of exchanges: searched, and one call with all its parts.
//!
//! Invariant: an agency's people find what the log tells them, and of the calls of others no more than that.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;
use jiff::tz::TimeZone;

use super::super::form::Query;
use super::super::shell::Shell;
use super::super::visit::Visit;
use super::super::words::exchange;
use super::{asked, days, following};
use crate::access::rules::{self, Action, Reach, Resource};
use crate::audit::ExchangeId;
use crate::error::{Error, Unknown};
use crate::http::manager::CanSeeExchanges;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ExchangesWanted, LoggedExchange};
use crate::types::Timestamp;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/exchanges",
        vec![(Method::GET, get().to(list))],
    ))
    .service(public_resource(
        "/manage/exchanges/{id}",
        vec![(Method::GET, get().to(show))],
    ));
}

/// A call, or a part of one, as it stands on a page.
struct Entry {
    id: String,
    at: Timestamp,
    action: &'static str,
    /// What came of it, and how that is marked.
    outcome: (&'static str, &'static str),
    /// The same as the log writes it, where it is a refusal.
    code: Option<String>,
    dataset: Option<String>,
    who: String,
    times: i64,
    records: i64,
    rejected: i64,
    bytes: i64,
    /// In milliseconds.
    took: String,
    request_id: String,
    reading: Option<String>,
    part: i32,
    /// Where the refused payloads stand beside the rules that they break, for whoever may see them.
    refused: Option<String>,
}

/// Where the refused payloads of a call stand, if `reach` covers whose dataset it is.
fn refused(dataset: &str, id: &str, reach: Option<&Reach>) -> Option<String> {
    // What was tried in a sandbox is told where it was tried.
    let (owner, _) = dataset.split_once('/').filter(|(first, _)| *first != "sandbox")?;
    let seen = reach.is_some_and(|reach| reach.covers(owner));
    seen.then(|| format!("/datasets/{dataset}/rejections?state=all&exchange={id}"))
}

impl Entry {
    fn of(shell: &Shell, logged: LoggedExchange, reach: Option<&Reach>) -> Self {
        let row = logged.row;
        let id = row.id().map(|id| id.to_string()).unwrap_or_default();
        // A dry run keeps nothing of what it refuses, and a live dataset has no records.
        let keeps = !matches!(row.action.as_str(), "validate" | "live");
        let any = keeps && (row.rejected > 0 || row.outcome == "contract-violated");
        let refused = row.dataset.as_deref().filter(|_| any);
        let refused = refused.and_then(|dataset| self::refused(dataset, &id, reach));
        let who = [row.opd, logged.application, logged.person, row.address];
        Entry {
            at: Timestamp(row.at),
            action: exchange::action(shell.say, &row.action),
            outcome: (
                exchange::outcome(shell.say, &row.outcome),
                if row.outcome == "ok" { "good" } else { "bad" },
            ),
            code: Some(row.outcome).filter(|code| code != "ok"),
            refused,
            dataset: row.dataset,
            who: who.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            times: row.times,
            records: row.records,
            rejected: row.rejected,
            bytes: row.bytes,
            took: format!("{}.{:03}", row.duration_us / 1000, row.duration_us % 1000),
            request_id: if row.request_id.is_empty() {
                id.clone()
            } else {
                row.request_id
            },
            reading: row.reading,
            part: row.part,
            id,
        }
    }
}

#[derive(Template)]
#[template(path = "pages/manage/exchanges.html")]
struct ListPage {
    shell: Shell,
    entries: Vec<Entry>,
    next: Option<String>,
    query: Query,
    actions: Vec<(&'static str, &'static str)>,
    outcomes: Vec<(String, &'static str)>,
}

impl ListPage {
    /// What was asked for under a name.
    fn asked(&self, name: &str) -> &str {
        self.query.text(name).unwrap_or_default()
    }
}

async fn list(visit: Visit<CanSeeExchanges>) -> Result<HttpResponse, Problem> {
    let (query, reach) = (visit.query.clone(), visit.reach.clone());
    let page = visit
        .ask(move |hub| {
            hub.search_exchanges(&reach, &wanted(&query, &hub.config().time.zone), &asked(&query))
        })
        .await?;
    let shell = visit.shell()?;
    let actions = exchange::ACTIONS
        .iter()
        .map(|code| (*code, exchange::action(shell.say, code)));
    let actions = actions.collect();
    let searched = visit.query.text("outcome");
    let searched = searched.filter(|code| !exchange::OUTCOMES.contains(code));
    let outcomes = exchange::OUTCOMES.into_iter().chain(searched);
    let outcomes = outcomes.map(|code| (code.to_owned(), exchange::outcome(shell.say, code)));
    let outcomes = outcomes.collect();
    let seen = rules::reach(&visit.caller, Action::Look, Resource::Rejections);
    visit.page(&ListPage {
        entries: page
            .items
            .into_iter()
            .map(|one| Entry::of(&shell, one, seen.as_ref()))
            .collect(),
        next: following(&visit.query, page.next),
        query: visit.query.clone(),
        actions,
        outcomes,
        shell,
    })
}

fn wanted(query: &Query, zone: &TimeZone) -> ExchangesWanted {
    let text = |name| query.text(name).map(str::to_owned);
    let (from, until) = days(query, zone);
    ExchangesWanted {
        opd: text("opd"),
        dataset: text("dataset"),
        application: query.parsed("application"),
        action: text("action"),
        outcome: text("outcome"),
        request_id: text("request_id"),
        from,
        until,
        reading: query.text("reading") == Some("true"),
        within: None,
    }
}

#[derive(Template)]
#[template(path = "pages/manage/exchange.html")]
struct ExchangePage {
    shell: Shell,
    parts: Vec<Entry>,
}

async fn show(visit: Visit<CanSeeExchanges>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let unknown = || Error::Unknown(Unknown::Exchange(id.escape_debug().take(200).collect()));
    let parsed = ExchangeId::parse(&id).ok_or_else(unknown)?;
    let reach = visit.reach.clone();
    let parts = visit.ask(move |hub| hub.logged_exchange(&reach, parsed)).await?;
    let shell = visit.shell()?;
    let seen = rules::reach(&visit.caller, Action::Look, Resource::Rejections);
    visit.page(&ExchangePage {
        parts: parts
            .into_iter()
            .map(|one| Entry::of(&shell, one, seen.as_ref()))
            .collect(),
        shell,
    })
}
