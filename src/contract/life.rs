//! [`State`]: the life of a contract version, and which moves there are.
//!
//! Not here: who may move it and what a move brings about (the hub). Invariant: nothing leads back
//! but from deprecated to published.

use std::str::FromStr;

use serde::Serialize;

/// In which state a contract version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Registered, and not yet served.
    Draft,
    /// Signed by those who agreed on it; served in the sandbox.
    Agreed,
    /// Served.
    Published,
    /// Served, and going to end.
    Deprecated,
    /// Served no more.
    Retired,
}

impl State {
    /// The word as it stands in the database and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Agreed => "agreed",
            State::Published => "published",
            State::Deprecated => "deprecated",
            State::Retired => "retired",
        }
    }

    /// Whether a version in this state may become `next`.
    pub fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (State::Draft, State::Agreed)
                | (State::Draft | State::Agreed | State::Deprecated, State::Published)
                | (State::Published, State::Deprecated)
                | (State::Deprecated, State::Retired)
        )
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [
            State::Draft,
            State::Agreed,
            State::Published,
            State::Deprecated,
            State::Retired,
        ];
        let found = all.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is no state of a contract"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_deprecated_version_goes_back() {
        let all = ["draft", "agreed", "published", "deprecated", "retired"];
        let all: Vec<State> = all.iter().map(|word| word.parse().unwrap()).collect();
        for from in &all {
            for to in all.iter().filter(|to| *to <= from) {
                let back = (*from, *to) == (State::Deprecated, State::Published);
                assert_eq!(from.may_become(*to), back, "{from:?} to {to:?}");
            }
        }
        assert!(!State::Draft.may_become(State::Retired));
        assert!("gone".parse::<State>().is_err());
    }
}
