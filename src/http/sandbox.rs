//! `/sandbox/.../reset`: a sandbox begins anew. Everything else in it is served as below `/api`.

use actix_web::http::Method;
use actix_web::web::{self, post};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde_json::json;

use super::body::acceptable;
use super::caller::{Known, identify, see};
use super::meta::Meta;
use super::params::Params;
use super::path;
use super::problem::Problem;
use super::resource::resource_at;
use crate::access::Caller;
use crate::access::rules::{Action, Reach, Resource, reach};
use crate::error::{Credentials, Error};

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(resource_at(
        "/sandbox/{opd}/{dataset}/{version}/reset",
        vec![(Method::POST, post().to(reset_sandbox))],
    ));
}

/// Empties a sandbox and gives it a new feed; for the owner and for those who manage the hub.
async fn reset_sandbox(request: HttpRequest, meta: Meta) -> Result<HttpResponse, Problem> {
    let (hub, caller) = identify(&request)?;
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::Unauthenticated(Credentials::Missing).into());
    }
    let (environment, id) = path::dataset(&request)?;
    let any = reach(&caller, Action::Manage, Resource::Sandbox) == Some(Reach::All);
    let dataset = match any {
        true => hub.sandbox(&id)?,
        false => see(&request, &hub, &caller, (environment, &id))?.0,
    };
    request.extensions_mut().insert(Known {
        caller: caller.clone(),
        dataset: Some(dataset.clone()),
    });
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let feed = hub.reset_sandbox(meta.call(caller), dataset).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(json!({"feed": feed}).to_string()))
}
