//! `/admin/people`: who may sign in, what they are called and where they belong.
//!
//! Invariant: a password is in the answer to the request that had it made up, and in no other.

pub(in crate::http) mod assignments;
pub(in crate::http) mod mail;
pub(in crate::http) mod sessions;

use actix_web::http::Method;
use actix_web::web::{self, delete, get, patch, post, put};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::access::Role;
use crate::error::{Error, Malformed};
use crate::http::body::acceptable;
use crate::http::manager::{CanManagePeople, CanSeePeople, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{Hub, NewPerson, PersonChange, PersonView, made_up_password, may_be_chosen};
use crate::types::{OpdCode, Text, Timestamp};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/people",
        vec![
            (Method::GET, get().to(list_people)),
            (Method::POST, post().to(add_person)),
        ],
    ))
    .service(managed_resource(
        "/admin/people/{name}",
        vec![
            (Method::GET, get().to(show_person)),
            (Method::PATCH, patch().to(change_person)),
        ],
    ))
    .service(managed_resource(
        "/admin/people/{name}/mail",
        vec![
            (Method::GET, get().to(mail::show_mail_address)),
            (Method::PUT, put().to(mail::set_mail_address)),
        ],
    ))
    .service(managed_resource(
        "/admin/people/{name}/assignments",
        vec![
            (Method::GET, get().to(assignments::list_assignments)),
            (Method::POST, post().to(assignments::add_assignment)),
        ],
    ))
    .service(managed_resource(
        "/admin/people/{name}/assignments/{id}",
        vec![(Method::DELETE, delete().to(assignments::end_assignment))],
    ))
    .service(managed_resource(
        "/admin/people/{name}/sessions",
        vec![
            (Method::GET, get().to(sessions::list_sessions)),
            (Method::DELETE, delete().to(sessions::end_sessions)),
        ],
    ))
    .service(managed_resource(
        "/admin/people/{name}/sessions/{session}",
        vec![(Method::DELETE, delete().to(sessions::end_session))],
    ));
}

/// A person.
#[derive(Serialize, ToSchema)]
struct PersonEntry {
    /// The name by which they sign in.
    name: String,
    /// What they are called.
    full_name: String,
    /// Their number as a civil servant.
    #[schema(required = true)]
    nip: Option<String>,
    /// Their rank.
    #[schema(required = true)]
    rank: Option<String>,
    /// Their office.
    #[schema(required = true)]
    office: Option<String>,
    /// The code of their agency.
    #[schema(required = true)]
    opd: Option<String>,
    /// Whether they may sign in.
    active: bool,
    /// The roles that hold today.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// When they were added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A page of people, by sign-in name.
#[derive(Serialize, ToSchema)]
struct PersonPage {
    /// The people.
    people: Vec<PersonEntry>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// A person to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonToAdd {
    /// The name by which they will sign in.
    #[schema(pattern = "^[a-z0-9][a-z0-9._-]{0,62}$", example = "siti.aminah")]
    name: String,
    /// What they are called.
    #[schema(min_length = 1, max_length = 200, example = "Siti Aminah, S.Kom.")]
    full_name: String,
    /// Their number as a civil servant.
    #[schema(nullable = false, pattern = "^[0-9]{18}$")]
    nip: Option<String>,
    /// Their rank.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Penata Muda Tk. I / III/b"
    )]
    rank: Option<String>,
    /// Their office.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    office: Option<String>,
    /// The code of their agency.
    #[schema(nullable = false, value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    opd: Option<OpdCode>,
    /// The first password, 12 characters or more; one is made up when this is left out.
    #[schema(nullable = false, min_length = 12)]
    password: Option<String>,
}

/// A person who was added.
#[derive(Serialize, ToSchema)]
struct PersonAdded {
    /// The name by which they sign in.
    name: String,
    /// What they are called.
    full_name: String,
    /// The code of their agency.
    #[schema(required = true)]
    opd: Option<String>,
    /// The password that was made up, shown this once; null where one was sent.
    #[schema(required = true)]
    password: Option<String>,
}

