//! One page about an integration: what is to be done now, what was done, and all that belongs to it.
//!
//! Not here: what is done to it (`moves`, `turn`, `change`). Invariant: the page is made anew for whoever asks, from what
//! the hub shows to them alone.

use actix_web::HttpResponse;
use askama::Template;

use super::now::Now;
use super::past::{Ahead, RoundShown};
use super::{Names, OfOne};
use crate::access::Caller;
use crate::access::rules::{Action, Reach, Resource, reach};
use crate::error::Result as Outcome;
use crate::http::manager::CanLookProcedure;
use crate::http::pages::form::Form;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{DocumentView, Hub, IntegrationView, LetterView, ReportView, Timeline, Turns};
use crate::integration::IntegrationNumber;
use crate::types::Lang;

/// All that the hub shows of an integration.
pub(super) struct Found {
    pub(super) view: IntegrationView,
    pub(super) timeline: Timeline,
    pub(super) turns: Turns,
    pub(super) documents: Vec<DocumentView>,
    /// The papers that can be printed: code, name.
    pub(super) printed: Vec<(String, String)>,
    pub(super) letters: Vec<LetterView>,
    pub(super) reports: Vec<ReportView>,
}

impl Found {
    fn read(
        hub: &Hub,
        caller: &Caller,
        within: &Reach,
        number: IntegrationNumber,
        lang: Lang,
    ) -> Outcome<Self> {
        let may = |action, resource| reach(caller, action, resource);
        Ok(Found {
            view: hub.integration(within, number, lang)?,
            timeline: hub.timeline(within, number)?,
            turns: match may(Action::CompleteStep, Resource::Procedure) {
                Some(_) => hub.turns(caller, within, number)?,
                None => Turns::default(),
            },
            documents: hub.documents(within, number)?,
            printed: hub.papers(within, number)?,
            letters: match may(Action::Look, Resource::Letters) {
                Some(within) => hub.letters_of(&within, number)?,
                None => Vec::new(),
            },
            reports: match may(Action::Look, Resource::Reports) {
                Some(within) => hub.reports_of(&within, number)?,
                None => Vec::new(),
            },
        })
    }
}

#[derive(Template)]
#[template(path = "pages/integrations/show.html")]
pub(super) struct IntegrationPage {
    shell: Shell,
    names: Names,
    view: IntegrationView,
    now: Now,
    rounds: Vec<RoundShown>,
    ahead: Vec<Ahead>,
    timeline: Timeline,
    documents: Vec<DocumentView>,
    printed: Vec<(String, String)>,
    letters: Vec<LetterView>,
    reports: Vec<ReportView>,
    may: May,
    /// What the procedure calls its kinds of documents: code, title.
    titles: Vec<(String, String)>,
}

/// What else its reader may do.
struct May {
    add: bool,
    change: bool,
    pause: bool,
    resume: bool,
    cancel: bool,
    letters: bool,
    report: bool,
    contracts: bool,
}

impl May {
    fn of(shell: &Shell, hub: &Hub, within: &Reach, state: &str) -> Self {
        let procedure = hub.procedure();
        let (manage, running, paused) = (
            shell.may(Action::Manage, Resource::Procedure),
            state == "running",
            state == "paused",
        );
        let goes_on = running || paused;
        May {
            add: manage && (goes_on || *within == Reach::All),
            change: manage && goes_on && *within == Reach::All,
            pause: running && shell.holds(&procedure.pause),
            resume: paused && shell.holds(&procedure.resume),
            cancel: goes_on && shell.holds(&procedure.cancel),
            letters: shell.may(Action::Manage, Resource::Letters),
            report: shell.may(Action::Manage, Resource::Reports),
            contracts: shell.may(Action::Look, Resource::Contracts),
        }
    }
}

impl IntegrationPage {
    /// Whether there is anything that is done to the whole.
    fn can_turn(&self) -> bool {
        self.may.pause || self.may.resume || self.may.cancel
    }

    /// What the procedure calls a kind of document.
    fn document_title<'t>(&'t self, kind: &'t str) -> &'t str {
        let known = self.titles.iter().find(|(known, _)| known == kind);
        known.map_or(kind, |(_, title)| title)
    }

    /// The page, with what was typed into one of its forms.
    pub(super) fn new(shell: Shell, hub: &Hub, within: &Reach, found: Found, typed: Option<&Form>) -> Self {
        let names = Names::of(hub);
        let variant = hub.procedure().variant(&found.view.variant);
        let steps = variant
            .map(|variant| variant.steps.as_slice())
            .unwrap_or_default();
        let may = May::of(&shell, hub, within, &found.view.state);
        let documents = hub.procedure().documents.iter();
        let titles = documents.map(|(kind, title)| (kind.to_string(), title.clone()));
        IntegrationPage {
            titles: titles.collect(),
            now: Now::new(&shell, hub, &names, &found, (may.add, typed)),
            rounds: RoundShown::all(&shell, &names, steps, &found),
            ahead: Ahead::of(&shell, steps, &found.view),
            may,
            view: found.view,
            timeline: found.timeline,
            documents: found.documents,
            printed: found.printed,
            letters: found.letters,
            reports: found.reports,
            names,
            shell,
        }
    }
}

/// All that the hub shows of an integration to whoever visits.
pub(super) async fn found<P>(visit: &Visit<P>, number: IntegrationNumber) -> Result<Found, Problem> {
    let (caller, within) = (visit.caller.clone(), visit.reach.clone());
    let lang = visit.shell()?.say.lang;
    visit
        .ask(move |hub| Found::read(hub, &caller, &within, number, lang))
        .await
}

pub(super) async fn show_integration(
    visit: Visit<CanLookProcedure>,
    path: OfOne,
) -> Result<HttpResponse, Problem> {
    let number = path::integration(&path.0, &path.1)?;
    let found = found(&visit, number).await?;
    let page = IntegrationPage::new(visit.shell()?, &visit.hub, &visit.reach, found, None);
    visit.page(&page)
}
