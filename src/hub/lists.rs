//! Pages of the lists of management: agencies, applications, contract versions.
//!
//! These lists are short; a page is cut from the whole. Invariant: something that stands in a list
//! throughout appears exactly once, whatever is added between two pages.

use super::Hub;
use crate::error::{Error, Malformed, Result};
use crate::record::Cursor;
use crate::types::{RecordKey, Seq};

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// How many items at most.
    pub limit: usize,
    /// Where the page before ended, as the hub gave it out.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The items, by position.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

impl Hub {
    /// A page of `items`, which are put in the order of their positions. A position never changes
    /// and no two items of a list share one.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for the list of this name.
    pub fn page<T>(
        &self,
        list: &str,
        mut items: Vec<T>,
        position: impl Fn(&T) -> String,
        query: &PageQuery,
    ) -> Result<Page<T>> {
        let binding = format!("/admin {list}");
        items.sort_by_cached_key(&position);
        if let Some(text) = &query.cursor {
            let cursor = Cursor::open(text, &self.cursor_key, &binding);
            let after = cursor.ok_or(Error::Malformed(Malformed::Cursor))?.after;
            items.retain(|item| position(item).as_str() > after.as_str());
        }
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        let last = items.last().filter(|_| more).map(position);
        let last = last.and_then(|last| RecordKey::parse(&last).ok());
        let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&self.cursor_key, &binding));
        Ok(Page { items, next })
    }
}
