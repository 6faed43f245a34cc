//! How changes look: as a page, as lines, as events.

use std::fmt::Write as _;

use crate::http::stream::Page;
pub(in crate::http) use crate::hub::quoted;
use crate::hub::{FeedEntry, FeedPage, FeedText};
use crate::types::{FeedId, Seq};

/// The form in which changes are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON object with a page of changes.
    Page,
    /// One change a line.
    Lines,
    /// Server-sent events.
    Events,
}

/// A page of a feed as text.
pub(super) struct Shown {
    /// The text; of lines and events empty where there are none.
    pub(super) page: Page,
    /// Where the next page begins.
    pub(super) next: Seq,
    /// Whether there is more right now.
    pub(super) more: bool,
    /// The number of the feed's last change.
    pub(super) head: Seq,
    /// The feed's identity.
    pub(super) feed: FeedId,
}

/// Shows a page.
pub(super) fn show(page: FeedPage, form: Form) -> Shown {
    let mut entries = FeedText::with_room(&page.changes, 200);
    match form {
        Form::Page => whole(&mut entries, &page),
        Form::Lines => page.changes.iter().for_each(|entry| {
            entries.one(entry);
            entries.text.push('\n');
        }),
        Form::Events => page.changes.iter().for_each(|entry| event(&mut entries, entry)),
    }
    Shown {
        page: Page {
            text: entries.text.into(),
            records: u64::try_from(page.changes.len()).unwrap_or(u64::MAX),
        },
        next: page.next,
        more: page.more,
        head: page.head,
        feed: page.feed,
    }
}

fn whole(entries: &mut FeedText, page: &FeedPage) {
    entries.text.push_str("{\"changes\":[");
    entries.list(&page.changes);
    // Writing to a String can't fail.
    let _ = write!(
        entries.text,
        "],\"next\":{},\"more\":{},\"feed\":\"{}\"}}",
        page.next, page.more, page.feed
    );
}

/// WHATWG HTML, section 9.2.6. A change is one line: JSON texts are stored without line breaks.
fn event(entries: &mut FeedText, entry: &FeedEntry) {
    entries.text.push_str("id: ");
    entries.text.push_str(itoa::Buffer::new().format(entry.seq.0));
    entries.text.push_str("\nevent: change\ndata: ");
    entries.one(entry);
    entries.text.push_str("\n\n");
}
