//! A version is tested; the answer is the paper of the test.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::{Error, Malformed};
use crate::http::accept::preferred;
use crate::http::manager::{CanTestContracts, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::WriteRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::unit_test;
use crate::types::Text;

/// The media types of the paper, the usual one first.
const MEDIA: [&str; 2] = ["application/json", "text/html"];
/// The same for whoever accepts neither.
const ALL_MEDIA: &str = "application/json, text/html";

/// Tests a version, whatever its state: examples, each constraint broken once, every endpoint. It writes
/// to a dataset of its own, which is deleted afterwards.
#[utoipa::path(
    post, path = "/admin/contracts/{opd}/{dataset}/{version}/test", tag = "contracts",
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The version, such as `1.0.0`."),
        ("format" = Option<String>, Query, description = "`json` or `html`, whatever `Accept` says."),
    ),
    responses(
        (status = 200, description = "What was tried and what came of it; `result` is `passed` or `failed`.", content((Object = "application/json"), (String = "text/html"))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn test_contract(
    manager: Manager<CanTestContracts>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let html = match Params::read(&request, &["format"])?.text("format") {
        None => preferred(&request, &MEDIA, ALL_MEDIA)? == MEDIA[1],
        Some("json") => false,
        Some("html") => true,
        Some(_) => {
            let text = Text::new("json atau html.", "json or html.");
            return Err(Error::Malformed(Malformed::Parameter("format", text)).into());
        }
    };
    let (opd, name, version) = path::contract(&path)?;
    let paper = unit_test::run(&manager.hub, manager.actor, opd, name, version).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    if html {
        response.content_type("text/html; charset=utf-8").insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ));
        return Ok(response.body(paper.to_html(meta.lang)));
    }
    Ok(response
        .content_type(MEDIA[0])
        .body(paper.to_json(meta.lang).to_string()))
}
