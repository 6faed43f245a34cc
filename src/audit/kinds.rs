//! What kinds of exchanges there are: which way data goes, and what came of a call.
//!
//! Invariant: whoever adds up exchanges asks here, so that all figures mean the same.

/// Calls by which data comes in.
pub const SENDING: [&str; 4] = ["push", "delete", "undo", "scheduled-pull"];

/// Calls to the hub that exchange no data.
pub const EXCHANGES_NOTHING: [&str; 4] = ["look", "manage", "token", ""];

/// Outcomes that are the hub's own, or of another system, and not the caller's.
const FAILING: [&str; 15] = [
    "check-unavailable",
    "database-unavailable",
    "dataset-held",
    "export-overtaken",
    "filter-not-ready",
    "internal",
    "left",
    "overloaded",
    "secrets-unavailable",
    "stopping",
    "system-answer-invalid",
    "system-credentials",
    "system-timeout",
    "system-unavailable",
    "system-unreachable",
];

/// Whether data comes in by such a call.
pub fn sends(action: &str) -> bool {
    SENDING.contains(&action)
}

/// What came of a call, as far as figures tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeClass {
    /// It was done.
    Ok,
    /// It was refused: what was asked or sent was not as it should be.
    Refused,
    /// It failed, or ended before its end: nobody asked for anything wrong.
    Failed,
}

impl OutcomeClass {
    /// The class of an outcome as the log has it.
    pub fn of(outcome: &str) -> Self {
        match outcome {
            "ok" => OutcomeClass::Ok,
            other if FAILING.contains(&other) => OutcomeClass::Failed,
            _ => OutcomeClass::Refused,
        }
    }

    /// The class as it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeClass::Ok => "ok",
            OutcomeClass::Refused => "refused",
            OutcomeClass::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_done_refused_or_failed() {
        for (outcome, class) in [
            ("ok", "ok"),
            ("contract-violated", "refused"),
            ("forbidden", "refused"),
            ("refused", "refused"),
            ("left", "failed"),
            ("system-timeout", "failed"),
            ("internal", "failed"),
        ] {
            assert_eq!(OutcomeClass::of(outcome).as_str(), class, "{outcome}");
        }
    }
}
