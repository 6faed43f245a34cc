//! `/admin/applications/{id}/keys`: the keys of an application.
//!
//! Invariant: whoever manages the keys of an agency's own applications reaches no key of others.

use actix_web::http::Method;
use actix_web::web::{self, delete, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::ApplicationWithKey;
use super::{answer, input};
use crate::error::{Error, Malformed, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageKeys, CanSeeKeys, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{KeyTerms, KeyView, Others};
use crate::types::{Network, Text, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/applications/{id}/keys",
        vec![
            (Method::GET, get().to(list_keys)),
            (Method::POST, post().to(rotate_key)),
            (Method::DELETE, delete().to(revoke_keys)),
        ],
    ))
    .service(managed_resource(
        "/admin/applications/{id}/keys/{key}",
        vec![(Method::DELETE, delete().to(revoke_key))],
    ));
}

/// A key, all but its secret.
#[derive(Serialize, ToSchema)]
struct Key {
    /// Its public part, by which it is named.
    key: String,
    /// What it is called.
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Until when it may be used; null: until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    expires_at: Option<Timestamp>,
    /// When it was last used, to half a minute.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_used_at: Option<Timestamp>,
    /// From which networks it may be used; from everywhere when none is named.
    networks: Vec<String>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    revoked_at: Option<Timestamp>,
}

impl From<KeyView> for Key {
    fn from(view: KeyView) -> Self {
        Key {
            key: view.key,
            name: view.name,
            created_at: view.created_at,
            expires_at: view.expires_at,
            last_used_at: view.last_used_at,
            networks: view.networks,
            revoked_at: view.revoked_at,
        }
    }
}

/// All keys of an application.
#[derive(Serialize, ToSchema)]
struct Keys {
    /// They, the newest first.
    keys: Vec<Key>,
}

/// How many keys were revoked.
#[derive(Serialize, ToSchema)]
struct Revoked {
    /// The application's number.
    id: i64,
    /// How many keys stopped working.
    revoked: usize,
}

/// On which terms a key is made. Without a body it takes the place of all others at once.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyToMake {
    /// What it is called.
    #[schema(max_length = 200, example = "server cadangan")]
    name: Option<String>,
    /// Until when it may be used (RFC 3339).
    #[schema(example = "2027-12-31T23:59:59+08:00")]
    expires_at: Option<String>,
    /// From which networks it may be used, IPv4 or IPv6; from everywhere when left out.
    #[schema(max_items = 50, example = json!(["10.20.0.0/16", "2001:db8::/48"]))]
    networks: Option<Vec<String>>,
    /// For how many seconds the other keys go on; 0 when left out.
    #[schema(maximum = 2_592_000)]
    overlap_seconds: Option<u32>,
    /// Whether the other keys stay as they are.
    keep_others: Option<bool>,
}

impl KeyToMake {
    fn terms(self) -> Result<KeyTerms, Error> {
        let expires_at = self.expires_at.map(|text| {
            let fault = Text::new("harus waktu RFC 3339.", "it must be a time of RFC 3339.");
            Timestamp::parse(&text).ok_or(Error::Malformed(Malformed::Parameter("expires_at", fault)))
        });
        let networks = self.networks.unwrap_or_default();
        Ok(KeyTerms {
            name: self.name.unwrap_or_default(),
            expires_at: expires_at.transpose()?,
            networks: networks
                .iter()
                .map(|text| network(text))
                .collect::<Result<_, _>>()?,
            others: match self.keep_others {
                Some(true) => Others::Keep,
                _ => Others::EndAfter(self.overlap_seconds.unwrap_or_default()),
            },
        })
    }
}

/// A network from which a key may be used.
///
/// # Errors
/// Malformed, and why, when it is none.
pub(in crate::http) fn network(text: &str) -> Result<Network, Error> {
    text.parse().map_err(|_| {
        let fault = Text::new(
            "tulis setiap jaringan seperti 10.1.0.0/16, 2001:db8::/32, atau 192.0.2.7.",
            "write each network like 10.1.0.0/16, 2001:db8::/32 or 192.0.2.7.",
        );
        Error::Malformed(Malformed::Parameter("networks", fault))
    })
}

/// Lists the keys of an application, the newest first, without their secrets.
#[utoipa::path(
    get, path = "/admin/applications/{id}/keys", tag = "applications",
    params(("id" = i64, Path, description = "The application's number.")),
    responses((status = 200, description = "Its keys.", body = Keys), ReadRefusals)
)]
pub(in crate::http) async fn list_keys(
    manager: Manager<CanSeeKeys>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Application)?;
    let reach = manager.reach;
    let keys = manager
        .hub
        .blocking(move |hub| {
            hub.application_within(&reach, id)?;
            hub.keys(id)
        })
        .await?;
    let keys = keys.into_iter().map(Key::from).collect();
    answer(HttpResponse::Ok(), &Keys { keys })
}

/// Gives an application a new key; the others stop working at once, or as the body says.
#[utoipa::path(
    post, path = "/admin/applications/{id}/keys", tag = "applications",
    params(("id" = i64, Path, description = "The application's number.")),
    request_body(content = Option<KeyToMake>, description = "The terms; may be left out."),
    responses((status = 201, description = "The new key.", body = ApplicationWithKey), WriteRefusals)
)]
pub(in crate::http) async fn rotate_key(
    manager: Manager<CanManageKeys>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = path::number(&id, Unknown::Application)?;
    let Manager {
        hub, actor, reach, ..
    } = manager;
    let asked: KeyToMake = input::json_or_nothing(&hub, &request, payload).await?;
    let terms = asked.terms()?;
    let made = hub
        .blocking(move |hub| {
            hub.application_within(&reach, id)?;
            hub.new_key(&actor, id, terms)
        })
        .await?;
    answer(HttpResponse::Created(), &ApplicationWithKey::from(made))
}

/// Revokes all keys of an application.
#[utoipa::path(
    delete, path = "/admin/applications/{id}/keys", tag = "applications",
    params(("id" = i64, Path, description = "The application's number.")),
    responses((status = 200, description = "They stopped working.", body = Revoked), ReadRefusals)
)]
pub(in crate::http) async fn revoke_keys(
    manager: Manager<CanManageKeys>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Application)?;
    let Manager {
        hub, actor, reach, ..
    } = manager;
    let revoked = hub
        .blocking(move |hub| {
            hub.application_within(&reach, id)?;
            hub.revoke_keys(&actor, id)
        })
        .await?;
    answer(HttpResponse::Ok(), &Revoked { id, revoked })
}

/// Revokes one key of an application.
#[utoipa::path(
    delete, path = "/admin/applications/{id}/keys/{key}", tag = "applications",
    params(
        ("id" = i64, Path, description = "The application's number."),
        ("key" = String, Path, description = "The key's public part."),
    ),
    responses((status = 200, description = "It stopped working.", body = Revoked), ReadRefusals)
)]
pub(in crate::http) async fn revoke_key(
    manager: Manager<CanManageKeys>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (id, key) = path.into_inner();
    let id = path::number(&id, Unknown::Application)?;
    let Manager {
        hub, actor, reach, ..
    } = manager;
    hub.blocking(move |hub| {
        hub.application_within(&reach, id)?;
        hub.revoke_key(&actor, id, &key)
    })
    .await?;
    answer(HttpResponse::Ok(), &Revoked { id, revoked: 1 })
}
