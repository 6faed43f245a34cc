//! A version of a contract: its document, its life, and how it stands to what is published.
//!
//! Invariant: a version is published only from here by a form that shows what breaks.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::form::Form;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::super::words;
use super::contracts::Comparison;
use crate::access::rules::{Action, Resource};
use crate::contract::{State, to_yaml};
use crate::error::{Error, Malformed};
use crate::http::manager::{CanManageContracts, CanPublishContracts, CanSeeContracts};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ContractView, Deprecation, MoveView, Publication};
use crate::types::{DatasetId, Text, Timestamp};

/// Where a version is.
const ONE: &str = "/manage/contracts/{opd}/{dataset}/{version}";

/// The owner, the dataset and the version that a path names.
type Path3 = web::Path<(String, String, String)>;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let posted = |end: &str, route| public_resource(&format!("{ONE}/{end}"), vec![(Method::POST, route)]);
    app.service(public_resource(ONE, vec![(Method::GET, get().to(show))]))
        .service(posted("agree", post().to(agree)))
        .service(posted("publish", post().to(publish)))
        .service(posted("deprecate", post().to(deprecate)))
        .service(posted("retire", post().to(retire)));
}

#[derive(Template)]
#[template(path = "pages/manage/contract.html")]
struct ContractPage {
    shell: Shell,
    contract: ContractView,
    /// The document as it is read by people.
    yaml: String,
    digest: String,
    moves: Vec<MoveView>,
    comparison: Option<Comparison>,
    /// How many stored records there are, and how many of them it would refuse.
    stored: Option<(u64, u64)>,
    form: Form,
    may_manage: bool,
    may_publish: bool,
}

impl ContractPage {
    async fn of<P>(visit: &Visit<P>, path: &Path3, form: Form) -> Result<Self, Problem> {
        let (opd, name, version) = path::contract(path)?;
        let lang = visit.shell()?.say.lang;
        let (contract, moves, report) = visit
            .ask(move |hub| {
                let contract = hub.contract(&opd, &name, version)?;
                let moves = hub.contract_moves(&opd, &name, version)?;
                let waits = matches!(contract.state, State::Draft | State::Agreed);
                let document = contract.document.to_string();
                // What was registered by an older hub may not pass the checks of this one.
                let report = waits
                    .then(|| hub.check_contract(document.as_bytes(), None))
                    .transpose();
                Ok((contract, moves, report.unwrap_or_default()))
            })
            .await?;
        let shell = visit.shell()?;
        let told = report.as_ref().and_then(|report| report.compatibility.as_ref());
        Ok(ContractPage {
            may_manage: shell.may(Action::Manage, Resource::Contracts),
            may_publish: shell.may(Action::Publish, Resource::Contracts),
            shell,
            yaml: to_yaml(&contract.document),
            digest: crate::contract::contract_digest(&contract.document).to_string(),
            comparison: told.map(|found| Comparison::of(&found.to_json(lang))),
            stored: report.and_then(|report| report.stored.map(|stored| (stored.records, stored.misfits))),
            contract,
            moves,
            form,
        })
    }

    fn state(&self, state: &State) -> (&'static str, &'static str) {
        words::contract::state(self.shell.say, *state)
    }

    /// The same of a state as it is stored.
    fn state_of(&self, word: &str) -> String {
        word.parse::<State>()
            .map_or_else(|_| word.to_owned(), |state| self.state(&state).0.to_owned())
    }

    fn is(&self, state: &str) -> bool {
        self.contract.state.as_str() == state
    }
}

async fn show(visit: Visit<CanSeeContracts>, path: Path3) -> Result<HttpResponse, Problem> {
    visit.page(&ContractPage::of(&visit, &path, Form::default()).await?)
}

/// Goes back to the version's page, or shows it again with what was wrong.
async fn moved<P, T>(
    visit: Visit<P>,
    path: &Path3,
    (form, moved): (Form, Result<T, Problem>),
) -> Result<HttpResponse, Problem> {
    match moved {
        Ok(_) => {
            let (opd, name, version) = (&path.0, &path.1, &path.2);
            Ok(visit.go(&format!("/manage/contracts/{opd}/{name}/{version}"), Said::Saved))
        }
        Err(problem) => {
            let page = ContractPage::of(&visit, path, form).await?;
            visit.again(problem, |shell| ContractPage { shell, ..page })
        }
    }
}

async fn agree(posted: Posted<CanManageContracts>, path: Path3) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (opd, name, version) = path::contract(&path)?;
    let (actor, agreed) = (visit.actor.clone(), agreed(&form));
    let done = visit
        .ask(move |hub| hub.agree_contract(&actor, &opd, &name, version, agreed))
        .await;
    moved(visit, &path, (form, done)).await
}

/// What a form says was signed: one signer a line of fields, those without a name left out.
fn agreed(form: &Form) -> Value {
    let signers = (1..=4).filter_map(|number| {
        let field = |name: &str| form.said(&format!("{name}{number}"));
        let mut signer = Map::new();
        signer.insert("name".into(), field("name")?.into());
        for member in ["nip", "office", "capacity", "on"] {
            if let Some(text) = field(member) {
                signer.insert(member.into(), text.into());
            }
        }
        Some(Value::Object(signer))
    });
    let mut agreed = json!({
        "contract_digest": form.text("contract_digest"),
        "signature": form.text("signature"),
        "signers": signers.collect::<Vec<_>>(),
    });
    if let (Some(members), Some(file)) = (agreed.as_object_mut(), form.said("file_sha256")) {
        members.insert("file_sha256".into(), file.into());
    }
    agreed
}

async fn publish(posted: Posted<CanPublishContracts>, path: Path3) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (opd, name, version) = path::contract(&path)?;
    let actor = visit.actor.clone();
    let how = Publication {
        accept_undecided: form.has("accept", "undecided"),
        reason: form.said("reason"),
    };
    let done = visit
        .ask(move |hub| hub.publish_contract(&actor, &opd, &name, version, &how))
        .await;
    moved(visit, &path, (form, done)).await
}

async fn deprecate(posted: Posted<CanManageContracts>, path: Path3) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (opd, name, version) = path::contract(&path)?;
    let actor = visit.actor.clone();
    let done = match deprecation(&form, &visit.hub.config().time.zone) {
        Ok(how) => {
            visit
                .ask(move |hub| hub.deprecate_contract(&actor, &opd, &name, version, how))
                .await
        }
        Err(error) => Err(error.into()),
    };
    moved(visit, &path, (form, done)).await
}

fn deprecation(form: &Form, zone: &TimeZone) -> Result<Deprecation, Error> {
    let successor = form.said("successor").map(|id| {
        id.parse::<DatasetId>().map_err(|_| {
            let text = Text::new(
                "ditulis seperti bkd/pegawai/v2.",
                "it is written like bkd/pegawai/v2.",
            );
            Error::Malformed(Malformed::Parameter("successor", text))
        })
    });
    Ok(Deprecation {
        sunset: form.day("sunset")?.map(|day| Timestamp::of_day_in(day, zone)),
        successor: successor.transpose()?,
        reason: form.said("reason"),
    })
}

async fn retire(posted: Posted<CanManageContracts>, path: Path3) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (opd, name, version) = path::contract(&path)?;
    let (actor, reason) = (visit.actor.clone(), form.said("reason"));
    let done = visit
        .ask(move |hub| hub.retire_contract(&actor, &opd, &name, version, reason))
        .await;
    moved(visit, &path, (form, done)).await
}
