//! How a secret is encrypted: XChaCha20-Poly1305 with the secret's name as associated data.
//!
//! Not here: where the nonce's random bytes come from and where the result is kept. Invariant: what was
//! sealed under one name can't be opened under another, so rows can't be swapped unseen.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::types::{MasterKey, SecretBytes};

/// How many random bytes a nonce has; enough that two are never the same.
pub const NONCE: usize = 24;

/// A secret as it is kept.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Which key opens it.
    pub key_id: String,
    /// The nonce it was encrypted with, used this once.
    pub nonce: Vec<u8>,
    /// The encrypted value and its tag.
    pub ciphertext: Vec<u8>,
}

impl Sealed {
    /// Encrypts a value under `name`; `None` only for one that is too long for the cipher.
    pub fn seal(key: &MasterKey, name: &str, value: &SecretBytes, nonce: [u8; NONCE]) -> Option<Self> {
        let cipher = XChaCha20Poly1305::new_from_slice(key.bytes()).ok()?;
        let payload = Payload {
            msg: value.reveal(),
            aad: name.as_bytes(),
        };
        Some(Sealed {
            key_id: key.id().to_owned(),
            ciphertext: cipher.encrypt(&XNonce::from(nonce), payload).ok()?,
            nonce: nonce.to_vec(),
        })
    }

    /// The value; `None` when the key or the name is another one, or anything was altered.
    pub fn open(&self, key: &MasterKey, name: &str) -> Option<SecretBytes> {
        let nonce: [u8; NONCE] = self.nonce.as_slice().try_into().ok()?;
        let cipher = XChaCha20Poly1305::new_from_slice(key.bytes()).ok()?;
        let payload = Payload {
            msg: &self.ciphertext,
            aad: name.as_bytes(),
        };
        let value = cipher.decrypt(&XNonce::from(nonce), payload).ok()?;
        Some(SecretBytes::new(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_name_and_bytes_open_a_secret() {
        let (key, other) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let sealed = Sealed::seal(&key, "signing", &SecretBytes::new(b"rahasia".to_vec()), [3; 24]).unwrap();
        assert_eq!(sealed.open(&key, "signing").unwrap().reveal(), b"rahasia");
        assert!(!sealed.ciphertext.windows(7).any(|part| part == b"rahasia"));
        assert!(sealed.open(&other, "signing").is_none());
        assert!(sealed.open(&key, "cursor_key").is_none());
        for at in 0..sealed.ciphertext.len() {
            let mut altered = sealed.clone();
            altered.ciphertext[at] ^= 1;
            assert!(altered.open(&key, "signing").is_none());
        }
        let mut altered = sealed.clone();
        altered.nonce[0] ^= 1;
        assert!(altered.open(&key, "signing").is_none());
        altered.nonce.pop();
        assert!(altered.open(&key, "signing").is_none());
    }
}
