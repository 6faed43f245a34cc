//! [`Failure`]: why a call to another system came to nothing.
//!
//! Invariant: the cause is for the log and for those who manage the connector; callers are told the kind alone.

use std::error::Error as StdError;

use super::guard::GuardError;
use super::request::BrokenOff;

/// See the module.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The particulars; never a credential, never a body.
    pub cause: String,
}

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The address may not be called.
    Forbidden,
    /// The name has no address.
    Dns,
    /// No connection.
    Connect,
    /// A connection, but no TLS that can be trusted.
    Tls,
    /// Waited for too long.
    Timeout,
    /// The connection ended before the answer did.
    Closed,
    /// The answer is larger than the connector allows.
    TooLarge,
    /// What came back is no HTTP, or is not packed as it says.
    NotHttp,
    /// A redirect that may not be followed.
    Redirect,
    /// The system does not take the credentials, or gives out no token for them.
    Credentials,
    /// The request can't be sent as it is.
    Request,
    /// Whoever called was too slow in sending, or in reading.
    Caller,
}

impl FailureKind {
    /// The kind's name in answers to those who manage, and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureKind::Forbidden => "address-forbidden",
            FailureKind::Dns => "dns",
            FailureKind::Connect => "connect",
            FailureKind::Tls => "tls",
            FailureKind::Timeout => "timeout",
            FailureKind::Closed => "closed",
            FailureKind::TooLarge => "too-large",
            FailureKind::NotHttp => "not-http",
            FailureKind::Redirect => "redirect",
            FailureKind::Credentials => "credentials",
            FailureKind::Request => "request",
            FailureKind::Caller => "caller",
        }
    }
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, cause: impl Into<String>) -> Self {
        Failure {
            kind,
            cause: cause.into(),
        }
    }

    /// Whether any byte of the request may have reached the system.
    pub fn was_sent(&self) -> bool {
        match self.kind {
            FailureKind::Forbidden
            | FailureKind::Dns
            | FailureKind::Connect
            | FailureKind::Tls
            | FailureKind::Credentials
            | FailureKind::Request => false,
            FailureKind::Timeout
            | FailureKind::Closed
            | FailureKind::TooLarge
            | FailureKind::NotHttp
            | FailureKind::Redirect
            | FailureKind::Caller => true,
        }
    }

    /// What the client library says.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let kind = if let Some(guard) = find::<GuardError>(error) {
            guard.kind()
        } else if find::<BrokenOff>(error).is_some() {
            FailureKind::Request
        } else if error.is_connect() && find::<rustls::Error>(error).is_some() {
            // What breaks a secured connection later is no reason to believe that nothing was sent.
            FailureKind::Tls
        } else if error.is_connect() {
            // A connection that takes too long is no connection: nothing was sent.
            FailureKind::Connect
        } else if error.is_timeout() {
            FailureKind::Timeout
        } else if error.is_builder() {
            FailureKind::Request
        } else if is_no_http(error) {
            FailureKind::NotHttp
        } else {
            FailureKind::Closed
        };
        Failure::new(kind, chain(error))
    }
}

/// Whether the answer is no HTTP, or not packed as it says. The parser's own type is not for others to name.
fn is_no_http(error: &reqwest::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other};
    let badly_packed = |error: &std::io::Error| matches!(error.kind(), InvalidData | InvalidInput | Other);
    if error.is_decode() && find::<std::io::Error>(error).is_some_and(badly_packed) {
        return true;
    }
    let text = chain(error);
    [
        "invalid HTTP",
        "invalid content-length",
        "invalid header",
        "message head is too large",
        "invalid chunk",
    ]
    .iter()
    .any(|said| text.contains(said))
}

/// The first of the causes that is an `E`.
fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // An I/O error that wraps another one names that one's causes as its own.
        if let Some(inner) = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            && let Some(found) = inner.downcast_ref::<E>()
        {
            return Some(found);
        }
        current = error.source();
    }
    None
}

/// All causes in one line, without the address, which may hold a key.
fn chain(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut current = error.source();
    while let Some(cause) = current {
        let text = cause.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        current = cause.source();
    }
    match texts.is_empty() {
        true => "the request failed".into(),
        false => texts.join(": "),
    }
}
