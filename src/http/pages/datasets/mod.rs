//! `/datasets`: the data itself, its figures, what was refused of it, sending it as a sheet, and its sandbox.
//!
//! `heading` is what stands above all pages of a dataset. Not here: who may do what, which is asked for as at
//! `/api`. Invariant: records are read and written by the same methods of the hub, under the same rights, limits and
//! entries in the log as programs do it.

mod figures;
mod heading;
mod judging;
mod listing;
mod record;
mod records;
mod refused;
mod rejection;
mod rejections;
mod sheet;
mod sheet_run;
mod table;
mod told;
mod tryout;

use actix_web::http::Method;
use actix_web::web::{self, get, post};

use crate::http::resource::public_resource;
use crate::types::Environment;

pub(super) use sheet_run::Line;

/// Where the pages of a dataset are. The first part is no `opd`: whose data it is does not say who may see it.
const DATASET: &str = "/datasets/{owner}/{dataset}/{version}";

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let at = |below: &str| format!("{DATASET}{below}");
    app.service(public_resource(
        "/datasets",
        vec![(Method::GET, get().to(listing::show_datasets))],
    ))
    .service(public_resource(
        &at(""),
        vec![(Method::GET, get().to(records::show_dataset))],
    ))
    .service(public_resource(
        &at("/figures"),
        vec![(Method::GET, get().to(figures::show_figures))],
    ))
    .service(public_resource(
        &at("/records/{key}"),
        vec![(Method::GET, get().to(record::show_record))],
    ))
    .service(public_resource(
        &at("/rejections"),
        vec![(Method::GET, get().to(rejections::show_rejections))],
    ))
    .service(public_resource(
        &at("/rejections/download"),
        vec![(Method::GET, get().to(rejections::download_rejections))],
    ))
    .service(public_resource(
        &at("/rejections/{number}"),
        vec![
            (Method::GET, get().to(rejection::show_rejection)),
            (Method::POST, post().to(rejection::repair_rejection_here)),
        ],
    ))
    .service(public_resource(
        &at("/sheet"),
        vec![
            (Method::GET, get().to(sheet::show_sheet)),
            (Method::POST, post().to(sheet::send_sheet)),
        ],
    ))
    .service(
        public_resource(
            &at("/sandbox"),
            vec![
                (Method::GET, get().to(tryout::show_tryout)),
                (Method::POST, post().to(tryout::try_here)),
            ],
        )
        .app_data(Environment::Sandbox),
    )
    .service(public_resource(
        &at("/sheet/template"),
        vec![(Method::GET, get().to(sheet::download_template))],
    ))
    .service(public_resource(
        &at("/sheet/{run}"),
        vec![(Method::GET, get().to(sheet_run::show_run))],
    ));
}
