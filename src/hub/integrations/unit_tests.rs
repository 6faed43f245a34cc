//! What came of unit tests, kept for the procedure.
//!
//! Not here: testing (`http/unit_test`). Invariant: each test that was run is kept, whatever came of it.

use crate::error::Result;
use crate::hub::{Actor, Hub};
use crate::report::unit_test::UnitTest;
use crate::store;
use crate::store::unit_tests::NewUnitTest;
use crate::types::Lang;

impl Hub {
    /// Keeps what came of a unit test.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_unit_test(&self, actor: &Actor, paper: &UnitTest) -> Result<()> {
        let new = NewUnitTest {
            dataset: paper.dataset.to_string(),
            version: paper.version.to_string(),
            digest: paper.digest.to_string(),
            passed: paper.passed(),
            actor: &actor.0,
            report: paper.to_json(Lang::Id).to_string(),
        };
        self.store
            .write(|connection| store::unit_tests::insert(connection, &new, paper.at))
    }
}
