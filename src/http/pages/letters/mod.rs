//! Incoming letters: their register, one of them with its dispositions and attachments.
//!
//! Not here: what a letter is for an integration (the hub). Invariant: a letter is registered once; what is learned later
//! is added to it on its own page.

mod attach;
mod input;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::form::Form;
use super::once::{Sent, once};
use super::said::Said;
use super::shell::Shell;
use super::visit::{Posted, Visit};
use crate::access::rules::{Action, Resource};
use crate::error::{Result as Outcome, Unknown};
use crate::http::manager::{CanManageLetters, CanSeeLetters};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{DocumentView, Hub, LetterView, PageQuery};

/// How many stand on a page.
const SOME: usize = 50;

/// The number of a letter in a path.
type OfOne = web::Path<String>;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let form =
        |path: &str, shown, sent| public_resource(path, vec![(Method::GET, shown), (Method::POST, sent)]);
    let posted = |path: &str, route| public_resource(path, vec![(Method::POST, route)]);
    app.service(public_resource(
        "/letters",
        vec![(Method::GET, get().to(list_letters))],
    ))
    .service(form("/letters/new", get().to(show_form), post().to(add_letter)))
    .service(public_resource(
        "/letters/{id}",
        vec![(Method::GET, get().to(show_letter))],
    ))
    .service(posted("/letters/{id}/dispositions", post().to(dispose)))
    .service(posted("/letters/{id}/integration", post().to(link)))
    .service(form(
        "/letters/{id}/documents/new",
        get().to(attach::show_form),
        post().to(attach::add),
    ));
}

#[derive(Template)]
#[template(path = "pages/letters/list.html")]
struct ListPage {
    shell: Shell,
    letters: Vec<LetterView>,
    next: Option<String>,
    may_add: bool,
}

async fn list_letters(visit: Visit<CanSeeLetters>) -> Result<HttpResponse, Problem> {
    let page = PageQuery {
        limit: SOME,
        cursor: visit.query.text("cursor").map(str::to_owned),
    };
    let reach = visit.reach.clone();
    let list = visit.ask(move |hub| hub.letters(&reach, &page)).await?;
    let shell = visit.shell()?;
    visit.page(&ListPage {
        may_add: shell.may(Action::Manage, Resource::Letters),
        next: list.next.map(|next| visit.query.with("cursor", Some(&next))),
        letters: list.items,
        shell,
    })
}

#[derive(Template)]
#[template(path = "pages/letters/new.html")]
struct NewPage {
    shell: Shell,
    form: Form,
}

async fn show_form(visit: Visit<CanManageLetters>) -> Result<HttpResponse, Problem> {
    let form = Form::new(visit.query.filled_in());
    visit.page(&NewPage {
        shell: visit.shell()?,
        form,
    })
}

async fn add_letter(posted: Posted<CanManageLetters>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let actor = visit.actor.clone();
    let added = match input::letter(&form) {
        Ok(told) => {
            let hub = visit.hub.clone();
            let work = async move { hub.blocking(move |hub| hub.add_letter(&actor, &told)).await };
            once(&visit, &form, work, |letter| format!("/letters/{}", letter.id)).await
        }
        Err(error) => Err(error.into()),
    };
    match added {
        Ok(Sent::Now(letter)) => Ok(visit.go(&format!("/letters/{}", letter.id), Said::Added)),
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::Before)),
        Err(problem) => visit.again(problem, |shell| NewPage { shell, form }),
    }
}

#[derive(Template)]
#[template(path = "pages/letters/show.html")]
struct LetterPage {
    shell: Shell,
    letter: LetterView,
    attachments: Vec<DocumentView>,
    form: Form,
    may_add: bool,
    may_open: bool,
}

/// A letter with its attachments.
type Shown = (LetterView, Vec<DocumentView>);

impl LetterPage {
    fn new(shell: Shell, (letter, attachments): Shown, form: Form) -> Self {
        LetterPage {
            may_add: shell.may(Action::Manage, Resource::Letters),
            may_open: shell.may(Action::Manage, Resource::Procedure),
            shell,
            letter,
            attachments,
            form,
        }
    }
}

async fn shown<P>(visit: &Visit<P>, id: i64) -> Result<Shown, Problem> {
    let reach = visit.reach.clone();
    visit
        .ask(move |hub| Ok((hub.letter(&reach, id)?, hub.attachments(&reach, id)?)))
        .await
}

async fn show_letter(visit: Visit<CanSeeLetters>, id: OfOne) -> Result<HttpResponse, Problem> {
    let shown = shown(&visit, path::number(&id, Unknown::Letter)?).await?;
    visit.page(&LetterPage::new(visit.shell()?, shown, Form::default()))
}

async fn dispose(posted: Posted<CanManageLetters>, id: OfOne) -> Result<HttpResponse, Problem> {
    let actor = posted.visit.actor.clone();
    done(posted, &id, move |hub, id, form| {
        hub.dispose(&actor, id, &input::disposition(form)?)
    })
    .await
}

async fn link(posted: Posted<CanManageLetters>, id: OfOne) -> Result<HttpResponse, Problem> {
    let actor = posted.visit.actor.clone();
    done(posted, &id, move |hub, id, form| {
        hub.link_letter(&actor, id, input::integration(form.text("integration"))?)
    })
    .await
}

/// Does something with a letter, and shows it: with what was typed where that was refused.
async fn done(
    posted: Posted<CanManageLetters>,
    id: &OfOne,
    work: impl FnOnce(&Hub, i64, &Form) -> Outcome<LetterView> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let id = path::number(id, Unknown::Letter)?;
    let typed = form.clone();
    match visit.ask(move |hub| work(hub, id, &typed)).await {
        Ok(_) => Ok(visit.go(&format!("/letters/{id}"), Said::Done)),
        Err(problem) => {
            let shown = shown(&visit, id).await?;
            visit.again(problem, |shell| LetterPage::new(shell, shown, form))
        }
    }
}
