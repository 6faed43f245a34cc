//! JSON Pointers (RFC 6901), with `*` standing for "each item" where the contract allows it.
//!
//! Invariant: the segments are unescaped; the text form is escaped again when shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A place in a JSON document; the empty pointer is the whole document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Pointer(Vec<Box<str>>);

impl Pointer {
    /// The unescaped segments, outermost first.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This place's member or item `segment` (unescaped).
    #[must_use]
    pub fn child(&self, segment: &str) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.into());
        Pointer(segments)
    }

    /// The place `inner` of the value at this place.
    #[must_use]
    pub fn join(&self, inner: &Pointer) -> Self {
        Pointer(self.0.iter().chain(&inner.0).cloned().collect())
    }

    /// Whether this is `outer` or a place inside it.
    pub fn lies_within(&self, outer: &Pointer) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// Whether a segment is the wildcard `*`.
    pub fn has_wildcard(&self) -> bool {
        self.segments().any(|segment| segment == "*")
    }

    /// The value at this place, if there is one. `*` is taken literally here.
    pub fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.segments().try_fold(root, |value, segment| match value {
            Value::Object(members) => members.get(segment),
            Value::Array(items) => array_index(segment).and_then(|index| items.get(index)),
            _ => None,
        })
    }
}

/// An array index by RFC 6901, section 4: digits without a leading zero.
fn array_index(segment: &str) -> Option<usize> {
    let plain = segment == "0" || (!segment.starts_with('0') && segment.bytes().all(|b| b.is_ascii_digit()));
    if plain { segment.parse().ok() } else { None }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments()
            .try_for_each(|segment| write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1")))
    }
}

impl FromStr for Pointer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || {
            format!(
                "'{}' is not a JSON Pointer: it begins with / and writes ~ as ~0 and / as ~1",
                text.escape_debug()
            )
        };
        if text.is_empty() {
            return Ok(Pointer::default());
        }
        let rest = text.strip_prefix('/').ok_or_else(fault)?;
        rest.split('/')
            .map(|part| unescape(part).ok_or_else(fault))
            .collect::<Result<_, _>>()
            .map(Pointer)
    }
}

/// One segment with `~0` and `~1` resolved; `None` when a `~` stands alone.
fn unescape(part: &str) -> Option<Box<str>> {
    let mut out = String::with_capacity(part.len());
    let mut chars = part.chars();
    while let Some(c) = chars.next() {
        match c {
            '~' => match chars.next() {
                Some('0') => out.push('~'),
                Some('1') => out.push('/'),
                _ => return None,
            },
            _ => out.push(c),
        }
    }
    Some(out.into())
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_rfc_6901_are_found() {
        let document = json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7});
        let find = |text: &str| text.parse::<Pointer>().unwrap().find(&document).cloned();
        assert_eq!(find(""), Some(document.clone()));
        assert_eq!(find("/foo/0"), Some(json!("bar")));
        assert_eq!(find("/"), Some(json!(0)));
        assert_eq!(find("/a~1b"), Some(json!(1)));
        assert_eq!(find("/m~0n"), Some(json!(8)));
        assert_eq!(find("/foo/00"), None);
        assert_eq!(find("/foo/-"), None);
    }

    #[test]
    fn places_lie_inside_one_another() {
        let pointer = |text: &str| text.parse::<Pointer>().unwrap();
        assert_eq!(pointer("/a").join(&pointer("/b/c")), pointer("/a/b/c"));
        assert!(pointer("/a/b").lies_within(&pointer("/a")) && pointer("/a").lies_within(&pointer("/a")));
        assert!(!pointer("/ab").lies_within(&pointer("/a")) && !pointer("/a").lies_within(&pointer("/a/b")));
    }

    #[test]
    fn a_lone_tilde_or_a_missing_slash_is_no_pointer() {
        assert!("a".parse::<Pointer>().is_err());
        assert!("/a~2".parse::<Pointer>().is_err());
        assert!("/a~".parse::<Pointer>().is_err());
        assert_eq!("/a~1b/~0".parse::<Pointer>().unwrap().to_string(), "/a~1b/~0");
    }
}
