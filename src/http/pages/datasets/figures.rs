//! The figures of a dataset: what came and went, how far its columns are filled, who uses it, how fresh it is.
//!
//! Not here: how they are counted (`hub::dashboard`). Invariant: they are shown to whoever looks at dashboards, and to the
//! people of an agency as far as the hub tells them; no record is asked for.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;

use super::heading::{self, Heading, Tab};
use super::told;
use crate::access::Caller;
use crate::access::rules::{Action, Reach, Resource, reach};
use crate::error::{Error, Forbidden, Result};
use crate::http::manager::CanEnter;
use crate::http::pages::chart::Chart;
use crate::http::pages::say::Say;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::pages::words::contract as words;
use crate::http::problem::Problem;
use crate::hub::{
    ColumnFill, CountsOf, CountsOverTime, Dataset, DatasetProfile, Distribution, Freshness, Given, Hub,
};
use crate::types::{Mode, Timestamp};

/// How many columns are listed with how far they are filled.
const MAX_FILLS: usize = 200;

#[derive(Template)]
#[template(path = "pages/datasets/figures_page.html")]
struct FiguresPage {
    shell: Shell,
    heading: Heading,
    figures: Option<Figures>,
}

/// See the module.
pub(super) struct Figures {
    pub(super) records: Option<u64>,
    /// When records were counted.
    pub(super) as_of: Option<Timestamp>,
    /// Whether they have changed since.
    pub(super) changed_since: bool,
    /// Changes a day, and how many records there were at the end of each month.
    pub(super) days: Chart,
    pub(super) months: Chart,
    pub(super) changes: u64,
    pub(super) rejected: u64,
    pub(super) taken: u64,
    pub(super) fills: Vec<Fill>,
    pub(super) more_fills: usize,
    pub(super) values: Vec<Values>,
    /// How often the owner brings it up to date.
    pub(super) update: Option<String>,
    pub(super) freshness: Option<Freshness>,
    /// Who uses it; none where that is not for the visitor.
    pub(super) users: Option<Vec<Given>>,
}

/// How far a column is filled.
pub(super) struct Fill {
    pub(super) place: String,
    pub(super) filled: u64,
    pub(super) percent: u64,
}

/// How the values of a column are distributed.
pub(super) struct Values {
    pub(super) place: String,
    /// A value, how many records have it, and how many of a hundred that is.
    pub(super) times: Vec<(String, u64, u64)>,
}

/// Shows the figures of a dataset.
pub(super) async fn show_figures(visit: Visit<CanEnter>) -> std::result::Result<HttpResponse, Problem> {
    let dataset = heading::known(&visit)?;
    let shell = visit.shell()?;
    if reach_of(&visit.caller).is_none() {
        return Err(Error::Forbidden(Forbidden::Role).into());
    }
    let figures = Figures::of(&visit, &shell, &dataset).await?;
    visit.page(&FiguresPage {
        heading: Heading::of(&visit, &shell, &dataset, Tab::Figures),
        figures,
        shell,
    })
}

/// How far somebody is told figures: of everything, or what their agency may know.
pub(super) fn reach_of(caller: &Caller) -> Option<Reach> {
    let own = || {
        let reach = reach(caller, Action::Look, Resource::Catalog);
        reach.filter(|reach| *reach != Reach::All)
    };
    reach(caller, Action::Look, Resource::Dashboards).or_else(own)
}

impl Figures {
    /// Those of a dataset, as far as they are for the visitor.
    pub(super) async fn of(
        visit: &Visit<CanEnter>,
        shell: &Shell,
        dataset: &Arc<Dataset>,
    ) -> std::result::Result<Option<Self>, Problem> {
        let Some(reach) = reach_of(&visit.caller).filter(|_| dataset.mode() == Mode::Stored) else {
            return Ok(None);
        };
        let (dataset, say) = (Arc::clone(dataset), shell.say);
        let figures = visit.ask(move |hub| Figures::asked(hub, &reach, &dataset, say));
        figures.await.map(Some)
    }

