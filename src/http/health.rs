//! `/health/live` and `/health/ready`, for whatever watches the hub.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::openapi::Busy;
use super::problem::Problem;
use super::resource::public_resource;
use crate::hub::Hub;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/health/live",
        vec![(Method::GET, web::get().to(live))],
    ))
    .service(public_resource(
        "/health/ready",
        vec![(Method::GET, web::get().to(ready))],
    ));
}

/// How the hub is.
#[derive(Serialize, ToSchema)]
struct Status {
    /// `live` or `ready`.
    status: &'static str,
}

/// The process runs.
#[utoipa::path(
    get, path = "/health/live", tag = "hub", security(()),
    responses((status = 200, description = "It runs.", body = inline(Status)))
)]
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(json!(Status { status: "live" }).to_string())
}

/// The hub can do its work: the database answers and writes are possible.
#[utoipa::path(
    get, path = "/health/ready", tag = "hub", security(()),
    responses((status = 200, description = "It can.", body = inline(Status)), Busy)
)]
pub(super) async fn ready(hub: web::Data<Hub>) -> Result<HttpResponse, Problem> {
    hub.into_inner().ready().await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(json!(Status { status: "ready" }).to_string()))
}
