//! The days of the office: holidays from the hub's own data, and the moment now.
//!
//! Invariant: a holiday is a record whose key is a day; what else that dataset holds is not looked at.

use jiff::civil::{Date, Time};

use super::Hub;
use crate::error::Result;
use crate::integration::calendar::{Calendar, local};
use crate::integration::file::Happened;
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// The most holidays that are read: a century of them.
const MOST: i64 = 10_000;

impl Hub {
    /// The working days, by the holidays that are stored now; without that dataset, all but weekends.
    pub(super) fn calendar(&self, connection: &mut DbConnection) -> Result<Calendar> {
        let Some(id) = &self.config.procedure.holidays else {
            return Ok(Calendar::default());
        };
        let Some(number) = store::datasets::find(connection, id)? else {
            return Ok(Calendar::default());
        };
        let keys = store::records::digests(connection, number, "", MOST)?;
        Ok(Calendar::new(
            keys.iter().filter_map(|(key, ..)| key.parse().ok()),
        ))
    }

    /// The day and the time of the office now.
    pub(in crate::hub) fn office_now(&self) -> (Date, Time) {
        local(self.clock.now(), &self.config.time.zone)
    }

    /// The first moment of a day of the office.
    pub(in crate::hub) fn office_day(&self, day: Date) -> Timestamp {
        let begins = self
            .config
            .time
            .zone
            .to_timestamp(day.to_datetime(Time::midnight()));
        begins.map_or(Timestamp(i64::MAX), |begins| Timestamp(begins.as_millisecond()))
    }

    /// When something happened that is written down now.
    pub(super) fn happened(&self, on: Option<Date>) -> Happened {
        Happened::new(on, self.office_now(), self.config.procedure.closes)
    }
}
