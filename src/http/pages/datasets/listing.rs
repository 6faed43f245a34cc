//! The list of datasets.
//!
//! Invariant: what is listed is what the catalog says is visible to the visitor.

use actix_web::HttpResponse;
use askama::Template;

use crate::access::{Verdict, decide};
use crate::contract::{Level, State};
use crate::http::manager::CanEnter;
use crate::http::pages::docs::owner;
use crate::http::pages::form::Query;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::pages::words::contract as words;
use crate::http::problem::Problem;
use crate::hub::{Catalog, Dataset, PageQuery};
use crate::types::{Mode, Right};

/// How many stand on a page.
const LIMIT: usize = 50;

/// The levels, as the address names them.
const LEVELS: [(&str, Level); 3] = [
    ("open", Level::Open),
    ("restricted", Level::Restricted),
    ("confidential", Level::Confidential),
];

#[derive(Template)]
#[template(path = "pages/datasets/list.html")]
struct ListPage {
    shell: Shell,
    entries: Vec<Entry>,
    /// What is searched for.
    search: String,
    level: String,
    opd: String,
    /// Codes and names of the agencies that own one.
    owners: Vec<(String, String)>,
    levels: [(&'static str, &'static str); 3],
    /// How many were found.
    found: usize,
    filtered: bool,
    next: Option<String>,
}

struct Entry {
    id: String,
    title: String,
    owner: String,
    level: &'static str,
    version: String,
    state: Option<&'static str>,
    update: String,
    /// Whether the visitor reads records.
    reads: bool,
    live: bool,
}

/// Lists the datasets of which the visitor may know.
pub(super) async fn show_datasets(visit: Visit<CanEnter>) -> Result<HttpResponse, Problem> {
    let shell = visit.shell()?;
    let catalog = visit.hub.catalog();
    let today = visit.hub.today();
    let visible = catalog.visible_to(&visit.caller, today);
    let mut owners: Vec<(String, String)> = visible
        .iter()
        .map(|dataset| (dataset.id.opd.to_string(), owner(&catalog, dataset)))
        .collect();
    owners.dedup();
    let query = &visit.query;
    let mut found = visible;
    found.retain(|dataset| is_wanted(&catalog, dataset, query));
    let count = found.len();
    let page = PageQuery {
        limit: LIMIT,
        cursor: query.text("cursor").map(str::to_owned),
    };
    let page = visit
        .hub
        .page("pages datasets", found, |dataset| dataset.id.to_string(), &page)?;
    let items = page.items.iter();
    let entries = items
        .map(|dataset| Entry::of(&visit, &shell, &catalog, dataset))
        .collect();
    let text = |name: &str| query.text(name).unwrap_or_default().to_owned();
    visit.page(&ListPage {
        entries,
        levels: LEVELS.map(|(name, level)| (name, words::level(shell.say, level))),
        search: text("q"),
        level: text("level"),
        opd: text("opd"),
        owners,
        found: count,
        filtered: ["q", "level", "opd"]
            .iter()
            .any(|name| query.text(name).is_some()),
        next: page.next.map(|next| query.with("cursor", Some(&next))),
        shell,
    })
}

/// Whether a dataset has what is searched for.
fn is_wanted(catalog: &Catalog, dataset: &Dataset, query: &Query) -> bool {
    let contract = &dataset.current.contract;
    let holds = |text: &str| {
        let owner = owner(catalog, dataset);
        let places = [
            &contract.title,
            &contract.description,
            &owner,
            &dataset.id.to_string(),
        ];
        let text = text.to_lowercase();
        places.iter().any(|place| place.to_lowercase().contains(&text))
    };
    query.text("q").is_none_or(holds)
        && query.text("opd").is_none_or(|opd| dataset.id.opd.as_str() == opd)
        && query
            .text("level")
            .is_none_or(|level| LEVELS.contains(&(level, contract.classification.level)))
}

impl Entry {
    fn of(visit: &Visit<CanEnter>, shell: &Shell, catalog: &Catalog, dataset: &Dataset) -> Self {
        let contract = &dataset.current.contract;
        let today = visit.hub.today();
        let pull = decide(&visit.caller, &dataset.grants, Right::Pull, today);
        let live = dataset.mode() == Mode::Live;
        Entry {
            id: dataset.id.to_string(),
            title: contract.title.clone(),
            owner: owner(catalog, dataset),
            level: words::level(shell.say, contract.classification.level),
            version: dataset.current.version.to_string(),
            state: match dataset.ending.state() {
                State::Deprecated => Some(shell.it("Akan dihentikan", "Will end")),
                State::Retired => Some(shell.it("Dihentikan", "Ended")),
                State::Draft | State::Agreed | State::Published => None,
            },
            update: words::update(shell.say, contract).unwrap_or_default(),
            reads: !live && matches!(pull, Verdict::Allowed { .. }),
            live,
        }
    }
}
