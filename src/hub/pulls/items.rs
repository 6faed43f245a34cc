//! [`Items`]: what stands in a page, held for as long as it takes to store it.
//!
//! Invariant: who holds items holds the place of their page among all answers, and nobody else does.

use bytes::Bytes;

use crate::connector::pull::Page;
use crate::error::{Error, Result};

/// See the module; each item is as it was sent.
pub(super) struct Items {
    items: Vec<Bytes>,
    bytes: usize,
}

impl Items {
    /// Those of a page without the first `overlap`.
    pub(super) fn of(body: Option<&Bytes>, page: &Page<'_>, overlap: usize) -> Self {
        let items = page.items.iter().skip(overlap);
        Items {
            items: body.map_or_else(Vec::new, |body| {
                items.map(|item| body.slice_ref(item.as_bytes())).collect()
            }),
            bytes: body.map_or(0, Bytes::len),
        }
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// How long their page was.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Each as text.
    pub(super) fn texts(&self) -> Result<Vec<&str>> {
        let texts = self.items.iter().map(|item| std::str::from_utf8(item));
        let texts: std::result::Result<Vec<&str>, std::str::Utf8Error> = texts.collect();
        texts.map_err(|error| Error::Internal(error.to_string()))
    }
}
