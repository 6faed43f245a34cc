//! Administration: who takes part, with which keys, by which contracts, and what is in the logs.
//!
//! Not here: what any of it does (the hub). Invariant: what ends something asks first, on a page that says what will
//! happen.

mod application;
mod applications;
mod audit;
mod connector;
mod connector_end;
mod connector_fields;
mod connector_form;
mod contract;
mod contracts;
mod exchanges;
mod opds;
mod outside;
mod people;
mod person;
mod preview;
mod pull;
mod pull_end;
mod pull_fields;
mod pull_form;
mod subscription;
mod subscription_asks;
mod subscription_form;
mod subscription_secret;
mod systems;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::form::{Form, Query};
use super::shell::Shell;
use super::visit::Visit;
use crate::access::rules::{Action, Resource};
use crate::error::Error;
use crate::http::admin::keys::network;
use crate::http::manager::CanEnter;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::PageQuery;
use crate::types::{DatasetId, Network, Text, Timestamp};

/// How many items stand on one page of a list.
const MANY: usize = 50;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage",
        vec![(Method::GET, get().to(show_index))],
    ))
    .configure(opds::routes)
    .configure(applications::routes)
    .configure(application::routes)
    .configure(people::routes)
    .configure(person::routes)
    .configure(contracts::routes)
    .configure(outside::routes)
    .configure(contract::routes)
    .configure(systems::routes)
    .configure(connector_form::routes)
    .configure(connector::routes)
    .configure(connector_end::routes)
    .configure(pull_form::routes)
    .configure(pull::routes)
    .configure(pull_end::routes)
    .configure(subscription_form::routes)
    .configure(subscription::routes)
    .configure(subscription_asks::routes)
    .configure(subscription_secret::routes)
    .configure(exchanges::routes)
    .configure(audit::routes);
}

/// Where to go from here: path, name and what it is for, and what one must be allowed to look at.
type Door = (
    &'static str,
    (&'static str, &'static str),
    (&'static str, &'static str),
    Resource,
);

const DOORS: [Door; 7] = [
    (
        "opds",
        ("OPD", "Agencies"),
        (
            "Siapa yang ikut bertukar data.",
            "Who takes part in the exchange.",
        ),
        Resource::Opds,
    ),
    (
        "applications",
        ("Aplikasi OPD dan Kunci API", "Applications and API keys"),
        (
            "Sistem OPD yang memanggil hub, kunci dan jaringannya.",
            "Systems that call the hub, their keys and networks.",
        ),
        Resource::Applications,
    ),
    (
        "people",
        ("Orang dan peran", "People and roles"),
        (
            "Siapa yang boleh masuk, dan apa tugasnya di sini.",
            "Who may sign in, and what they are here.",
        ),
        Resource::People,
    ),
    (
        "contracts",
        ("Kontrak data", "Contracts"),
        (
            "Daftarkan, periksa, terbitkan, dan hentikan versi.",
            "Register, check, publish and end versions.",
        ),
        Resource::Contracts,
    ),
    (
        "systems",
        (
            "Penghubung, penarikan, langganan",
            "Connectors, pulls, subscriptions",
        ),
        (
            "Bagaimana hub mencapai sistem OPD, dan keadaannya.",
            "How the hub reaches the agencies' systems, and how they stand.",
        ),
        Resource::Connectors,
    ),
    (
        "exchanges",
        ("Catatan pertukaran", "Exchange log"),
        (
            "Setiap panggilan: siapa, apa, kapan, hasilnya.",
            "Every call: who, what, when, and what came of it.",
        ),
        Resource::ExchangeLog,
    ),
    (
        "audit",
        ("Rekam jejak audit", "Audit log"),
        (
            "Apa yang diubah pada hub, sebelum dan sesudahnya.",
            "What was changed of the hub, before and after.",
        ),
        Resource::AuditLog,
    ),
];

#[derive(Template)]
#[template(path = "pages/manage/index.html")]
struct IndexPage {
    shell: Shell,
    doors: Vec<Door>,
}

async fn show_index(visit: Visit<CanEnter>) -> Result<HttpResponse, Problem> {
    let shell = visit.shell()?;
    let open = |door: &&Door| shell.may(Action::Look, door.3);
    let doors = DOORS.iter().filter(open).copied().collect();
    visit.page(&IndexPage { shell, doors })
}

/// Which page of a list the address asks for.
fn asked(query: &Query) -> PageQuery {
    PageQuery {
        limit: MANY,
        cursor: query.text("cursor").map(str::to_owned),
    }
}

/// What leads to the next page of the same list.
fn following(query: &Query, next: Option<String>) -> Option<String> {
    next.map(|next| query.with("cursor", Some(&next)))
}

/// The dataset that a form names.
///
/// # Errors
/// Malformed, named, where it names none.
fn dataset(form: &Form) -> Result<DatasetId, Error> {
    let wanted = Text::new(
        "harus dataset, misalnya bkd/pegawai/v1.",
        "it must be a dataset, such as bkd/pegawai/v1.",
    );
    form.parsed("dataset", wanted)
}

/// The networks that a form names.
fn networks(form: &Form) -> Result<Vec<Network>, Error> {
    let named = form.text("networks").split([',', ' ', '\n', '\r']);
    named.filter(|text| !text.is_empty()).map(network).collect()
}

/// Whether a text holds what was searched for, whatever its case; without a search all do.
fn holds(searched: Option<&str>, texts: &[&str]) -> bool {
    let Some(searched) = searched else {
        return true;
    };
    let searched = searched.to_lowercase();
    texts.iter().any(|text| text.to_lowercase().contains(&searched))
}

/// From and until when a search is, by the days of the office that the address names; the last one counts.
fn days(query: &Query, zone: &TimeZone) -> (Option<Timestamp>, Option<Timestamp>) {
    let begin = |day: Date| Timestamp::of_day_in(day, zone);
    let last: Option<Date> = query.parsed("until");
    let after = last.and_then(|day| day.tomorrow().ok());
    (query.parsed("from").map(begin), after.map(begin))
}
