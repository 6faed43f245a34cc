//! `/metrics`: what is measured, for Prometheus (OpenMetrics 1.0).
//!
//! Not here: what is measured (the hub). Invariant: it is told to whoever watches by the key for that, and to those
//! whom the table of rules allows it; names of agencies and systems are nobody else's business.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::caller::{bearer, hub_of};
use super::manager::{CanSeeMetrics, Manager};
use super::openapi::ReadRefusals;
use super::problem::Problem;
use super::resource::public_resource;
use crate::error::{Error, Result};
use crate::hub::{self, Hub};

type Labels = Vec<(&'static str, String)>;
type Measured = Gauge<f64, AtomicU64>;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/metrics",
        vec![(Method::GET, web::get().to(show_metrics))],
    ));
}

/// Somebody who may know what is measured.
pub(super) struct Watcher(Arc<Hub>);

impl FromRequest for Watcher {
    type Error = Problem;
    type Future = Ready<std::result::Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let hub = hub_of(request);
        let token = bearer(request).ok().flatten();
        ready(match (hub, token) {
            (Ok(hub), Some(token)) if hub.may_watch(token) => Ok(Watcher(hub)),
            _ => Manager::<CanSeeMetrics>::from_request(request, payload)
                .into_inner()
                .map(|manager| Watcher(manager.hub)),
        })
    }
}

/// What is measured: how connectors, scheduled pulls and subscriptions stand.
#[utoipa::path(
    get, path = "/metrics", tag = "hub",
    responses(
        (status = 200, description = "In the text format of OpenMetrics.", body = String, content_type = "application/openmetrics-text"),
        ReadRefusals,
    )
)]
pub(super) async fn show_metrics(watcher: Watcher) -> std::result::Result<HttpResponse, Problem> {
    let gauges = watcher.0.blocking(|hub| hub.gauges()).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(written(gauges)?))
}

fn written(gauges: Vec<hub::Gauge>) -> Result<String> {
    let mut families: BTreeMap<&str, (&str, Family<Labels, Measured>)> = BTreeMap::new();
    for gauge in gauges {
        let (_, family) = families
            .entry(gauge.name)
            .or_insert_with(|| (gauge.help, Family::default()));
        family.get_or_create(&gauge.labels).set(gauge.value);
    }
    let mut registry = Registry::default();
    for (name, (help, family)) in families {
        registry.register(name, help, family);
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(text)
}
