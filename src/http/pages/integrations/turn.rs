//! What is done to an integration as a whole: paused, resumed, given up. Each is asked on a page of its own first.
//!
//! Invariant: nothing happens by looking at the page that asks.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::moves::deed;
use crate::error::{Error, Unknown};
use crate::http::manager::CanCompleteStep;
use crate::http::pages::form::Form;
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::IntegrationView;
use crate::integration::IntegrationNumber;
use crate::integration::file::Act;

/// The path of an act.
type OfAct = web::Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "pages/integrations/turn.html")]
struct TurnPage {
    shell: Shell,
    view: IntegrationView,
    act: Act,
    form: Form,
}

impl TurnPage {
    fn pauses(&self) -> bool {
        self.act == Act::Paused
    }

    fn resumes(&self) -> bool {
        self.act == Act::Resumed
    }

    fn title(&self) -> &str {
        match self.act {
            Act::Paused => self.shell.it("Tangguhkan integrasi", "Pause the integration"),
            Act::Resumed => self.shell.it("Lanjutkan integrasi", "Resume the integration"),
            _ => self.shell.it("Batalkan integrasi", "Cancel the integration"),
        }
    }
}

fn act(word: &str) -> Result<Act, Error> {
    match word {
        "pause" => Ok(Act::Paused),
        "resume" => Ok(Act::Resumed),
        "cancel" => Ok(Act::Cancelled),
        _ => Err(Error::Unknown(Unknown::Path)),
    }
}

async fn view(visit: &Visit<CanCompleteStep>, number: IntegrationNumber) -> Result<IntegrationView, Problem> {
    let (reach, lang) = (visit.reach.clone(), visit.shell()?.say.lang);
    visit.ask(move |hub| hub.integration(&reach, number, lang)).await
}

pub(super) async fn ask(visit: Visit<CanCompleteStep>, path: OfAct) -> Result<HttpResponse, Problem> {
    let number = path::integration(&path.0, &path.1)?;
    let page = TurnPage {
        act: act(&path.2)?,
        view: view(&visit, number).await?,
        form: Form::default(),
        shell: visit.shell()?,
    };
    visit.page(&page)
}

pub(super) async fn turn(posted: Posted<CanCompleteStep>, path: OfAct) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (number, act) = (path::integration(&path.0, &path.1)?, act(&path.2)?);
    let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
    let turned = match deed(&form) {
        Ok(deed) => {
            visit
                .ask(move |hub| hub.turn_file(&caller, &reach, number, act, &deed))
                .await
        }
        Err(error) => Err(error.into()),
    };
    let Err(problem) = turned else {
        return Ok(visit.go(&format!("/integrations/{number}"), Said::Done));
    };
    let view = view(&visit, number).await?;
    visit.again(problem, |shell| TurnPage {
        shell,
        view,
        act,
        form,
    })
}
