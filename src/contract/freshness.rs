//! Until when data is new by what its contract agrees ([`Update`]), and since when it is late.
//!
//! Days are those of the office's time zone. Not here: when data came. Invariant: data that came before the agreed time of
//! a day is that day's; its next is due one interval later, at that time or else at the end of the day.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::{Every, Update};
use crate::types::Timestamp;

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

impl Update {
    /// Until when what came last is new; none where data comes whenever something happens.
    pub fn fresh_until(&self, last: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let day = last.date_in(zone);
        let due = match self.every {
            Every::Event => return None,
            Every::Hourly => return Some(Timestamp(last.0.saturating_add(HOUR))),
            Every::Daily => day.checked_add(1.day()),
            Every::Weekly => day.checked_add(7.days()),
            Every::Monthly => day.checked_add(1.month()),
            Every::Quarterly => day.checked_add(3.months()),
            Every::Semiannually => day.checked_add(6.months()),
            Every::Yearly => day.checked_add(1.year()),
        };
        let due: Date = due.ok()?;
        match self.by.as_deref().and_then(time_of_day) {
            Some(by) => Some(moment(due, by, zone)),
            None => Some(Timestamp::of_day_in(due.tomorrow().ok()?, zone)),
        }
    }

    /// Since when data is late at `now`, what came last at `last`; none while it is not.
    pub fn late_since(&self, last: Timestamp, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.fresh_until(last, zone).filter(|until| *until < now)
    }
}

/// A moment by the clock of the office.
fn moment(day: Date, time: Time, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(day.to_datetime(time))
        .map_or(Timestamp(i64::MAX), |moment| Timestamp(moment.as_millisecond()))
}

/// A time of day such as `06:00`.
fn time_of_day(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZoneDatabase::bundled().get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn update(every: Every, by: Option<&str>) -> Update {
        let by = by.map(str::to_owned);
        Update { every, by }
    }

    #[test]
    fn data_is_new_until_the_next_is_due() {
        let (six, half_past) = (Some("06:00"), Some("12:30"));
        for (every, by, last, until) in [
            (Every::Hourly, None, "2026-03-20T05:00:00", "2026-03-20T06:00:00"),
            (Every::Daily, six, "2026-03-20T05:00:00", "2026-03-21T06:00:00"),
            (Every::Daily, six, "2026-03-20T23:00:00", "2026-03-21T06:00:00"),
            (Every::Daily, None, "2026-03-20T23:59:00", "2026-03-22T00:00:00"),
            (Every::Weekly, six, "2026-03-20T05:00:00", "2026-03-27T06:00:00"),
            (Every::Monthly, None, "2026-01-31T05:00:00", "2026-03-01T00:00:00"),
            (
                Every::Quarterly,
                six,
                "2026-11-30T05:00:00",
                "2027-02-28T06:00:00",
            ),
            (
                Every::Semiannually,
                None,
                "2026-03-20T05:00:00",
                "2026-09-21T00:00:00",
            ),
            (
                Every::Yearly,
                half_past,
                "2026-03-20T00:00:00",
                "2027-03-20T12:30:00",
            ),
        ] {
            let (last, until) = (format!("{last}+08:00"), format!("{until}+08:00"));
            let told = update(every, by).fresh_until(at(&last), &zone("Asia/Makassar"));
            assert_eq!(told, Some(at(&until)), "{every:?} {last}");
        }
        let event = update(Every::Event, None);
        assert_eq!(event.fresh_until(Timestamp(0), &zone("Asia/Makassar")), None);
    }

    #[test]
    fn the_day_is_that_of_the_office() {
        // 23:30 in the west is half past midnight of the next day in the middle.
        let last = at("2026-03-20T23:30:00+07:00");
        let daily = update(Every::Daily, Some("06:00"));
        let until = |name: &str| daily.fresh_until(last, &zone(name));
        assert_eq!(until("Asia/Jakarta"), Some(at("2026-03-21T06:00:00+07:00")));
        assert_eq!(until("Asia/Makassar"), Some(at("2026-03-22T06:00:00+08:00")));
    }

    #[test]
    fn data_is_late_behind_the_moment_by_which_it_was_due() {
        let (daily, makassar) = (update(Every::Daily, Some("06:00")), zone("Asia/Makassar"));
        let late = |now: &str| daily.late_since(at("2026-03-20T05:00:00+08:00"), at(now), &makassar);
        assert_eq!(late("2026-03-21T06:00:00+08:00"), None);
        let due = Some(at("2026-03-21T06:00:00+08:00"));
        assert_eq!(late("2026-03-21T06:00:01+08:00"), due);
        assert_eq!(late("2026-04-21T06:00:00+08:00"), due);
    }
}
