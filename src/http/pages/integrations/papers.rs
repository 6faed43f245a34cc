//! Documents brought to an integration by a page's form.
//!
//! Not here: how a file is taken in (`admin/documents/upload`). Invariant: when a file is refused, what was typed beside
//! it is there again; a browser gives the file anew.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::OfOne;
use crate::http::admin::documents::upload;
use crate::http::manager::CanManageProcedure;
use crate::http::pages::form::Form;
use crate::http::pages::once::{FIELD, Sent, once};
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{DocumentOf, DocumentView, Hub};

/// A form that brings a file, to an integration or a letter.
#[derive(Template)]
#[template(path = "pages/integrations/upload.html")]
pub(in crate::http::pages) struct UploadPage {
    shell: Shell,
    /// The path of what it belongs to.
    to: String,
    /// What that is called.
    name: String,
    /// The kinds that its reader brings: code, title.
    kinds: Vec<(String, String)>,
    form: Form,
    bytes: usize,
}

impl UploadPage {
    pub(in crate::http::pages) fn new(shell: Shell, hub: &Hub, to: String, name: String, form: Form) -> Self {
        let procedure = hub.procedure();
        let theirs = procedure.documents.iter().filter(|(kind, _)| {
            let posts = procedure.bringers_of(kind);
            posts.is_none_or(|posts| shell.holds(posts))
        });
        UploadPage {
            kinds: theirs
                .map(|(kind, title)| (kind.to_string(), title.clone()))
                .collect(),
            bytes: hub.config().limits.document_bytes / (1024 * 1024),
            shell,
            to,
            name,
            form,
        }
    }

    fn is_kind(&self, code: &str) -> bool {
        self.form.text("kind") == code
    }
}

/// Keeps the document that a form brings, once; `to` is where that leads. The form comes back with what came of it.
pub(in crate::http::pages) async fn keep_document<P>(
    visit: &Visit<P>,
    payload: web::Payload,
    of: DocumentOf,
    to: &str,
) -> (Form, Result<Sent<DocumentView>, Problem>) {
    let (typed, brought) = upload::brought_by_form(&visit.hub, (visit.request(), payload), &[FIELD]).await;
    let form = Form::new(typed);
    let kept = match brought {
        Ok((told, spool)) => {
            let (hub, to) = (Arc::clone(&visit.hub), to.to_owned());
            let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
            let work = async move {
                hub.blocking(move |hub| hub.keep_document((&caller, &reach), of, &told, spool))
                    .await
            };
            once(visit, &form, work, move |_| to).await
        }
        Err(problem) => Err(problem),
    };
    (form, kept)
}

pub(super) async fn show_form(
    visit: Visit<CanManageProcedure>,
    path: OfOne,
) -> Result<HttpResponse, Problem> {
    let number = path::integration(&path.0, &path.1)?;
    let reach = visit.reach.clone();
    // Whoever may not see it is told so before they look for the file.
    visit.ask(move |hub| hub.documents(&reach, number)).await?;
    let form = Form::new(visit.query.filled_in());
    let to = format!("/integrations/{number}");
    let page = UploadPage::new(visit.shell()?, &visit.hub, to, number.to_string(), form);
    visit.page(&page)
}

pub(super) async fn add(
    visit: Visit<CanManageProcedure>,
    path: OfOne,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let number = path::integration(&path.0, &path.1)?;
    let to = format!("/integrations/{number}");
    let (form, kept) = keep_document(&visit, payload, DocumentOf::Integration(number), &to).await;
    match kept {
        Ok(Sent::Now(_)) => Ok(visit.go(&to, Said::Kept)),
        Ok(Sent::Before(to)) => Ok(visit.go(&to, Said::Before)),
        Err(problem) => visit.again(problem, |shell| {
            UploadPage::new(shell, &visit.hub, to, number.to_string(), form)
        }),
    }
}
