//! The page of a dataset: its records, for whoever may read them.
//!
//! Invariant: a page of records is asked for, judged and logged like one of `GET /records`; whom no rule lets read them
//! is told so, and shown none.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;

use super::figures::Figures;
use super::heading::{self, Heading, Tab};
use super::judging::{Waiting, waiting};
use super::table::{Columns, Filter, Head};
use super::told;
use crate::error::Result;
use crate::http::caller::{Caller, CanPull};
use crate::http::frame::Given;
use crate::http::manager::CanEnter;
use crate::http::pages::form::Query;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::path::encode;
use crate::http::problem::Problem;
use crate::hub::{Dataset, ListPage, ListQuery, RecordsQuery, Shown};
use crate::record::{FilterField, Selection, is_granted};
use crate::types::{Mode, Pointer, RecordKey};

/// How many records stand on a page.
const LIMIT: u16 = 50;

#[derive(Template)]
#[template(path = "pages/datasets/records.html")]
struct RecordsPage {
    shell: Shell,
    heading: Heading,
    heads: Vec<Head>,
    columns: Columns,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    /// The key that is looked for.
    key: String,
    sort: String,
    /// How many records were found, where that was asked.
    count: Option<u64>,
    counted: String,
    /// Whether anything narrows the list.
    filtered: bool,
    next: Option<String>,
    waiting: Vec<Waiting>,
}

#[derive(Template)]
#[template(path = "pages/datasets/closed.html")]
struct ClosedPage {
    shell: Shell,
    heading: Heading,
    live: bool,
    description: String,
    figures: Option<Figures>,
    waiting: Vec<Waiting>,
}

/// One record in the table.
struct Row {
    key: String,
    href: String,
    /// A heading and a value for each column.
    cells: Vec<(String, String)>,
    erased: bool,
}

/// Shows a dataset: the records, or to whom they may not be shown what else there is.
pub(super) async fn show_dataset(
    caller: std::result::Result<Caller<CanPull>, Problem>,
    visit: Visit<CanEnter>,
) -> std::result::Result<HttpResponse, Problem> {
    let refused = match caller {
        Ok(caller) => return show_records(&visit, &caller).await,
        Err(refused) => refused,
    };
    let dataset = heading::known(&visit)?;
    let live = dataset.mode() == Mode::Live;
    if !live && refused.status_code() != StatusCode::FORBIDDEN {
        return Err(refused);
    }
    let shell = visit.shell()?;
    let figures = Figures::of(&visit, &shell, &dataset).await?;
    visit.page(&ClosedPage {
        waiting: waiting(&visit, &dataset.id).await?,
        figures,
        heading: Heading::of(&visit, &shell, &dataset, Tab::Records),
        description: dataset.current.contract.description.clone(),
        live,
        shell,
    })
}

async fn show_records(
    visit: &Visit<CanEnter>,
    caller: &Caller<CanPull>,
) -> std::result::Result<HttpResponse, Problem> {
    heading::note(visit.request(), caller, "pull");
    let granted = caller.fields.as_deref();
    let columns = Columns::of(&caller.dataset.current.contract, granted, &visit.query);
    let page = match asked(caller, &columns, &visit.query) {
        Ok(Asked::Key(key)) => {
            let (call, dataset) = (&caller.call, &caller.dataset);
            let fields = columns.fields.clone();
            caller.hub.list_keys(call, dataset, fields, vec![key]).await
        }
        Ok(Asked::Page(query)) => caller.hub.list(&caller.call, &caller.dataset, query).await,
        Err(error) => Err(error),
    };
    match page {
        Ok(page) => {
            let bytes = page.records.iter().map(|shown| shown.payload.len()).sum();
            let given = Given::new(page.records.len(), bytes);
            let made = RecordsPage::of(visit, visit.shell()?, &caller.dataset, columns, Some(page));
            let waiting = waiting(visit, &caller.dataset.id).await?;
            let made = RecordsPage { waiting, ..made };
            let mut response = visit.page(&made)?;
            response.extensions_mut().insert(given);
            Ok(response)
        }
        Err(error) => visit.again(error.into(), |shell| {
            RecordsPage::of(visit, shell, &caller.dataset, columns, None)
        }),
    }
}

/// What the address asks for.
enum Asked {
    Key(RecordKey),
    Page(RecordsQuery),
}

fn asked(caller: &Caller<CanPull>, columns: &Columns, query: &Query) -> Result<Asked> {
    if let Some(Ok(key)) = query.text("key").map(RecordKey::parse) {
        return Ok(Asked::Key(key));
    }
    let filters: Vec<(String, String)> = query.filters().cloned().collect();
    let sort = query.text("sort");
    let selection = match filters.is_empty() && sort.is_none() {
        true => Selection::default(),
        false => {
            let granted = caller.fields.as_deref();
            caller.dataset.filterable.select(granted, &filters, sort)?
        }
    };
    Ok(Asked::Page(RecordsQuery {
        page: ListQuery {
            limit: LIMIT,
            cursor: query.text("cursor").map(str::to_owned),
        },
        fields: columns.fields.clone(),
        selection,
        count: query.text("count").is_some(),
        as_of: None,
    }))
}

impl RecordsPage {
    fn of(
        visit: &Visit<CanEnter>,
        shell: Shell,
        dataset: &Dataset,
        columns: Columns,
        page: Option<ListPage>,
    ) -> Self {
        let query = &visit.query;
        let offered = dataset.filterable.fields().iter();
        let shown = |field: &&FilterField| is_granted(columns.granted.as_deref(), &field.pointer);
        let offered: Vec<&FilterField> = offered.filter(shown).collect();
        let heading = Heading::of(visit, &shell, dataset, Tab::Records);
        let row = |shown: &Shown| Row::of(&heading.path, &columns, shown);
        RecordsPage {
            heads: Head::all(&columns, &offered, query),
            filters: Filter::all(&shell, dataset, &offered, query),
            rows: page
                .iter()
                .flat_map(|page| page.records.iter().map(row))
                .collect(),
            key: query.text("key").unwrap_or_default().to_owned(),
            sort: query.text("sort").unwrap_or_default().to_owned(),
            count: page.as_ref().and_then(|page| page.count),
            counted: query.with("count", Some("exact")),
            filtered: query.text("key").is_some() || query.filters().next().is_some(),
            next: page
                .and_then(|page| page.next)
                .map(|next| query.with("cursor", Some(&next))),
            waiting: Vec::new(),
            columns,
            heading,
            shell,
        }
    }
}

impl Row {
    fn of(path: &str, columns: &Columns, shown: &Shown) -> Self {
        let payload: serde_json::Value = serde_json::from_str(&shown.payload).unwrap_or_default();
        let cell = |column: &Pointer| (told::place(column), told::in_table(column.find(&payload)));
        Row {
            href: record_path(path, &shown.key),
            key: shown.key.clone(),
            cells: columns.shown.iter().map(cell).collect(),
            erased: shown.payload.is_empty(),
        }
    }
}

/// Where a record is shown alone; a key that a browser would take for a step in the path is looked for in the list.
pub(super) fn record_path(dataset: &str, key: &str) -> String {
    match key {
        "." | ".." => format!("{dataset}?key={key}"),
        _ => format!("{dataset}/records/{}", encode(key)),
    }
}
