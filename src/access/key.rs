//! API keys: how they are made, read and compared.
//!
//! A key is `mhk_<16 hex digits>_<43 characters>`: a public part by which it is found and 256
//! random bits. Only the SHA-256 of the whole key is stored; with 256 random bits behind it no
//! slow hash is needed. Invariant: hashes are compared in constant time.

use std::fmt;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::types::Digest;

const PREFIX: &str = "mhk_";
const PUBLIC: usize = 16;
const SECRET: usize = 43;

/// A key as its holder has it. It never shows its secret part in logs.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key from fresh random bytes: 8 for the public part, 32 for the secret.
    pub fn from_random(public: [u8; 8], secret: [u8; 32]) -> Self {
        let mut text = PREFIX.to_owned();
        for byte in public {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('_');
        URL_SAFE_NO_PAD.encode_string(secret, &mut text);
        ApiKey(text)
    }

    /// Reads what a caller sent; `None` when it can't be a key.
    pub fn parse(text: &str) -> Option<Self> {
        let (public, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let fits = public.len() == PUBLIC && secret.len() == SECRET && text.is_ascii();
        fits.then(|| ApiKey(text.to_owned()))
    }

    /// The part by which the key is found; it is no secret.
    pub fn public_part(&self) -> &str {
        self.0
            .get(PREFIX.len()..PREFIX.len() + PUBLIC)
            .unwrap_or_default()
    }

    /// The whole key, to be shown to its holder once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of the key.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}{}_***)", PREFIX, self.public_part())
    }
}

/// The SHA-256 of a secret that is long and random.
#[derive(Debug, Clone)]
pub struct KeyHash(Digest);

impl KeyHash {
    /// The hash of `secret`.
    pub fn of(secret: &str) -> Self {
        KeyHash(Digest::of(secret.as_bytes()))
    }

    /// A hash read back from storage; `None` unless there are 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Digest::from_bytes(bytes).map(KeyHash)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether both are the hash of one secret, in constant time.
    pub fn matches(&self, other: &KeyHash) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_never_shown_in_logs() {
        let key = ApiKey::from_random([1; 8], [2; 32]);
        let read = ApiKey::parse(key.reveal()).unwrap();
        assert!(read.hash().matches(&key.hash()));
        assert_eq!(read.public_part(), "0101010101010101");
        assert_eq!(format!("{key:?}"), "ApiKey(mhk_0101010101010101_***)");
        assert!(!ApiKey::from_random([1; 8], [3; 32]).hash().matches(&key.hash()));
    }

    #[test]
    fn a_truncated_key_is_no_key() {
        let key = ApiKey::from_random([1; 8], [2; 32]);
        let cut = key.reveal().get(..40).unwrap();
        assert!(ApiKey::parse(cut).is_none());
        assert!(ApiKey::parse("").is_none());
        assert!(ApiKey::parse("mhk__").is_none());
    }
}
