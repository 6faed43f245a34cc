//! [`Checkpoint`]: a signed statement of where the chains stood.
//!
//! It names the heads of all chains that moved since the checkpoint before, which it names by its hash; so
//! the last one stands for all heads. Invariant: what is signed is the body's text, byte for byte.

use serde::{Deserialize, Serialize};

use super::{PublicKey, Signer, hex};
use crate::types::{Digest, Timestamp};

/// Where one chain stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadOf {
    /// The chain.
    pub chain: i64,
    /// Its last link.
    pub number: i64,
    /// That link's hash, in hexadecimal.
    pub hash: String,
}

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// When it was made, for people.
    pub at: String,
    /// The hash of the checkpoint before; none for the first.
    pub previous: Option<String>,
    /// The public key that it is signed with, in hexadecimal.
    pub key: String,
    /// The chains that moved.
    pub heads: Vec<HeadOf>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its number.
    pub number: i64,
    /// When it was made.
    pub at: Timestamp,
    /// What is signed: a [`Statement`] as JSON.
    pub body: String,
    /// The signature.
    pub signature: Vec<u8>,
}

/// A checkpoint as a line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    body: String,
    signature: String,
}

impl Checkpoint {
    /// The checkpoint behind `previous`.
    pub fn new(previous: Option<&Checkpoint>, at: Timestamp, heads: Vec<HeadOf>, signer: &Signer) -> Self {
        let number = previous.map_or(1, |previous| previous.number.saturating_add(1));
        let statement = Statement {
            number,
            at: at.to_string(),
            previous: previous.map(Checkpoint::hash),
            key: signer.public().to_string(),
            heads,
        };
        // Texts and numbers can always be written as JSON.
        let body = serde_json::to_string(&statement).unwrap_or_default();
        let signature = signer.sign(body.as_bytes());
        Checkpoint {
            number,
            at,
            body,
            signature,
        }
    }

    /// By what the next one names it.
    pub fn hash(&self) -> String {
        let mut bytes = self.body.clone().into_bytes();
        bytes.extend_from_slice(&self.signature);
        Digest::of(&bytes).to_string()
    }

    /// What it says; `None` where it is damaged, or not signed by `signer`.
    pub fn statement(&self, key: &PublicKey) -> Option<Statement> {
        if !key.verifies(self.body.as_bytes(), &self.signature) {
            return None;
        }
        let statement: Statement = serde_json::from_str(&self.body).ok()?;
        (statement.number == self.number && statement.at == self.at.to_string()).then_some(statement)
    }

    /// Its line in the file, with its end.
    pub fn line(&self) -> String {
        let line = Line {
            body: self.body.clone(),
            signature: hex(&self.signature),
        };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    }

    /// The number of the last checkpoint in the text of a file of them; 0 where there is none.
    pub fn last_in(text: &str) -> i64 {
        text.lines()
            .rev()
            .find_map(Checkpoint::number_on)
            .unwrap_or_default()
    }

    /// The number of the checkpoint on a line; `None` where it is no such line.
    pub fn number_on(line: &str) -> Option<i64> {
        let line: Line = serde_json::from_str(line).ok()?;
        let statement: Statement = serde_json::from_str(&line.body).ok()?;
        Some(statement.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_says_what_was_signed_and_nothing_else() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let first = Checkpoint::new(None, Timestamp(0), Vec::new(), &signer);
        let heads = vec![HeadOf {
            chain: 1,
            number: 9,
            hash: "ab".into(),
        }];
        let second = Checkpoint::new(Some(&first), Timestamp(1), heads.clone(), &signer);
        let statement = second.statement(&signer.public()).unwrap();
        assert_eq!(statement.previous, Some(first.hash()));
        assert_eq!((statement.number, statement.heads), (2, heads));
        let line = second.line();
        assert_eq!(Checkpoint::number_on(line.trim_end()), Some(2));
        let mut forged = second.clone();
        forged.body = forged.body.replace("\"number\":9", "\"number\":8");
        assert!(forged.statement(&signer.public()).is_none());
        assert!(
            second
                .statement(&Signer::new(&[8; 32]).unwrap().public())
                .is_none()
        );
    }
}
