//! [`Request`]: what is asked of another system.

use std::fmt;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::types::SecretBytes;

/// How many parts of a streamed body may wait.
const PARTS: usize = 4;

/// A request; see the module.
#[derive(Debug)]
pub struct Request {
    /// The method, as RFC 9110 writes it.
    pub method: String,
    /// The path below the connector's base; it begins with a slash and passed `connector::checked_path`.
    pub path: String,
    /// The query, without its question mark.
    pub query: Option<String>,
    /// Header fields; none that concerns one connection alone.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of a request.
#[derive(Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// All of it, so that it can be sent again.
    Whole(Bytes),
    /// Part by part, as they come from somebody else.
    Stream {
        /// The parts.
        parts: mpsc::Receiver<Part>,
        /// How many bytes there will be in all, where that is known.
        length: Option<u64>,
    },
}

/// A part of a streamed body. One that ends without saying so was broken off.
#[derive(Debug)]
pub enum Part {
    /// Some bytes.
    Bytes(Bytes),
    /// The end.
    End,
}

/// Where the parts of a streamed body are put.
pub type Feeder = mpsc::Sender<Part>;

/// Whoever fed a streamed body broke off; the system is not to blame.
#[derive(Debug)]
pub(super) struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request's body was broken off")
    }
}

impl std::error::Error for BrokenOff {}

impl Body {
    /// A body of so many bytes, if that is known, that is fed part by part. Until [`Part::End`] is fed, the
    /// system does not take it for whole.
    pub fn stream(length: Option<u64>) -> (Feeder, Body) {
        let (feeder, parts) = mpsc::channel(PARTS);
        (feeder, Body::Stream { parts, length })
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Empty => f.write_str("empty"),
            Body::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Body::Stream { .. } => f.write_str("a stream"),
        }
    }
}

impl Request {
    /// A plain `GET`.
    pub fn get(path: impl Into<String>) -> Self {
        Request {
            method: "GET".into(),
            path: path.into(),
            query: None,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    /// Whether it can be sent more than once: a streamed body comes once.
    pub fn is_repeatable(&self) -> bool {
        !matches!(self.body, Body::Stream { .. })
    }

    /// The body for one attempt; a streamed one is gone then.
    pub(super) fn body(&mut self) -> Body {
        match &self.body {
            Body::Empty => Body::Empty,
            Body::Whole(bytes) => Body::Whole(bytes.clone()),
            Body::Stream { .. } => std::mem::take(&mut self.body),
        }
    }
}

/// What a request shows to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// A secret in a header field, behind `prefix`.
    Header {
        /// The field's name.
        name: String,
        /// What stands before the secret, `Bearer ` for example.
        prefix: &'static str,
        /// The secret.
        secret: SecretBytes,
    },
    /// A secret in the query.
    Query {
        /// The parameter's name.
        name: String,
        /// The secret.
        secret: SecretBytes,
    },
}
