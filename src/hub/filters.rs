//! Filters that came with a new version of a contract: the slots of older records are filled.

use super::{Catalog, Hub, references};
use crate::audit::SubjectKey;
use crate::error::Result;
use crate::record::FoundBy;
use crate::store::{self, Store};

/// How many records are filled in one transaction.
const CHUNK: i64 = 500;

impl Hub {
    /// Fills one chunk of every dataset that needs it; gives how many datasets need more.
    ///
    /// # Errors
    /// When the database fails; what was filled stays.
    pub fn fill_filters(&self) -> Result<usize> {
        let mut more = 0;
        for dataset in self.store.read(store::slots::unfilled)? {
            let goes_on = self
                .store
                .write(|connection| store::slots::fill(connection, dataset, CHUNK))?;
            more += usize::from(goes_on);
        }
        Ok(more)
    }
}

/// The catalog, of whose datasets the records are laid out by their filters.
///
/// # Errors
/// When the database fails, or a stored contract can't be compiled.
pub(super) fn laid_out(store: &Store, subject_key: &SubjectKey) -> Result<Catalog> {
    let catalog = Catalog::load(store, subject_key, None)?;
    lay_out(store, &catalog)?;
    Ok(catalog)
}

/// Lets the slots of datasets from before there were slots be filled, and tells of references from
/// before they were judged.
///
/// # Errors
/// When the database fails.
fn lay_out(store: &Store, catalog: &Catalog) -> Result<()> {
    let laid_out = store.read(store::datasets::filters)?;
    for dataset in catalog.datasets().into_iter().chain(catalog.sandboxes()) {
        let differs = laid_out
            .iter()
            .any(|(number, filters)| *number == dataset.number && *filters != *dataset.filters);
        if differs {
            let found_by = FoundBy::of(&dataset.current.contract);
            store.write(|connection| store::datasets::lay_out(connection, dataset.number, &found_by))?;
        }
    }
    references::tell_store(store, catalog)
}
