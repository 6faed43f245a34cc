//! Passwords: what is taken for one, and how it is kept (argon2id, RFC 9106).
//!
//! The costs are those that OWASP recommends: 19 MiB, two passes, one lane. Hashing takes tens of
//! milliseconds on purpose; whoever calls this does it off the threads that serve requests.
//! Invariant: a password is never stored, shown or logged.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::types::Text;

/// The shortest password, in characters (NIST SP 800-63B asks for length, not for kinds of characters).
pub const MIN_PASSWORD: usize = 12;
/// The shortest sign-in name that a password must not hold, in characters.
const MIN_NAME: usize = 4;
/// The longest, in bytes.
pub const MAX_PASSWORD: usize = 1024;

/// The hash of no password, with the costs of every other: it is asked where there is no person, so
/// that an unknown name takes as long as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IHNpZ25zIGlu$R5bJWBJ0Yx0cZ9wK0wkH4v0Ry9C1bq3yI6Zb4N8u2Xo";

/// What is stored of a password, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword(String);

/// Whether `password` may be chosen by the person called `name`.
///
/// # Errors
/// What is wrong with it.
pub fn check_password(password: &str, name: &str) -> Result<(), Text> {
    let length = password.chars().count();
    if length < MIN_PASSWORD || password.len() > MAX_PASSWORD {
        return Err(Text::new(
            format!(
                "Kata sandi harus {MIN_PASSWORD} karakter atau lebih, paling banyak {MAX_PASSWORD} bita."
            ),
            format!(
                "A password must have at least {MIN_PASSWORD} characters and at most {MAX_PASSWORD} bytes."
            ),
        ));
    }
    let first = password.chars().next();
    let named = name.len() >= MIN_NAME && password.to_lowercase().contains(name);
    if named || password.chars().all(|one| Some(one) == first) {
        return Err(Text::new(
            "Kata sandi ini mudah ditebak: jangan memuat nama masuk atau satu karakter saja.",
            "This password is easily guessed: it must not hold the sign-in name or a single character repeated.",
        ));
    }
    Ok(())
}

impl StoredPassword {
    /// The hash of `password` with 16 fresh random bytes.
    ///
    /// # Errors
    /// When the library refuses, which is a fault of the hub.
    pub fn of(password: &str, salt: [u8; 16]) -> Result<Self, String> {
        let fault = |error: argon2::password_hash::Error| error.to_string();
        let salt = SaltString::encode_b64(&salt).map_err(fault)?;
        let hash = argon2()
            .hash_password(password.as_bytes(), &salt)
            .map_err(fault)?;
        Ok(StoredPassword(hash.to_string()))
    }

    /// A hash as it was stored.
    pub fn from_stored(text: String) -> Self {
        StoredPassword(text)
    }

    /// The hash that no password has.
    pub fn of_nobody() -> Self {
        StoredPassword(NOBODY.to_owned())
    }

    /// The text that is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the hash of `password`; compared in constant time.
    pub fn is_of(&self, password: &str) -> bool {
        PasswordHash::new(&self.0)
            .is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_alone_and_costs_what_owasp_asks() {
        let hash = StoredPassword::of("rahasia sekali 1", [7; 16]).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hash.is_of("rahasia sekali 1"));
        assert!(!hash.is_of("rahasia sekali 2"));
        assert!(!hash.is_of(""));
    }

    #[test]
    fn the_hash_of_nobody_is_a_real_one_that_takes_as_long() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(NOBODY.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!StoredPassword::of_nobody().is_of("nobody signs in"));
    }

    #[test]
    fn what_is_easily_guessed_is_refused() {
        for bad in ["short", "aaaaaaaaaaaaaaa", "xx siti.a 12345", &"x1".repeat(600)] {
            assert!(check_password(bad, "siti.a").is_err(), "{bad}");
        }
        assert!(check_password("kuda biru di sungai", "siti.a").is_ok());
    }
}
