//! `/records` and `/validate`: writing and reading records.

mod bulk;
mod history;
mod lines;
mod list;
mod read;
mod sent;
mod snapshot;
mod view;
pub(super) mod write;

use actix_web::http::Method;
use actix_web::web::{self, delete, get, patch, post, put};

pub(super) use view::{answer, list, pushed};

use super::resource::resource;

/// The most records of one page.
pub(super) const MAX_LIMIT: u64 = 1_000;

/// The resources of this file's folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(resource(
        "/records",
        vec![
            (Method::GET, get().to(list::list_records)),
            (Method::POST, post().to(write::push_records)),
        ],
    ))
    .service(resource(
        "/records/{key}",
        vec![
            (Method::GET, get().to(read::get_record)),
            (Method::PUT, put().to(write::put_record)),
            (Method::PATCH, patch().to(write::patch_record)),
            (Method::DELETE, delete().to(write::delete_record)),
        ],
    ))
    .service(resource(
        "/snapshot",
        vec![(Method::PUT, put().to(snapshot::put_snapshot))],
    ))
    .service(resource(
        "/records/{key}/history",
        vec![(Method::GET, get().to(history::get_history))],
    ))
    .service(resource(
        "/validate",
        vec![(Method::POST, post().to(write::validate_records))],
    ));
}
