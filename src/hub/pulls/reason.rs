//! [`Reason`]: why a run did not go to its end, as it is written down and shown.
//!
//! Invariant: it holds no cause, no address and nothing of a payload; those are in the log of the hub, where
//! they are anywhere.

use serde::{Deserialize, Serialize};

use crate::connector::pull::Trouble;
use crate::error::Error;
use crate::types::{Lang, Text};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A word for programs.
    pub code: String,
    id: String,
    en: String,
}

impl Reason {
    /// A reason by its word and its sentences.
    pub(super) fn new(code: &str, text: &Text) -> Self {
        Reason {
            code: code.to_owned(),
            id: text.to(Lang::Id).to_owned(),
            en: text.to(Lang::En).to_owned(),
        }
    }

    /// What happened, and what to do about it.
    pub fn text(&self) -> Text {
        Text::new(self.id.clone(), self.en.clone())
    }

    /// As it is kept.
    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was kept; `None` where that can't be read.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl From<&Error> for Reason {
    fn from(error: &Error) -> Self {
        match error {
            Error::Faulty(findings) => match findings.as_slice() {
                [finding] => Reason::new(finding.code, &finding.message),
                _ => Reason::new(error.code(), &error.detail()),
            },
            _ => Reason::new(error.code(), &error.detail()),
        }
    }
}

impl From<Trouble> for Reason {
    fn from(trouble: Trouble) -> Self {
        Reason::new(trouble.code(), &trouble.text())
    }
}

/// Why a run ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// It failed.
    Failed(Reason),
    /// It shall not go on: the pull was paused, changed or deleted, or another hub runs it.
    Stopped(Reason),
    /// The hub itself stops; whoever comes next goes on.
    Leaving,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if let Some(cause) = error.cause() {
            tracing::warn!(cause, code = error.code(), "a pull's run ends");
        }
        Stop::Failed(Reason::from(&error))
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Stop::Failed(trouble.into())
    }
}
