//! Checkpoints, in the database and in the file beside it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::{AT_ONCE, Verifier};
use crate::audit::Checkpoint;
use crate::error::{Error, Result};
use crate::store;

/// Where checkpoints say that chains stood: by chain, then by link, the hash.
pub(super) type Named = HashMap<i64, BTreeMap<i64, String>>;

impl Verifier<'_> {
    /// Looks at all checkpoints: their signatures, their order, and whether the file holds them too.
    pub(super) fn checkpoints(&mut self, file: Option<&Path>) -> Result<Named> {
        let mut lines = file.map(read).transpose()?.unwrap_or_default();
        let mut named = Named::new();
        let mut before: Option<Checkpoint> = None;
        loop {
            let after = before.as_ref().map_or(0, |before| before.number);
            let some = self
                .store
                .read(|connection| store::chains::checkpoints::after(connection, after, AT_ONCE))?;
            if some.is_empty() {
                break;
            }
            for checkpoint in some {
                self.checkpoint(&checkpoint, before.as_ref(), &mut named);
                let line = lines.remove(&checkpoint.number);
                if line.is_some_and(|line| line != checkpoint.line().trim_end()) {
                    let which = checkpoint.number.to_string();
                    self.verdict.fault(
                        ("altered", "checkpoint"),
                        which,
                        "the file holds another one with this number",
                    );
                }
                before = Some(checkpoint);
            }
        }
        let last = before.map_or(0, |before| before.number);
        for number in lines.into_keys() {
            let detail = format!("the file holds it, the database ends with checkpoint {last}");
            self.verdict
                .fault(("removed", "checkpoint"), number.to_string(), detail);
        }
        Ok(named)
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint, before: Option<&Checkpoint>, named: &mut Named) {
        self.verdict.checkpoints += 1;
        let which = checkpoint.number.to_string();
        let Some(statement) = checkpoint.statement(self.key) else {
            let detail = "its signature is not that of the hub's key over what it says";
            return self.verdict.fault(("altered", "checkpoint"), which, detail);
        };
        let expected = before.map_or(1, |before| before.number + 1);
        if checkpoint.number != expected || statement.previous != before.map(Checkpoint::hash) {
            let detail = "it does not follow the checkpoint before it; one in between is missing or altered";
            self.verdict.fault(("removed", "checkpoint"), which, detail);
        }
        for head in statement.heads {
            named
                .entry(head.chain)
                .or_default()
                .insert(head.number, head.hash);
        }
    }
}

/// The lines of the file by the number of their checkpoint. A last line without its end was being written when
/// the power failed; the database holds what it was to say.
fn read(file: &Path) -> Result<BTreeMap<i64, String>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(Error::Internal(format!("{}: {error}", file.display()))),
    };
    let whole = text
        .rfind('\n')
        .and_then(|end| text.get(..end))
        .unwrap_or_default();
    let lines = whole.lines().filter(|line| !line.is_empty());
    // What is no checkpoint stands under a number that no checkpoint has.
    Ok(lines
        .map(|line| (Checkpoint::number_on(line).unwrap_or(-1), line.to_owned()))
        .collect())
}
