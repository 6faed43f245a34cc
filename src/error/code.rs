//! The codes of errors, which programs rely on: the closed list behind `/problems/{code}`.
//!
//! Invariant: a code, once published, keeps its meaning.

use super::{Bound, Conflict, Credentials, Error, Forbidden, Gone, Malformed, Unavailable, Unfit, Unknown};
use crate::types::{JsonFault, JsonFaultKind};

/// Every code that [`Error::code`] gives; the closed list behind `/problems/{code}`.
pub const CODES: &[&str] = &[
    "bad-body",
    "bad-cursor",
    "bad-header",
    "bad-key",
    "bad-parameter",
    "body-stalled",
    "body-too-large",
    "check-unavailable",
    "compatibility-undecided",
    "conditional-bulk",
    "connector-in-use",
    "contract-faulty",
    "contract-retired",
    "contract-violated",
    "credentials-invalid",
    "credentials-missing",
    "cross-site",
    "cursor-gone",
    "database-unavailable",
    "dataset-held",
    "dataset-is-live",
    "export-overtaken",
    "file-refused",
    "filter-not-ready",
    "forbidden",
    "head-moved",
    "idempotency-key-reused",
    "idempotency-key-running",
    "incompatible",
    "internal",
    "key-mismatch",
    "key-repeated",
    "letter-linked",
    "maintenance-refused",
    "mapping-failed",
    "name-taken",
    "no-such-move",
    "not-i-json",
    "not-json",
    "not-undoable",
    "overloaded",
    "own-role",
    "password-wrong",
    "precondition-failed",
    "record-contended",
    "record-in-use",
    "record-too-large",
    "rejection-repaired",
    "report-refused",
    "sign-in-refused",
    "rate-limited",
    "receiver-not-granted",
    "sign-in-throttled",
    "secrets-unavailable",
    "step-of-others",
    "step-refused",
    "stopping",
    "stored-misfits",
    "system-answer-invalid",
    "system-credentials",
    "system-timeout",
    "system-unavailable",
    "system-unreachable",
    "text-too-long",
    "too-deep",
    "too-many-vanish",
    "too-many-rows",
    "transaction-exists",
    "undo-misfits",
    "unknown-application",
    "unknown-assignment",
    "unknown-connector",
    "unknown-dataset",
    "unknown-document",
    "unknown-exchange",
    "unknown-integration",
    "unknown-letter",
    "unknown-opd",
    "unknown-parameter",
    "unknown-path",
    "unknown-person",
    "unknown-problem",
    "unknown-pull",
    "unknown-record",
    "unknown-rejection",
    "unknown-report",
    "unknown-subscription",
    "unknown-session",
    "unknown-version",
    "version-exists",
    "version-superseded",
];

impl Error {
    /// The problem's code, which programs may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Unauthenticated(Credentials::Missing) => "credentials-missing",
            Error::Unauthenticated(Credentials::Invalid) => "credentials-invalid",
            Error::Unauthenticated(Credentials::SignIn) => "sign-in-refused",
            Error::Forbidden(forbidden) => forbidden_code(forbidden),
            Error::Unknown(unknown) => unknown_code(unknown),
            Error::Malformed(malformed) => match malformed {
                Malformed::Json(fault) => json_code(fault),
                Malformed::Body(_) => "bad-body",
                Malformed::UnknownParameter(..) | Malformed::UnknownFilter(..) => "unknown-parameter",
                Malformed::Parameter(..) | Malformed::Filter(..) => "bad-parameter",
                Malformed::Header(..) => "bad-header",
                Malformed::Cursor => "bad-cursor",
                Malformed::ConditionalBulk => "conditional-bulk",
                Malformed::Key(_) => "bad-key",
                Malformed::Stalled(_) => "body-stalled",
                Malformed::Mapping(_) => "mapping-failed",
            },
            Error::TooLarge(Bound::Record(_)) => "record-too-large",
            Error::TooLarge(Bound::Body(_)) => "body-too-large",
            Error::Violates(_) => "contract-violated",
            Error::Faulty(_) => "contract-faulty",
            Error::KeyReused => "idempotency-key-reused",
            Error::Unfit(Unfit::TooManyRows { .. }) => "too-many-rows",
            Error::Unfit(Unfit::TextTooLong { .. }) => "text-too-long",
            Error::Unfit(Unfit::File(_)) => "file-refused",
            Error::Conflict(conflict) => conflict_code(conflict),
            Error::Stale { .. } => "precondition-failed",
            Error::Gone(Gone::Cursor { .. }) => "cursor-gone",
            Error::Gone(Gone::Retired { .. }) => "contract-retired",
            Error::Throttled(_) => "sign-in-throttled",
            Error::Limited(..) => "rate-limited",
            Error::Unavailable(unavailable) => match unavailable {
                Unavailable::Overloaded => "overloaded",
                Unavailable::Database(_) => "database-unavailable",
                Unavailable::Held => "dataset-held",
                Unavailable::Overtaken => "export-overtaken",
                Unavailable::Stopping => "stopping",
                Unavailable::Check(_) => "check-unavailable",
                Unavailable::FilterNotReady(_) => "filter-not-ready",
                Unavailable::Secrets(_) => "secrets-unavailable",
            },
            Error::Upstream(upstream) => upstream.code(),
            Error::Internal(_) => "internal",
        }
    }
}

