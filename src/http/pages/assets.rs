//! What pages load: the style, the script and the font, each under a path of its own content.
//!
//! Not here: the style of the pages for programmers (`docs`). Invariant: what a path names never changes, so browsers
//! keep it for a year.

use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::error::{Error, Unknown};
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::types::Digest;

/// One of the hub's own files.
struct Asset {
    name: &'static str,
    media: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "pages.css",
        media: "text/css; charset=utf-8",
        bytes: include_bytes!("../../../templates/assets/pages.css"),
    },
    Asset {
        name: "pages.js",
        media: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../../templates/assets/pages.js"),
    },
    Asset {
        name: "mark.svg",
        media: "image/svg+xml",
        bytes: include_bytes!("../../../templates/assets/mark.svg"),
    },
    // Plus Jakarta Sans, SIL Open Font License 1.1; its licence stands beside it.
    Asset {
        name: "plus-jakarta-sans.woff2",
        media: "font/woff2",
        bytes: include_bytes!("../../../templates/assets/plus-jakarta-sans.woff2"),
    },
];

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/assets/{version}/{name}",
        vec![(Method::GET, get().to(get_asset))],
    ));
}

/// The path of an asset: it changes with what any of them holds, so that they fit each other.
pub(super) fn path(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// What all assets hold, as a short text.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = ASSETS.iter().flat_map(|asset| asset.bytes).copied().collect();
    Digest::of(&all).to_string().chars().take(12).collect()
});

async fn get_asset(_: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == path.1);
    let asset = asset.ok_or(Error::Unknown(Unknown::Path))?;
    let keep = match path.0 == *VERSION {
        true => "public, max-age=31536000, immutable",
        // A page of an older hub asks for it.
        false => "no-cache",
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.media))
        .insert_header((CACHE_CONTROL, keep))
        .body(asset.bytes))
}
