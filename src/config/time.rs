//! In which time zone schedules are read.
//!
//! Invariant: the time zone data is the program's own, so a schedule means the same on every machine.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::source::Reading;

/// The province keeps WITA.
const DEFAULT: &str = "Asia/Makassar";

/// In which time zone schedules are read.
#[derive(Debug, Clone)]
pub struct TimeConfig {
    /// `MAHAKAM_TIME_ZONE`: an IANA name.
    pub zone: TimeZone,
}

impl TimeConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let name = reading.text("MAHAKAM_TIME_ZONE").unwrap_or(DEFAULT);
        let zone = TimeZoneDatabase::bundled().get(name).unwrap_or_else(|_| {
            let says = format!("must be a time zone by its IANA name, such as {DEFAULT}");
            reading.fault("MAHAKAM_TIME_ZONE", &says);
            TimeZone::UTC
        });
        TimeConfig { zone }
    }
}
