//! [`House`]: the office from which papers come: what stands at their head, and by which clock they speak.
//!
//! Not here: where that is set (the settings). Invariant: a moment on a paper says in which zone it is.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::words::date;
use crate::types::Timestamp;

/// The office from which papers come.
#[derive(Debug, Clone)]
pub struct House {
    /// The lines of the letterhead; without any, room is left for one.
    pub letterhead: Vec<String>,
    /// By which clock it works.
    pub zone: TimeZone,
}

impl Default for House {
    fn default() -> Self {
        House {
            letterhead: Vec::new(),
            zone: TimeZone::UTC,
        }
    }
}

impl House {
    /// The day that it is there.
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(instant(at)).date()
    }

    /// A moment, such as `2 Maret 2026 pukul 17.46 WITA`.
    pub fn moment(&self, at: Timestamp) -> String {
        let at = instant(at);
        let local = self.zone.to_datetime(at);
        let info = self.zone.to_offset_info(at);
        format!(
            "{} pukul {:02}.{:02} {}",
            date(local.date()),
            local.hour(),
            local.minute(),
            info.abbreviation()
        )
    }
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_in_the_offices_own_time() {
        let at = Timestamp(1_774_000_000_120);
        let zones = jiff::tz::TimeZoneDatabase::bundled();
        for (zone, moment, day) in [
            ("Asia/Makassar", "20 Maret 2026 pukul 17.46 WITA", "2026-03-20"),
            ("Asia/Jakarta", "20 Maret 2026 pukul 16.46 WIB", "2026-03-20"),
            ("Asia/Jayapura", "20 Maret 2026 pukul 18.46 WIT", "2026-03-20"),
        ] {
            let house = House {
                zone: zones.get(zone).unwrap(),
                ..House::default()
            };
            assert_eq!(house.moment(at), moment);
            assert_eq!(house.day(at).to_string(), day);
        }
        assert_eq!(
            House::default().moment(Timestamp(-3_600_000)),
            "31 Desember 1969 pukul 23.00 UTC"
        );
    }
}
