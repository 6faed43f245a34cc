//! A file that the form of a page sends (`multipart/form-data`, RFC 7578).
//!
//! Not here: what may be said of a file. Invariant: of the texts no more than [`MAX_TEXT`] bytes are held; the file
//! is laid aside as it comes, wherever in the form it stands.

use std::sync::Arc;

use actix_multipart::Field;
use actix_web::{HttpRequest, web};
use bytes::BytesMut;
use futures_util::StreamExt as _;

use super::{GATHERED, KNOWN, laid_aside};
use crate::error::{Error, Malformed, Result};
use crate::http::body::parts;
use crate::http::multipart::{Trouble, broken, multipart};
use crate::http::params::Params;
use crate::hub::{Hub, Spool};
use crate::types::Text;

/// The name of the field with the file.
const FILE: &str = "file";

/// How many bytes all texts may have together.
pub(super) const MAX_TEXT: usize = 16 * 1024;

/// Whether a request brings a form.
pub(super) fn is_form(request: &HttpRequest) -> bool {
    let media = request.headers().get(actix_web::http::header::CONTENT_TYPE);
    let media = media.and_then(|media| media.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("multipart/form-data")
}

/// The texts of a form, the file's name among them, and the file.
///
/// # Errors
/// Malformed where the form can't be read or has no file; too large where a text or the file is.
pub(super) async fn read(
    hub: &Arc<Hub>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(Params, Spool)> {
    let (texts, spool) = read_all(hub, request, payload).await;
    let spool = spool?;
    Ok((Params::of_form(texts, KNOWN)?, spool))
}

/// The texts of a form, the file's name among them, and the file or why it can't be had: what was typed is there
/// nevertheless.
pub(super) async fn read_all(
    hub: &Arc<Hub>,
    request: &HttpRequest,
    payload: web::Payload,
) -> (Vec<(String, String)>, Result<Spool>) {
    let mut sent = Sent::default();
    let taken = take_all(hub, request, payload, &mut sent).await;
    if let Some(name) = sent.name
        && !sent.texts.iter().any(|(known, _)| known == "name")
    {
        sent.texts.push(("name".to_owned(), name));
    }
    let spool = taken.and_then(|()| {
        sent.file.ok_or_else(|| {
            fault(
                "Formulir harus memuat berkas di isian file.",
                "The form must bring a file in the field file.",
            )
        })
    });
    (sent.texts, spool)
}

async fn take_all(
    hub: &Arc<Hub>,
    request: &HttpRequest,
    payload: web::Payload,
    sent: &mut Sent,
) -> Result<()> {
    let body = parts(request, payload, hub.config().http.idle_seconds);
    let (mut form, trouble) = multipart(request, body);
    while let Some(field) = form.next().await {
        let field = field.map_err(|_| broken(&trouble))?;
        sent.take(hub, field, &trouble).await?;
    }
    Ok(())
}

/// What has come of a form.
#[derive(Default)]
struct Sent {
    texts: Vec<(String, String)>,
    bytes: usize,
    /// What the file is called where it came from.
    name: Option<String>,
    file: Option<Spool>,
}

impl Sent {
    /// Takes one field in.
    async fn take(&mut self, hub: &Arc<Hub>, mut field: Field, trouble: &Trouble) -> Result<()> {
        let name = field.name().unwrap_or_default().to_owned();
        if name == FILE {
            if self.file.is_some() {
                return Err(fault("Kirim satu berkas saja.", "Send one file only."));
            }
            let disposition = field.content_disposition();
            self.name = disposition
                .and_then(|told| told.get_filename())
                .map(str::to_owned);
            self.file = Some(spooled(hub, field, trouble).await?);
            return Ok(());
        }
        let mut text = BytesMut::new();
        while let Some(part) = field.next().await {
            let part = part.map_err(|_| broken(trouble))?;
            self.bytes = self.bytes.saturating_add(part.len()).saturating_add(name.len());
            if self.bytes > MAX_TEXT {
                return Err(fault(
                    "Isian formulir terlalu panjang.",
                    "The texts of the form are too long.",
                ));
            }
            text.extend_from_slice(&part);
        }
        let text = String::from_utf8(text.to_vec()).map_err(|_| {
            fault(
                "Isian formulir harus UTF-8.",
                "The texts of the form must be UTF-8.",
            )
        })?;
        // What was left empty was not said.
        if !text.trim().is_empty() {
            self.texts.push((name, text));
        }
        Ok(())
    }
}

/// The file of a form, laid aside.
async fn spooled(hub: &Arc<Hub>, mut field: Field, trouble: &Trouble) -> Result<Spool> {
    let mut spool = hub.blocking(|hub| hub.spool()).await?;
    let mut gathered = BytesMut::new();
    while let Some(part) = field.next().await {
        gathered.extend_from_slice(&part.map_err(|_| broken(trouble))?);
        if gathered.len() >= GATHERED {
            spool = laid_aside(hub, spool, gathered.split().freeze()).await?;
        }
    }
    laid_aside(hub, spool, gathered.freeze()).await
}

fn fault(id: &'static str, en: &'static str) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}
