//! For which run of the procedure a version is published.
//!
//! Not here: publishing (`hub/contracts`). Invariant: an integration publishes what it agreed, and nothing before it
//! comes to that.

use super::Hub;
use crate::contract::Contract;
use crate::error::{Error, Result};
use crate::integration::IntegrationNumber;
use crate::integration::procedure::Tie;
use crate::store::integrations::IntegrationRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Version};

impl Hub {
    /// The integration that has come to publishing this version: it agreed it, or an earlier one of the same major where this
    /// was signed since. None where it is published outside a run.
    pub(in crate::hub) fn run_that_publishes(
        &self,
        connection: &mut DbConnection,
        dataset: &DatasetId,
        version: Version,
        document: &str,
    ) -> Result<Option<IntegrationNumber>> {
        let signed = Contract::from_stored(document)
            .map_err(Error::Internal)?
            .agreed
            .is_some();
        for (row, agreed) in store::integrations::running_about(connection, &dataset.to_string())? {
            let agreed: Version = agreed.parse().map_err(Error::Internal)?;
            let its_own = agreed == version || signed && agreed < version;
            if its_own && self.publishes(&row) {
                return Ok(Some(row.numbered()));
            }
        }
        Ok(None)
    }

    /// Whether an integration has come to the step that publishes.
    fn publishes(&self, row: &IntegrationRow) -> bool {
        let variant = self.procedure.variant(&row.variant);
        let mut steps = variant.into_iter().flat_map(|variant| &variant.steps);
        steps
            .find(|step| step.requires.contains(&Tie::ContractPublished))
            .is_some_and(|step| i32::from(step.number) <= row.stand.step)
    }
}
