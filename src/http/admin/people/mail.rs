//! The address to which a person's notices are mailed.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::admin::{answer, input};
use crate::http::body::acceptable;
use crate::http::manager::{CanManagePeople, CanSeePeople, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;

/// To which address somebody's notices are mailed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailAddress {
    /// The address; null for none.
    #[schema(required = true, max_length = 254, example = "siti@bkd.kaltimprov.go.id")]
    address: Option<String>,
}

/// Shows to which address a person's notices are mailed.
#[utoipa::path(
    get, path = "/admin/people/{name}/mail", tag = "people",
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 200, description = "The address.", body = MailAddress), ReadRefusals)
)]
pub(in crate::http) async fn show_mail_address(
    manager: Manager<CanSeePeople>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let name = path::person(&name)?;
    let address = manager.hub.blocking(move |hub| hub.mail_address(&name)).await?;
    answer(HttpResponse::Ok(), &MailAddress { address })
}

/// Sets to which address a person's notices are mailed, or with null that none are.
#[utoipa::path(
    put, path = "/admin/people/{name}/mail", tag = "people", request_body = MailAddress,
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 200, description = "It is set.", body = MailAddress), WriteRefusals)
)]
pub(in crate::http) async fn set_mail_address(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    name: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    Params::read(&request, &[])?;
    let name = path::person(&name)?;
    let sent: MailAddress = input::json(&hub, &request, payload).await?;
    let address = hub
        .blocking(move |hub| {
            hub.set_mail_address(&actor, &name, sent.address.as_deref())?;
            hub.mail_address(&name)
        })
        .await?;
    answer(HttpResponse::Ok(), &MailAddress { address })
}
