//! What was refused of a dataset: the list, and the same as a sheet.
//!
//! Invariant: bodies are given to whoever may push alone; who looks after refused payloads sees who sent what and why it
//! was refused, as at `/admin/rejections`.

use std::sync::Arc;

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _};
use askama::Template;

use super::heading::{self, Heading, Tab};
use super::refused::Reason;
use crate::access::rules::{Action, Resource, reach};
use crate::audit::ExchangeId;
use crate::http::caller::{Caller, CanPush};
use crate::http::frame::{Given, LoggedAs};
use crate::http::manager::CanEnter;
use crate::http::meta::Meta;
use crate::http::pages::form::Query;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::{Call, Dataset, ExportForm, ListQuery, RejectionPage, RejectionView, RejectionsWanted};
use crate::types::{Seq, Timestamp};

/// What the log calls reading them.
const REJECTIONS: &str = "rejections";

/// How many stand on a page.
const LIMIT: u16 = 50;

#[derive(Template)]
#[template(path = "pages/datasets/rejections.html")]
struct RefusedPage {
    shell: Shell,
    heading: Heading,
    rows: Vec<Row>,
    /// Whether only those stand here that nobody corrected.
    open: bool,
    exchange: String,
    /// Whether the visitor may correct them.
    writes: bool,
    query: String,
    next: Option<String>,
}

/// One refused payload.
struct Row {
    number: i64,
    at: Timestamp,
    key: String,
    line: Option<i64>,
    by: String,
    reason: Reason,
    repaired: Option<(Timestamp, Seq)>,
}

/// Who asks, for what, and which of them they may see.
struct Asked {
    call: Call,
    dataset: Arc<Dataset>,
    all: RejectionsWanted,
    writes: bool,
}

/// Lists what was refused, newest first.
pub(super) async fn show_rejections(
    caller: Result<Caller<CanPush>, Problem>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(caller, &visit)?;
    let wanted = wanted(&visit.query, asked.all.clone());
    let query = ListQuery {
        limit: LIMIT,
        cursor: visit.query.text("cursor").map(str::to_owned),
    };
    let page = visit
        .hub
        .rejections(&asked.call, &asked.dataset, wanted.clone(), query)
        .await?;
    let given = Given::new(page.rejections.len(), 0);
    let made = RefusedPage::of(&visit, &asked, &wanted, page)?;
    let mut response = visit.page(&made)?;
    response.extensions_mut().insert(given);
    Ok(response)
}

fn asked(caller: Result<Caller<CanPush>, Problem>, visit: &Visit<CanEnter>) -> Result<Asked, Problem> {
    let refused = match caller {
        Ok(caller) => {
            heading::note(visit.request(), &caller, REJECTIONS);
            return Ok(Asked {
                all: caller.dataset.rejections_of(caller.call.caller.opd()),
                call: caller.call,
                dataset: caller.dataset,
                writes: true,
            });
        }
        Err(refused) => refused,
    };
    let looks = reach(&visit.caller, Action::Look, Resource::Rejections);
    if refused.status_code() != actix_web::http::StatusCode::FORBIDDEN {
        return Err(refused);
    }
    let dataset = heading::known(visit)?;
    if !looks.is_some_and(|reach| reach.covers(dataset.id.opd.as_str())) {
        return Err(refused);
    }
    visit.request().extensions_mut().insert(LoggedAs(REJECTIONS));
    Ok(Asked {
        call: Meta::of(visit.request())?.call(visit.caller.clone()),
        dataset,
        all: RejectionsWanted::default(),
        writes: false,
    })
}

/// Which of them are wanted: those that nobody corrected, unless the address says all.
fn wanted(query: &Query, all: RejectionsWanted) -> RejectionsWanted {
    RejectionsWanted {
        open: query.text("state") != Some("all"),
        exchange: query.text("exchange").and_then(ExchangeId::parse),
        ..all
    }
}

impl RefusedPage {
    fn of(
        visit: &Visit<CanEnter>,
        asked: &Asked,
        wanted: &RejectionsWanted,
        page: RejectionPage,
    ) -> Result<Self, Problem> {
        let shell = visit.shell()?;
        let row = |view| Row::of(&shell, view);
        Ok(RefusedPage {
            heading: Heading::of(visit, &shell, &asked.dataset, Tab::Rejections),
            rows: page.rejections.into_iter().map(row).collect(),
            open: wanted.open,
            exchange: wanted.exchange.map(|id| id.to_string()).unwrap_or_default(),
            writes: asked.writes,
            query: visit.query.with("format", None),
            next: page.next.map(|next| visit.query.with("cursor", Some(&next))),
            shell,
        })
    }
}

impl Row {
    fn of(shell: &Shell, view: RejectionView) -> Self {
        Row {
            reason: Reason::of(&view, shell.say.lang),
            number: view.number,
            at: view.at,
            key: view.key.unwrap_or_default(),
            line: view.line,
            by: match (view.application, view.opd) {
                (Some(application), Some(opd)) => format!("{application} ({opd})"),
                (application, opd) => application.or(opd).unwrap_or_default(),
            },
            repaired: view.repaired,
        }
    }
}

/// The same as a sheet, to be corrected and sent again.
pub(super) async fn download_rejections(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    heading::note(visit.request(), &caller, REJECTIONS);
    let form = form_of(&visit.query);
    let all = caller.dataset.rejections_of(caller.call.caller.opd());
    let wanted = wanted(&visit.query, all);
    let lang = Meta::of(visit.request())?.lang;
    let (call, dataset) = (&caller.call, &caller.dataset);
    let file = caller
        .hub
        .rejections_sheet(call, dataset, wanted, (form, lang))
        .await?;
    let name = format!("ditolak-{}", form.file_name(&dataset.id));
    Ok(attached(&name, form, file))
}

/// As which kind of file something is wanted.
pub(super) fn form_of(query: &Query) -> ExportForm {
    match query.parsed("format") {
        Some(form @ (ExportForm::Ods | ExportForm::Csv)) => form,
        Some(ExportForm::Xlsx | ExportForm::Ndjson) | None => ExportForm::Xlsx,
    }
}

/// A file that the browser keeps and does not open.
pub(super) fn attached(name: &str, form: ExportForm, file: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(crate::http::export::media(form))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(file)
}
