//! [`Error`]: everything that can go wrong, grouped by what the caller can do about it.
//!
//! What an error says to people stands in `wording`; which status code it becomes is known to
//! `http/problem.rs` alone. Invariant: only [`Error::Internal`] and [`Error::Unavailable`] carry a
//! cause, which is logged and never shown.

mod code;
mod conflict;
mod limited;
mod upstream;
mod wording;

pub use code::CODES;
pub use limited::Limited;
pub use upstream::{Upstream, UpstreamKind};

use crate::types::{DatasetId, JsonFault, OpdCode, Pointer, RecordKey, Right, Seq, Text, Violation};

/// The result of everything the hub does.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the hub did not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// Show who you are, or show it better.
    Unauthenticated(Credentials),
    /// You are known, but this was not granted to you.
    Forbidden(Forbidden),
    /// There is no such thing, or none that you may know of.
    Unknown(Unknown),
    /// The request can't be understood; correct it.
    Malformed(Malformed),
    /// Send less at once.
    TooLarge(Bound),
    /// The payload breaks its contract.
    Violates(Violations),
    /// A contract document has faults.
    Faulty(Vec<Finding>),
    /// The Idempotency-Key was used for another request.
    KeyReused,
    /// What is stored does not fit the form that was asked for; ask for another.
    Unfit(Unfit),
    /// The request is right in itself but does not fit what is stored.
    Conflict(Conflict),
    /// The record is no longer what the caller thinks it is.
    Stale {
        /// The record's entity tag as it stands, if there is a record.
        etag: Option<String>,
    },
    /// It was there once and will not be again; start anew.
    Gone(Gone),
    /// Too many sign-ins failed; after so many seconds one may try again.
    Throttled(u32),
    /// Called too often, or too much at once; after so many seconds one may call again.
    Limited(Limited, u32),
    /// Not now; try again.
    Unavailable(Unavailable),
    /// Another system did not do its part.
    Upstream(Upstream),
    /// A fault of the hub.
    Internal(String),
}

/// What is wrong with the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// None were sent.
    Missing,
    /// Not in the form `Bearer <key>`, unknown, revoked, or of a deactivated agency.
    Invalid,
    /// A sign-in name and a password that don't belong together, or not to somebody who may sign in.
    SignIn,
}

/// What was not granted.
#[derive(Debug, Clone)]
pub enum Forbidden {
    /// The caller lacks a right to a dataset.
    Right(DatasetId, Right),
    /// Only the owner may do this.
    OwnerOnly(DatasetId),
    /// Only the management key, or somebody who manages, may do this.
    ManagementOnly,
    /// Only a person whose role allows it may do this.
    PersonOnly,
    /// No role that the person holds today allows this.
    Role,
    /// It belongs to another agency than the person's own.
    OtherOpd,
    /// A step of the procedure is for others; for whom.
    Step(Text),
    /// Nobody gives themselves a role.
    OwnRole,
    /// The request was sent from a page of another site.
    CrossSite,
    /// The password that was to be changed is another one.
    WrongPassword,
}

/// What was not found.
#[derive(Debug, Clone)]
pub enum Unknown {
    /// No such path.
    Path,
    /// No such dataset, as written by the caller.
    Dataset(String),
    /// The dataset is answered by its owner's system and keeps no records.
    LiveDataset(DatasetId),
    /// No such record.
    Record(RecordKey),
    /// No such version of a contract.
    ContractVersion(String),
    /// No such agency.
    Opd(String),
    /// No such refused payload, or none that the caller may see.
    Rejection(String),
    /// No such application or key.
    Application(String),
    /// Nobody signs in by this name.
    Person(String),
    /// The person has no such assignment, or it ended.
    Assignment(String),
    /// No such connector.
    Connector(String),
    /// No such scheduled pull.
    Pull(String),
    /// No such subscription.
    Subscription(String),
    /// No such integration, or none that the caller may see.
    Integration(String),
    /// No such document, or none that the caller may see.
    Document(String),
    /// No such letter, or none that the caller may see.
    Letter(String),
    /// No such report, or none that the caller may see.
    Report(String),
    /// No such session of theirs goes on.
    Session(String),
    /// No such call in the log.
    Exchange(String),
    /// No such page of the list of problems.
    Problem(String),
}

/// What can't be understood.
#[derive(Debug, Clone)]
pub enum Malformed {
    /// The body is no acceptable JSON.
    Json(JsonFault),
    /// A bulk that ends in something else than JSON.
    Body(Text),
    /// A query parameter that is not known here; the known ones.
    UnknownParameter(String, &'static [&'static str]),
    /// A query parameter with a wrong value; what is allowed.
    Parameter(&'static str, Text),
    /// A filter with a wrong value or operator; what is allowed.
    Filter(String, Text),
    /// A filter or a sort by a field that is not offered; those that are.
    UnknownFilter(String, Vec<String>),
    /// A header field with a wrong value; what is allowed.
    Header(&'static str, Text),
    /// A cursor that was not given out for this request.
    Cursor,
    /// A precondition on a request that writes many records.
    ConditionalBulk,
    /// The key in the path is no key.
    Key(Text),
    /// No byte of the body came for too long; after how many seconds it was given up.
    Stalled(u64),
    /// A system's item could not be mapped to a record; why, in the words of jq.
    Mapping(String),
}

/// Which bound was passed, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// One record.
    Record(usize),
    /// A whole body.
    Body(usize),
}

