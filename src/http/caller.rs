//! [`Caller`]: the extractor that decides whether a handler may run at all.
//!
//! The permission is part of the handler's type: `Caller<CanPush>` can't be had without the right
//! to push. Invariant: it checks in the order 401, 404, 403 and before anything else is looked at.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::future::{Either, LocalBoxFuture};

use super::limits::{self, Pass};
use super::meta::Meta;
use super::path;
use super::problem::Problem;
use super::session;
use super::unit_test::UnderTest;
use crate::access::{self, AccessToken};
use crate::error::{Credentials, Error, Result, Unknown};
use crate::hub::{Call, Dataset, Hub};
use crate::types::{DatasetId, Environment, Mode, Pointer, Right};

/// What a handler needs to be allowed.
pub(super) trait Permission {
    /// The right to the dataset; with `None`, any right will do.
    const RIGHT: Option<Right>;
    /// Whether it is about stored records, which a live dataset has not.
    const STORED: bool;
}

/// May send records in.
pub(super) struct CanPush;
/// May read records and changes.
pub(super) struct CanPull;
/// May try a push without storing.
pub(super) struct CanValidate;
/// May call the owner's system.
pub(super) struct CanCallLive;
/// May see the dataset's documents.
pub(super) struct CanSee;

impl Permission for CanPush {
    const RIGHT: Option<Right> = Some(Right::Push);
    const STORED: bool = true;
}

impl Permission for CanPull {
    const RIGHT: Option<Right> = Some(Right::Pull);
    const STORED: bool = true;
}

impl Permission for CanValidate {
    const RIGHT: Option<Right> = Some(Right::Push);
    const STORED: bool = false;
}

impl Permission for CanCallLive {
    const RIGHT: Option<Right> = Some(Right::Live);
    const STORED: bool = false;
}

impl Permission for CanSee {
    const RIGHT: Option<Right> = None;
    const STORED: bool = false;
}

/// A caller with the permission `P` to the dataset in the path.
pub(super) struct Caller<P> {
    /// The hub.
    pub(super) hub: Arc<Hub>,
    /// The request's call.
    pub(super) call: Call,
    /// The dataset.
    pub(super) dataset: Arc<Dataset>,
    /// The fields that may be read; `None` means all.
    pub(super) fields: Option<Vec<Pointer>>,
    /// What the request was given when it was let in; nothing for whoever is not limited.
    pub(super) pass: Option<Arc<Pass>>,
    permission: PhantomData<P>,
}

/// Who called for what, left behind for the log.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) caller: access::Caller,
    pub(super) dataset: Option<Arc<Dataset>>,
}

/// What an extractor of this file gives: mostly at once, now and then after a look for news.
type Admission<T> =
    Either<Ready<std::result::Result<T, Problem>>, LocalBoxFuture<'static, std::result::Result<T, Problem>>>;

impl<P: Permission + 'static> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = Admission<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        with_news(request, admit)
    }
}

impl<P> Caller<P> {
    /// Where the dataset's resources are, as an absolute address.
    pub(super) fn base(&self) -> String {
        format!("{}{}", self.hub.config().http.public_url, path::of(&self.dataset))
    }
}

impl<P> Caller<P> {
    /// Charges one record.
    ///
    /// # Errors
    /// Limited when the caller sent or read too many in this second.
    pub(super) fn charge(&self) -> Result<()> {
        self.pass.as_ref().map_or(Ok(()), |pass| pass.charge())
    }

    /// Charges so many records that came already.
    pub(super) fn owe(&self, records: u64) {
        if let Some(pass) = &self.pass {
            pass.owe(records);
        }
    }

    /// Waits until some of so many records may follow; gives how many are left.
    pub(super) async fn pace_some(&self, records: u64) -> u64 {
        match &self.pass {
            Some(pass) => pass.pace_some(records).await,
            None => 0,
        }
    }
}

impl<P: Permission> Caller<P> {
    /// The caller of a request that was admitted before and takes long, as the catalog and the
    /// sessions know it now.
    ///
    /// # Errors
    /// Whatever the caller would be told if the request came now.
    pub(super) async fn again(request: &HttpRequest) -> std::result::Result<Self, Problem> {
        recognize(request).await?;
        admit(request)
    }
}

impl Caller<CanSee> {
    /// What the caller is shown of the dataset's fields.
    pub(super) fn sight(&self) -> access::Sight {
        let today = self.hub.today();
        access::Sight::of(&self.call.caller, &self.dataset.grants, today)
    }
}

/// Admits a request; where the catalog does not hold what it names, looks again after bringing the
/// catalog up to date, because a command may have added it a moment ago.
fn with_news<T: 'static>(
    request: &HttpRequest,
    admit: fn(&HttpRequest) -> std::result::Result<T, Problem>,
) -> Admission<T> {
    match admit(request) {
        Err(problem) if problem.may_be_news() => {
            let request = request.clone();
            Either::Right(Box::pin(async move {
                if let Some(hub) = request.app_data::<web::Data<Hub>>() {
                    hub.clone().into_inner().catch_up().await?;
                }
                admit(&request)
            }))
        }
        admitted => Either::Left(ready(admitted)),
    }
}

