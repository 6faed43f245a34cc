//! What freshness a contract agrees, in words, and until when data is new by it.
//!
//! Days are the province's. Invariant: data that came before the agreed time of a day is that day's; its next is due
//! one interval later, at that time or else at the end of the day.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::papers::every;
use crate::contract::{Contact, Every, Update};
use crate::types::Timestamp;

/// What was agreed, as a paper says it.
pub fn update_words(update: &Update) -> String {
    match &update.by {
        Some(by) => format!(
            "{}, paling lambat pukul {}",
            every(update.every),
            by.replace(':', ".")
        ),
        None => every(update.every).to_owned(),
    }
}

/// Whom to ask, as a paper says it.
pub fn contact_words(contact: &Contact) -> String {
    let ways = [contact.email.as_deref(), contact.phone.as_deref()];
    let ways: Vec<&str> = ways.into_iter().flatten().collect();
    match ways.is_empty() {
        true => contact.name.clone(),
        false => format!("{} ({})", contact.name, ways.join(", ")),
    }
}

/// Until when what came last is new; none where data comes whenever something happens.
pub fn fresh_until(last: Timestamp, update: &Update) -> Option<Timestamp> {
    let day = last.date_in_province();
    let due = match update.every {
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
    let time = update.by.as_deref().and_then(milliseconds).unwrap_or(24 * HOUR);
    Some(Timestamp(
        Timestamp::of_day_in_province(due).0.saturating_add(time),
    ))
}

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

/// A time of day such as `06:00`.
fn milliseconds(time: &str) -> Option<i64> {
    let (hours, minutes) = time.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(hours * HOUR + minutes * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_new_until_the_next_is_due() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        for (every, by, last, until) in [
            (
                Every::Daily,
                Some("06:00"),
                "2026-03-20T05:00:00+08:00",
                "2026-03-21T06:00:00+08:00",
            ),
            (
                Every::Daily,
                None,
                "2026-03-20T23:59:00+08:00",
                "2026-03-22T00:00:00+08:00",
            ),
            (
                Every::Hourly,
                None,
                "2026-03-20T05:00:00+08:00",
                "2026-03-20T06:00:00+08:00",
            ),
            (
                Every::Monthly,
                None,
                "2026-01-31T05:00:00+08:00",
                "2026-03-01T00:00:00+08:00",
            ),
            (
                Every::Yearly,
                Some("12:30"),
                "2026-03-20T00:00:00+08:00",
                "2027-03-20T12:30:00+08:00",
            ),
        ] {
            let update = Update {
                every,
                by: by.map(str::to_owned),
            };
            assert_eq!(
                fresh_until(at(last), &update),
                Some(at(until)),
                "{every:?} {last}"
            );
        }
        let event = Update {
            every: Every::Event,
            by: None,
        };
        assert_eq!(fresh_until(Timestamp(0), &event), None);
        let daily = Update {
            every: Every::Daily,
            by: Some("06:00".into()),
        };
        assert_eq!(update_words(&daily), "setiap hari, paling lambat pukul 06.00");
    }
}
