//! Reads the source of a page strictly: what is open is closed, what has a name has one of its own.
//!
//! Not here: how a browser reads it, which a page is compared with (`check`). Invariant: what this
//! reads without a fault is written out in full: no end tag is left to be guessed.

use std::collections::{HashMap, HashSet};

/// Elements without an end tag.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Elements whose text is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// Attributes that name elements of the same page.
const POINTERS: [&str; 8] = [
    "for",
    "headers",
    "list",
    "form",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-errormessage",
];

/// What a source says.
#[derive(Default)]
pub struct Reading {
    /// Every element with its depth, in order: `2 main`.
    pub tree: Vec<String>,
    /// What is wrong.
    pub faults: Vec<String>,
    open: Vec<String>,
    ids: HashMap<String, usize>,
    pointers: Vec<(String, String)>,
}

/// Reads a whole page.
pub fn read(source: &str) -> Reading {
    let mut reading = Reading::default();
    let mut rest = source;
    match rest.get(..15) {
        Some(begin) if begin.eq_ignore_ascii_case("<!doctype html>") => rest = &rest[15..],
        _ => reading.fault("the first line is not <!doctype html>", source),
    }
    while let Some(at) = rest.find('<') {
        reading.text(&rest[..at]);
        rest = reading.tag(&rest[at..]);
    }
    reading.text(rest);
    reading.end();
    reading
}

impl Reading {
    fn fault(&mut self, what: &str, place: &str) {
        let place: String = place.chars().take(80).collect();
        self.faults.push(format!("{what}: {place}"));
    }

    /// An ampersand begins a reference, or stands alone.
    fn text(&mut self, text: &str) {
        for (at, _) in text.match_indices('&') {
            let behind = &text[at + 1..];
            let name = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
            if name.len() < behind.len() && !name.starts_with(';') {
                self.fault("an & that begins nothing", &text[at..]);
            }
        }
    }

    /// Reads what begins with `<`; gives what is behind it.
    fn tag<'s>(&mut self, source: &'s str) -> &'s str {
        if let Some(comment) = source.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        if let Some((name, rest)) = source.strip_prefix("</").and_then(|end| end.split_once('>')) {
            let expected = self.open.pop();
            if expected.as_deref() != Some(&name.trim().to_ascii_lowercase()) {
                self.fault(&format!("an end where {expected:?} is open"), source);
            }
            return rest;
        }
        let name: String = source[1..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        if name.is_empty() {
            self.fault("a < that begins nothing", source);
            return &source[1..];
        }
        let rest = self.attributes(&source[1 + name.len()..]);
        self.start(&name.to_ascii_lowercase(), rest, source)
    }

    /// Notes an element; `rest` begins with the end of its start tag.
    fn start<'s>(&mut self, name: &str, rest: &'s str, source: &str) -> &'s str {
        self.tree.push(format!("{} {name}", self.open.len()));
        let foreign =
            name == "svg" || name == "math" || self.open.iter().any(|one| one == "svg" || one == "math");
        let closed = rest.starts_with("/>");
        let Some(rest) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) else {
            self.fault("a tag that does not end", source);
            return "";
        };
        if closed && foreign || VOID.contains(&name) {
            return rest;
        }
        if closed {
            self.fault("an element can't be closed at once", source);
        }
        self.open.push(name.to_owned());
        if !RAW.contains(&name) || foreign {
            return rest;
        }
        let lower = rest.to_ascii_lowercase();
        let Some(at) = lower.find(&format!("</{name}")) else {
            self.fault("no end", source);
            return "";
        };
        if name == "textarea" || name == "title" {
            self.text(&rest[..at]);
        }
        &rest[at..]
    }

    /// Reads the attributes of a start tag; gives its end.
    fn attributes<'s>(&mut self, source: &'s str) -> &'s str {
        let mut known = HashSet::new();
        let mut rest = source;
        loop {
            let trimmed = rest.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('>') || trimmed.starts_with("/>") {
                return trimmed;
            }
            let spaced = trimmed.len() < rest.len();
            let ends = |c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '"' | '\'' | '<');
            let (name, behind) = trimmed.split_at(trimmed.find(ends).unwrap_or(trimmed.len()));
            if name.is_empty() || !spaced {
                self.fault("no attribute", trimmed);
                return trimmed.find('>').map_or("", |at| &trimmed[at..]);
            }
            let (value, behind) = value(behind);
            let name = name.to_ascii_lowercase();
            self.text(value);
            self.names(&name, value);
            if !known.insert(name) {
                self.fault("an attribute twice", trimmed);
            }
            rest = behind;
        }
    }

    /// Notes what an attribute gives a name, or names.
    fn names(&mut self, attribute: &str, value: &str) {
        if attribute == "id" {
            *self.ids.entry(value.to_owned()).or_default() += 1;
            if value.is_empty() || value.contains(char::is_whitespace) {
                self.fault("no name", value);
            }
        }
        let named: Vec<&str> = match attribute {
            "href" => value.strip_prefix('#').into_iter().collect(),
            _ if POINTERS.contains(&attribute) => value.split_whitespace().collect(),
            _ => Vec::new(),
        };
        for name in named {
            self.pointers.push((attribute.to_owned(), name.to_owned()));
        }
    }

    /// What can be said only at the end.
    fn end(&mut self) {
        for name in std::mem::take(&mut self.open) {
            self.fault("never closed", &name);
        }
        for (name, times) in self.ids.clone() {
            if times > 1 {
                self.fault(&format!("{times} elements have one id"), &name);
            }
        }
        for (attribute, name) in std::mem::take(&mut self.pointers) {
            if !self.ids.contains_key(&name) {
                self.fault(&format!("{attribute} names what is not there"), &name);
            }
        }
    }
}

/// The value behind an attribute's name, and what follows.
fn value(source: &str) -> (&str, &str) {
    let Some(behind) = source.strip_prefix('=') else {
        return ("", source);
    };
    for quote in ['"', '\''] {
        if let Some(quoted) = behind.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    behind.split_at(
        behind
            .find(|c: char| c.is_whitespace() || c == '>')
            .unwrap_or(behind.len()),
    )
}
