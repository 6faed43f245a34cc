//! What was published outside a run of the procedure, by whom and why.
//!
//! Not here: whether it may be (`life`). Invariant: what no integration is named for was published outside one.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::store;
use crate::store::moves::Publication;
use crate::types::{DatasetId, Timestamp, Version};

/// A publication outside a run.
#[derive(Debug, Clone)]
pub struct OutsideRun {
    /// The dataset.
    pub dataset: DatasetId,
    /// The version.
    pub version: Version,
    /// When.
    pub at: Timestamp,
    /// Who did it, as the audit log names them.
    pub actor: String,
    /// Why; a key may do it without saying so.
    pub reason: Option<String>,
}

impl Hub {
    /// The publications outside a run of the procedure.
    ///
    /// # Errors
    /// When the database fails.
    pub fn published_outside_runs(&self) -> Result<Vec<OutsideRun>> {
        let rows = self.store.read(store::moves::publications)?;
        let mut outside = Vec::new();
        for row in rows {
            outside.extend(read(row)?);
        }
        Ok(outside)
    }
}

/// A row, unless it is no publication or one for an integration.
fn read((opd, name, numbers, row): Publication) -> Result<Option<OutsideRun>> {
    let details: Value =
        serde_json::from_str(&row.details).map_err(|error| Error::Internal(error.to_string()))?;
    let of_run = details.get("integration").is_some_and(|run| !run.is_null());
    if of_run || details.get("accept_undecided").is_none() {
        return Ok(None);
    }
    let (major, minor, patch) = numbers;
    let version: Version = format!("{major}.{minor}.{patch}")
        .parse()
        .map_err(Error::Internal)?;
    Ok(Some(OutsideRun {
        dataset: format!("{opd}/{name}/v{major}")
            .parse()
            .map_err(Error::Internal)?,
        version,
        at: Timestamp(row.at),
        actor: row.actor,
        reason: row.reason,
    }))
}
