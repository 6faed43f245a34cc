//! What those see who look at the whole: what is late, refused or failing, and how much is exchanged.

use super::super::chart::Chart;
use super::super::say::Say;
use crate::access::rules::Reach;
use crate::error::Result;
use crate::hub::{CountsOf, EndingGrant, Failing, FilledOf, Freshness, GivenTo, Hub, RejectedOf};

/// How many rows of each list stand on the page.
const SOME: usize = 8;

/// See the module.
pub(super) struct Board {
    /// Datasets that are out of date against what was agreed.
    pub(super) late: Vec<Freshness>,
    /// What was refused in the last seven days, and how far columns are filled, by agency.
    pub(super) quality: Vec<Quality>,
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

/// How good an agency's data is.
pub(super) struct Quality {
    pub(super) opd: String,
    pub(super) name: Option<String>,
    /// What of it was refused in the last seven days, if anything was sent.
    pub(super) rejected: Option<RejectedOf>,
    /// How far its columns are filled, if that was counted.
    pub(super) filled: Option<Filling>,
}

/// How far an agency's columns are filled, in words.
pub(super) struct Filling {
    pub(super) permille: u64,
    pub(super) share: String,
    /// The change in seven days, where it is known.
    pub(super) change: Option<String>,
}

impl Filling {
    fn of(of: &FilledOf, say: Say) -> Self {
        let permille = of.now.permille();
        let change = of.change().map(|change| match change {
            0 => say
                .it("sama seperti tujuh hari lalu", "as seven days ago")
                .to_owned(),
            _ => {
                let sign = if change > 0 { '+' } else { '−' };
                let points = say.tenths(change.unsigned_abs());
                let words = say.it("poin dalam tujuh hari", "points in seven days");
                format!("{sign}{points} {words}")
            }
        });
        Filling {
            permille,
            share: format!("{}%", say.tenths(permille)),
            change,
        }
    }
}

impl Quality {
    /// By agency: those with most rejections first, then those whose columns are emptiest.
    fn of(hub: &Hub, reach: &Reach, say: Say) -> Result<Vec<Quality>> {
        let mut refused = hub.rejected_lately(reach)?.opds;
        let filled = hub.filled_lately(reach)?.into_iter();
        let mut all: Vec<Quality> = filled.map(|of| Quality::filled(of, say)).collect();
        for one in &mut all {
            let at = refused.iter().position(|of| of.opd == one.opd);
            one.rejected = at.map(|at| refused.remove(at));
        }
        all.extend(refused.into_iter().map(Quality::refused));
        all.sort_by_key(|one| std::cmp::Reverse(one.rejections()));
        all.truncate(SOME);
        Ok(all)
    }

    fn filled(of: FilledOf, say: Say) -> Self {
        Quality {
            filled: Some(Filling::of(&of, say)),
            rejected: None,
            opd: of.opd,
            name: of.opd_name,
        }
    }

    fn refused(of: RejectedOf) -> Self {
        Quality {
            opd: of.opd.clone(),
            name: of.opd_name.clone(),
            rejected: Some(of),
            filled: None,
        }
    }

    /// How many payloads were refused.
    pub(super) fn rejections(&self) -> u64 {
        self.rejected.as_ref().map_or(0, |of| of.rejected)
    }
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
            quality: Quality::of(hub, reach, say)?,
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
        board.flows.sort_by_key(|flow| std::cmp::Reverse(flow.records));
        board.late.truncate(SOME);
        board.failing.truncate(SOME);
        board.ending.truncate(SOME);
        board.flows.truncate(SOME);
        Ok(board)
    }
}
