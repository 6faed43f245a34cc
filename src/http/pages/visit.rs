//! [`Visit`] and [`Posted`]: somebody who signed in and may see a page, or send what its form says.
//!
//! The permission is in the type, as with [`Manager`]. Not here: what is told to whoever may not (`fault`). Invariant:
//! pages are for people; a key opens none.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, rt, web};
use askama::Template;
use futures_util::future::LocalBoxFuture;

use super::answer::{self, see_other};
use super::fault::Shown;
use super::form::{Form, Query};
use super::said::Said;
use super::shell::Shell;
use crate::access::{Caller, Person};
use crate::error::{Credentials, Error};
use crate::http::manager::{Manager, Permission, admit_to_stay};
use crate::http::problem::Problem;
use crate::hub::Hub;

/// For how long an answer waits for work that goes on by itself: most comes to its end within that.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Somebody who may see a page.
pub(in crate::http) struct Visit<P> {
    manager: Manager<P>,
    request: HttpRequest,
    /// What the address says behind `?`.
    pub(super) query: Query,
}

impl<P> Deref for Visit<P> {
    type Target = Manager<P>;

    fn deref(&self) -> &Manager<P> {
        &self.manager
    }
}

impl<P> Visit<P> {
    /// The person.
    ///
    /// # Errors
    /// Unauthenticated where nobody signed in.
    pub(super) fn person(&self) -> Result<&Arc<Person>, Problem> {
        match &self.manager.caller {
            Caller::Person(person) => Ok(person),
            Caller::Anonymous | Caller::Application(_) | Caller::Management => {
                Err(Error::Unauthenticated(Credentials::Missing).into())
            }
        }
    }

    /// The request itself.
    pub(super) fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// What stands around the page.
    ///
    /// # Errors
    /// As [`Shell::of`].
    pub(super) fn shell(&self) -> Result<Shell, Problem> {
        Shell::of(&self.request, &self.manager.hub, &self.manager.caller)
    }

    /// What `work` finds out of the hub, off the threads that serve.
    ///
    /// # Errors
    /// Those of `work`.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Hub>) -> crate::error::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        Ok(self.manager.hub.blocking(work).await?)
    }

    /// The page.
    ///
    /// # Errors
    /// Internal where it can't be made.
    pub(super) fn page(&self, page: &impl Template) -> Result<HttpResponse, Problem> {
        answer::page(page)
    }

    /// Goes on to another page, after something was done.
    pub(super) fn go(&self, path: &str, said: Said) -> HttpResponse {
        let fragment = path.find('#').unwrap_or(path.len());
        let (path, fragment) = path.split_at(fragment);
        let and = if path.contains('?') { '&' } else { '?' };
        let base = &self.manager.hub.config().http.public_url;
        see_other(base, &format!("{path}{and}said={}{fragment}", said.code()))
    }

    /// Leads to the page of work that goes on by itself, once it ended or took a while.
    pub(super) async fn lead<T>(&self, path: &str, work: impl Future<Output = T>) -> HttpResponse {
        // Given up, it goes on all the same.
        let _ended = rt::time::timeout(PATIENCE, work).await;
        see_other(&self.manager.hub.config().http.public_url, path)
    }

    /// Shows a form again with what was typed into it, beside what was wrong with it.
    ///
    /// # Errors
    /// The problem itself where somebody has to sign in first: what they typed waits for them there.
    pub(super) fn again<T: Template>(
        &self,
        problem: Problem,
        page: impl FnOnce(Shell) -> T,
    ) -> Result<HttpResponse, Problem> {
        if problem.status_code() == StatusCode::UNAUTHORIZED {
            return Err(problem);
        }
        let mut shell = self.shell()?;
        shell.fault = Some(Shown::of(&problem, &self.request)?);
        answer::refused_page(&problem, &self.request, &page(shell))
    }
}

impl<P: Permission + 'static> FromRequest for Visit<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(visit(request))
    }
}

fn visit<P: Permission>(request: &HttpRequest) -> Result<Visit<P>, Problem> {
    let visit = Visit {
        manager: admit_to_stay::<P>(request)?,
        request: request.clone(),
        query: Query::of(request),
    };
    visit.person()?;
    Ok(visit)
}

/// Somebody who sent a form, and may.
pub(in crate::http) struct Posted<P> {
    /// Who.
    pub(super) visit: Visit<P>,
    /// What.
    pub(super) form: Form,
}

impl<P: Permission + 'static> FromRequest for Posted<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), web::Payload::from_request(request, payload));
        Box::pin(async move {
            let payload = payload
                .into_inner()
                .map_err(|_| Problem::media_type(super::form::FORM))?;
            // What was typed is read before anybody is refused, so that it can wait until they signed in again.
            let form = Form::read(&request, payload).await?;
            request.extensions_mut().insert(form.clone());
            crate::http::caller::recognize(&request).await?;
            let visit = visit::<P>(&request)?;
            Ok(Posted { visit, form })
        })
    }
}
