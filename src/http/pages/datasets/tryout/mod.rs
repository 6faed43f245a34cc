//! Trying a dataset out in its sandbox: what a program would send, and what it would be answered.
//!
//! `asked` is what is tried. Not here: who may, which is asked for as at `/sandbox`. Invariant: what is tried goes to the sandbox and nowhere
//! else, is judged there like the call of a program, and stands in the log as one.

mod asked;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;

use super::heading::{self, Heading, Tab};
use crate::error::{Error, Unknown};
use crate::http::caller::{Caller, CanSee};
use crate::http::manager::CanEnter;
use crate::http::meta::Meta;
use crate::http::pages::answer;
use crate::http::pages::fault::Shown;
use crate::http::pages::say::Say;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::problem::Problem;
use crate::hub::Dataset;
use crate::types::{Environment, Mode};
use asked::{Act, Answered, Asked, offered};

/// A call and what it was answered.
struct Tried {
    /// The same call as a line for a shell.
    curl: String,
    status: u16,
    /// What the status means, in a word or two.
    told: &'static str,
    body: String,
    /// What is wrong, where it was refused.
    fault: Option<Shown>,
}

#[derive(Template)]
#[template(path = "pages/datasets/tryout.html")]
struct TryPage {
    shell: Shell,
    heading: Heading,
    acts: Vec<Act>,
    asked: Asked,
    tried: Option<Tried>,
    /// Where programs do the same.
    base: String,
}

/// Shows the form.
pub(super) async fn show_tryout(
    caller: Caller<CanSee>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    stored(&caller.dataset)?;
    heading::note(visit.request(), &caller, "look");
    let asked = Asked::first(&caller, visit.query.text("act"));
    visit.page(&TryPage::of(&visit, &caller, asked, None)?)
}

/// Tries what the form says; as a call to the dataset it is limited first.
pub(super) async fn try_here(
    _limited: Result<Caller<CanSee>, Problem>,
    posted: Posted<CanEnter>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let caller = Caller::<CanSee>::again(visit.request()).await?;
    stored(&caller.dataset)?;
    let asked = match Asked::of(&form) {
        Ok(asked) => asked,
        Err(error) => {
            let first = Asked::first(&caller, None).with(&form);
            let page = TryPage::of(&visit, &caller, first, None)?;
            return visit.again(error.into(), |shell| TryPage { shell, ..page });
        }
    };
    let answered = asked.run(&visit).await;
    heading::note(visit.request(), &caller, asked.act.logged());
    let curl = asked.curl(&caller);
    match answered {
        Ok(answered) => {
            let given = answered.given;
            let tried = Tried::answered(visit.shell()?.say, curl, answered);
            let mut response = visit.page(&TryPage::of(&visit, &caller, asked, Some(tried))?)?;
            response.extensions_mut().insert(given);
            Ok(response)
        }
        Err(problem) if problem.status_code() == StatusCode::UNAUTHORIZED => Err(problem),
        Err(problem) => {
            let tried = Tried::refused(&visit, curl, &problem)?;
            let page = TryPage::of(&visit, &caller, asked, Some(tried))?;
            answer::refused_page(&problem, visit.request(), &page)
        }
    }
}

/// Only what is stored has a sandbox.
fn stored(dataset: &Dataset) -> Result<(), Error> {
    match dataset.mode() {
        Mode::Stored => Ok(()),
        Mode::Live => Err(Error::Unknown(Unknown::LiveDataset((*dataset.id).clone()))),
    }
}

impl Tried {
    fn answered(say: Say, curl: String, answered: Answered) -> Self {
        Tried {
            curl,
            told: match answered.status {
                201 => say.it("dibuat", "created"),
                _ => say.it("berhasil", "ok"),
            },
            status: answered.status,
            body: answered.body,
            fault: None,
        }
    }

    fn refused(visit: &Visit<CanEnter>, curl: String, problem: &Problem) -> Result<Self, Problem> {
        let meta = Meta::of(visit.request())?;
        let members = problem.members(meta.lang, &meta.request_id);
        Ok(Tried {
            curl,
            status: problem.status_code().as_u16(),
            told: visit.shell()?.say.it("ditolak", "refused"),
            body: serde_json::to_string_pretty(&members).unwrap_or_default(),
            fault: Some(Shown::of(problem, visit.request())?),
        })
    }
}

impl TryPage {
    fn of(
        visit: &Visit<CanEnter>,
        caller: &Caller<CanSee>,
        asked: Asked,
        tried: Option<Tried>,
    ) -> Result<Self, Problem> {
        let shell = visit.shell()?;
        Ok(TryPage {
            heading: Heading::of(visit, &shell, &caller.dataset, Tab::Tryout),
            acts: offered(caller),
            base: caller.base(),
            asked,
            tried,
            shell,
        })
    }

    fn writes(&self) -> bool {
        self.acts.contains(&Act::Push)
    }
}

/// Whether somebody of an agency has anything to try in a dataset's sandbox.
pub(super) fn is_for<P>(visit: &Visit<P>, dataset: &Dataset) -> bool {
    let (catalog, today) = (visit.hub.catalog(), visit.hub.today());
    let tried = catalog.dataset_in(Environment::Sandbox, &dataset.id);
    let rights = tried.map(|tried| tried.grants.rights_of(&visit.caller, today));
    dataset.mode() == Mode::Stored
        && visit.caller.opd().is_some()
        && rights.is_some_and(|rights| !rights.is_empty())
}
