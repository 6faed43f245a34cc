//! Who may manage the hub, and how long a sign-in lasts.

use std::fmt;

use super::source::Reading;

/// The shortest key that is taken, in characters.
const MIN_KEY: usize = 32;

/// A value that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Keeps a value.
    pub(super) fn new(value: &str) -> Self {
        Secret(value.to_owned())
    }

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

/// Who may manage the hub, and how long a sign-in lasts.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// `MAHAKAM_ADMIN_KEY`: the bearer token for `/admin`; without one `/admin` refuses everybody.
    pub admin_key: Option<Secret>,
    /// `MAHAKAM_METRICS_KEY`: the bearer token that may read `/metrics` and nothing else.
    pub metrics_key: Option<Secret>,
    /// `MAHAKAM_SESSION_IDLE_MINUTES`: after how many minutes without a request a session ends.
    pub session_idle_minutes: u32,
    /// `MAHAKAM_SESSION_HOURS`: after how many hours a session ends in any case.
    pub session_hours: u32,
}

impl AccessConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let admin_key = long_key(reading, "MAHAKAM_ADMIN_KEY");
        let metrics_key = long_key(reading, "MAHAKAM_METRICS_KEY");
        let mut above_zero = |name: &'static str, default: u32, what: &str| {
            let number = reading.parsed(name, default, what);
            if number == 0 {
                reading.fault(name, "must be above 0");
            }
            number
        };
        AccessConfig {
            session_idle_minutes: above_zero("MAHAKAM_SESSION_IDLE_MINUTES", 30, "a number of minutes"),
            session_hours: above_zero("MAHAKAM_SESSION_HOURS", 12, "a number of hours"),
            admin_key,
            metrics_key,
        }
    }
}

/// A key that is long enough not to be guessed.
fn long_key(reading: &mut Reading<'_>, name: &'static str) -> Option<Secret> {
    let key = reading.text(name)?.to_owned();
    if key.len() < MIN_KEY {
        let says = format!("must have at least {MIN_KEY} characters; make one with: openssl rand -hex 32");
        reading.fault(name, &says);
    }
    Some(Secret(key))
}
