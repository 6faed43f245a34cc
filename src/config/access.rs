//! Who may manage the hub.

use std::fmt;

use super::source::Reading;

/// The shortest management key that is taken, in characters.
const MIN_ADMIN_KEY: usize = 32;

/// A value that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Who may manage the hub.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// `MAHAKAM_ADMIN_KEY`: the bearer token for `/admin`; without one `/admin` refuses everybody.
    pub admin_key: Option<Secret>,
}

impl AccessConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let key = reading.text("MAHAKAM_ADMIN_KEY");
        if key.is_some_and(|key| key.len() < MIN_ADMIN_KEY) {
            reading.fault(
                "MAHAKAM_ADMIN_KEY",
                &format!(
                    "must have at least {MIN_ADMIN_KEY} characters; make one with: openssl rand -hex 32"
                ),
            );
        }
        AccessConfig {
            admin_key: key.map(|key| Secret(key.to_owned())),
        }
    }
}
