//! A form that makes something has its effect once, however often it is sent: by a second click, or from a page gone
//! back to.
//!
//! Such a form carries a token of its own; where its first sending led is kept under it, as answers to programs are under
//! their `Idempotency-Key` (decision 0032). Invariant: what was refused may be sent again as it stands.

use std::future::Future;
use std::time::Duration;

use actix_web::http::header::LOCATION;
use actix_web::rt;

use super::form::Form;
use super::visit::Visit;
use crate::error::{Conflict, Error, Result};
use crate::http::meta::Meta;
use crate::http::problem::Problem;
use crate::hub::{Hub, Reservation};
use crate::record::{Answer, Claim};
use crate::types::Digest;

/// The field that holds the token.
pub(super) const FIELD: &str = "once";

/// How often it is looked whether a first sending came to its end, and after which wait.
const LOOKS: (u32, Duration) = (20, Duration::from_millis(250));

/// What became of a form.
pub(super) enum Sent<T> {
    /// It was taken, and made this.
    Now(T),
    /// It was taken before, which led here.
    Before(String),
}

/// Does what a form asks for, unless the same form was taken before. `to` is where it leads.
///
/// # Errors
/// Those of `work`; a conflict while the first sending does not come to its end.
pub(super) async fn once<P, T: 'static>(
    visit: &Visit<P>,
    form: &Form,
    work: impl Future<Output = Result<T>> + 'static,
    to: impl FnOnce(&T) -> String + 'static,
) -> std::result::Result<Sent<T>, Problem> {
    let Some(claim) = claim(visit, form)? else {
        return Ok(Sent::Now(work.await?));
    };
    let hub = &visit.hub;
    let mut looks = 0;
    loop {
        let reserved = match hub.recall(&claim).await {
            Ok(Some(before)) => return Ok(Sent::Before(led(&before))),
            Ok(None) => hub.reserve(&claim).await,
            Err(error) => Err(error),
        };
        match reserved {
            Ok(Reservation::New(_)) => break,
            Err(Error::Conflict(Conflict::StillRunning)) if looks < LOOKS.0 => rt::time::sleep(LOOKS.1).await,
            Ok(Reservation::Answered) if looks < LOOKS.0 => {}
            Ok(Reservation::Answered) => return Err(Error::Conflict(Conflict::StillRunning).into()),
            Err(error) => return Err(error.into()),
        }
        looks += 1;
    }
    let hub = std::sync::Arc::clone(hub);
    // By itself: a browser that sends the form once more gives up waiting for the first answer.
    let done = rt::spawn(async move {
        let made = work.await;
        let noted = match &made {
            Ok(made) => hub.settle_claim(&claim, Some(leading(to(made)))).await,
            Err(_) => hub.release_claim(&claim).await,
        };
        if let Err(error) = noted {
            tracing::error!(cause = error.cause(), "a form that was taken could not be noted");
        }
        made
    });
    let made = done.await.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Sent::Now(made?))
}

/// A token for a form that is shown.
///
/// # Errors
/// Internal when the system gives no random bytes.
pub(super) fn token(hub: &Hub) -> Result<String> {
    hub.form_token()
}

/// Under what a form is known, if it carries a token: a person's are apart from those of applications.
fn claim<P>(visit: &Visit<P>, form: &Form) -> std::result::Result<Option<Claim>, Problem> {
    let person = visit.person()?.id;
    let token = form.text(FIELD);
    let known = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let holder = Meta::of(visit.request())?.id;
    Ok(known.then(|| Claim {
        application: -person,
        key: format!("{} {token}", visit.request().path()),
        // Whatever it says: one form makes one thing.
        fingerprint: Digest::of(token.as_bytes()),
        holder,
    }))
}

/// Where something led, as an answer that is kept.
fn leading(to: String) -> Answer {
    Answer {
        status: 303,
        headers: vec![(LOCATION.as_str().to_owned(), to)],
        body: Vec::new(),
    }
}

/// Where a kept answer led.
fn led(answer: &Answer) -> String {
    let to = answer.headers.iter().find(|(name, _)| name == LOCATION.as_str());
    to.map_or_else(|| "/".to_owned(), |(_, to)| to.clone())
}
