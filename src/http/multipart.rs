//! Forms that bring files (`multipart/form-data`, RFC 7578): how one is read from a body.
//!
//! Not here: which fields a form has. Invariant: a body that nobody wants any more is read to its end, and what happened
//! to it is told rather than that the form is broken.

use std::cell::Cell;
use std::rc::Rc;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt as _};

use super::parts::Parts;
use crate::error::{Error, Malformed};
use crate::types::Text;

/// The form that a body is, and what may happen to it on the way.
pub(super) fn multipart(request: &HttpRequest, body: Parts) -> (Multipart, Trouble) {
    let trouble = Trouble::default();
    (
        Multipart::new(request.headers(), bytes(body, Rc::clone(&trouble))),
        trouble,
    )
}

/// What went wrong with a body while a form was read from it.
pub(super) type Trouble = Rc<Cell<Option<Error>>>;

/// A body that is read to its end when nobody wants it any more.
struct Drained(Parts);

impl Drop for Drained {
    fn drop(&mut self) {
        self.0.give_up();
    }
}

/// A body as the reader of forms wants it.
fn bytes(
    body: Parts,
    trouble: Trouble,
) -> impl Stream<Item = std::result::Result<Bytes, PayloadError>> + 'static {
    unfold(Some(Drained(body)), move |body| {
        let trouble = Rc::clone(&trouble);
        async move {
            let mut body = body?;
            match body.0.next().await {
                Ok(part) => part.map(|part| (Ok(part), Some(body))),
                Err(error) => {
                    trouble.set(Some(error));
                    Some((Err(PayloadError::Incomplete(None)), None))
                }
            }
        }
    })
    // The reader of forms asks again after the end.
    .fuse()
}

/// Why a form can't be read: what happened to its body, or how it is written.
pub(super) fn broken(trouble: &Trouble) -> Error {
    trouble.take().unwrap_or_else(|| {
        Error::Malformed(Malformed::Body(Text::new(
            "Formulir tidak dapat dibaca; kirim sebagai multipart/form-data.",
            "The form can't be read; send it as multipart/form-data.",
        )))
    })
}
