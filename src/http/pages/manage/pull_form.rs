//! A scheduled pull set up by a form: what is read from where, when, and what becomes of an item, tried before it runs.
//!
//! Not here: what its fields say (`pull_fields`). Invariant: a preview stores nothing, and comes back with the form as it
//! was typed.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::once::{Sent, once};
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::preview::{Tried, wish};
use super::pull::found;
use super::pull_fields::{items, settings, written};
use crate::error::{Error, Malformed};
use crate::http::manager::CanManageConnectors;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ConnectorView, PullView};
use crate::types::{Mode, Text};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/pulls/new",
        vec![(Method::GET, get().to(ask_new)), (Method::POST, post().to(add))],
    ))
    .service(public_resource(
        "/manage/systems/pulls/{id}/change",
        vec![
            (Method::GET, get().to(ask_change)),
            (Method::POST, post().to(change)),
        ],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/pull_form.html")]
struct FormPage {
    shell: Shell,
    /// The one that is changed.
    before: Option<PullView>,
    connectors: Vec<ConnectorView>,
    datasets: Vec<String>,
    form: Form,
    tried: Option<Tried>,
}

impl FormPage {
    async fn of<P>(visit: &Visit<P>, before: Option<PullView>, form: Form) -> Result<Self, Problem> {
        let reach = visit.reach.clone();
        let (connectors, datasets) = visit
            .ask(move |hub| {
                let mut connectors = hub.connectors()?;
                connectors.retain(|one| reach.covers(one.connector.opd.as_str()));
                let catalog = hub.catalog();
                let stored = catalog.datasets().into_iter().filter(|dataset| {
                    dataset.mode() == Mode::Stored
                        && dataset.ending.retired.is_none()
                        && reach.covers(dataset.id.opd.as_str())
                });
                Ok((connectors, stored.map(|dataset| dataset.id.to_string()).collect()))
            })
            .await?;
        Ok(FormPage {
            shell: visit.shell()?,
            before,
            connectors,
            datasets,
            form,
            tried: None,
        })
    }

    /// Where it is sent.
    fn action(&self) -> String {
        match &self.before {
            Some(pull) => format!("/manage/systems/pulls/{}/change", pull.id),
            None => "/manage/systems/pulls/new".to_owned(),
        }
    }

    /// How pages hang together: the form's words, and ours.
    fn pagings(&self) -> [(&'static str, &'static str); 6] {
        let it = |id, en| self.shell.it(id, en);
        [
            ("none", it("semua dalam satu jawaban", "everything in one answer")),
            ("page", it("nomor halaman", "numbers of pages")),
            ("offset", it("jumlah yang dilewati", "how many to leave out")),
            (
                "offset-apart",
                it(
                    "jumlah yang dilewati, tanpa tumpang tindih",
                    "how many to leave out, without overlap",
                ),
            ),
            ("cursor", it("kursor di dalam jawaban", "a cursor in the answer")),
            ("link", it("header Link", "the header field Link")),
        ]
    }
}

/// The connector that the form names by its number.
async fn connector(visit: &Visit<CanManageConnectors>, form: &Form) -> Result<ConnectorView, Problem> {
    let wanted = Text::new("pilih penghubungnya.", "choose its connector.");
    let id: i64 = form.parsed("connector", wanted)?;
    let reach = visit.reach.clone();
    visit.ask(move |hub| hub.connector_within(&reach, id)).await
}

async fn ask_new(visit: Visit<CanManageConnectors>) -> Result<HttpResponse, Problem> {
    let asked = ["connector", "dataset"].map(|name| {
        let said = visit.query.text(name).unwrap_or_default();
        (name.to_owned(), said.to_owned())
    });
    visit.page(&FormPage::of(&visit, None, Form::new(asked.to_vec())).await?)
}

async fn add(posted: Posted<CanManageConnectors>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    sent(visit, form, None).await
}

async fn ask_change(
    visit: Visit<CanManageConnectors>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let pull = found(&visit, &id).await?;
    let connectors = visit.ask(|hub| hub.connectors()).await?;
    let form = written(&pull.settings, &connectors);
    visit.page(&FormPage::of(&visit, Some(pull), form).await?)
}

async fn change(posted: Posted<CanManageConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let before = found(&visit, &id).await?;
    sent(visit, form, Some(before)).await
}

/// Tries what the form says, or keeps it.
async fn sent(
    visit: Visit<CanManageConnectors>,
    form: Form,
    before: Option<PullView>,
) -> Result<HttpResponse, Problem> {
    if form.has("act", "preview") {
        let tried = preview(&visit, &form).await;
        let page = FormPage::of(&visit, before, form).await?;
        return match tried {
            Ok(tried) => visit.page(&FormPage {
                tried: Some(tried),
                ..page
            }),
            Err(problem) => visit.again(problem, |shell| FormPage { shell, ..page }),
        };
    }
    match kept(&visit, &form, before.as_ref()).await {
        Ok(Sent::Now(pull)) => {
            let said = if before.is_some() {
                Said::Saved
            } else {
                Said::Added
            };
            Ok(visit.go(&to(&pull), said))
        }
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::Before)),
        Err(problem) => {
            let page = FormPage::of(&visit, before, form).await?;
            visit.again(problem, |shell| FormPage { shell, ..page })
        }
    }
}

async fn preview(visit: &Visit<CanManageConnectors>, form: &Form) -> Result<Tried, Problem> {
    let connector = connector(visit, form).await?.connector.id;
    let wish = wish(form, items(form)?)?;
    let preview = visit.hub.preview_pull(connector, wish).await?;
    Ok(Tried::of(preview, visit.shell()?.say.lang))
}

async fn kept(
    visit: &Visit<CanManageConnectors>,
    form: &Form,
    before: Option<&PullView>,
) -> Result<Sent<PullView>, Problem> {
    let connector = connector(visit, form).await?.connector;
    if connector.opd != super::dataset(form)?.opd {
        let text = Text::new(
            "penghubung ini milik OPD lain daripada datasetnya.",
            "this connector belongs to another agency than the dataset.",
        );
        return Err(Error::Malformed(Malformed::Parameter("connector", text)).into());
    }
    let settings = settings(form, connector.name, before.map(|pull| &pull.settings))?;
    let actor = visit.actor.clone();
    if let Some(pull) = before {
        return Ok(Sent::Now(visit.hub.change_pull(actor, pull.id, settings).await?));
    }
    let hub = visit.hub.clone();
    let work = async move { hub.add_pull(actor, settings).await };
    once(visit, form, work, to).await
}

/// Where a pull is.
fn to(pull: &PullView) -> String {
    format!("/manage/systems/pulls/{}", pull.id)
}
