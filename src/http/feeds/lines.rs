//! The feed as lines: everything up to the end that stood when the answer began.

use super::reader::Reader;
use super::view::Shown;
use crate::error::{Error, Unavailable};
use crate::http::problem::Problem;
use crate::http::stream::{Page, Pages};
use crate::types::Seq;

/// The pages behind the first.
pub(super) struct Lines {
    reader: Reader,
    until: Seq,
}

impl Lines {
    /// The pages behind `first`, which `reader` has read.
    pub(super) fn after(first: &Shown, mut reader: Reader) -> Self {
        let until = first.head;
        reader.query.until = Some(until);
        Lines { reader, until }
    }
}

impl Pages for Lines {
    const ENDLESS: bool = false;

    async fn next(&mut self) -> Result<Option<Page>, Problem> {
        if self.reader.query.since >= self.until {
            return Ok(None);
        }
        if self.reader.hub.stopping() {
            return Err(Error::Unavailable(Unavailable::Stopping).into());
        }
        self.reader.renew().await?;
        Ok(Some(self.reader.page().await?.page))
    }
}