    fn asked(hub: &Hub, reach: &Reach, dataset: &Dataset, say: Say) -> Result<Self> {
        let id = &*dataset.id;
        let counts = hub.counts_over_time(reach, &CountsOf::Dataset(id.clone()))?;
        let profile = hub.dataset_profile(reach, id)?;
        let own = Reach::Own(id.opd.clone());
        let covered = reach.covers(id.opd.as_str());
        let freshness = match covered {
            true => hub.freshness(&own)?.into_iter().find(|one| one.dataset == *id),
            false => None,
        };
        let users = match covered {
            true => Some(hub.given_by(reach, &id.opd)?),
            false => None,
        };
        let (days, months) = charts(&counts, say);
        let records = profile.as_ref().map(|profile| profile.records).or(counts.records);
        let fills = profile.as_ref().map_or(&[][..], |profile| &profile.columns);
        Ok(Figures {
            as_of: profile.as_ref().map(|profile| profile.as_of).or(counts.as_of),
            changed_since: profile.as_ref().is_some_and(|profile| profile.changed_since),
            changes: counts.days.iter().map(|day| day.changes).sum(),
            rejected: counts.days.iter().map(|day| day.rejected).sum(),
            taken: counts.days.iter().map(|day| day.taken).sum(),
            fills: fills
                .iter()
                .take(MAX_FILLS)
                .map(|fill| Fill::of(fill, records.unwrap_or_default()))
                .collect(),
            more_fills: fills.len().saturating_sub(MAX_FILLS),
            values: profile
                .as_ref()
                .map(|profile| values(profile, say))
                .unwrap_or_default(),
            update: words::update(say, &dataset.current.contract),
            users: users.map(|users| users.into_iter().filter(|one| one.dataset == *id).collect()),
            freshness,
            records,
            days,
            months,
        })
    }
}

impl Fill {
    fn of(fill: &ColumnFill, records: u64) -> Self {
        Fill {
            place: told::place(&fill.field),
            filled: fill.filled,
            percent: fill.filled.saturating_mul(100) / records.max(1),
        }
    }
}

fn charts(counts: &CountsOverTime, say: Say) -> (Chart, Chart) {
    let days = counts.days.iter();
    let days = days.map(|day| (say.day(day.begin), day.changes, day.rejected));
    let months = counts.months.iter();
    let months = months.map(|month| (say.day(month.begin), month.standing.unwrap_or_default(), 0));
    (
        Chart::new(
            say.it(
                "Perubahan per hari, 30 hari terakhir",
                "Changes a day, the last 30 days",
            ),
            say.it("Perubahan", "Changes"),
            Some(say.it("Ditolak", "Refused")),
            days.collect(),
        ),
        Chart::new(
            say.it(
                "Jumlah rekaman pada akhir setiap bulan",
                "Records at the end of each month",
            ),
            say.it("Rekaman", "Records"),
            None,
            months.collect(),
        ),
    )
}

/// The values of each column that are counted apart, the most frequent first, with how many of a hundred records.
fn values(profile: &DatasetProfile, say: Say) -> Vec<Values> {
    let percent = |times: u64| times.saturating_mul(100) / profile.records.max(1);
    let counted = |one: &Distribution| {
        let listed = one
            .values
            .iter()
            .map(|(value, times)| (told::brief(value), *times));
        let rest = [
            (say.it("(lainnya)", "(others)").to_owned(), one.others),
            (say.it("(kosong)", "(empty)").to_owned(), one.empty),
        ];
        let all = listed.chain(rest.into_iter().filter(|(_, times)| *times > 0));
        Values {
            place: told::place(&one.field),
            times: all.map(|(value, times)| (value, times, percent(times))).collect(),
        }
    };
    profile.distributions.iter().map(counted).collect()
}
