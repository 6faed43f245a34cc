//! Resources: which methods a path has, and what the others are told.
//!
//! Invariant: a method that a path does not have is answered after 401, 404 and 403 were ruled
//! out; `OPTIONS` tells the same list as 405.

use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, Resource, Route, web};

use super::caller::{Caller, CanSee};
use super::manager::{CanEnter, Manager};
use super::problem::Problem;
use crate::error::{Error, Unknown};
use crate::types::Kind;

/// Methods that change a record; a transaction has none of them.
const CHANGING: [Method; 3] = [Method::PUT, Method::PATCH, Method::DELETE];

/// A resource of a dataset with these routes, for real and for trying; `below` is what follows the
/// dataset's own path.
pub(super) fn resource(below: &str, routes: Vec<(Method, Route)>) -> Resource {
    let path = format!("/{{environment:api|sandbox}}/{{opd}}/{{dataset}}/{{version}}{below}");
    resource_at(&path, routes)
}

/// A resource of a dataset at exactly this path.
pub(super) fn resource_at(path: &str, routes: Vec<(Method, Route)>) -> Resource {
    let (resource, methods) = with_routes(path, routes);
    resource.default_service(web::to(move |caller: Caller<CanSee>, request: HttpRequest| {
        let allow = allow(&methods, caller.dataset.kind());
        std::future::ready(other_method(&request, allow))
    }))
}

/// A resource of management with these routes.
pub(super) fn managed_resource(path: &str, routes: Vec<(Method, Route)>) -> Resource {
    let (resource, methods) = with_routes(path, routes);
    resource.default_service(web::to(move |_: Manager<CanEnter>, request: HttpRequest| {
        std::future::ready(other_method(&request, allow(&methods, Kind::Master)))
    }))
}

/// A resource that everybody may ask, with these routes.
pub(super) fn public_resource(path: &str, routes: Vec<(Method, Route)>) -> Resource {
    let (resource, methods) = with_routes(path, routes);
    resource.default_service(web::to(move |request: HttpRequest| {
        std::future::ready(other_method(&request, allow(&methods, Kind::Master)))
    }))
}

fn with_routes(path: &str, routes: Vec<(Method, Route)>) -> (Resource, Vec<Method>) {
    let methods = routes.iter().map(|(method, _)| method.clone()).collect();
    let resource = routes
        .into_iter()
        .fold(web::resource(path), |resource, (method, route)| {
            resource.route(route.method(method))
        });
    (resource, methods)
}

/// What a method is told that a resource does not have; `OPTIONS` is told what it has.
pub(super) fn other_method(request: &HttpRequest, allow: String) -> Result<HttpResponse, Problem> {
    if request.method() == Method::OPTIONS {
        Ok(HttpResponse::NoContent().insert_header((ALLOW, allow)).finish())
    } else {
        Err(Problem::method(allow))
    }
}

/// The methods as `Allow` lists them.
pub(super) fn allow(methods: &[Method], kind: Kind) -> String {
    let mut names: Vec<&str> = Vec::new();
    for method in methods
        .iter()
        .filter(|method| kind == Kind::Master || !CHANGING.contains(method))
    {
        names.push(method.as_str());
        if *method == Method::GET {
            names.push("HEAD");
        }
    }
    names.push("OPTIONS");
    names.join(", ")
}

/// What every path is told that is no resource.
pub(super) async fn unknown_path() -> Result<HttpResponse, Problem> {
    Err(Error::Unknown(Unknown::Path).into())
}
