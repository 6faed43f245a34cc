//! [`Manager`]: the extractor that decides whether somebody may manage.
//!
//! The permission is part of the handler's type: `Manager<CanManageOpds>` can't be had by whom the table
//! of rules (`access::rules`) does not allow it, neither when the request begins nor when its body is
//! there. Invariant: where the path names an agency, it is one that the caller reaches; what a list or a
//! number leads to, the handler holds against `reach`.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::caller::{identify, recognize};
use super::problem::Problem;
use crate::access::Caller;
use crate::access::rules::{Action, Reach, Resource, reach};
use crate::error::{Credentials, Error, Forbidden, Result};
use crate::hub::{Actor, Hub};

/// What a handler of management needs to be allowed.
pub(super) trait Permission {
    /// What it does.
    const ACTION: Action;
    /// With what.
    const RESOURCE: Resource;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $action:ident $resource:ident;)*) => {
        $(
            $(#[$doc])*
            pub(super) struct $name;

            impl Permission for $name {
                const ACTION: Action = Action::$action;
                const RESOURCE: Resource = Resource::$resource;
            }
        )*
    };
}

permissions! {
    /// May know which paths and methods there are.
    CanEnter: Look Management;
    /// May read about agencies.
    CanSeeOpds: Look Opds;
    /// May add and change them.
    CanManageOpds: Manage Opds;
    /// May read about applications.
    CanSeeApplications: Look Applications;
    /// May add them.
    CanManageApplications: Manage Applications;
    /// May read about their keys.
    CanSeeKeys: Look Keys;
    /// May give keys and revoke them.
    CanManageKeys: Manage Keys;
    /// May read how other systems are reached, and how they stand.
    CanSeeConnectors: Look Connectors;
    /// May register, change, switch and try that.
    CanManageConnectors: Manage Connectors;
    /// May read about people.
    CanSeePeople: Look People;
    /// May add them, and say what they are.
    CanManagePeople: Manage People;
    /// May read contracts.
    CanSeeContracts: Look Contracts;
    /// May register them and move them through their life.
    CanManageContracts: Manage Contracts;
    /// May publish them.
    CanPublishContracts: Publish Contracts;
    /// May test them.
    CanTestContracts: Test Contracts;
    /// May read how far they keep to the field standard.
    CanSeeConformity: Look Conformity;
    /// May read what was refused.
    CanSeeRejections: Look Rejections;
    /// May read which references lead to nothing.
    CanSeeReferences: Look References;
    /// May read what is measured.
    CanSeeMetrics: Look Metrics;
    /// May read to whom changes are delivered, and how far that is.
    CanSeeSubscriptions: Look Subscriptions;
    /// May add, change, stop and go on with deliveries.
    CanManageSubscriptions: Manage Subscriptions;
    /// May read who asked for what.
    CanSeeExchanges: Look ExchangeLog;
    /// May read who did what to the hub, and who saw a person's data.
    CanSeeAudit: Look AuditLog;
    /// May read integrations, their documents and papers.
    CanLookProcedure: Look Procedure;
    /// May open integrations, and add what belongs to them.
    CanManageProcedure: Manage Procedure;
    /// May read which letters came in.
    CanSeeLetters: Look Letters;
    /// May register them, and what is to be done with them.
    CanManageLetters: Manage Letters;
    /// May act in the steps.
    CanCompleteStep: CompleteStep Procedure;
    /// May read reports.
    CanLookReports: Look Reports;
    /// May draft them.
    CanDraftReports: Manage Reports;
    /// May check what was drafted.
    CanCheckReports: Check Reports;
    /// May sign what was checked.
    CanSignReports: Sign Reports;
    /// May read which backups there are.
    CanSeeBackups: Look Backups;
    /// May have one made.
    CanManageBackups: Manage Backups;
    /// May set a dataset back.
    CanSetBack: SetBack Records;
}

/// Somebody with the permission `P`.
pub(super) struct Manager<P> {
    /// The hub.
    pub(super) hub: Arc<Hub>,
    /// How the audit log names them.
    pub(super) actor: Actor,
    /// Who they are.
    pub(super) caller: Caller,
    /// How far the permission goes.
    pub(super) reach: Reach,
    permission: PhantomData<P>,
}

impl<P> Manager<P> {
    /// Whether the permission covers what belongs to the agency with this code.
    ///
    /// # Errors
    /// Forbidden when it does not.
    pub(super) fn may_reach(&self, opd: &str) -> Result<()> {
        match self.reach.covers(opd) {
            true => Ok(()),
            false => Err(Error::Forbidden(Forbidden::OtherOpd)),
        }
    }
}

impl<P: Permission> FromRequest for Manager<P> {
    type Error = Problem;
    type Future = Ready<std::result::Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit_to_stay::<P>(request))
    }
}

/// The same, for somebody who is asked again by [`still_may`].
pub(super) fn admit_to_stay<P: Permission>(
    request: &HttpRequest,
) -> std::result::Result<Manager<P>, Problem> {
    let admitted = admit::<P>(request);
    request
        .extensions_mut()
        .insert(Again(|request| admit::<P>(request).map(|_| ())));
    admitted
}

/// How a request was let in, left behind for [`still_may`].
#[derive(Clone, Copy)]
struct Again(fn(&HttpRequest) -> std::result::Result<(), Problem>);

/// Asks once more whether whoever sent a request may do what it asks for, when all of it is there: its body
/// may have taken as long as its sender liked.
///
/// # Errors
/// Whatever they would be told if the request came now.
pub(super) async fn still_may(request: &HttpRequest) -> std::result::Result<(), Problem> {
    let again = request.extensions().get::<Again>().copied();
    let Some(Again(admit)) = again else {
        return Ok(());
    };
    recognize(request).await?;
    admit(request)
}

fn admit<P: Permission>(request: &HttpRequest) -> std::result::Result<Manager<P>, Problem> {
    let (hub, caller) = identify(request)?;
    let Some(reach) = reach(&caller, P::ACTION, P::RESOURCE) else {
        return Err(refusal(&caller).into());
    };
    let manager = Manager {
        hub,
        actor: Actor::of(&caller),
        caller,
        reach,
        permission: PhantomData,
    };
    let path = request.match_info();
    let code = path.get("opd").or_else(|| path.get("code"));
    if let Some(code) = code {
        manager.may_reach(code)?;
    }
    Ok(manager)
}

/// What somebody is told who may not do this.
fn refusal(caller: &Caller) -> Error {
    match caller {
        Caller::Anonymous => Error::Unauthenticated(Credentials::Missing),
        Caller::Person(_) => Error::Forbidden(Forbidden::Role),
        Caller::Application(_) => Error::Forbidden(Forbidden::ManagementOnly),
        // The key may do whatever needs no person.
        Caller::Management => Error::Forbidden(Forbidden::PersonOnly),
    }
}