/// What changes of a person; what is left out stays, null takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct PersonPatch {
    /// What they are called.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    full_name: Option<String>,
    /// Their number as a civil servant.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{18}$")]
    nip: Option<Option<String>>,
    /// Their rank.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    rank: Option<Option<String>>,
    /// Their office.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    office: Option<Option<String>>,
    /// The code of their agency.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    opd: Option<Option<OpdCode>>,
    /// Whether they may sign in; who may not loses all sessions.
    #[schema(nullable = false)]
    active: Option<bool>,
    /// Another password, 12 characters or more; all sessions end.
    #[schema(nullable = false, min_length = 12)]
    password: Option<String>,
}

/// A member that was sent, also as null.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl From<PersonView> for PersonEntry {
    fn from(view: PersonView) -> Self {
        PersonEntry {
            name: view.name,
            full_name: view.full_name,
            nip: view.nip,
            rank: view.rank,
            office: view.office,
            opd: view.opd,
            active: view.active,
            roles: view.roles,
            created_at: view.created_at,
        }
    }
}

/// Lists the people, by sign-in name.
#[utoipa::path(
    get, path = "/admin/people", tag = "people",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of people.", body = PersonPage), ReadRefusals)
)]
pub(in crate::http) async fn list_people(
    manager: Manager<CanSeePeople>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let hub = manager.hub;
    pages::list(
        &hub,
        &request,
        "people",
        Hub::people,
        |person| person.name.clone(),
        |people, next| PersonPage {
            people: people.into_iter().map(PersonEntry::from).collect(),
            next,
        },
    )
    .await
}

/// Adds a person, who may sign in and has no role yet.
#[utoipa::path(
    post, path = "/admin/people", tag = "people", request_body = PersonToAdd,
    responses(
        (status = 201, description = "They were added.", body = PersonAdded, headers(("Location" = String, description = "Where they are."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_person(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let sent: PersonToAdd = input::json(&hub, &request, payload).await?;
    let name = path::person(&sent.name)?;
    let made_up = sent.password.is_none().then(made_up_password).transpose()?;
    let password = sent.password.or_else(|| made_up.clone()).unwrap_or_default();
    may_be_chosen(&name, &password)?;
    let password = hub.hashed(password).await?;
    let new = NewPerson {
        name,
        full_name: sent.full_name,
        nip: sent.nip,
        rank: sent.rank,
        office: sent.office,
        opd: sent.opd,
    };
    let added = hub
        .blocking(move |hub| hub.add_person(&actor, &new, &password, &[]))
        .await?;
    let path = format!("/admin/people/{}", added.name);
    let view = PersonAdded {
        name: added.name,
        full_name: added.full_name,
        opd: added.opd,
        password: made_up,
    };
    created(&hub.config().http.public_url, &path, &view)
}

/// Shows a person.
#[utoipa::path(
    get, path = "/admin/people/{name}", tag = "people",
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 200, description = "The person.", body = PersonEntry), ReadRefusals)
)]
pub(in crate::http) async fn show_person(
    manager: Manager<CanSeePeople>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let name = path::person(&name)?;
    let person = manager.hub.blocking(move |hub| hub.person(&name)).await?;
    answer(HttpResponse::Ok(), &PersonEntry::from(person))
}

/// Changes a person: what they are called, where they belong, whether they may sign in, their password.
#[utoipa::path(
    patch, path = "/admin/people/{name}", tag = "people",
    params(("name" = String, Path, description = "The sign-in name.")),
    request_body(content((PersonPatch = "application/merge-patch+json"), (PersonPatch = "application/json"))),
    responses((status = 200, description = "They were changed.", body = PersonEntry), WriteRefusals)
)]
pub(in crate::http) async fn change_person(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    name: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let name = path::person(&name)?;
    let mut sent: PersonPatch = input::patch(&hub, &request, payload).await?;
    let mut password = None;
    if let Some(new) = sent.password.take() {
        may_be_chosen(&name, &new)?;
        password = Some(hub.hashed(new).await?);
    }
    let change = PersonChange {
        full_name: sent.full_name,
        nip: sent.nip,
        rank: sent.rank,
        office: sent.office,
        opd: sent.opd,
        active: sent.active,
        password,
    };
    let person = hub
        .blocking(move |hub| hub.change_person(&actor, &name, &change))
        .await?;
    answer(HttpResponse::Ok(), &PersonEntry::from(person))
}

/// A member of a body that is not written as it must be.
fn unreadable(id: &'static str, en: &'static str) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}
