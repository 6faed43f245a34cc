//! The pages behind `type` of problems.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};

use super::{HTTP_CODES, Problem};
use crate::error::{CODES, Error, Unknown};
use crate::http::meta::Meta;
use crate::http::openapi::NotThere;
use crate::http::resource::public_resource;
use crate::types::Lang;

/// The pages behind `type`.
pub(in crate::http) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/problems/{code}",
        vec![(Method::GET, web::get().to(show_problem))],
    ));
}

/// The page of one problem code.
#[utoipa::path(
    get, path = "/problems/{code}", tag = "hub",
    params(("code" = String, Path, description = "The member `code` of a problem.")),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        NotThere,
    )
)]
pub(in crate::http) async fn show_problem(
    code: web::Path<String>,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let known = CODES
        .iter()
        .chain(HTTP_CODES)
        .find(|known| **known == code.as_str());
    let code = known.ok_or_else(|| Error::Unknown(Unknown::Problem(code.escape_debug().to_string())))?;
    let (lang, text) = match meta.lang {
        Lang::Id => (
            "id",
            "Kode masalah dari hub Mahakam. Anggota detail pada jawaban menerangkan apa yang harus dilakukan.",
        ),
        Lang::En => (
            "en",
            "A problem code of the Mahakam hub. The member detail of the answer says what to do.",
        ),
    };
    let page = format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{code}</title><h1>{code}</h1><p>{text}</p></html>"
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page))
}
