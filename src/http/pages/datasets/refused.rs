//! How a refused payload is told: why, in plain words, and where.
//!
//! Invariant: a code never stands alone; where nothing better is known, the sentence of the problem stands.

use serde_json::Value;

use super::told;
use crate::error::Violations;
use crate::hub::RejectionView;
use crate::types::{Lang, Pointer};

/// One way in which a payload breaks its contract.
pub(super) struct Fault {
    pub(super) pointer: Pointer,
    /// Where, in words; empty where it is the payload as a whole.
    pub(super) place: String,
    /// What is wrong there.
    pub(super) message: String,
}

/// Why a payload was refused.
pub(super) struct Reason {
    /// What to do about it as a whole.
    pub(super) detail: String,
    pub(super) faults: Vec<Fault>,
    /// How many there are, those that are not listed too.
    pub(super) total: u64,
}

impl Reason {
    /// As it is kept.
    pub(super) fn of(view: &RejectionView, lang: Lang) -> Self {
        Reason::read(&view.reason, lang)
    }

    /// The same, where only the reason is kept.
    pub(super) fn read(reason: &Value, lang: Lang) -> Self {
        let text = |value: &Value, name: &str| {
            let text = value.get(name).and_then(|text| text.get(lang.tag())?.as_str());
            text.unwrap_or_default().to_owned()
        };
        let listed = reason.get("violations").and_then(Value::as_array);
        let fault = |violation: &Value| {
            let pointer: Pointer = violation.get("pointer")?.as_str()?.parse().ok()?;
            Some(Fault::new(pointer, text(violation, "message")))
        };
        let total = reason.get("violations_total").and_then(Value::as_u64);
        Reason {
            detail: text(reason, "detail"),
            faults: listed.into_iter().flatten().filter_map(fault).collect(),
            total: total.unwrap_or_default(),
        }
    }

    /// As a push was answered just now.
    pub(super) fn new(violations: &Violations, lang: Lang) -> Self {
        let fault =
            |one: &crate::types::Violation| Fault::new(one.pointer.clone(), one.message.to(lang).to_owned());
        Reason {
            detail: String::new(),
            faults: violations.list.iter().map(fault).collect(),
            total: violations.total,
        }
    }

    /// How many are not listed.
    pub(super) fn more(&self) -> u64 {
        let listed = u64::try_from(self.faults.len()).unwrap_or(u64::MAX);
        self.total.saturating_sub(listed)
    }
}

impl Fault {
    fn new(pointer: Pointer, message: String) -> Self {
        Fault {
            place: told::place(&pointer),
            pointer,
            message,
        }
    }
}
