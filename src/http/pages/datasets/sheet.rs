//! A dataset sent as a spreadsheet: the empty sheet, the upload, and what became of each row.
//!
//! Not here: reading the file (`record::sheet`) and storing its rows (`hub.ingest`). Invariant: no more of a file is held
//! than [`MAX_FILE`], and who may send is asked again when all of it is there.

use actix_web::{HttpResponse, web};
use askama::Template;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use super::heading::{self, Heading, Tab};
use super::rejections::{attached, form_of};
use super::told;
use crate::error::{Bound, Error, Malformed};
use crate::http::body::{announced, parts};
use crate::http::caller::{Caller, CanPush};
use crate::http::manager::CanEnter;
use crate::http::multipart::{broken, multipart};
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::ingest::{LineFault, SheetReport};
use crate::record::sheet::{MAX_COLUMNS, MAX_ROWS};
use crate::types::Text;

/// The largest file, in bytes.
const MAX_FILE: usize = 10 << 20;

/// What a form has around its file, in bytes.
const AROUND: usize = 16 << 10;

/// How many rows that were refused are listed.
const MAX_LISTED: usize = 200;

#[derive(Template)]
#[template(path = "pages/datasets/sheet.html")]
struct SheetPage {
    shell: Shell,
    heading: Heading,
    /// The columns, those of the key first.
    columns: Vec<String>,
    more: usize,
    most_rows: u64,
    most_megabytes: usize,
    most_columns: usize,
}

#[derive(Template)]
#[template(path = "pages/datasets/uploaded.html")]
struct UploadedPage {
    shell: Shell,
    heading: Heading,
    report: SheetReport,
    faults: Vec<RowFault>,
    /// How many refused rows are not listed.
    more: u64,
    ended: Option<String>,
}

/// A row that was refused.
struct RowFault {
    row: u64,
    key: String,
    told: Vec<String>,
}

/// Shows how a dataset is sent as a sheet.
pub(super) async fn show_sheet(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    visit.page(&SheetPage::of(&visit, visit.shell()?, &caller))
}

/// The empty sheet of a dataset.
pub(super) async fn download_template(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    let form = form_of(&visit.query);
    let file = caller.hub.sheet_template(&caller.dataset, form).await?;
    let name = format!("isian-{}", form.file_name(&caller.dataset.id));
    Ok(attached(&name, form, file))
}

/// Takes a sheet in.
pub(super) async fn send_sheet(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    heading::note(visit.request(), &caller, "push");
    let file = match file(&visit, payload).await {
        Ok(file) => file,
        Err(error) => return again(&visit, &caller, error),
    };
    let caller = match Caller::<CanPush>::again(visit.request()).await {
        Ok(caller) => caller,
        Err(problem) => return visit.again(problem, |shell| SheetPage::of(&visit, shell, &caller)),
    };
    match caller.hub.take_sheet(&caller.call, &caller.dataset, file).await {
        Err(error) => again(&visit, &caller, error),
        Ok(report) => {
            caller.owe(report.rows.received);
            visit.page(&UploadedPage::of(&visit, &caller, report)?)
        }
    }
}

/// The page once more, with what was wrong with the file.
fn again(visit: &Visit<CanEnter>, caller: &Caller<CanPush>, error: Error) -> Result<HttpResponse, Problem> {
    visit.again(error.into(), |shell| SheetPage::of(visit, shell, caller))
}

/// The file of the form.
async fn file(visit: &Visit<CanEnter>, payload: web::Payload) -> crate::error::Result<Bytes> {
    let request = visit.request();
    let mut body = parts(request, payload, visit.hub.config().http.idle_seconds);
    if let Err(error) = announced(request, MAX_FILE + AROUND) {
        body.give_up();
        return Err(error);
    }
    let (mut form, trouble) = multipart(request, body);
    let mut file = BytesMut::new();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| broken(&trouble))?;
        let wanted = field.name() == Some("file");
        while let Some(part) = field.next().await {
            let part = part.map_err(|_| broken(&trouble))?;
            if wanted {
                file.extend_from_slice(&part);
            }
            if file.len() > MAX_FILE {
                return Err(Error::TooLarge(Bound::Body(MAX_FILE)));
            }
        }
    }
    match file.is_empty() {
        false => Ok(file.freeze()),
        true => Err(Error::Malformed(Malformed::Body(Text::new(
            "Pilih berkas lembar kerja, lalu kirim.",
            "Choose the file with the spreadsheet, then send it.",
        )))),
    }
}

impl SheetPage {
    fn of(visit: &Visit<CanEnter>, shell: Shell, caller: &Caller<CanPush>) -> Self {
        /// How many columns are listed.
        const LISTED: usize = 100;
        let columns = caller.dataset.current.contract.columns();
        SheetPage {
            heading: Heading::of(visit, &shell, &caller.dataset, Tab::Sheet),
            more: columns.len().saturating_sub(LISTED),
            columns: columns.iter().take(LISTED).map(told::place).collect(),
            most_rows: MAX_ROWS,
            most_megabytes: MAX_FILE >> 20,
            most_columns: MAX_COLUMNS,
            shell,
        }
    }
}

impl UploadedPage {
    fn of(visit: &Visit<CanEnter>, caller: &Caller<CanPush>, report: SheetReport) -> Result<Self, Problem> {
        let shell = visit.shell()?;
        let lang = shell.say.lang;
        let listed = report.rows.errors.iter().take(MAX_LISTED);
        let faults: Vec<RowFault> = listed.map(|fault| RowFault::of(fault, &shell)).collect();
        let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        let ended = report.rows.ended.as_ref();
        Ok(UploadedPage {
            heading: Heading::of(visit, &shell, &caller.dataset, Tab::Sheet),
            more: report.rows.rejected.saturating_sub(count),
            ended: ended.map(|error| error.detail().to(lang).to_owned()),
            faults,
            report,
            shell,
        })
    }
}

impl RowFault {
    fn of(fault: &LineFault, shell: &Shell) -> Self {
        /// How many faults of a row are told.
        const TOLD: usize = 10;
        let lang = shell.say.lang;
        RowFault {
            row: fault.line,
            key: fault.key.clone().unwrap_or_default(),
            told: match &fault.error {
                Error::Violates(violations) => {
                    let listed = violations.list.iter().take(TOLD);
                    let one = |one: &crate::types::Violation| match one.pointer.is_root() {
                        true => one.message.to(lang).to_owned(),
                        false => format!("{}: {}", told::place(&one.pointer), one.message.to(lang)),
                    };
                    listed.map(one).collect()
                }
                error => vec![error.detail().to(lang).to_owned()],
            },
        }
    }
}
