//! [`Role`] and [`Capacity`]: what somebody is here, and in which manner they hold it.
//!
//! Not here: what a role may do ([`super::rules`]). Invariant: a word that was stored keeps its meaning.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// What a person does in the procedure, or beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Speaks for an agency.
    Opd,
    /// Formulates, writes, prepares and stores.
    TechnicalTeam,
    /// Hands results and documents over.
    Supervisor,
    /// Heads the division: decides and signs.
    Administrator,
    /// Registers agencies, applications and people; decides nothing of the procedure.
    Operator,
    /// Checks conformity with the data standard.
    Steward,
    /// Looks.
    Viewer,
    /// Reads everything and its log.
    Auditor,
}

impl Role {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Role; 8] = [
        Role::Opd,
        Role::TechnicalTeam,
        Role::Supervisor,
        Role::Administrator,
        Role::Operator,
        Role::Steward,
        Role::Viewer,
        Role::Auditor,
    ];

    /// The word as it is stored, sent and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Opd => "opd",
            Role::TechnicalTeam => "technical-team",
            Role::Supervisor => "supervisor",
            Role::Administrator => "administrator",
            Role::Operator => "operator",
            Role::Steward => "steward",
            Role::Viewer => "viewer",
            Role::Auditor => "auditor",
        }
    }
}

/// In which manner somebody holds an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Capacity {
    /// It is theirs.
    #[default]
    Definitive,
    /// Pelaksana tugas: while the office is vacant.
    Plt,
    /// Pelaksana harian: while its holder is away.
    Plh,
}

impl Capacity {
    /// All of them.
    pub const ALL: [Capacity; 3] = [Capacity::Definitive, Capacity::Plt, Capacity::Plh];

    /// The word as it is stored, sent and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Capacity::Definitive => "definitive",
            Capacity::Plt => "plt",
            Capacity::Plh => "plh",
        }
    }
}

/// The days on which an assignment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day; without one it goes on.
    pub until: Option<Date>,
}

impl Period {
    /// Whether `day` is one of them.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Reads a word as people write it: `TechnicalTeam`, `technical-team`, `technical_team`.
fn same_word(written: &str, word: &str) -> bool {
    let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    plain(written) == plain(word)
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Role::ALL.into_iter().find(|role| same_word(text, role.as_str()));
        known.ok_or_else(|| format!("one of {}", words(&Role::ALL.map(Role::as_str))))
    }
}

impl FromStr for Capacity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Capacity::ALL
            .into_iter()
            .find(|one| same_word(text, one.as_str()));
        known.ok_or_else(|| format!("one of {}", words(&Capacity::ALL.map(Capacity::as_str))))
    }
}

fn words(words: &[&str]) -> String {
    words.join(", ")
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Capacity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_however_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(format!("{role:?}").parse(), Ok(role));
        }
        assert_eq!("Plt".parse(), Ok(Capacity::Plt));
        assert!("root".parse::<Role>().is_err());
        assert!("".parse::<Capacity>().is_err());
    }

    #[test]
    fn a_period_holds_from_its_first_day_to_the_end_of_its_last() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let period = Period {
            from: day("2026-01-01"),
            until: Some(day("2026-03-31")),
        };
        let holds =
            ["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"].map(|text| period.holds(day(text)));
        assert_eq!(holds, [false, true, true, false]);
        let open = Period {
            until: None,
            ..period
        };
        assert!(open.holds(day("2099-01-01")));
    }
}
