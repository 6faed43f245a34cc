//! What those see who look at the whole: what is late, refused or failing, and how much is exchanged.

use super::super::chart::Chart;
use super::super::say::Say;
use crate::access::rules::Reach;
use crate::error::Result;
use crate::hub::{CountsOf, EndingGrant, Failing, Freshness, GivenTo, Hub, RejectedOf};

/// How many rows of each list stand on the page.
const SOME: usize = 8;

/// See the module.
pub(super) struct Board {
    /// Datasets that are out of date against what was agreed.
    pub(super) late: Vec<Freshness>,
    /// What was refused in the last seven days, by agency.
    pub(super) rejected: Vec<RejectedOf>,
    /// Systems that fail.
    pub(super) failing: Vec<Failing>,
    /// Grants that end within 30 days.
    pub(super) ending: Vec<EndingGrant>,
    /// Who gives to whom.
    pub(super) flows: Vec<GivenTo>,
    /// Changes a day, and what was refused.
    pub(super) chart: Chart,
    /// Records that stand now.
    pub(super) records: Option<u64>,
    /// Changes and records given out in the days shown.
    pub(super) changes: u64,
    /// Records given out in the days shown.
    pub(super) taken: u64,
}

impl Board {
    /// As the hub sees it now.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn of(hub: &Hub, reach: &Reach, say: Say) -> Result<Self> {
        let counts = hub.counts_over_time(reach, &CountsOf::All)?;
        let figures = counts
            .days
            .iter()
            .map(|day| (say.day(day.begin), day.changes, day.rejected));
        let title = say.it(
            "Perubahan data per hari, 30 hari terakhir",
            "Changes a day, the last 30 days",
        );
        let mut board = Board {
            late: hub.out_of_date(reach)?,
            rejected: hub.rejected_lately(reach)?.opds,
            failing: hub.failing(reach)?,
            ending: hub.ending_grants(reach),
            flows: hub.who_gives_what(reach)?,
            chart: Chart::new(
                title,
                say.it("Perubahan", "Changes"),
                Some(say.it("Ditolak", "Refused")),
                figures.collect(),
            ),
            records: counts.records,
            changes: counts.days.iter().map(|day| day.changes).sum(),
            taken: counts.days.iter().map(|day| day.taken).sum(),
        };
        board.rejected.retain(|opd| opd.rejected > 0);
        board.rejected.sort_by_key(|opd| std::cmp::Reverse(opd.rejected));
        board.flows.sort_by_key(|flow| std::cmp::Reverse(flow.records));
        board.late.truncate(SOME);
        board.rejected.truncate(SOME);
        board.failing.truncate(SOME);
        board.ending.truncate(SOME);
        board.flows.truncate(SOME);
        Ok(board)
    }
}
