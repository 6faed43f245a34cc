//! [`Signer`]: the Ed25519 key (RFC 8032) under which the hub says where its log stood.
//!
//! Not here: where the key is kept. Invariant: the secret half leaves this file only as signatures.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// See the module.
pub struct Signer(SigningKey);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Signer {
    /// The signer with this secret; `None` unless it has 32 bytes.
    pub fn new(secret: &[u8]) -> Option<Self> {
        let secret: [u8; 32] = secret.try_into().ok()?;
        Some(Signer(SigningKey::from_bytes(&secret)))
    }

    /// The signature of `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        self.public().verify_strict(message, &signature).is_ok()
    }

    /// The public half in lower-case hexadecimal.
    pub fn public_text(&self) -> String {
        hex(self.public().as_bytes())
    }

    fn public(&self) -> VerifyingKey {
        self.0.verifying_key()
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 1.
    #[test]
    fn signatures_are_those_of_ed25519() {
        let secret = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
            0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
        ];
        let signer = Signer::new(&secret).unwrap();
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(signer.public_text(), public);
        let signature = signer.sign(b"");
        assert!(hex(&signature).starts_with("e5564300c360ac729086e2cc806e828a"));
        assert!(signer.verifies(b"", &signature) && !signer.verifies(b"x", &signature));
        assert!(!signer.verifies(b"", b"short"));
        assert!(Signer::new(b"short").is_none());
    }
}
