//! [`AccessToken`]: a bearer token of OAuth 2.0, got with a key (RFC 6749, section 4.4).
//!
//! It is `mht_` and 43 characters, 256 random bits; only its SHA-256 is stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::types::Digest;

const PREFIX: &str = "mht_";
const SECRET: usize = 43;

/// See the module.
#[derive(Clone)]
pub struct AccessToken(String);

impl AccessToken {
    /// The token made of these random bytes.
    pub fn from_random(secret: [u8; 32]) -> Self {
        let mut text = PREFIX.to_owned();
        URL_SAFE_NO_PAD.encode_string(secret, &mut text);
        AccessToken(text)
    }

    /// Reads a token; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(PREFIX)?;
        let fits = secret.len() == SECRET && secret.is_ascii();
        fits.then(|| AccessToken(text.to_owned()))
    }

    /// The whole token, for whom it was made.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// By what it is found again.
    pub fn hash(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(mht_***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_a_truncated_one_is_none() {
        let token = AccessToken::from_random([7; 32]);
        assert_eq!(AccessToken::parse(token.reveal()).unwrap().hash(), token.hash());
        assert_eq!(format!("{token:?}"), "AccessToken(mht_***)");
        assert!(AccessToken::parse(token.reveal().get(..40).unwrap()).is_none());
        assert!(AccessToken::parse("mht_").is_none());
    }
}
