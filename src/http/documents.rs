//! What a dataset says of itself: `/contract`, `/schema`, `/openapi.json`; and `GET /api`, what a
//! caller may use.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::body::acceptable;
use super::caller::{Caller, CanSee, Identified};
use super::openapi::{self, PublicRefusals};
use super::pages::add_code_samples;
use super::params::Params;
use super::problem::Problem;
use super::resource::{other_method, resource};
use crate::access;
use crate::contract::{schema_of_part, to_yaml};
use crate::error::{Error, Unknown};
use crate::hub::{Dataset, Hub, Published};
use crate::record::{Match, parse_match};
use crate::types::Digest;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/api")
            .route(get().to(show_caller))
            .default_service(web::to(|_: Identified, request: HttpRequest| {
                std::future::ready(other_method(&request, "GET, HEAD, OPTIONS".into()))
            })),
    )
    .service(resource("/contract", vec![(Method::GET, get().to(get_contract))]))
    .service(resource("/schema", vec![(Method::GET, get().to(get_schema))]))
    .service(resource(
        "/openapi.json",
        vec![(Method::GET, get().to(get_openapi))],
    ));
}

/// Whether `If-None-Match` names this entity tag.
pub(super) fn not_modified(field: Option<&HeaderValue>, etag: &str) -> bool {
    match field.and_then(|field| field.to_str().ok()).and_then(parse_match) {
        Some(Match::Any) => true,
        Some(Match::OneOf(tags)) => tags.iter().any(|tag| *tag == etag.trim_matches('"')),
        None => false,
    }
}

/// Who the caller is, and which datasets it may use, with which rights and limits.
#[utoipa::path(
    get, path = "/api", tag = "hub",
    responses((status = 200, description = "The caller.", body = Value), PublicRefusals)
)]
pub(super) async fn show_caller(
    identified: Identified,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let view = caller_view(&identified.hub, &identified.caller);
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(view.to_string()))
}

fn caller_view(hub: &Hub, caller: &access::Caller) -> Value {
    let (today, catalog) = (hub.today(), hub.catalog());
    let datasets: Vec<Value> = catalog
        .visible_to(caller, today)
        .into_iter()
        .filter_map(|dataset| {
            let rights = dataset.grants.rights_of(caller, today);
            (!rights.is_empty()).then(|| {
                json!({
                    "dataset": *dataset.id,
                    "title": dataset.current.contract.title,
                    "version": dataset.current.version,
                    "state": dataset.ending.state(),
                    "sunset": dataset.ending.sunset,
                    "successor": dataset.ending.successor,
                    "kind": dataset.current.contract.kind,
                    "mode": dataset.mode(),
                    "rights": rights,
                    "fields": access::Sight::of(caller, &dataset.grants, today).fields,
                    "url": format!("{}/api/{}", hub.config().http.public_url, dataset.id),
                    "limits": dataset.current.contract.limits,
                })
            })
        })
        .collect();
    let opd = caller.opd();
    let (application, person) = match caller {
        access::Caller::Application(application) => (Some(&application.name), None),
        access::Caller::Person(person) => (None, Some(&person.name)),
        access::Caller::Anonymous | access::Caller::Management => (None, None),
    };
    let name = opd.and_then(|opd| catalog.opd_name(opd.as_str()));
    let limits = &hub.config().limits;
    json!({
        "opd": opd,
        "opd_name": name,
        "application": application,
        "person": person,
        "management": matches!(caller, access::Caller::Management),
        "datasets": datasets,
        "limits": {"record_bytes": limits.record_bytes, "body_bytes": limits.body_bytes, "validate_bytes": limits.dry_bytes},
    })
}

/// The contract as it was registered, as JSON or, where `Accept` asks for it, as YAML.
async fn get_contract(caller: Caller<CanSee>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let yaml = acceptable(&request, "application/json").is_err();
    if yaml {
        acceptable(&request, "application/yaml")
            .map_err(|_| Problem::accept("application/json, application/yaml"))?;
    }
    let version = version(&caller.dataset, &request)?;
    if !yaml {
        return Ok(document(&request, "application/json", version.document.clone()));
    }
    let value =
        serde_json::from_str(&version.document).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(document(&request, "application/yaml", to_yaml(&value)))
}

/// The JSON Schema of one payload, or of the part of it that the caller is shown.
async fn get_schema(caller: Caller<CanSee>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json").or_else(|_| acceptable(&request, "application/schema+json"))?;
    let sight = caller.sight();
    let version = Arc::clone(version(&caller.dataset, &request)?);
    let schema = move |_: &Arc<Hub>| {
        let schema = &version.contract.schema;
        Ok(match sight.of_schema() {
            None => schema.to_string(),
            Some(fields) => schema_of_part(schema, fields).to_string(),
        })
    };
    let text = caller.hub.blocking(schema).await?;
    Ok(document(&request, "application/schema+json", text))
}

/// The dataset's OpenAPI document, as far as the caller is shown its fields.
async fn get_openapi(caller: Caller<CanSee>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let (sight, dataset, who) = (caller.sight(), caller.dataset, caller.call.caller);
    let text = caller
        .hub
        .blocking(move |hub| {
            let (base, today) = (&hub.config().http.public_url, hub.today());
            let mut text = openapi::dataset_document(&dataset, base, &sight);
            add_code_samples(&mut text, &dataset, base, &who, &sight, today);
            Ok(text.to_string())
        })
        .await?;
    Ok(document(&request, "application/json", text))
}

/// The published version that `?version=` names, or the current one.
fn version<'d>(dataset: &'d Dataset, request: &HttpRequest) -> Result<&'d Arc<Published>, Error> {
    let params = Params::read(request, &["version"])?;
    let Some(text) = params.text("version") else {
        return Ok(&dataset.current);
    };
    let wanted = text.parse().ok();
    let found = dataset
        .versions
        .iter()
        .find(|version| Some(version.version) == wanted);
    let shown = || Error::Unknown(Unknown::ContractVersion(text.chars().take(100).collect()));
    found.ok_or_else(shown)
}

/// A document with its entity tag, or 304.
pub(super) fn document(request: &HttpRequest, media: &'static str, text: String) -> HttpResponse {
    let etag = format!(
        "\"{}\"",
        Digest::of(text.as_bytes())
            .to_string()
            .chars()
            .take(24)
            .collect::<String>()
    );
    if not_modified(request.headers().get(IF_NONE_MATCH), &etag) {
        return HttpResponse::NotModified().insert_header((ETAG, etag)).finish();
    }
    HttpResponse::Ok()
        .insert_header((ETAG, etag))
        .insert_header((CONTENT_TYPE, media))
        .body(text)
}
