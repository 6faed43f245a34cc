//! `/admin/people/{name}/assignments`: which role somebody holds, by which order, from when until when.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unreadable;
use crate::access::{Capacity, Role};
use crate::error::{Error, Unknown};
use crate::http::admin::{answer, input};
use crate::http::body::acceptable;
use crate::http::manager::{CanManagePeople, CanSeePeople, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{AssignmentView, NewAssignment};
use crate::types::Timestamp;

/// An assignment.
#[derive(Serialize, ToSchema)]
struct Assignment {
    /// Its number.
    id: i64,
    /// The role.
    #[schema(value_type = String)]
    role: Role,
    /// `definitive`, `plt` (while the office is vacant) or `plh` (while its holder is away).
    #[schema(value_type = String)]
    capacity: Capacity,
    /// The number of the order that says so.
    #[schema(required = true)]
    order_number: Option<String>,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The last day; null where it goes on.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    until: Option<Date>,
    /// When it was ended before that.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    ended_at: Option<Timestamp>,
    /// Whether it holds today.
    holds: bool,
}

/// The assignments of a person.
#[derive(Serialize, ToSchema)]
struct AssignmentList {
    /// Oldest first, ended ones too.
    assignments: Vec<Assignment>,
}

/// An assignment to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignmentToAdd {
    /// `opd`, `technical-team`, `supervisor`, `administrator`, `operator`, `steward`, `viewer` or `auditor`.
    #[schema(example = "technical-team")]
    role: String,
    /// `definitive`, `plt` or `plh`; definitive when left out.
    #[schema(nullable = false)]
    capacity: Option<String>,
    /// The number of the order that says so.
    #[schema(nullable = false, min_length = 1, max_length = 200, example = "800/123/2026")]
    order_number: Option<String>,
    /// The first day; today when left out.
    #[schema(nullable = false, format = Date)]
    from: Option<String>,
    /// The last day; it goes on when this is left out.
    #[schema(nullable = false, format = Date)]
    until: Option<String>,
}

impl From<AssignmentView> for Assignment {
    fn from(view: AssignmentView) -> Self {
        Assignment {
            id: view.id,
            role: view.role,
            capacity: view.capacity,
            order_number: view.order_number,
            from: view.from,
            until: view.until,
            ended_at: view.ended_at,
            holds: view.holds,
        }
    }
}

impl TryFrom<AssignmentToAdd> for NewAssignment {
    type Error = Error;

    fn try_from(sent: AssignmentToAdd) -> Result<Self, Error> {
        let unknown_role = |_| unreadable("role bukan peran yang dikenal.", "role is no role that is known.");
        let unknown_capacity = |_| {
            unreadable(
                "capacity harus definitive, plt atau plh.",
                "capacity must be definitive, plt or plh.",
            )
        };
        let day = |text: Option<&str>| {
            let no_day = |_| {
                unreadable(
                    "Tanggal harus ditulis seperti 2026-03-20.",
                    "A day is written like 2026-03-20.",
                )
            };
            text.map(|text| text.parse::<Date>().map_err(no_day)).transpose()
        };
        Ok(NewAssignment {
            role: sent.role.parse().map_err(unknown_role)?,
            capacity: match sent.capacity {
                Some(word) => word.parse().map_err(unknown_capacity)?,
                None => Capacity::default(),
            },
            from: day(sent.from.as_deref())?,
            until: day(sent.until.as_deref())?,
            order_number: sent.order_number,
        })
    }
}

/// Lists the assignments of a person, oldest first.
#[utoipa::path(
    get, path = "/admin/people/{name}/assignments", tag = "people",
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 200, description = "The assignments.", body = AssignmentList), ReadRefusals)
)]
pub(in crate::http) async fn list_assignments(
    manager: Manager<CanSeePeople>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let name = path::person(&name)?;
    let found = manager.hub.blocking(move |hub| hub.assignments(&name)).await?;
    let assignments = found.into_iter().map(Assignment::from).collect();
    answer(HttpResponse::Ok(), &AssignmentList { assignments })
}

/// Gives a person a role. Nobody gives one to themselves.
#[utoipa::path(
    post, path = "/admin/people/{name}/assignments", tag = "people", request_body = AssignmentToAdd,
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 201, description = "The assignment.", body = Assignment), WriteRefusals)
)]
pub(in crate::http) async fn add_assignment(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    name: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let name = path::person(&name)?;
    let sent: AssignmentToAdd = input::json(&hub, &request, payload).await?;
    let new = NewAssignment::try_from(sent)?;
    let added = hub.blocking(move |hub| hub.assign(&actor, &name, &new)).await?;
    answer(HttpResponse::Created(), &Assignment::from(added))
}

/// Ends an assignment now; it stays in the list.
#[utoipa::path(
    delete, path = "/admin/people/{name}/assignments/{id}", tag = "people",
    params(
        ("name" = String, Path, description = "The sign-in name."),
        ("id" = i64, Path, description = "The assignment's number."),
    ),
    responses((status = 204, description = "It has ended."), ReadRefusals)
)]
pub(in crate::http) async fn end_assignment(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let Manager { hub, actor, .. } = manager;
    let (name, id) = path.into_inner();
    let name = path::person(&name)?;
    let number = id.parse::<i64>().ok().filter(|number| number.to_string() == id);
    let unknown = || Error::Unknown(Unknown::Assignment(id.escape_debug().take(30).collect()));
    let number = number.ok_or_else(unknown)?;
    hub.blocking(move |hub| hub.end_assignment(&actor, &name, number))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
