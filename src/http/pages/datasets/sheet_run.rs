//! A spreadsheet that was sent: how far the hub is with it, and what became of its rows.
//!
//! Not here: who takes it in (`hub::sheets`). Invariant: only whoever sent it sees it, and only as long as they may send to
//! the dataset; while it goes on, its page is asked for again by the browser itself.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;

use super::heading::{self, Heading, Tab};
use super::refused::Reason;
use crate::error::{Error, Unknown};
use crate::http::caller::{Caller, CanPush};
use crate::http::frame::Given;
use crate::http::manager::CanEnter;
use crate::http::pages::answer::asked_again;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::{Hub, ListQuery, RejectionsWanted, SheetRun, WorkState};
use crate::types::{DatasetId, Timestamp};

/// How many refused rows stand on the page.
const LISTED: u16 = 50;

#[derive(Template)]
#[template(path = "pages/datasets/sheet_run.html")]
struct RunPage {
    shell: Shell,
    heading: Heading,
    run: SheetRun,
    /// Why it did not go to its end.
    stopped: Option<String>,
    faults: Vec<RowFault>,
    /// How many refused rows there are beside those.
    more: u64,
    /// Where all refused rows of it stand, where some do.
    refused: Option<String>,
}

/// A row that was refused.
struct RowFault {
    row: i64,
    /// The number under which it is kept.
    number: i64,
    key: String,
    told: Vec<String>,
}

/// A sheet in a list.
pub(in crate::http::pages) struct Line {
    pub(in crate::http::pages) name: String,
    /// The path of its page.
    pub(in crate::http::pages) path: String,
    /// What the dataset is called.
    pub(in crate::http::pages) dataset: String,
    pub(in crate::http::pages) begun_at: Timestamp,
    /// How it stands: the look of the mark, and the word on it.
    pub(in crate::http::pages) state: (&'static str, &'static str),
    pub(in crate::http::pages) stored: u64,
    pub(in crate::http::pages) rejected: u64,
}

/// Shows how far a sheet is, or what became of it.
pub(super) async fn show_run(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    let number = visit
        .request()
        .match_info()
        .get("run")
        .and_then(|text| text.parse().ok());
    let number: i64 = number.ok_or(Error::Unknown(Unknown::Path))?;
    let (person, address) = (visit.person()?.id, Arc::clone(&caller.dataset.address));
    let run = visit
        .ask(move |hub| hub.sheet_run(person, &address, number))
        .await?;
    let (running, begun_at) = (run.state == WorkState::Running, run.begun_at);
    let faults = match running {
        true => Vec::new(),
        false => {
            heading::note(visit.request(), &caller, "rejections");
            faults(&visit, &caller, &run).await?
        }
    };
    let given = Given::new(faults.len(), 0);
    let mut response = visit.page(&RunPage::of(&visit, &caller, run, faults)?)?;
    response.extensions_mut().insert(given);
    if running {
        asked_again(&mut response, begun_at, visit.hub.clock().now());
    }
    Ok(response)
}

/// The refused rows as far as they are listed, in the order of the sheet, without the new ones that somebody corrected since.
async fn faults(
    visit: &Visit<CanEnter>,
    caller: &Caller<CanPush>,
    run: &SheetRun,
) -> Result<Vec<RowFault>, Problem> {
    let lang = visit.shell()?.say.lang;
    let again = run
        .uncorrected
        .iter()
        .take(usize::from(LISTED))
        .map(|one| RowFault {
            row: i64::try_from(one.row).unwrap_or(i64::MAX),
            number: one.number,
            key: String::new(),
            told: told(Reason::read(&one.reason, lang)),
        });
    let mut faults: Vec<RowFault> = again.collect();
    let again = u64::try_from(run.uncorrected.len()).unwrap_or(u64::MAX);
    if run.counts.rejected > again && run.exchange.is_some() {
        let wanted = RejectionsWanted {
            open: true,
            exchange: run.exchange,
            ..caller.dataset.rejections_of(caller.call.caller.opd())
        };
        let query = ListQuery {
            limit: LISTED,
            cursor: None,
        };
        let (call, dataset) = (&caller.call, &caller.dataset);
        let page = caller.hub.rejections(call, dataset, wanted, query).await?;
        faults.extend(page.rejections.into_iter().map(|view| RowFault {
            row: view.line.unwrap_or_default(),
            number: view.number,
            told: told(Reason::of(&view, lang)),
            key: view.key.unwrap_or_default(),
        }));
    }
    faults.sort_by_key(|fault| fault.row);
    Ok(faults)
}

/// A reason as sentences, the first of them.
fn told(reason: Reason) -> Vec<String> {
    /// How many faults of a row are told.
    const TOLD: usize = 10;
    if reason.faults.is_empty() {
        return vec![reason.detail];
    }
    let listed = reason.faults.into_iter().take(TOLD);
    let one = |fault: super::refused::Fault| match fault.place.is_empty() {
        true => fault.message,
        false => format!("{}: {}", fault.place, fault.message),
    };
    listed.map(one).collect()
}

impl RunPage {
    fn of(
        visit: &Visit<CanEnter>,
        caller: &Caller<CanPush>,
        run: SheetRun,
        faults: Vec<RowFault>,
    ) -> Result<Self, Problem> {
        let shell = visit.shell()?;
        let heading = Heading::of(visit, &shell, &caller.dataset, Tab::Sheet);
        // What was to correct something stays where it was kept.
        let refused = run
            .exchange
            .filter(|_| run.counts.rejected > 0 && run.uncorrected.is_empty());
        let listed = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        Ok(RunPage {
            more: match faults.is_empty() {
                true => 0,
                false => run.counts.rejected.saturating_sub(listed),
            },
            refused: refused.map(|exchange| format!("{}/rejections?exchange={exchange}", heading.path)),
            stopped: run
                .state
                .reason()
                .map(|reason| reason.to(shell.say.lang).to_owned()),
            heading,
            run,
            faults,
            shell,
        })
    }

    fn goes_on(&self) -> bool {
        self.run.state == WorkState::Running
    }

    fn cut_off(&self) -> bool {
        self.run.state == WorkState::CutOff
    }
}

impl Line {
    /// A sheet as it is listed.
    pub(in crate::http::pages) fn of(shell: &Shell, hub: &Hub, run: SheetRun) -> Self {
        let id: Option<DatasetId> = run.dataset.parse().ok();
        let catalog = hub.catalog();
        let title = id.and_then(|id| Some(catalog.dataset(&id)?.current.contract.title.clone()));
        let counts = run.counts;
        Line {
            path: format!("/datasets/{}/sheet/{}", run.dataset, run.id),
            name: match run.name.is_empty() {
                true => shell.it("Lembar kerja", "Spreadsheet").to_owned(),
                false => run.name,
            },
            state: match run.state {
                WorkState::Running => ("here", shell.it("Sedang diproses", "Under way")),
                WorkState::CutOff => ("bad", shell.it("Terputus", "Cut off")),
                WorkState::Stopped(_) => ("bad", shell.it("Berhenti", "Stopped")),
                WorkState::Done if counts.rejected > 0 => (
                    "warn",
                    shell.it("Selesai, ada yang ditolak", "Done, some refused"),
                ),
                WorkState::Done => ("good", shell.it("Selesai", "Done")),
            },
            dataset: title.unwrap_or(run.dataset),
            begun_at: run.begun_at,
            stored: counts.created + counts.updated + counts.unchanged,
            rejected: counts.rejected,
        }
    }
}