/// The ways in which a payload breaks its contract.
#[derive(Debug, Clone)]
pub struct Violations {
    /// The first ones.
    pub list: Vec<Violation>,
    /// How many there are.
    pub total: u64,
}

/// One fault or warning found in a contract document.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The JSON Pointer into the document.
    pub pointer: String,
    /// Line and column in the file, both from 1.
    pub place: Option<(u64, u64)>,
    /// The finding's code.
    pub code: &'static str,
    /// What to do about it.
    pub message: Text,
}

/// Why records can't be given, or a file kept, in the form that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// A sheet has not so many rows.
    TooManyRows {
        /// How many records there are.
        records: u64,
        /// How many fit.
        most: u64,
    },
    /// A text is longer than a cell holds.
    TextTooLong {
        /// The record's key.
        key: String,
        /// Where in the payload, as a JSON Pointer.
        pointer: String,
    },
    /// A file is not of a type that is kept, or not what its name says; what to do about it.
    File(Text),
}

/// What stands against the request.
#[derive(Debug, Clone)]
pub enum Conflict {
    /// The key in the path and the key in the payload differ.
    KeyMismatch {
        /// The key in the path.
        path: RecordKey,
        /// The key in the payload.
        payload: RecordKey,
    },
    /// The transaction is stored with another payload.
    TransactionExists(RecordKey),
    /// This version was registered with another document.
    VersionExists(String),
    /// A later version of this major is published already.
    VersionSuperseded(String),
    /// The version may refuse what a published one accepted.
    Incompatible {
        /// Whether that could not be told.
        undecided: bool,
        /// What was found, in Indonesian and in English.
        comparison: Box<[serde_json::Value; 2]>,
    },
    /// So many stored records don't fit the version.
    StoredMisfits(u64),
    /// There is no such move in the life of a contract.
    NoSuchMove {
        /// The version.
        version: String,
        /// Its state.
        before: &'static str,
        /// The state that was asked for.
        after: &'static str,
    },
    /// The major is retired.
    Retired(DatasetId),
    /// What is no master can't be set back.
    NotUndoable(DatasetId),
    /// The feed has moved on since it was looked at; where it ends now.
    HeadMoved(Seq),
    /// So many records of the state to go back to can't come back.
    UndoMisfits(u64),
    /// The refused payload with this number was corrected already.
    RejectionRepaired(i64),
    /// There is such an agency or application already.
    NameTaken(String),
    /// An earlier line of the snapshot has this key and another payload.
    KeyRepeated(String),
    /// A snapshot would let more records vanish than was allowed.
    TooManyVanish {
        /// How many would.
        removed: u64,
        /// How many stand.
        standing: u64,
        /// The share that was allowed.
        allowed: String,
    },
    /// Other records refer to the one that is to go.
    InUse {
        /// The record's key.
        key: RecordKey,
        /// Which field of which dataset refers, where that may be told.
        by: Option<(DatasetId, Pointer)>,
    },
    /// Others change the record faster than a patch can be applied.
    Contended(RecordKey),
    /// A request with this Idempotency-Key is still being answered.
    StillRunning,
    /// Something still reaches its system through the connector.
    ConnectorInUse(ConnectorUse),
    /// A move of an integration does not fit where its file is; what to do.
    Procedure(Text),
    /// A report can't be checked or signed as it stands; what to do.
    Report(Text),
    /// The letter belongs to another integration; to which.
    LetterLinked(String),
    /// A copy of the database can't be made, read or put back as things stand; what to do.
    Maintenance(Text),
    /// The agency that is to receive a dataset's changes may not read it.
    ReceiverNotGranted(OpdCode, DatasetId),
}

/// What reaches another system through a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectorUse {
    /// The subscription with this number.
    Subscription(i64),
    /// The scheduled pull with this number.
    Pull(i64),
    /// The live calls of a dataset.
    Live(DatasetId),
}

/// What will not come back.
#[derive(Debug, Clone)]
pub enum Gone {
    /// The feed can't be served whole from this position; where it stands now.
    Cursor {
        /// The feed's last number.
        head: Seq,
    },
    /// The contract is retired.
    Retired {
        /// The dataset.
        dataset: DatasetId,
        /// What takes its place.
        successor: Option<DatasetId>,
    },
}

/// Why not now.
#[derive(Debug)]
pub enum Unavailable {
    /// The hub has as much to do as it can hold.
    Overloaded,
    /// The database does not answer, or a commit is in doubt; the cause.
    Database(String),
    /// Somebody else has been writing to the dataset for as long as a write waits.
    Held,
    /// Records of a new shape came in while the dataset was exported.
    Overtaken,
    /// The hub is stopping.
    Stopping,
    /// Another check holds the contract up; the cause.
    Check(String),
    /// A secret can't be opened, because the key is another; the cause.
    Secrets(String),
    /// This filter is new, and not all records can be found by it yet.
    FilterNotReady(String),
}

impl Error {
    /// The cause that is logged and never shown.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Error::Internal(cause)
            | Error::Unavailable(
                Unavailable::Database(cause) | Unavailable::Check(cause) | Unavailable::Secrets(cause),
            ) => Some(cause),
            Error::Upstream(upstream) => Some(&upstream.cause),
            _ => None,
        }
    }
}
