//! [`Parts`]: a body read part by part, unpacked where it is gzipped.
//!
//! There is patience for a slow sender but not for a silent one. Invariant: no more than one part is
//! held, and a part unpacks to a bounded number of bytes.

use std::io::Write as _;
use std::time::{Duration, Instant};

use actix_web::web;
use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use futures_util::StreamExt as _;

use crate::error::{Bound, Error, Malformed};
use crate::types::Text;

/// How many packed bytes are unpacked at once; they become at most a thousand times as many.
const SLICE: usize = 1024;

/// How many bytes of a body that is read as a whole must come in a second, on average; who sends fewer only
/// keeps the connection busy.
const PACE: f64 = 1024.0;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
}

/// See the module.
pub(super) struct Parts {
    /// Gone once the body has ended or was given up.
    payload: Option<web::Payload>,
    patience: Duration,
    unpacking: Option<Unpacking>,
}

/// Packed bytes that were not looked at yet, and what unpacks them.
struct Unpacking {
    packed: Bytes,
    decoder: MultiGzDecoder<Vec<u8>>,
}

impl Parts {
    /// The parts of a body; a sender may be silent for `idle_seconds`.
    pub(super) fn new(payload: web::Payload, encoding: Encoding, idle_seconds: u64) -> Self {
        let unpacking = (encoding == Encoding::Gzip).then(|| Unpacking {
            packed: Bytes::new(),
            decoder: MultiGzDecoder::new(Vec::new()),
        });
        Parts {
            payload: Some(payload),
            patience: Duration::from_secs(idle_seconds.max(1)),
            unpacking,
        }
    }

    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// Malformed when the body breaks off, stalls or is no gzip.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(unpacked) = self
                .unpacking
                .as_mut()
                .map(Unpacking::some)
                .transpose()?
                .flatten()
            {
                return Ok(Some(unpacked));
            }
            match (self.receive().await?, &mut self.unpacking) {
                (Some(part), Some(unpacking)) => unpacking.packed = part,
                (None, Some(unpacking)) => return unpacking.end(),
                (part, None) => return Ok(part),
            }
        }
    }

    /// All that is left, behind `begun`, up to `bound` bytes.
    ///
    /// # Errors
    /// Too large, broken off or stalled.
    pub(super) async fn rest(&mut self, begun: Bytes, bound: usize) -> Result<Bytes, Error> {
        if begun.len() > bound {
            return Err(self.too_large(bound));
        }
        let mut whole: Option<BytesMut> = None;
        let began = Instant::now();
        while let Some(part) = self.next().await? {
            let whole = whole.get_or_insert_with(|| BytesMut::from(begun.as_ref()));
            if whole.len() + part.len() > bound {
                return Err(self.too_large(bound));
            }
            whole.extend_from_slice(&part);
            let earned = u32::try_from(whole.len()).map_or(f64::MAX, f64::from) / PACE;
            if began.elapsed().as_secs_f64() > self.patience.as_secs_f64() + earned {
                return Err(Error::Malformed(Malformed::Stalled(self.patience.as_secs())));
            }
        }
        Ok(whole.map_or(begun, BytesMut::freeze))
    }

    /// Lets go of a body that was answered before its end. It is read on, into nothing, until the
    /// sender ends or falls silent: a connection whose body nobody reads is never closed.
    pub(super) fn give_up(&mut self) {
        let patience = self.patience;
        if let Some(mut payload) = self.payload.take() {
            actix_web::rt::spawn(async move {
                while let Ok(Some(Ok(_))) = tokio::time::timeout(patience, payload.next()).await {}
            });
        }
    }

    fn too_large(&mut self, bound: usize) -> Error {
        self.give_up();
        Error::TooLarge(Bound::Record(bound))
    }

    /// The next part as it was sent.
    async fn receive(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(payload) = &mut self.payload else {
            return Ok(None);
        };
        match tokio::time::timeout(self.patience, payload.next()).await {
            Ok(None) => {
                self.payload = None;
                Ok(None)
            }
            Ok(Some(Ok(part))) => Ok(Some(part)),
            Ok(Some(Err(_))) => Err(Error::Malformed(Malformed::Body(Text::new(
                "Kiriman terputus sebelum selesai.",
                "The body broke off before its end.",
            )))),
            Err(_) => Err(Error::Malformed(Malformed::Stalled(self.patience.as_secs()))),
        }
    }
}

impl Unpacking {
    /// Unpacks some of what came; `None` when more must come first.
    fn some(&mut self) -> Result<Option<Bytes>, Error> {
        while !self.packed.is_empty() {
            let slice = self.packed.split_to(self.packed.len().min(SLICE));
            self.decoder.write_all(&slice).map_err(|_| no_gzip())?;
            let unpacked = std::mem::take(self.decoder.get_mut());
            if !unpacked.is_empty() {
                return Ok(Some(unpacked.into()));
            }
        }
        Ok(None)
    }

    /// What is left when everything came; then nothing.
    fn end(&mut self) -> Result<Option<Bytes>, Error> {
        self.decoder.try_finish().map_err(|_| no_gzip())?;
        let unpacked = std::mem::take(self.decoder.get_mut());
        Ok((!unpacked.is_empty()).then(|| unpacked.into()))
    }
}

fn no_gzip() -> Error {
    Error::Malformed(Malformed::Body(Text::new(
        "Isi permintaan bukan gzip yang utuh.",
        "The body is no complete gzip.",
    )))
}
