//! [`Heading`]: what stands above every page of a dataset, and the way to the others.
//!
//! Not here: what the pages show. Invariant: a page is offered only to whom it would show something.

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use super::{figures, tryout};
use crate::access::Sight;
use crate::access::rules::{Action, Resource, reach};
use crate::error::{Error, Unknown};
use crate::http::caller::{Caller, Known};
use crate::http::frame::LoggedAs;
use crate::http::pages::docs::owner;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::pages::words::contract as words;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::Dataset;
use crate::types::Mode;

/// A page of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Records,
    Figures,
    Rejections,
    Sheet,
    Tryout,
}

/// See the module.
pub(super) struct Heading {
    /// Its identity.
    pub(super) id: String,
    /// The path of its pages, without the root.
    pub(super) path: String,
    pub(super) title: String,
    pub(super) owner: String,
    pub(super) version: String,
    pub(super) level: &'static str,
    /// Until when it answers, where its end was announced.
    pub(super) until: Option<String>,
    /// Whether that was announced at all.
    pub(super) ending: bool,
    /// The other pages: path, name, whether it is this one.
    pub(super) tabs: Vec<(String, &'static str, bool)>,
}

impl Heading {
    /// That of a page of `dataset`.
    pub(super) fn of<P>(visit: &Visit<P>, shell: &Shell, dataset: &Dataset, here: Tab) -> Self {
        let (hub, caller) = (&visit.hub, &visit.caller);
        let writes = Sight::of(caller, &dataset.grants, hub.today()).writes;
        let stored = dataset.mode() == Mode::Stored;
        let refused = reach(caller, Action::Look, Resource::Rejections);
        let refused = writes || refused.is_some_and(|reach| reach.covers(dataset.id.opd.as_str()));
        let path = format!("/datasets/{}", dataset.id);
        let all = [
            (true, Tab::Records, "", ("Data", "Data")),
            (
                stored && figures::reach_of(caller).is_some(),
                Tab::Figures,
                "/figures",
                ("Angka", "Figures"),
            ),
            (
                stored && refused,
                Tab::Rejections,
                "/rejections",
                ("Data ditolak", "Refused"),
            ),
            (
                stored && writes,
                Tab::Sheet,
                "/sheet",
                ("Kirim lembar kerja", "Send a spreadsheet"),
            ),
            (
                tryout::is_for(visit, dataset),
                Tab::Tryout,
                "/sandbox",
                ("Uji coba", "Try it out"),
            ),
        ];
        // What is only agreed has a sandbox and nothing else yet.
        let served = hub.catalog().dataset(&dataset.id).is_some();
        let offered = all
            .into_iter()
            .filter(|(shown, tab, ..)| *shown && (served || *tab == here));
        let contract = &dataset.current.contract;
        Heading {
            tabs: offered
                .map(|(_, tab, below, (id, en))| (format!("{path}{below}"), shell.it(id, en), tab == here))
                .collect(),
            id: dataset.id.to_string(),
            title: contract.title.clone(),
            owner: owner(&hub.catalog(), dataset),
            version: dataset.current.version.to_string(),
            level: words::level(shell.say, contract.classification.level),
            until: dataset.ending.sunset.map(|until| until.date().to_string()),
            ending: dataset.ending.deprecated.is_some(),
            path,
        }
    }
}

/// The dataset that a page's address names, if the visitor may know of it; the log says that it was looked at.
///
/// # Errors
/// Unknown where there is no such dataset, or none for them.
pub(super) fn known<P>(visit: &Visit<P>) -> Result<Arc<Dataset>, Problem> {
    let (_, id) = path::dataset(visit.request())?;
    let (catalog, today) = (visit.hub.catalog(), visit.hub.today());
    let dataset = catalog.dataset(&id).cloned();
    let dataset = dataset.filter(|dataset| dataset.is_visible_to(&visit.caller, today));
    let dataset = dataset.ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
    visit.request().extensions_mut().insert(Known {
        caller: visit.caller.clone(),
        dataset: Some(Arc::clone(&dataset)),
    });
    Ok(dataset)
}

/// Lets the log say of a page what it says of the path for programs that does the same.
pub(super) fn note<P>(request: &HttpRequest, caller: &Caller<P>, action: &'static str) {
    request.extensions_mut().insert(LoggedAs(action));
    // Whoever asked for the page as such was noted last, without a dataset.
    request.extensions_mut().insert(Known {
        caller: caller.call.caller.clone(),
        dataset: Some(Arc::clone(&caller.dataset)),
    });
}
