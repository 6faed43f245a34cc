//! OpenAPI: placeholder.

use actix_web::web;
use serde_json::{Value, json};

use crate::hub::Dataset;

/// The resources of this file.
pub(super) fn routes(_app: &mut web::ServiceConfig) {}

/// The OpenAPI 3.1 document of a dataset.
pub(super) fn dataset_document(_dataset: &Dataset, _base: &str) -> Value {
    json!({"openapi": "3.1.0"})
}

/// The management API's OpenAPI document.
pub fn management_document() -> Value {
    json!({"openapi": "3.1.0"})
}
