//! [`SessionToken`]: what a browser shows of a person who signed in.
//!
//! `mhs_` and 43 characters: 256 random bits, of which the database holds the SHA-256. Invariant: a
//! token is made anew at each sign-in and never taken over from a request.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::KeyHash;

const PREFIX: &str = "mhs_";
const SECRET: usize = 43;

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
}
