//! [`SecretBytes`] and [`MasterKey`]: values that are never printed and are wiped from memory when let go.
//!
//! Not here: how they are encrypted (`access::seal`) and where they are kept (`store::secrets`). Invariant:
//! nothing but `reveal` and `bytes` gives the value away; what is printed is `***`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::Digester;

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes a value into custody.
    pub fn new(value: Vec<u8>) -> Self {
        SecretBytes(Zeroizing::new(value))
    }

    /// The value itself.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The key under which the secrets of a database are encrypted: 32 random bytes.
#[derive(Clone)]
pub struct MasterKey {
    bytes: Zeroizing<[u8; MasterKey::BYTES]>,
    id: String,
}

impl MasterKey {
    /// How long a key is.
    pub const BYTES: usize = 32;

    /// A key from random bytes.
    pub fn new(bytes: [u8; MasterKey::BYTES]) -> Self {
        let mut digester = Digester::default();
        digester.update(b"mahakam master key\0");
        digester.update(&bytes);
        let id = digester.finish().to_string().chars().take(16).collect();
        MasterKey {
            bytes: Zeroizing::new(bytes),
            id,
        }
    }

    /// Reads a key as [`MasterKey::encode`] writes it: base64 of 32 bytes, with padding or without.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
        let decoded = Zeroizing::new(decoded.ok()?);
        decoded.as_slice().try_into().ok().map(MasterKey::new)
    }

    /// The key as settings and key files hold it.
    pub fn encode(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.bytes.as_slice()))
    }

    /// Tells keys apart; what is encrypted says which key it needs. It gives nothing of the key away.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key itself.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "***({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_a_key() {
        let key = MasterKey::new([7; 32]);
        let text = key.encode();
        let again = MasterKey::parse(&format!(" {}\n", *text)).unwrap();
        assert_eq!((again.bytes(), again.id()), (key.bytes(), key.id()));
        assert!(MasterKey::parse(text.trim_end_matches('=')).is_some());
        for bad in ["", "x", &STANDARD.encode([7; 31]), &STANDARD.encode([7; 33])] {
            assert!(MasterKey::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_secret_prints_as_stars() {
        let key = MasterKey::new([7; 32]);
        let shown = format!("{key:?} {:?}", SecretBytes::new(b"rahasia".to_vec()));
        assert!(
            !shown.contains(&*key.encode()) && !shown.contains("rahasia"),
            "{shown}"
        );
        assert!(!shown.contains("7, 7") && !shown.contains("114"), "{shown}");
    }
}
