//! `/admin`: managing the hub over HTTP.

use actix_web::web;

/// The resources of this folder.
pub(super) fn routes(_app: &mut web::ServiceConfig) {}
