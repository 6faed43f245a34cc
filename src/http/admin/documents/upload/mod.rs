//! Taking a file in: as the body itself, or in a page's form (`form`).
//!
//! Not here: what it may be (the hub looks into it). Invariant: what is announced as too large is refused before
//! a byte of it is read, and who may add a document is asked again when all of it is there.

mod form;

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use bytes::{Bytes, BytesMut};

use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Malformed, Result};
use crate::http::body::{acceptable, announced, parts};
use crate::http::manager::still_may;
use crate::http::params::Params;
use crate::http::parts::Parts;
use crate::http::problem::Problem;
use crate::hub::{DocumentOf, DocumentTold, DocumentView, Hub, Spool};
use crate::types::Text;

/// How many bytes are gathered before they are laid aside.
const GATHERED: usize = 256 * 1024;

const KNOWN: &[&str] = &["kind", "name", "step", "round", "place", "note"];

/// The document that a request brings, kept.
pub(in crate::http::admin) async fn kept(
    hub: &Arc<Hub>,
    (request, payload): (&HttpRequest, web::Payload),
    (caller, reach): (Caller, Reach),
    of: DocumentOf,
) -> std::result::Result<DocumentView, Problem> {
    acceptable(request, "application/json")?;
    let bound = hub.config().limits.document_bytes;
    let (told, spool) = if form::is_form(request) {
        Params::read(request, &[])?;
        announced(request, bound.saturating_add(form::MAX_TEXT))?;
        let (params, spool) = form::read(hub, request, payload).await?;
        (told(&params)?, spool)
    } else {
        let told = told(&Params::read(request, KNOWN)?)?;
        announced(request, bound)?;
        let body = parts(request, payload, hub.config().http.idle_seconds);
        (told, spooled(hub, body).await?)
    };
    still_may(request).await?;
    let kept = hub.blocking(move |hub| hub.keep_document((&caller, &reach), of, &told, spool));
    Ok(kept.await?)
}

/// A document with what is said of it.
type Brought = (DocumentTold, Spool);

/// The document that the form of a page brings, laid aside, where `own` are fields of the page's own; with the texts of the
/// form, whatever came of it.
pub(in crate::http) async fn brought_by_form(
    hub: &Arc<Hub>,
    (request, payload): (&HttpRequest, web::Payload),
    own: &[&str],
) -> (Vec<(String, String)>, std::result::Result<Brought, Problem>) {
    let bound = hub.config().limits.document_bytes.saturating_add(form::MAX_TEXT);
    if !form::is_form(request) {
        return (Vec::new(), Err(Problem::media_type("multipart/form-data")));
    }
    if let Err(error) = announced(request, bound) {
        return (Vec::new(), Err(error.into()));
    }
    let (texts, spool) = form::read_all(hub, request, payload).await;
    let mut said = texts.clone();
    said.retain(|(name, _)| !own.contains(&name.as_str()));
    let brought = async {
        let (spool, params) = (spool?, Params::of_form(said, KNOWN)?);
        let told = told(&params)?;
        still_may(request).await?;
        Ok((told, spool))
    };
    let brought = brought.await;
    (texts, brought)
}

/// The whole body, laid aside.
async fn spooled(hub: &Arc<Hub>, mut body: Parts) -> Result<Spool> {
    let mut spool = hub.blocking(|hub| hub.spool()).await?;
    let mut gathered = BytesMut::new();
    while let Some(part) = body.next().await? {
        gathered.extend_from_slice(&part);
        if gathered.len() >= GATHERED {
            spool = match laid_aside(hub, spool, gathered.split().freeze()).await {
                Ok(spool) => spool,
                Err(error) => {
                    body.give_up();
                    return Err(error);
                }
            };
        }
    }
    laid_aside(hub, spool, gathered.freeze()).await
}

async fn laid_aside(hub: &Arc<Hub>, mut spool: Spool, bytes: Bytes) -> Result<Spool> {
    hub.blocking(move |_| spool.add(&bytes).map(|()| spool)).await
}

/// What the request says of the file.
fn told(params: &Params) -> Result<DocumentTold> {
    let missing = |name: &'static str| fault(name, Text::new("wajib ada.", "it must be there."));
    let kind = params.text("kind").ok_or_else(|| missing("kind"))?;
    let name = params.text("name").ok_or_else(|| missing("name"))?;
    let kind = kind.parse().map_err(|_| {
        let text = Text::new(
            "tidak dikenal dalam prosedur.",
            "the procedure knows no such kind.",
        );
        fault("kind", text)
    })?;
    let name = name.parse().map_err(|()| {
        let text = Text::new(
            "harus nama berkas tanpa folder dan tanpa karakter khusus, paling banyak 200 bita.",
            "it must be a file's name without a folder or special characters, of at most 200 bytes.",
        );
        fault("name", text)
    })?;
    let number = |name: &'static str, most: u64| -> Result<Option<u64>> {
        let number = params.number(name, 1, most, 0)?;
        Ok((number > 0).then_some(number))
    };
    let (step, round) = (number("step", 99)?, number("round", 1000)?);
    let text = |name: &str| {
        params
            .text(name)
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    };
    Ok(DocumentTold {
        kind,
        name,
        step: step.and_then(|step| u8::try_from(step).ok()),
        round: round.and_then(|round| u32::try_from(round).ok()),
        place: text("place"),
        note: text("note"),
    })
}

fn fault(name: &'static str, text: Text) -> Error {
    Error::Malformed(Malformed::Parameter(name, text))
}
