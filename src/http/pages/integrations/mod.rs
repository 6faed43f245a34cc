//! Integrations: their register, one of them with all that belongs to it, and what is done to it.
//!
//! `register` lists them, `open` begins one, `enter` takes in one from before, `show` is one page about one (`now` what is to be done, `past` what was),
//! `moves` and `turn` do something to it, `change` says what it is about, `papers` takes documents in.
//! Not here: what may follow on what (the hub). Invariant: a page offers what the hub says is open to its
//! reader, and what the hub refuses comes back with everything that was typed.

mod change;
mod enter;
mod moves;
mod now;
mod open;
mod papers;
mod parties;
mod past;
mod register;
mod show;
mod turn;

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Malformed, Result};
use crate::http::pages::shell::Shell;
use crate::http::resource::public_resource;
use crate::hub::{Catalog, HolderEntry, Hub};
use crate::types::Text;
pub(super) use papers::{UploadPage, keep_document};

/// Where an integration is.
const ONE: &str = "/integrations/{year}/{number}";

/// The year and the number in a path.
type OfOne = web::Path<(String, String)>;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let page = |path: &str, route| public_resource(path, vec![(Method::GET, route)]);
    let posted = |path: &str, route| public_resource(&format!("{ONE}{path}"), vec![(Method::POST, route)]);
    let form =
        |path: &str, shown, sent| public_resource(path, vec![(Method::GET, shown), (Method::POST, sent)]);
    app.service(page("/integrations", get().to(register::show_register)))
        .service(form(
            "/integrations/new",
            get().to(open::show_form),
            post().to(open::open),
        ))
        .service(form(
            "/integrations/enter",
            get().to(enter::show_form),
            post().to(enter::enter),
        ))
        .service(page(ONE, get().to(show::show_integration)))
        .service(posted("/steps/{step}/complete", post().to(moves::complete)))
        .service(posted("/steps/{step}/opinion", post().to(moves::opinion)))
        .service(posted("/steps/{step}/repair", post().to(moves::repair)))
        .service(form(
            &format!("{ONE}/documents/new"),
            get().to(papers::show_form),
            post().to(papers::add),
        ))
        .service(form(
            &format!("{ONE}/change"),
            get().to(change::show_forms),
            post().to(change::change),
        ))
        .service(form(
            &format!("{ONE}/{{act:pause|resume|cancel}}"),
            get().to(turn::ask),
            post().to(turn::turn),
        ));
}

/// What a form says, as the interface for programs takes it.
pub(super) fn taken<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(object)).map_err(|error| {
        Error::Malformed(Malformed::Body(Text::new(
            format!("Isian tidak dapat dibaca: {error}."),
            format!("What was sent can't be understood: {error}."),
        )))
    })
}

/// The names of agencies.
pub(super) struct Names(Arc<Catalog>);

impl Names {
    pub(super) fn of(hub: &Hub) -> Self {
        let catalog: &Arc<Catalog> = &hub.catalog();
        Names(Arc::clone(catalog))
    }

    /// The name of an agency; its code where it has none here.
    pub(super) fn name<'n>(&'n self, code: &'n str) -> &'n str {
        self.0.opd_name(code).unwrap_or(code)
    }

    /// Somebody who has a file: an agency by its name, another post by what it is called.
    pub(super) fn holder<'n>(&'n self, shell: &Shell, holder: &'n HolderEntry) -> &'n str {
        match &holder.opd {
            Some(opd) => self.name(opd),
            None => shell.post(&holder.post),
        }
    }
}
