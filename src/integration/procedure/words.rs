//! The words of the procedure: [`DocumentKind`], [`Post`], [`Side`], [`Tie`] and the like.
//!
//! Not here: what they mean for a run (`file`). Invariant: a word that was stored keeps its meaning.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The longest code of a kind of document.
const MAX_CODE: usize = 63;

/// A kind of document, by its code in kebab-case, such as `request-letter`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentKind(String);

impl DocumentKind {
    /// The code itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What was formulated, signed by those who agreed.
    pub fn formulation() -> Self {
        DocumentKind("formulation".to_owned())
    }

    /// The signed paper by which somebody without an account is spoken for.
    pub fn signed_paper() -> Self {
        DocumentKind("signed-paper".to_owned())
    }
}

impl FromStr for DocumentKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if begins && text.len() <= MAX_CODE && text.bytes().all(plain) && !text.ends_with('-') {
            Ok(DocumentKind(text.to_owned()))
        } else {
            Err("a kind of document is written in lower-case letters, digits and '-'".to_owned())
        }
    }
}

/// Declares an enum of words with their texts.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as it is written, stored and answered.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)*
                }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let known = $name::ALL.iter().copied().find(|word| word.as_str() == text);
                known.ok_or_else(|| {
                    let words: Vec<_> = $name::ALL.iter().map(|word| word.as_str()).collect();
                    format!("must be one of {}", words.join(", "))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// A post that acts in the procedure; the words are those of roles.
    Post {
        /// Speaks for an agency.
        Opd = "opd",
        /// Formulates, writes, prepares and stores.
        TechnicalTeam = "technical-team",
        /// Hands results and documents over.
        Supervisor = "supervisor",
        /// Heads the division: decides and signs.
        Administrator = "administrator",
        /// Checks conformity with the data standard.
        Steward = "steward",
    }
}

impl Tie {
    /// Whether it is about what is agreed: it then holds each time somebody agrees.
    pub fn is_of_agreement(self) -> bool {
        matches!(
            self,
            Tie::ContractAgreed | Tie::ContractLater | Tie::RecipientGranted
        )
    }
}

impl Post {
    /// What it is called on screens and papers.
    pub fn title(self) -> &'static str {
        match self {
            Post::Opd => "OPD",
            Post::TechnicalTeam => "Tim Teknis",
            Post::Supervisor => "Pejabat Pengawas",
            Post::Administrator => "Pejabat Administrator",
            Post::Steward => "Walidata",
        }
    }
}

words! {
    /// As what an agency takes part.
    Side {
        /// Asks for the integration.
        Asker = "asker",
        /// Gives data.
        Provider = "provider",
        /// Is given data.
        Recipient = "recipient",
    }
}

impl Side {
    /// What it is called on screens and papers.
    pub fn title(self) -> &'static str {
        match self {
            Side::Asker => "OPD pemohon",
            Side::Provider => "OPD penyedia",
            Side::Recipient => "OPD penerima",
        }
    }
}

words! {
    /// Whether every agency of an actor must act, or one of them.
    Each {
        /// Every one.
        All = "all",
        /// One of them.
        Any = "any",
    }
}

words! {
    /// When a step is complete.
    Complete {
        /// When all its actors have acted, in whichever order.
        All = "all",
        /// When all have, in the order in which they stand.
        InOrder = "in-order",
        /// When one of them has.
        Any = "any",
    }
}

words! {
    /// Where an outcome leads.
    Then {
        /// On to the next step.
        Next = "next",
        /// Back, to begin a new round.
        Back = "back",
        /// Nowhere: the step stays open until it is repaired.
        Repair = "repair",
    }
}

words! {
    /// What a step is tied to in the hub itself.
    Tie {
        /// The contracts are agreed.
        ContractAgreed = "contract-agreed",
        /// A version later than that of the predecessor is agreed.
        ContractLater = "contract-later",
        /// What was agreed grants the data to those who are to receive it.
        RecipientGranted = "recipient-granted",
        /// What was agreed is published.
        ContractPublished = "contract-published",
        /// Records are stored, or, of a live contract, calls are logged.
        DataStored = "data-stored",
        /// The unit test of what was agreed has passed.
        UnitTestPassed = "unit-test-passed",
        /// What was published is still served.
        ContractServed = "contract-served",
        /// The contracts are retired.
        ContractRetired = "contract-retired",
    }
}

words! {
    /// In what durations are counted.
    Unit {
        /// Working days.
        Day = "day",
        /// Calendar months.
        Month = "month",
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for DocumentKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_document_is_written_in_kebab_case() {
        assert_eq!("unit-test".parse::<DocumentKind>().unwrap().as_str(), "unit-test");
        for bad in [
            "",
            "Unit-Test",
            "-a",
            "a-",
            "a b",
            "a/b",
            "é",
            "1a",
            &"x".repeat(64),
        ] {
            assert!(bad.parse::<DocumentKind>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for post in Post::ALL {
            assert_eq!(post.as_str().parse(), Ok(*post));
        }
        assert_eq!("in-order".parse(), Ok(Complete::InOrder));
        assert_eq!(
            "later".parse::<Then>(),
            Err("must be one of next, back, repair".to_owned())
        );
    }
}
