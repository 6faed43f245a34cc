//! Pages for people: who decides, who works, who looks, who programs.
//!
//! `shell` is what stands around each page, `visit` who may see it, `form` what is sent from it, `answer` how it goes
//! out; one folder or file per kind of page beside them. Not here: what the hub knows and does. Invariant: a page
//! works without a script, loads nothing but the hub's own assets, and tells no more than the same person is told by
//! the interface for programs.

mod answer;
mod assets;
mod chart;
mod datasets;
pub(super) mod docs;
mod fault;
mod form;
mod home;
mod integrations;
mod letters;
mod manage;
mod me;
mod once;
mod reports;
mod said;
mod say;
mod sheets;
mod shell;
mod sign_in;
mod visit;
mod words;

use actix_web::web;

pub(super) use docs::add_code_samples;
pub(super) use fault::tell;

/// The paths of pages, by their first part; everything behind them is a page as well.
const PAGES: [&str; 12] = [
    "",
    "sign-in",
    "sign-out",
    "language",
    "me",
    "notices",
    "integrations",
    "letters",
    "datasets",
    "sheets",
    "reports",
    "manage",
];

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.configure(docs::routes)
        .configure(assets::routes)
        .configure(sign_in::routes)
        .configure(me::routes)
        .configure(home::routes)
        .configure(datasets::routes)
        .configure(sheets::routes)
        .configure(manage::routes)
        .configure(integrations::routes)
        .configure(letters::routes)
        .configure(reports::routes);
}

/// Whether a path is a page of those who signed in, whose visits are in the log like all else that is managed.
pub(super) fn is_page(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    PAGES.contains(&first)
}
