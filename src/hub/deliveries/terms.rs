//! [`Terms`]: on which terms a subscription delivers, and which are refused.

use std::sync::Arc;

use crate::access::{Application, Caller, Verdict, decide};
use crate::connector::delivery::MAX_BATCH;
use crate::connector::{checked_path, checked_query};
use crate::error::{Conflict, Error, Malformed, Result, Unknown};
use crate::hub::{Dataset, Hub};
use crate::store::subscriptions::SubscriptionRow;
use crate::types::{DatasetId, OpdCode, Right, Text};

/// On which terms a subscription delivers, as of one of its versions.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    /// Its number.
    pub(super) id: i64,
    /// Its version.
    pub(super) version: i64,
    /// The dataset.
    pub(super) dataset: DatasetId,
    /// The receiving application.
    pub(super) application: i64,
    /// The connector.
    pub(super) connector: i64,
    /// The path below the connector's base.
    pub(super) path: String,
    /// The query.
    pub(super) query: Option<String>,
    /// How many changes at most are sent at once.
    pub(super) batch: u16,
}

impl Terms {
    /// The terms of a row.
    ///
    /// # Errors
    /// When it holds what no hub writes.
    pub(super) fn of(row: &SubscriptionRow) -> Result<Self> {
        let damaged = || Error::Internal(format!("subscription {} is damaged", row.id));
        let (path, query) = match row.path.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (row.path.as_str(), None),
        };
        Ok(Terms {
            id: row.id,
            version: row.version,
            dataset: DatasetId {
                opd: row.owner.parse().map_err(|_| damaged())?,
                name: row.dataset.parse().map_err(|_| damaged())?,
                major: u32::try_from(row.major).map_err(|_| damaged())?,
            },
            application: row.application_id,
            connector: row.connector_id,
            path: path.to_owned(),
            query,
            batch: u16::try_from(row.batch).map_err(|_| damaged())?,
        })
    }
}

impl Hub {
    /// Refuses a receiver that could not pull the dataset itself.
    ///
    /// # Errors
    /// A conflict that says what to grant.
    pub(super) fn may_receive(&self, dataset: &Dataset, application: i64, opd: &OpdCode) -> Result<()> {
        let receiver = Caller::Application(Arc::new(Application {
            id: application,
            name: String::new(),
            opd: opd.clone(),
            scope: None,
        }));
        match decide(&receiver, &dataset.grants, Right::Pull, self.today()) {
            Verdict::Allowed { .. } => Ok(()),
            Verdict::Denied | Verdict::Hidden | Verdict::Anonymous => {
                let conflict = Conflict::ReceiverNotGranted(opd.clone(), (*dataset.id).clone());
                Err(Error::Conflict(conflict))
            }
        }
    }

    /// Refuses a connector of another agency, a path that leads nowhere, and messages of no size.
    ///
    /// # Errors
    /// Unknown where there is no such connector of the agency; malformed for the rest.
    pub(super) fn check_terms(&self, opd: &OpdCode, connector: i64, path: &str, batch: u16) -> Result<()> {
        if self.system(connector)?.connector.opd != *opd {
            return Err(Error::Unknown(Unknown::Connector(connector.to_string())));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if checked_path(path).is_err() || checked_query(query).is_err() {
            return Err(fault(
                "path",
                "harus diawali garis miring, tanpa segmen titik, dan tersandi persen.",
                "it must begin with a slash, have no segments of dots, and be percent-encoded.",
            ));
        }
        if batch == 0 || batch > MAX_BATCH {
            return Err(fault("batch", "harus 1 sampai 1000.", "it must be 1 to 1000."));
        }
        Ok(())
    }
}

/// A parameter that makes no sense.
pub(super) fn fault(name: &'static str, indonesian: &'static str, english: &'static str) -> Error {
    Error::Malformed(Malformed::Parameter(name, Text::new(indonesian, english)))
}
