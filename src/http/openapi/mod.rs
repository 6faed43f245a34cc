//! OpenAPI 3.1: of one dataset, of management, of all a caller may use; and the pages that show it.
//!
//! Datasets are described from the catalog at the time of the request, everything else from the
//! handlers themselves. Invariant: no document tells of a dataset of which the caller may not know.

mod answers;
mod components;
mod dataset;
mod failures;
mod management;
mod operations;
mod payload;
mod refusals;
mod ui;

use actix_web::http::Method;
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::body::acceptable;
use super::caller::identify;
use super::documents::document;
use super::params::Params;
use super::problem::Problem;
use super::resource::public_resource;
use crate::access::{Caller, Sight};
use crate::hub::Hub;
pub(super) use components::{findings, violations};
pub(super) use dataset::dataset_document;
pub use management::management_document;
pub(super) use refusals::{Busy, NotThere, PublicRefusals, ReadRefusals, SignInRefusals, WriteRefusals};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/openapi.json",
        vec![(Method::GET, get().to(get_openapi))],
    ))
    .configure(ui::routes);
}

/// Describes management and every dataset that the caller may use; without a key, those that are open.
#[utoipa::path(
    get, path = "/openapi.json", tag = "hub", security((), ("bearer" = [])),
    responses((status = 200, description = "The OpenAPI document.", body = Object, headers(("ETag" = String))), PublicRefusals)
)]
pub(super) async fn get_openapi(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (hub, caller) = identify(&request)?;
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let text = hub
        .blocking(move |hub| Ok(whole_document(hub, &caller).to_string()))
        .await?;
    Ok(document(&request, "application/json", text))
}

/// The document of management, with the paths of all datasets of which the caller may know.
fn whole_document(hub: &Hub, caller: &Caller) -> Value {
    let base = &hub.config().http.public_url;
    let catalog = hub.catalog();
    let mut whole = management_document();
    set(&mut whole, "servers", json!([{"url": base}]));
    let mut tags = Vec::new();
    let today = hub.today();
    for dataset in catalog.visible_to(caller, today) {
        let sight = Sight::of(caller, &dataset.grants, today);
        let prefix = format!("{}.{}.v{}.", dataset.id.opd, dataset.id.name, dataset.id.major);
        let described = dataset::describe(dataset, base, &prefix, &sight);
        extend(&mut whole, "/paths", described.paths);
        extend(&mut whole, "/components/schemas", described.schemas);
        tags.push(described.tag);
    }
    if let Some(Value::Array(known)) = whole.get_mut("tags") {
        known.extend(tags);
    }
    whole
}

/// Adds members to the object at `pointer`.
fn extend(document: &mut Value, pointer: &str, members: Map<String, Value>) {
    if let Some(Value::Object(object)) = document.pointer_mut(pointer) {
        object.extend(members);
    }
}

/// Sets a member of an object.
fn set(document: &mut Value, name: &str, value: Value) {
    if let Value::Object(object) = document {
        object.insert(name.to_owned(), value);
    }
}
