//! [`State`]: whether a subscription delivers.

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does, as soon as there is something.
    Active,
    /// Somebody stopped it for a while.
    Paused,
    /// It came to an end by itself; somebody may resume it.
    Disabled(Ended),
}

/// Why a subscription came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The receiver answered 410: it wants nothing more.
    Gone,
    /// Nothing was taken for three days.
    Exhausted,
}

impl State {
    /// The word as people see it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Paused => "paused",
            State::Disabled(_) => "disabled",
        }
    }

    /// Why it was disabled, as a word.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            State::Active | State::Paused => None,
            State::Disabled(Ended::Gone) => Some("receiver-gone"),
            State::Disabled(Ended::Exhausted) => Some("failed-for-three-days"),
        }
    }

    /// A state as it is kept: the word and the reason; `None` for others.
    pub fn parse(word: &str, reason: Option<&str>) -> Option<Self> {
        let all = [
            State::Active,
            State::Paused,
            State::Disabled(Ended::Gone),
            State::Disabled(Ended::Exhausted),
        ];
        all.into_iter()
            .find(|state| state.as_str() == word && state.reason() == reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written() {
        for state in [
            State::Active,
            State::Paused,
            State::Disabled(Ended::Gone),
            State::Disabled(Ended::Exhausted),
        ] {
            assert_eq!(State::parse(state.as_str(), state.reason()), Some(state));
        }
        assert_eq!(State::parse("disabled", None), None);
        assert_eq!(State::parse("active", Some("receiver-gone")), None);
    }
}
