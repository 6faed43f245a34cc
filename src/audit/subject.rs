//! [`SubjectKey`]: by what a person is found without the person's number being written anywhere.
//!
//! Invariant: without the key nobody can tell, not even by trying, whose hash one is.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::types::SecretBytes;

/// How many bytes of the hash are kept.
const LENGTH: usize = 16;

/// The keyed hash of what names a person (HMAC-SHA-256, RFC 2104, cut to 16 bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(Vec<u8>);

impl Subject {
    /// A hash read back from storage.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Subject(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// See the module.
#[derive(Clone)]
pub struct SubjectKey(SecretBytes);

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl SubjectKey {
    /// Takes the secret from storage.
    pub fn new(secret: SecretBytes) -> Self {
        SubjectKey(secret)
    }

    /// The hash of what names a person.
    pub fn hash(&self, name: &str) -> Subject {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.reveal()) else {
            return Subject(Vec::new());
        };
        mac.update(b"mahakam subject 1\0");
        mac.update(name.trim().as_bytes());
        Subject(mac.finalize().into_bytes().iter().take(LENGTH).copied().collect())
    }
}
