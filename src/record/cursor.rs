//! [`Cursor`] and [`Place`]: where a list goes on, in a form that only the hub can make.
//!
//! A cursor is bound to its dataset and to the request's parameters by a MAC (HMAC-SHA-256, RFC
//! 2104, cut to 16 bytes), so it can be neither forged nor used elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::types::{RecordKey, SecretBytes, Seq};

const MAC: usize = 16;

/// The secret behind all cursors of a database.
#[derive(Clone)]
pub struct CursorKey(SecretBytes);

impl CursorKey {
    /// Takes the secret from storage.
    pub fn new(secret: SecretBytes) -> Self {
        CursorKey(secret)
    }

    /// `content` with its MAC, as a text.
    fn seal(&self, binding: &str, content: &[u8]) -> String {
        let mut sealed = self.mac(binding, content);
        sealed.extend_from_slice(content);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// What was sealed for the same binding; `None` for any other text.
    fn open(&self, binding: &str, text: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (mac, content) = sealed.split_at_checked(MAC)?;
        bool::from(self.mac(binding, content).ct_eq(mac)).then(|| content.to_vec())
    }

    fn mac(&self, binding: &str, content: &[u8]) -> Vec<u8> {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.reveal()) else {
            return Vec::new();
        };
        mac.update(&u64::try_from(binding.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(binding.as_bytes());
        mac.update(content);
        mac.finalize().into_bytes().iter().take(MAC).copied().collect()
    }
}

/// The last key of a page and the feed's position at the first page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The feed's seq when the list was begun.
    pub as_of: Seq,
    /// The last key that was given out.
    pub after: RecordKey,
}

impl Cursor {
    /// The cursor's text, for a request bound by `binding`.
    pub fn seal(&self, key: &CursorKey, binding: &str) -> String {
        let mut content = self.as_of.0.to_be_bytes().to_vec();
        content.extend_from_slice(self.after.as_str().as_bytes());
        key.seal(binding, &content)
    }

    /// Reads a cursor that was sealed with the same key and binding; `None` for any other text.
    pub fn open(text: &str, key: &CursorKey, binding: &str) -> Option<Self> {
        let content = key.open(binding, text)?;
        let (as_of, after) = content.split_at_checked(8)?;
        Some(Cursor {
            as_of: Seq(i64::from_be_bytes(as_of.try_into().ok()?)),
            after: RecordKey::parse(std::str::from_utf8(after).ok()?).ok()?,
        })
    }
}

/// A place in a list that may be sorted: what the last record that was given out was sorted by, and
/// its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The slots that the list is sorted by, in the list's order.
    pub slots: Vec<String>,
    /// The key.
    pub key: RecordKey,
}

impl Place {
    /// The text of a cursor to this place in a list begun at `as_of`.
    pub fn seal(&self, as_of: Seq, key: &CursorKey, binding: &str) -> String {
        let mut content = as_of.0.to_be_bytes().to_vec();
        for part in self.slots.iter().map(String::as_str).chain([self.key.as_str()]) {
            // Parts have at most some thousand bytes.
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
            content.extend_from_slice(&length.to_be_bytes());
            content.extend_from_slice(part.as_bytes());
        }
        key.seal(binding, &content)
    }

    /// Reads a cursor that was sealed with the same key and binding; `None` for any other text.
    pub fn open(text: &str, key: &CursorKey, binding: &str) -> Option<(Seq, Self)> {
        let content = key.open(binding, text)?;
        let (as_of, mut rest) = content.split_at_checked(8)?;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let (length, behind) = rest.split_at_checked(2)?;
            let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
            let (part, behind) = behind.split_at_checked(length)?;
            parts.push(std::str::from_utf8(part).ok()?.to_owned());
            rest = behind;
        }
        let place = Place {
            key: RecordKey::parse(&parts.pop()?).ok()?,
            slots: parts,
        };
        Some((Seq(i64::from_be_bytes(as_of.try_into().ok()?)), place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_where_it_was_sealed() {
        let key = CursorKey::new(SecretBytes::new(vec![7; 32]));
        let cursor = Cursor {
            as_of: Seq(42),
            after: RecordKey::parse("ü/1").unwrap(),
        };
        let text = cursor.seal(&key, "bkd/a/v1");
        assert_eq!(Cursor::open(&text, &key, "bkd/a/v1"), Some(cursor));
        assert_eq!(Cursor::open(&text, &key, "bkd/b/v1"), None);
        assert_eq!(
            Cursor::open(&text, &CursorKey::new(SecretBytes::new(vec![8; 32])), "bkd/a/v1"),
            None
        );
        for position in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            let byte = forged.get_mut(position).unwrap();
            *byte = if *byte == b'A' { b'B' } else { b'A' };
            assert_eq!(
                Cursor::open(std::str::from_utf8(&forged).unwrap(), &key, "bkd/a/v1"),
                None
            );
        }
        assert_eq!(Cursor::open("abc", &key, "bkd/a/v1"), None);
    }

    #[test]
    fn a_place_comes_back_with_what_it_was_sorted_by() {
        let key = CursorKey::new(SecretBytes::new(vec![7; 32]));
        for slots in [vec![], vec!["0".to_owned()], vec![String::new(), "sü".into()]] {
            let place = Place {
                slots,
                key: RecordKey::parse("k").unwrap(),
            };
            let text = place.seal(Seq(3), &key, "a");
            assert_eq!(Place::open(&text, &key, "a"), Some((Seq(3), place)));
            assert_eq!(Place::open(&text, &key, "b"), None);
        }
        assert_eq!(Place::open("", &key, "a"), None);
    }
}
