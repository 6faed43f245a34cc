//! [`FeedText`]: changes as they are written out: in pages, lines, events and deliveries alike.
//!
//! Invariant: payloads are copied as text, never parsed: what was stored is what is sent.

use super::FeedEntry;
use crate::types::{Timestamp, Version};

/// What is around the payload in the text of a change, in bytes.
const FRAME: usize = 130;

/// Changes as they are being written. Neighbours were mostly committed together by one contract: what those look
/// like is kept.
#[derive(Default)]
pub struct FeedText {
    /// What was written so far.
    pub text: String,
    at: Option<(Timestamp, String)>,
    contract: Option<(Version, String)>,
}

impl FeedText {
    /// With room for these changes and so many bytes around them.
    pub fn with_room(changes: &[FeedEntry], around: usize) -> Self {
        FeedText {
            text: String::with_capacity(around + changes.iter().map(size).sum::<usize>()),
            ..FeedText::default()
        }
    }

    /// Writes changes, with commas between them.
    pub fn list(&mut self, changes: &[FeedEntry]) {
        for (index, entry) in changes.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.one(entry);
        }
    }

    /// Writes one change.
    pub fn one(&mut self, entry: &FeedEntry) {
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

/// How long the text of a change will be, about, in bytes.
fn size(entry: &FeedEntry) -> usize {
    FRAME + entry.key.len() + entry.data.as_ref().map_or(4, String::len)
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
pub fn quoted(out: &mut String, text: &str) {
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
