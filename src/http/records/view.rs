//! How records look in answers.
//!
//! Payloads are copied as text, never parsed: what was stored is what is sent.

use std::fmt::Write as _;

use serde_json::json;

use crate::http::feeds::quoted;
use crate::http::path;
use crate::hub::ingest::Pushed;
use crate::hub::{ListPage, Shown};
use crate::record::Answer;

/// The answer to one written record of the dataset at `base`.
pub(in crate::http) fn answer(base: &str, record: &Pushed) -> Answer {
    let mut headers = Vec::new();
    if let Some(etag) = &record.etag {
        headers.push(("etag".to_owned(), etag.to_string()));
    }
    let created = record.outcome == "created";
    if let (true, Some(key)) = (created, &record.key) {
        let location = format!("{base}/records/{}", path::encode(key.as_str()));
        headers.push(("location".to_owned(), location));
    }
    Answer {
        status: if created { 201 } else { 200 },
        headers,
        body: pushed(record).into_bytes(),
    }
}

/// What became of one record.
pub(in crate::http) fn pushed(pushed: &Pushed) -> String {
    json!({"key": pushed.key, "seq": pushed.seq, "outcome": pushed.outcome}).to_string()
}

/// A page of a list.
pub(in crate::http) fn list(page: &ListPage) -> String {
    let size: usize = page
        .records
        .iter()
        .map(|record| record.payload.len() + record.key.len() + 90)
        .sum();
    let mut text = String::with_capacity(size + 200);
    text.push_str("{\"records\":[");
    for (index, record) in page.records.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        item(&mut text, record);
    }
    // Writing to a String can't fail.
    let _ = write!(text, "],\"next\":{},\"as_of\":{}", json!(page.next), page.as_of);
    if let Some(count) = page.count {
        let _ = write!(text, ",\"count\":{count}");
    }
    if let Some(missing) = &page.missing {
        let _ = write!(text, ",\"missing\":{}", json!(missing));
    }
    text.push('}');
    text
}

/// The same records as lines.
pub(super) fn lines(page: &ListPage) -> String {
    let size = |record: &Shown| record.payload.len() + record.key.len() + 91;
    let mut text = String::with_capacity(page.records.iter().map(size).sum());
    for record in &page.records {
        item(&mut text, record);
        text.push('\n');
    }
    text
}

/// One record of a list.
fn item(text: &mut String, record: &Shown) {
    text.push_str("{\"key\":");
    quoted(text, &record.key);
    let payload = match record.payload.as_str() {
        "" => "null,\"erased\":true",
        payload => payload,
    };
    // Writing to a String can't fail.
    let _ = write!(
        text,
        ",\"seq\":{},\"updated_at\":\"{}\",\"data\":{payload}}}",
        record.seq, record.at
    );
}
