//! [`Person`]: somebody who signed in, with the roles that hold today.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::Role;
use crate::types::OpdCode;

/// The longest sign-in name, in characters.
const MAX_NAME: usize = 63;

/// The name by which somebody signs in: lower-case letters, digits, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonName(String);

impl PersonName {
    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let begins = text.bytes().next().is_some_and(plain);
        let fits = text.bytes().all(|byte| plain(byte) || b"._-".contains(&byte));
        if begins && fits && text.len() <= MAX_NAME {
            Ok(PersonName(text.to_owned()))
        } else {
            Err(format!(
                "a sign-in name has 1 to {MAX_NAME} lower-case letters, digits, '.', '_' or '-', and begins with a letter or a digit"
            ))
        }
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PersonName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Somebody who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's number in the database.
    pub id: i64,
    /// The name by which they signed in.
    pub name: PersonName,
    /// What they are called.
    pub full_name: String,
    /// The agency they belong to, if any.
    pub opd: Option<OpdCode>,
    /// The roles whose assignments hold today, each once.
    pub roles: Vec<Role>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_is_plain() {
        for good in ["siti", "a.b-c_9", "1"] {
            assert_eq!(good.parse::<PersonName>().unwrap().as_str(), good);
        }
        for bad in ["", "Siti", ".a", "a b", "a\r\nb", "é", "a/b", &"x".repeat(64)] {
            assert!(bad.parse::<PersonName>().is_err(), "{bad:?}");
        }
    }
}
