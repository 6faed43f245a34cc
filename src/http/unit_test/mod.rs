//! The integration unit test: a contract version is served to the test alone, and every endpoint is
//! asked with payloads that keep to the contract and payloads that break it.
//!
//! `runner` sends requests through the same routes that callers use, within this process; `cases` says
//! what is asked and what is expected. Not here: the payloads (`contract::trials`) and the paper
//! (`report::unit_test`). Invariant: nothing outside this process can reach a dataset under test.

mod cases;
mod runner;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, middleware, web};

use super::{frame, resource, routes};
use crate::access::{Application, Caller};
use crate::error::{Credentials, Error, Result};
use crate::hub::{Actor, Dataset, Hub, Trial};
use crate::report::unit_test::UnitTest;
use crate::types::{DatasetName, OpdCode, Version};
use runner::Runner;

/// For how long requests are sent.
const SENDING: Duration = Duration::from_secs(60);
/// An agency that was granted nothing.
const STRANGER: &str = "0-unit-test";

/// A dataset that only the test sees; the tokens of its callers are the codes of their agencies.
#[derive(Clone)]
pub(super) struct UnderTest {
    /// The dataset.
    pub(super) dataset: Arc<Dataset>,
}

impl UnderTest {
    /// Who holds a token.
    ///
    /// # Errors
    /// Unauthenticated when it is no agency's code.
    pub(super) fn caller(&self, token: Option<&str>) -> Result<Caller> {
        let Some(token) = token else {
            return Ok(Caller::Anonymous);
        };
        let opd: OpdCode = token
            .parse()
            .map_err(|_| Error::Unauthenticated(Credentials::Invalid))?;
        Ok(Caller::Application(Arc::new(Application {
            id: -self.dataset.number,
            name: "unit-test".into(),
            opd,
            scope: None,
        })))
    }
}

/// Tests a version, whatever its state, and deletes what the test left.
///
/// # Errors
/// Unknown where there is no such version; unavailable while another test runs.
pub(super) async fn run(
    hub: &Arc<Hub>,
    actor: Actor,
    opd: OpdCode,
    name: DatasetName,
    version: Version,
) -> Result<UnitTest> {
    let by = actor.clone();
    let trial = hub
        .blocking(move |hub| hub.begin_trial(&actor, &opd, &name, version))
        .await?;
    let paper = test(hub, &trial, by.0.clone()).await;
    hub.blocking(move |hub| {
        hub.end_trial(&trial)?;
        hub.keep_unit_test(&by, &paper)?;
        Ok(paper)
    })
    .await
}

/// The same for a command, which has no server.
///
/// # Errors
/// Unknown where there is no such version; unavailable while another test runs.
pub fn run_alone(
    hub: &Arc<Hub>,
    actor: Actor,
    opd: OpdCode,
    name: DatasetName,
    version: Version,
) -> Result<UnitTest> {
    actix_web::rt::System::new().block_on(run(hub, actor, opd, name, version))
}

async fn test(hub: &Arc<Hub>, trial: &Trial, by: String) -> UnitTest {
    let dataset = &trial.dataset;
    let under_test = UnderTest {
        dataset: Arc::clone(dataset),
    };
    let app = App::new()
        .app_data(web::Data::from(Arc::clone(hub)))
        .app_data(under_test)
        .wrap(middleware::from_fn(frame::frame))
        .configure(routes)
        .default_service(web::to(resource::unknown_path));
    let service = actix_web::test::init_service(app).await;
    let mut runner = Runner::new(service, dataset, Instant::now() + SENDING);
    cases::all(&mut runner, trial, hub.today()).await;
    UnitTest {
        dataset: (*dataset.id).clone(),
        version: dataset.current.version,
        title: dataset.current.contract.title.clone(),
        digest: trial.digest,
        at: hub.clock().now(),
        by,
        cases: runner.cases,
    }
}
