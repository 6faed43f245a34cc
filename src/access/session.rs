//! [`SessionToken`]: what a browser shows of a person who signed in, and [`SessionId`], by which people
//! speak of a session.
//!
//! A token is `mhs_` and 43 characters: 256 random bits, of which the database holds the SHA-256.
//! Invariant: a token is made anew at each sign-in and never taken over from a request; an id leads
//! neither to the token nor to what is stored of it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::KeyHash;
use crate::types::Digest;

const PREFIX: &str = "mhs_";
const SECRET: usize = 43;
/// How many hexadecimal digits an id has.
const ID: usize = 32;

/// A token as its holder has it. It never shows in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// A token from fresh random bytes.
    pub fn from_random(secret: [u8; 32]) -> Self {
        let mut text = PREFIX.to_owned();
        URL_SAFE_NO_PAD.encode_string(secret, &mut text);
        SessionToken(text)
    }

    /// Reads what was sent; `None` when it can't be a token.
    pub fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(PREFIX)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let fits = secret.len() == SECRET && secret.bytes().all(plain);
        fits.then(|| SessionToken(text.to_owned()))
    }

    /// The whole token, for its holder.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }

    /// The name of its session.
    pub fn id(&self) -> SessionId {
        SessionId::of(&self.hash())
    }
}

/// The name of a session: the first half of the SHA-256 of what is stored of its token, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionId(String);

impl SessionId {
    /// The name of the session whose token has this hash.
    pub fn of(hash: &KeyHash) -> Self {
        let digest = Digest::of(hash.as_bytes()).to_string();
        SessionId(digest.chars().take(ID).collect())
    }
}

impl FromStr for SessionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = text.len() == ID && text.bytes().all(digit);
        fits.then(|| SessionId(text.to_owned()))
            .ok_or_else(|| format!("{ID} hexadecimal digits, as the list of sessions shows them"))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_never_shown_in_logs() {
        let token = SessionToken::from_random([9; 32]);
        assert_eq!(SessionToken::parse(token.reveal()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "SessionToken(***)");
        for bad in [
            "",
            "mhs_",
            "mhs_short",
            &format!("{}x", token.reveal()),
            &token.reveal().replace("mhs_", "mhk_"),
        ] {
            assert_eq!(SessionToken::parse(bad), None, "{bad}");
        }
    }
    #[test]
    fn an_id_names_a_session_and_says_nothing_of_its_token() {
        let hash = SessionToken::from_random([9; 32]).hash();
        let id = SessionId::of(&hash);
        assert_eq!(id.to_string().parse(), Ok(id.clone()));
        assert_ne!(id, SessionId::of(&SessionToken::from_random([8; 32]).hash()));
        let stored: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!stored.contains(&id.to_string()[..8]));
        for bad in ["", "mhs_", &id.to_string()[1..], &id.to_string().to_uppercase()] {
            assert!(bad.parse::<SessionId>().is_err(), "{bad}");
        }
    }
}
