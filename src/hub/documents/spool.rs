//! [`Spool`]: a file on its way in, laid aside in a private temporary file until all of it has come.
//!
//! The file has no name, so it vanishes with the process, whatever becomes of that. Invariant: nobody's network
//! holds a lock of the database, and no more than the bound is ever written.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};

use crate::error::Unfit;
use crate::error::{Bound, Error, Result};
use crate::integration::document::ContentFault;
use crate::integration::document::{FileName, Medium, examine};
use crate::store::documents::CHUNK;
use crate::types::{Digest, Digester};

/// See the module.
pub struct Spool {
    file: File,
    digester: Digester,
    bytes: usize,
    bound: usize,
}

/// A file that has come whole and was looked into.
pub(super) struct Spooled {
    file: File,
    /// What it is.
    pub(super) medium: Medium,
    /// How many bytes it has.
    pub(super) bytes: i64,
    /// The digest of these.
    pub(super) sha256: Digest,
}

impl Spool {
    /// An empty file that takes `bound` bytes.
    pub(super) fn new(bound: usize) -> Result<Self> {
        Ok(Spool {
            file: tempfile::tempfile().map_err(failed)?,
            digester: Digester::default(),
            bytes: 0,
            bound,
        })
    }

    /// Lays the next bytes aside.
    ///
    /// # Errors
    /// Too large when they pass the bound; internal when the disk is full.
    pub fn add(&mut self, part: &[u8]) -> Result<()> {
        self.bytes = self.bytes.saturating_add(part.len());
        if self.bytes > self.bound {
            return Err(Error::TooLarge(Bound::Body(self.bound)));
        }
        self.digester.update(part);
        self.file.write_all(part).map_err(failed)
    }

    /// Looks into what has come.
    ///
    /// # Errors
    /// Unfit when it is not of a type that is kept, or not what its name says.
    pub(super) fn examined(mut self, name: &FileName) -> Result<Spooled> {
        let medium = examine(&mut self.file, name).map_err(|fault| match fault {
            ContentFault::Unread(cause) => Error::Internal(cause),
            fault => Error::Unfit(Unfit::File(fault.detail())),
        })?;
        self.file.rewind().map_err(failed)?;
        Ok(Spooled {
            file: self.file,
            medium,
            bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
            sha256: self.digester.finish(),
        })
    }
}

impl Spooled {
    /// The next piece; `None` at the end.
    pub(super) fn next_chunk(&mut self) -> Result<Option<Vec<u8>>> {
        let mut chunk = Vec::with_capacity(CHUNK);
        let most = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        let read = (&self.file).take(most).read_to_end(&mut chunk).map_err(failed)?;
        Ok((read > 0).then_some(chunk))
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::Internal(format!("a file that was laid aside failed: {error}"))
}
