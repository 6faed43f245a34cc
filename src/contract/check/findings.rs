//! Collects faults and warnings while a document is judged.
//!
//! Invariant: at most [`MAX_FINDINGS`] of each are kept, so that a hostile document can't fill the
//! memory with complaints about itself.

use crate::contract::fault::Fault;
use crate::contract::read::Source;
use crate::types::Pointer;

/// The most faults, and the most warnings, that are told of one document.
pub const MAX_FINDINGS: usize = 10_000;

/// Faults and warnings found so far.
#[derive(Default)]
pub struct Findings {
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Findings {
    /// Adds a fault: the document can't be registered.
    pub fn fault(&mut self, fault: Fault) {
        add(&mut self.faults, fault);
    }

    /// Adds a warning: the document may stand.
    pub fn warn(&mut self, fault: Fault) {
        add(&mut self.warnings, fault);
    }

    /// How many faults there are.
    pub fn faults(&self) -> usize {
        self.faults.len()
    }

    /// Whether there is a fault with one of these codes.
    pub fn any(&self, codes: &[&str]) -> bool {
        self.faults.iter().any(|fault| codes.contains(&fault.code))
    }

    /// Whether there is a fault with this code at `place`.
    pub fn has(&self, code: &str, place: &Pointer) -> bool {
        self.faults
            .iter()
            .any(|fault| fault.code == code && fault.pointer == *place)
    }

    /// Faults and warnings, each with its place, sorted.
    pub fn finish(self, source: &Source) -> (Vec<Fault>, Vec<Fault>) {
        let arrange = |mut list: Vec<Fault>| {
            list.iter_mut().for_each(|fault| source.locate(fault));
            list.sort_by(Fault::order);
            list.dedup_by(|a, b| a.pointer == b.pointer && a.code == b.code && a.message == b.message);
            list
        };
        (arrange(self.faults), arrange(self.warnings))
    }
}

fn add(list: &mut Vec<Fault>, fault: Fault) {
    if list.len() < MAX_FINDINGS {
        list.push(fault);
    }
}
