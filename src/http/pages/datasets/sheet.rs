//! A dataset sent as a spreadsheet: the empty sheet, and the upload.
//!
//! Not here: reading the file (`record::sheet`), storing its rows (`hub.take_in`), and what became of them (`sheet_run`).
//! Invariant: no more of a file is held than [`MAX_FILE`], who may send is asked again when all of it is there, and from
//! then on it goes in whether its sender waits or not.

use std::sync::Arc;

use actix_web::{HttpResponse, rt, web};
use askama::Template;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use super::heading::{self, Heading, Tab};
use super::rejections::{attached, form_of};
use super::sheet_run::Line;
use super::told;
use crate::error::{Bound, Error, Malformed, Result as Done};
use crate::http::body::{announced, parts};
use crate::http::caller::{Caller, CanPush};
use crate::http::manager::CanEnter;
use crate::http::multipart::{broken, multipart};
use crate::http::pages::form::Form;
use crate::http::pages::once::{FIELD, Sent, once};
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::PageQuery;
use crate::record::sheet::{MAX_COLUMNS, MAX_ROWS};
use crate::types::Text;

/// The largest file, in bytes.
const MAX_FILE: usize = 10 << 20;

/// What a form has around its file, in bytes.
const AROUND: usize = 16 << 10;

/// How long a field beside the file may be, in bytes.
const MAX_FIELD: usize = 256;

/// How many sheets that were sent before are listed.
const BEFORE: usize = 5;

#[derive(Template)]
#[template(path = "pages/datasets/sheet.html")]
struct SheetPage {
    shell: Shell,
    heading: Heading,
    form: Form,
    /// The columns, those of the key first.
    columns: Vec<String>,
    more: usize,
    most_rows: u64,
    most_megabytes: usize,
    most_columns: usize,
    /// What the visitor sent to it last.
    before: Vec<Line>,
}

/// What came by the form.
struct Upload {
    form: Form,
    name: String,
    file: Bytes,
}

/// Shows how a dataset is sent as a sheet.
pub(super) async fn show_sheet(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    let (person, address) = (visit.person()?.id, Arc::clone(&caller.dataset.address));
    let query = PageQuery {
        limit: BEFORE,
        cursor: None,
    };
    let before = visit
        .ask(move |hub| hub.sheet_runs(person, Some(&*address), &query))
        .await?;
    let shell = visit.shell()?;
    let line = |run| Line::of(&shell, &visit.hub, run);
    let before = before.runs.into_iter().map(line).collect();
    let page = SheetPage::of(&visit, shell, &caller, Form::default());
    visit.page(&SheetPage { before, ..page })
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

/// Takes a sheet in, once, and leads to where it is seen how far it is.
pub(super) async fn send_sheet(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    heading::note(visit.request(), &caller, "push");
    let upload = match upload(&visit, payload).await {
        Ok(upload) => upload,
        Err(error) => return again(&visit, &caller, error.into(), Form::default()),
    };
    match Caller::<CanPush>::again(visit.request()).await {
        Ok(caller) => take(&visit, &caller, upload).await,
        Err(problem) => again(&visit, &caller, problem, upload.form),
    }
}

/// Takes in what came, unless the same form was taken before.
async fn take(
    visit: &Visit<CanEnter>,
    caller: &Caller<CanPush>,
    upload: Upload,
) -> Result<HttpResponse, Problem> {
    let Upload { form, name, file } = upload;
    let base = format!("/datasets/{}/sheet", caller.dataset.id);
    let to = move |id: i64| format!("{base}/{id}");
    let begun = begin(caller, visit.person()?.id, name, file);
    let leads = to.clone();
    match once(visit, &form, begun, move |(id, _)| leads(*id)).await {
        Err(problem) => again(visit, caller, problem, form),
        Ok(Sent::Before(to)) => Ok(visit.go(&to, Said::Before)),
        Ok(Sent::Now((id, running))) => Ok(visit.lead(&to(id), running).await),
    }
}

/// The page once more, with what was wrong.
fn again(
    visit: &Visit<CanEnter>,
    caller: &Caller<CanPush>,
    problem: Problem,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visit.again(problem, |shell| SheetPage::of(visit, shell, caller, form))
}

/// Begins with a sheet, which goes on by itself; its place among what the caller does at once is taken until its end.
fn begin(
    caller: &Caller<CanPush>,
    person: i64,
    name: String,
    file: Bytes,
) -> impl Future<Output = Done<(i64, rt::task::JoinHandle<()>)>> + 'static + use<> {
    let (hub, dataset, call) = (
        Arc::clone(&caller.hub),
        Arc::clone(&caller.dataset),
        caller.call.clone(),
    );
    let pass = caller.pass.clone();
    async move {
        let begun = hub.begin_sheet(person, &call, &dataset, (name, file)).await?;
        // The log tells of it when its rows are stored.
        call.logged.set_done();
        let id = begun.id;
        let running = rt::spawn(async move {
            let taken = hub.take_in(begun).await;
            if let Some(pass) = pass {
                pass.owe(taken);
            }
        });
        Ok((id, running))
    }
}

/// What the form brings.
async fn upload(visit: &Visit<CanEnter>, payload: web::Payload) -> Done<Upload> {
    let request = visit.request();
    let mut body = parts(request, payload, visit.hub.config().http.idle_seconds);
    if let Err(error) = announced(request, MAX_FILE + AROUND) {
        body.give_up();
        return Err(error);
    }
    let (mut form, trouble) = multipart(request, body);
    let (mut fields, mut name, mut file) = (Vec::new(), String::new(), BytesMut::new());
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| broken(&trouble))?;
        let wanted = field.name() == Some("file");
        let mut typed = Vec::new();
        while let Some(part) = field.next().await {
            let part = part.map_err(|_| broken(&trouble))?;
            match wanted {
                true => file.extend_from_slice(&part),
                false => typed.extend(part.iter().take(MAX_FIELD - typed.len().min(MAX_FIELD))),
            }
            if file.len() > MAX_FILE {
                return Err(Error::TooLarge(Bound::Body(MAX_FILE)));
            }
        }
        let disposition = field.content_disposition();
        match (wanted, field.name(), String::from_utf8(typed)) {
            (true, ..) => {
                let told = disposition.and_then(|of| of.get_filename());
                name = told.unwrap_or_default().to_owned();
            }
            // However many fields are sent, no other is kept.
            (false, Some(FIELD), Ok(typed)) if fields.is_empty() => fields.push((FIELD.to_owned(), typed)),
            (false, ..) => {}
        }
    }
    match file.is_empty() {
        false => Ok(Upload {
            form: Form::new(fields),
            name,
            file: file.freeze(),
        }),
        true => Err(Error::Malformed(Malformed::Body(Text::new(
            "Pilih berkas lembar kerja, lalu kirim.",
            "Choose the file with the spreadsheet, then send it.",
        )))),
    }
}

impl SheetPage {
    fn of(visit: &Visit<CanEnter>, shell: Shell, caller: &Caller<CanPush>, form: Form) -> Self {
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
            before: Vec::new(),
            form,
            shell,
        }
    }
}
