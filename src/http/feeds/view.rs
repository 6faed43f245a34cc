//! How changes look: as a page, as lines, as events.
//!
//! Payloads are copied as text, never parsed: what was stored is what is sent.

use std::fmt::Write as _;

use crate::http::stream::Page;
use crate::hub::{FeedEntry, FeedPage};
use crate::types::{FeedId, Seq, Timestamp, Version};

/// What is around the payload in the text of a change, in bytes.
const FRAME: usize = 130;

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
    let size = |entry: &FeedEntry| FRAME + entry.key.len() + entry.data.as_ref().map_or(4, String::len);
    let size: usize = page.changes.iter().map(size).sum();
    let mut entries = Entries {
        text: String::with_capacity(size + 200),
        at: None,
        contract: None,
    };
    match form {
        Form::Page => entries.page(&page),
        Form::Lines => page.changes.iter().for_each(|entry| {
            entries.one(entry);
            entries.text.push('\n');
        }),
        Form::Events => page.changes.iter().for_each(|entry| entries.event(entry)),
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

/// Changes as they are being written. Neighbours were mostly committed together by one contract:
/// what those look like is kept.
struct Entries {
    text: String,
    at: Option<(Timestamp, String)>,
    contract: Option<(Version, String)>,
}

impl Entries {
    fn page(&mut self, page: &FeedPage) {
        self.text.push_str("{\"changes\":[");
        for (index, entry) in page.changes.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.one(entry);
        }
        // Writing to a String can't fail.
        let _ = write!(
            self.text,
            "],\"next\":{},\"more\":{},\"feed\":\"{}\"}}",
            page.next, page.more, page.feed
        );
    }

    /// WHATWG HTML, section 9.2.6. A change is one line: JSON texts are stored without line breaks.
    fn event(&mut self, entry: &FeedEntry) {
        self.text.push_str("id: ");
        self.text.push_str(itoa::Buffer::new().format(entry.seq.0));
        self.text.push_str("\nevent: change\ndata: ");
        self.one(entry);
        self.text.push_str("\n\n");
    }

    fn one(&mut self, entry: &FeedEntry) {
        self.text.push_str("{\"seq\":");
        self.text.push_str(itoa::Buffer::new().format(entry.seq.0));
        self.text.push_str(if entry.deleted {
            ",\"op\":\"delete\",\"key\":"
        } else {
            ",\"op\":\"put\",\"key\":"
        });
        quoted(&mut self.text, &entry.key);
        self.text.push_str(",\"at\":\"");
        self.text.push_str(kept(&mut self.at, entry.at));
        self.text.push_str("\",\"contract\":\"");
        self.text.push_str(kept(&mut self.contract, entry.contract));
        self.text.push_str("\",\"data\":");
        self.text.push_str(entry.data.as_deref().unwrap_or("null"));
        if entry.data.is_none() && !entry.deleted {
            self.text.push_str(",\"erased\":true");
        }
        self.text.push('}');
    }
}

/// The text of a value, made anew only where it is another than before.
fn kept<T: PartialEq + ToString>(before: &mut Option<(T, String)>, value: T) -> &str {
    if before.as_ref().is_none_or(|(known, _)| *known != value) {
        let text = value.to_string();
        return &before.insert((value, text)).1;
    }
    before.as_ref().map_or("", |(_, text)| text)
}

/// Appends `text` as a JSON string.
pub(in crate::http) fn quoted(out: &mut String, text: &str) {
    let plain = text
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}
