//! The page that lists what a caller may use.
//!
//! Not here: how one dataset is used (`dataset`). Invariant: what is listed is what the catalog says is
//! visible to the caller.

use askama::Template;

use super::{Say, words};
use crate::access::{Caller, Verdict, decide};
use crate::contract::Level;
use crate::hub::{Catalog, Dataset, Hub};
use crate::types::{DatasetId, Mode, Right};

/// The page.
#[derive(Template)]
#[template(path = "docs/listing.html")]
pub(super) struct Listing {
    say: Say,
    /// Where the hub's root is, seen from the page.
    root: &'static str,
    /// The caller's agency and application, or that it manages the hub.
    who: Option<String>,
    /// The address of this page, for asking with a key.
    url: String,
    entries: Vec<Entry>,
}

/// One dataset.
struct Entry {
    id: String,
    title: String,
    owner: String,
    rights: String,
    version: String,
    open: bool,
    level: &'static str,
    life: Life,
}

/// Whether a dataset comes to an end.
pub(super) struct Life {
    /// Whether it is deprecated.
    pub(super) deprecated: bool,
    /// Until when it answers.
    pub(super) until: Option<String>,
    /// What takes its place.
    pub(super) successor: Option<DatasetId>,
}

impl Life {
    /// How the life of a dataset goes on.
    pub(super) fn of(dataset: &Dataset) -> Self {
        let ending = &dataset.ending;
        let successor = ending.successor.clone();
        Life {
            deprecated: ending.deprecated.is_some(),
            until: ending.sunset.map(|until| until.date().to_string()),
            successor: successor.or_else(|| dataset.current.contract.successor.clone()),
        }
    }
}

impl Listing {
    /// What `caller` may use.
    pub(super) fn of(hub: &Hub, caller: &Caller, say: Say) -> Self {
        let (catalog, today) = (hub.catalog(), hub.today());
        let entry = |dataset| Entry::of(&catalog, caller, dataset, say, today);
        Listing {
            say,
            root: "",
            who: who(&catalog, caller, say),
            url: format!("{}/docs", hub.config().http.public_url),
            entries: catalog
                .visible_to(caller, today)
                .into_iter()
                .map(|dataset| entry(dataset))
                .collect(),
        }
    }
}

impl Entry {
    fn of(catalog: &Catalog, caller: &Caller, dataset: &Dataset, say: Say, today: jiff::civil::Date) -> Self {
        let contract = &dataset.current.contract;
        let rights = rights(caller, dataset, today);
        let rights: Vec<&str> = rights.into_iter().map(|right| words::right(say, right)).collect();
        Entry {
            id: dataset.id.to_string(),
            title: contract.title.clone(),
            owner: owner(catalog, dataset),
            rights: rights.join(", "),
            version: dataset.current.version.to_string(),
            open: contract.classification.level == Level::Open,
            level: words::level(say, contract.classification.level),
            life: Life::of(dataset),
        }
    }
}

/// The rights of a caller to a dataset, those to its owner's system too.
pub(super) fn rights(caller: &Caller, dataset: &Dataset, today: jiff::civil::Date) -> Vec<Right> {
    let offered = |right: &Right| *right != Right::Live || dataset.mode() == Mode::Live;
    let may = |right: &Right| {
        matches!(
            decide(caller, &dataset.grants, *right, today),
            Verdict::Allowed { .. }
        )
    };
    [Right::Push, Right::Pull, Right::Live]
        .into_iter()
        .filter(offered)
        .filter(may)
        .collect()
}

/// The name of a dataset's owner.
pub(in crate::http::pages) fn owner(catalog: &Catalog, dataset: &Dataset) -> String {
    let code = dataset.id.opd.as_str();
    catalog.opd_name(code).unwrap_or(code).to_owned()
}

fn who(catalog: &Catalog, caller: &Caller, say: Say) -> Option<String> {
    match caller {
        Caller::Anonymous => None,
        Caller::Person(person) => Some(person.full_name.clone()),
        Caller::Management => Some(say.it("Pengelola Sistem", "the operator").to_owned()),
        Caller::Application(application) => {
            let code = application.opd.as_str();
            let opd = catalog.opd_name(code).unwrap_or(code);
            Some(format!("{} ({opd})", application.name))
        }
    }
}
