//! `/health/live` and `/health/ready`, for whatever watches the hub.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::problem::Problem;
use crate::hub::Hub;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/health/live", web::get().to(live))
        .route("/health/ready", web::get().to(ready));
}

/// The process runs.
async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(json!({"status": "live"}).to_string())
}

/// The hub can do its work: the database answers and writes are possible.
async fn ready(hub: web::Data<Hub>) -> Result<HttpResponse, Problem> {
    hub.into_inner().ready().await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(json!({"status": "ready"}).to_string()))
}
