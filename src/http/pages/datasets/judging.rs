//! Whether whoever looks at a dataset is asked if it fits: the integrations that wait for their *Sesuai* or
//! *Tidak sesuai*.
//!
//! Not here: the forms by which it is said (`integrations`). Invariant: nobody is asked who could not say it there.

use crate::access::rules::{Action, Resource, reach};
use crate::http::manager::CanEnter;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::{ActingFor, Hub, PageQuery, Part, RegisterEntry, RegisterQuery};
use crate::integration::file::State;
use crate::types::DatasetId;

/// How many running integrations of a dataset are looked at; there is hardly ever more than one.
const MOST: usize = 50;

/// The outcome that says that data fits.
const FITS: &str = "fits";

/// An integration that waits for somebody's word about its data.
pub(super) struct Waiting {
    pub(super) number: String,
    pub(super) subject: String,
    /// Whether they decide, rather than say what they think.
    pub(super) decides: bool,
}

/// Whether the step where a file is can end with the word that data fits.
fn is_asked(hub: &Hub, entry: &RegisterEntry) -> bool {
    let variant = hub.procedure().variant(&entry.variant);
    let step = variant.and_then(|variant| variant.step(entry.step));
    step.is_some_and(|step| step.outcomes.iter().any(|outcome| outcome.code == FITS))
}

/// Those that wait for the visitor's.
pub(super) async fn waiting(visit: &Visit<CanEnter>, dataset: &DatasetId) -> Result<Vec<Waiting>, Problem> {
    let acts = reach(&visit.caller, Action::CompleteStep, Resource::Procedure);
    let looks = reach(&visit.caller, Action::Look, Resource::Procedure);
    let (Some(_), Some(within)) = (acts, looks) else {
        return Ok(Vec::new());
    };
    let (caller, dataset) = (visit.caller.clone(), dataset.clone());
    let look = move |hub: &Hub| {
        let running = RegisterQuery {
            state: Some(State::Running),
            dataset: Some(dataset),
            ..RegisterQuery::default()
        };
        let page = PageQuery {
            limit: MOST,
            cursor: None,
        };
        let mut waiting = Vec::new();
        for entry in hub.integrations(&within, &running, &page)?.items {
            if !is_asked(hub, &entry) {
                continue;
            }
            let turns = hub.turns(&caller, &within, entry.number)?;
            let fits = turns.outcomes.iter().any(|outcome| outcome.code == FITS);
            let own = turns.turns.iter().filter(|turn| turn.acting == ActingFor::Own);
            let parts: Vec<Part> = own.map(|turn| turn.part).collect();
            if fits && !parts.is_empty() {
                waiting.push(Waiting {
                    number: entry.number.to_string(),
                    subject: entry.subject,
                    decides: parts.contains(&Part::Complete),
                });
            }
        }
        Ok(waiting)
    };
    visit.ask(move |hub| look(hub)).await
}