/// The codes of what was not found.
fn unknown_code(unknown: &Unknown) -> &'static str {
    match unknown {
        Unknown::Path => "unknown-path",
        Unknown::Dataset(_) => "unknown-dataset",
        Unknown::LiveDataset(_) => "dataset-is-live",
        Unknown::Record(_) => "unknown-record",
        Unknown::ContractVersion(_) => "unknown-version",
        Unknown::Opd(_) => "unknown-opd",
        Unknown::Rejection(_) => "unknown-rejection",
        Unknown::Application(_) => "unknown-application",
        Unknown::Person(_) => "unknown-person",
        Unknown::Assignment(_) => "unknown-assignment",
        Unknown::Subscription(_) => "unknown-subscription",
        Unknown::Integration(_) => "unknown-integration",
        Unknown::Document(_) => "unknown-document",
        Unknown::Letter(_) => "unknown-letter",
        Unknown::Report(_) => "unknown-report",
        Unknown::Session(_) => "unknown-session",
        Unknown::Exchange(_) => "unknown-exchange",
        Unknown::Connector(_) => "unknown-connector",
        Unknown::Pull(_) => "unknown-pull",
        Unknown::Problem(_) => "unknown-problem",
    }
}

/// The codes of what is not allowed.
fn forbidden_code(forbidden: &Forbidden) -> &'static str {
    match forbidden {
        Forbidden::Right(..)
        | Forbidden::OwnerOnly(_)
        | Forbidden::ManagementOnly
        | Forbidden::PersonOnly
        | Forbidden::Role
        | Forbidden::OtherOpd => "forbidden",
        Forbidden::Step(_) => "step-of-others",
        Forbidden::OwnRole => "own-role",
        Forbidden::CrossSite => "cross-site",
        Forbidden::WrongPassword => "password-wrong",
    }
}

/// The codes of conflicts.
fn conflict_code(conflict: &Conflict) -> &'static str {
    match conflict {
        Conflict::KeyMismatch { .. } => "key-mismatch",
        Conflict::TransactionExists(_) => "transaction-exists",
        Conflict::VersionExists(_) => "version-exists",
        Conflict::VersionSuperseded(_) => "version-superseded",
        Conflict::Incompatible { undecided: false, .. } => "incompatible",
        Conflict::Incompatible { undecided: true, .. } => "compatibility-undecided",
        Conflict::StoredMisfits(_) => "stored-misfits",
        Conflict::NoSuchMove { .. } => "no-such-move",
        Conflict::Retired(_) => "contract-retired",
        Conflict::NotUndoable(_) => "not-undoable",
        Conflict::HeadMoved(_) => "head-moved",
        Conflict::UndoMisfits(_) => "undo-misfits",
        Conflict::RejectionRepaired(_) => "rejection-repaired",
        Conflict::NameTaken(_) => "name-taken",
        Conflict::KeyRepeated(_) => "key-repeated",
        Conflict::TooManyVanish { .. } => "too-many-vanish",
        Conflict::InUse { .. } => "record-in-use",
        Conflict::Contended(_) => "record-contended",
        Conflict::StillRunning => "idempotency-key-running",
        Conflict::ConnectorInUse(_) => "connector-in-use",
        Conflict::Procedure(_) => "step-refused",
        Conflict::Report(_) => "report-refused",
        Conflict::LetterLinked(_) => "letter-linked",
        Conflict::Maintenance(_) => "maintenance-refused",
        Conflict::ReceiverNotGranted(..) => "receiver-not-granted",
    }
}

fn json_code(fault: &JsonFault) -> &'static str {
    match fault.kind {
        JsonFaultKind::Syntax | JsonFaultKind::Incomplete => "not-json",
        JsonFaultKind::Utf8
        | JsonFaultKind::Duplicate(_)
        | JsonFaultKind::LoneSurrogate
        | JsonFaultKind::Nul => "not-i-json",
        JsonFaultKind::TooDeep => "too-deep",
    }
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn every_code_that_is_given_is_in_the_list() {
        // The arms of the functions above, as they are written.
        let given = include_str!("code.rs").lines().filter_map(|line| {
            let (_, code) = line.split_once("=> \"")?;
            code.strip_suffix("\",")
        });
        let (known, missing): (Vec<&str>, Vec<&str>) = given.partition(|code| CODES.contains(code));
        assert_eq!(missing, Vec::<&str>::new());
        assert!(known.len() > 60, "{known:?}");
    }
}