fn admit<P: Permission>(request: &HttpRequest) -> std::result::Result<Caller<P>, Problem> {
    let meta = Meta::of(request)?;
    let (hub, caller) = recognized(request)?;
    // Whoever is refused is counted as well, by the limits that everybody has: others would tell that there is
    // such a dataset.
    let counted = || limits::admit(request, &caller, None);
    let (environment, id) = path::dataset(request).map_err(|unknown| match caller {
        access::Caller::Anonymous => Error::Unauthenticated(Credentials::Missing),
        access::Caller::Application(_) | access::Caller::Person(_) | access::Caller::Management => {
            counted().err().unwrap_or(unknown)
        }
    })?;
    let allowed = match P::RIGHT {
        Some(right) => may(request, &hub, &caller, (environment, &id), right),
        None => see(request, &hub, &caller, (environment, &id)),
    };
    if allowed.is_err() {
        counted()?;
    }
    let (dataset, fields) = allowed.inspect_err(|error| {
        if matches!(error, Error::Forbidden(_) | Error::Gone(_)) {
            let dataset = hub.catalog().dataset_in(environment, &id).cloned();
            let caller = caller.clone();
            request.extensions_mut().insert(Known { caller, dataset });
        }
    })?;
    request.extensions_mut().insert(Known {
        caller: caller.clone(),
        dataset: Some(Arc::clone(&dataset)),
    });
    limits::admit(request, &caller, Some(&dataset))?;
    if P::STORED && dataset.mode() == Mode::Live {
        return Err(Error::Unknown(Unknown::LiveDataset(id)).into());
    }
    Ok(Caller {
        hub,
        call: meta.call(caller),
        dataset,
        fields,
        pass: limits::pass(request),
        permission: PhantomData,
    })
}

/// The dataset at an address, if the caller has the right to it; under test, the one that is tested.
fn may(
    request: &HttpRequest,
    hub: &Hub,
    caller: &access::Caller,
    (environment, id): (Environment, &DatasetId),
    right: Right,
) -> Result<(Arc<Dataset>, Option<Vec<Pointer>>)> {
    match request.app_data::<UnderTest>() {
        Some(test) if *test.dataset.id == *id => hub.permit(caller, &test.dataset, right),
        _ => hub.authorize(caller, environment, id, right),
    }
}

/// Whoever may pull or push may see the documents.
pub(super) fn see(
    request: &HttpRequest,
    hub: &Hub,
    caller: &access::Caller,
    address: (Environment, &DatasetId),
) -> Result<(Arc<Dataset>, Option<Vec<Pointer>>)> {
    let may = |right| may(request, hub, caller, address, right);
    may(Right::Pull)
        .or_else(|refused| may(Right::Push).map_err(|_| refused))
        .or_else(|refused| may(Right::Live).map_err(|_| refused))
}

/// Anybody who said who they are.
pub(super) struct Identified {
    /// The hub.
    pub(super) hub: Arc<Hub>,
    /// Who it is.
    pub(super) caller: access::Caller,
}

impl FromRequest for Identified {
    type Error = Problem;
    type Future = Admission<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        with_news(request, |request| match identify(request)? {
            (_, access::Caller::Anonymous) => Err(Error::Unauthenticated(Credentials::Missing).into()),
            (hub, caller) => Ok(Identified { hub, caller }),
        })
    }
}

/// The hub that a request was sent to.
pub(super) fn hub_of(request: &HttpRequest) -> Result<Arc<Hub>> {
    let hub = request.app_data::<web::Data<Hub>>().map(|hub| Arc::clone(hub));
    hub.ok_or_else(|| Error::Internal("a server without its hub".into()))
}

/// Who sends this request, which is counted; leaves the answer behind for the log.
pub(super) fn identify(request: &HttpRequest) -> std::result::Result<(Arc<Hub>, access::Caller), Problem> {
    let (hub, caller) = recognized(request)?;
    limits::admit(request, &caller, None)?;
    Ok((hub, caller))
}

/// The same for a request that is counted by whoever asks.
fn recognized(request: &HttpRequest) -> std::result::Result<(Arc<Hub>, access::Caller), Problem> {
    let hub = hub_of(request)?;
    let token = bearer(request)?;
    let caller = match request.app_data::<UnderTest>() {
        Some(test) => test.caller(token)?,
        None if token.is_none() => session::caller(request)?,
        None => hub.authenticate(token, Meta::of(request)?.peer)?,
    };
    request.extensions_mut().insert(Known {
        caller: caller.clone(),
        dataset: None,
    });
    Ok((hub, caller))
}

/// What a request shows after `Bearer`.
///
/// # Errors
/// Unauthenticated when its `Authorization` is of another kind.
pub(super) fn bearer(request: &HttpRequest) -> Result<Option<&str>> {
    let Some(value) = request.headers().get(AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim());
    token
        .map(Some)
        .ok_or(Error::Unauthenticated(Credentials::Invalid))
}

/// Looks up what a request shows and the hub may not have in memory: a session, or an access token that
/// another hub gave out.
///
/// # Errors
/// When the database fails.
pub(super) async fn recognize(request: &HttpRequest) -> Result<()> {
    match bearer(request) {
        Ok(None) => session::recognize(request).await,
        Ok(Some(token)) => match AccessToken::parse(token) {
            Some(token) => hub_of(request)?.learn_token(&token).await,
            None => Ok(()),
        },
        // It is told by whoever needs to know who calls.
        Err(_) => Ok(()),
    }
}
