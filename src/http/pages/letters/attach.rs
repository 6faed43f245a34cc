//! Attachments of letters, brought by a page's form.
//!
//! Invariant: as for documents of integrations, what was typed beside a refused file is there again.

use actix_web::{HttpResponse, web};

use super::{OfOne, shown};
use crate::error::Unknown;
use crate::http::manager::CanManageLetters;
use crate::http::pages::form::Form;
use crate::http::pages::integrations::{UploadPage, keep_document};
use crate::http::pages::once::Sent;
use crate::http::pages::said::Said;
use crate::http::pages::visit::Visit;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::DocumentOf;

pub(super) async fn show_form(visit: Visit<CanManageLetters>, id: OfOne) -> Result<HttpResponse, Problem> {
    let id = path::number(&id, Unknown::Letter)?;
    let (letter, _) = shown(&visit, id).await?;
    let mut typed = visit.query.filled_in();
    typed.push(("kind".to_owned(), "request-letter".to_owned()));
    let page = UploadPage::new(
        visit.shell()?,
        &visit.hub,
        format!("/letters/{id}"),
        letter.number,
        Form::new(typed),
    );
    visit.page(&page)
}

pub(super) async fn add(
    visit: Visit<CanManageLetters>,
    id: OfOne,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = path::number(&id, Unknown::Letter)?;
    let to = format!("/letters/{id}");
    let (form, kept) = keep_document(&visit, payload, DocumentOf::Letter(id), &to).await;
    match kept {
        Ok(Sent::Now(_)) => Ok(visit.go(&to, Said::Kept)),
        Ok(Sent::Before(to)) => Ok(visit.go(&to, Said::Before)),
        Err(problem) => {
            let (letter, _) = shown(&visit, id).await?;
            visit.again(problem, |shell| {
                UploadPage::new(shell, &visit.hub, to, letter.number, form)
            })
        }
    }
}
