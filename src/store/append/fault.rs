//! [`AppendFault`]: why a batch was not stored, and whether one of its rows is to blame.
//!
//! Invariant: what is not surely of a row blames none, so that no request is refused for what the machine did.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why a batch was not stored.
#[derive(Debug)]
pub struct AppendFault {
    /// What the database said.
    pub cause: String,
    /// Whether a row is to blame, so that the others may do better without it.
    pub of_a_row: bool,
    /// Whether another request holds the Idempotency-Key.
    pub claimed: bool,
}

impl From<crate::error::Error> for AppendFault {
    fn from(error: crate::error::Error) -> Self {
        let claimed = matches!(
            error,
            crate::error::Error::Conflict(crate::error::Conflict::StillRunning)
        );
        AppendFault {
            cause: error.cause().unwrap_or_default().to_owned(),
            of_a_row: claimed,
            claimed,
        }
    }
}

/// What databases say when no row is to blame: the disk, a lock, a table or the server.
const NOT_OF_A_ROW: &[&str] = &[
    "disk I/O error",
    "disk is full",
    "No space left",
    "locked",
    "readonly",
    "read-only",
    "unable to open",
    "malformed",
    "no such table",
    "does not exist",
    "server closed",
    "connection",
    "out of memory",
    "timeout",
];

impl From<DieselError> for AppendFault {
    fn from(error: DieselError) -> Self {
        let of_a_row = match &error {
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                let message = information.message();
                !NOT_OF_A_ROW.iter().any(|part| message.contains(part))
            }
            DieselError::DatabaseError(kind, _) => matches!(
                kind,
                DatabaseErrorKind::UniqueViolation
                    | DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::NotNullViolation
                    | DatabaseErrorKind::CheckViolation
            ),
            DieselError::SerializationError(_) => true,
            _ => false,
        };
        AppendFault {
            cause: error.to_string(),
            of_a_row,
            claimed: false,
        }
    }
}

impl From<AppendFault> for crate::error::Error {
    fn from(fault: AppendFault) -> Self {
        crate::store::unavailable(fault.cause)
    }
}

/// What went wrong while a batch was written.
pub(super) type Result<T> = std::result::Result<T, AppendFault>;

/// A row that can't be as it is.
pub(super) fn damaged(what: &str) -> AppendFault {
    AppendFault {
        cause: what.to_owned(),
        of_a_row: false,
        claimed: false,
    }
}
