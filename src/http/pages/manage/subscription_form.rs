//! A subscription added, and changed, by a form.
//!
//! Not here: what else is done with one (`subscription`). Invariant: a form offers the connectors of the receiving agency
//! alone, or refuses another's.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::once::{Sent, once};
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::subscription::{found, to};
use super::subscription_secret::SecretPage;
use crate::error::{Error, Malformed};
use crate::http::manager::CanManageSubscriptions;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{
    ApplicationView, ConnectorView, NewSubscription, SubscriptionChange, SubscriptionView,
    SubscriptionWithSecret,
};
use crate::types::{Mode, Seq, Text};

/// How many changes are sent at once where nothing is said.
const BATCH: u16 = 100;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/subscriptions/new",
        vec![(Method::GET, get().to(ask_new)), (Method::POST, post().to(add))],
    ))
    .service(public_resource(
        "/manage/systems/subscriptions/{id}/change",
        vec![
            (Method::GET, get().to(ask_change)),
            (Method::POST, post().to(change)),
        ],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/subscription_form.html")]
struct FormPage {
    shell: Shell,
    /// The one that is changed.
    before: Option<SubscriptionView>,
    applications: Vec<ApplicationView>,
    connectors: Vec<ConnectorView>,
    datasets: Vec<String>,
    form: Form,
}

impl FormPage {
    async fn of<P>(visit: &Visit<P>, before: Option<SubscriptionView>, form: Form) -> Result<Self, Problem> {
        let (reach, opd) = (visit.reach.clone(), before.as_ref().map(|one| one.opd.clone()));
        let (applications, connectors, datasets) = visit
            .ask(move |hub| {
                let receives = |code: &str| match &opd {
                    Some(opd) => opd == code,
                    None => reach.covers(code),
                };
                let mut connectors = hub.connectors()?;
                connectors.retain(|one| receives(one.connector.opd.as_str()));
                let mut applications = hub.applications()?;
                applications.retain(|one| receives(&one.opd));
                let catalog = hub.catalog();
                let stored = catalog.datasets().into_iter();
                let stored = stored.filter(|one| one.mode() == Mode::Stored && one.ending.retired.is_none());
                let datasets = stored.map(|dataset| dataset.id.to_string()).collect();
                Ok((applications, connectors, datasets))
            })
            .await?;
        Ok(FormPage {
            shell: visit.shell()?,
            before,
            applications,
            connectors,
            datasets,
            form,
        })
    }

    /// Where it is sent.
    fn action(&self) -> String {
        match &self.before {
            Some(view) => format!("{}/change", to(view)),
            None => "/manage/systems/subscriptions/new".to_owned(),
        }
    }
}

async fn ask_new(visit: Visit<CanManageSubscriptions>) -> Result<HttpResponse, Problem> {
    let asked = ["connector", "dataset", "application"].map(|name| {
        let said = visit.query.text(name).unwrap_or_default();
        (name.to_owned(), said.to_owned())
    });
    visit.page(&FormPage::of(&visit, None, Form::new(asked.to_vec())).await?)
}

async fn add(posted: Posted<CanManageSubscriptions>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    match added(&visit, &form).await {
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::SecretBefore)),
        Ok(Sent::Now(made)) => visit.page(&SecretPage {
            shell: visit.shell()?,
            made,
        }),
        Err(problem) => {
            let page = FormPage::of(&visit, None, form).await?;
            visit.again(problem, |shell| FormPage { shell, ..page })
        }
    }
}

/// Adds what the form says.
async fn added(
    visit: &Visit<CanManageSubscriptions>,
    form: &Form,
) -> Result<Sent<SubscriptionWithSecret>, Problem> {
    let new = terms(form)?;
    let (actor, reach, hub) = (visit.actor.clone(), visit.reach.clone(), visit.hub.clone());
    let work = async move {
        hub.blocking(move |hub| {
            let application = hub.application_within(&reach, new.application)?;
            let connector = hub.connector_within(&reach, new.connector)?.connector;
            match connector.opd.as_str() == application.opd {
                true => hub.add_subscription(&actor, &new),
                false => Err(other_opd()),
            }
        })
        .await
    };
    once(visit, form, work, |made| to(&made.subscription)).await
}

fn terms(form: &Form) -> Result<NewSubscription, Error> {
    let choose = || Text::new("pilih dari daftar.", "choose from the list.");
    Ok(NewSubscription {
        dataset: super::dataset(form)?,
        application: form.parsed("application", choose())?,
        connector: form.parsed("connector", choose())?,
        path: form.text("path").to_owned(),
        batch: batch(form)?,
        since: match form.said("since") {
            None => Seq(0),
            Some(_) => position(form)?,
        },
    })
}

fn batch(form: &Form) -> Result<u16, Error> {
    let wanted = Text::new("harus 1 sampai 1000.", "it must be 1 to 1000.");
    match form.said("batch") {
        None => Ok(BATCH),
        Some(_) => form.parsed("batch", wanted),
    }
}

/// The number of a change that the form names in `since`.
pub(super) fn position(form: &Form) -> Result<Seq, Error> {
    let wanted = || {
        Text::new(
            "harus nomor perubahan; 0 berarti dari awal.",
            "it must be the number of a change; 0 is the beginning.",
        )
    };
    let number: i64 = form.parsed("since", wanted())?;
    match number >= 0 {
        true => Ok(Seq(number)),
        false => Err(Error::Malformed(Malformed::Parameter("since", wanted()))),
    }
}

fn other_opd() -> Error {
    let text = Text::new(
        "penghubung ini milik OPD lain daripada aplikasi penerimanya.",
        "this connector belongs to another agency than the receiving application.",
    );
    Error::Malformed(Malformed::Parameter("connector", text))
}

async fn ask_change(
    visit: Visit<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = found(&visit, &id).await?;
    let written = [
        ("connector", view.connector.to_string()),
        ("path", view.path.clone()),
        ("batch", view.batch.to_string()),
    ];
    let written = written.map(|(name, value)| (name.to_owned(), value));
    visit.page(&FormPage::of(&visit, Some(view), Form::new(written.to_vec())).await?)
}

async fn change(
    posted: Posted<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let before = found(&visit, &id).await?;
    let changed = match changes(&form) {
        Ok(change) => {
            let (actor, number) = (visit.actor.clone(), before.id);
            let (reach, opd) = (visit.reach.clone(), before.opd.clone());
            visit
                .ask(move |hub| {
                    if let Some(connector) = change.connector
                        && hub.connector_within(&reach, connector)?.connector.opd.as_str() != opd
                    {
                        return Err(other_opd());
                    }
                    hub.change_subscription(&actor, number, &change)
                })
                .await
        }
        Err(error) => Err(error.into()),
    };
    match changed {
        Ok(view) => Ok(visit.go(&to(&view), Said::Saved)),
        Err(problem) => {
            let page = FormPage::of(&visit, Some(before), form).await?;
            visit.again(problem, |shell| FormPage { shell, ..page })
        }
    }
}

fn changes(form: &Form) -> Result<SubscriptionChange, Error> {
    let choose = Text::new("pilih dari daftar.", "choose from the list.");
    Ok(SubscriptionChange {
        connector: Some(form.parsed("connector", choose)?),
        path: Some(form.text("path").to_owned()),
        batch: Some(batch(form)?),
    })
}
