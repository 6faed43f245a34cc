//! [`Page`]: what a system answered, cut into items byte by byte, with the cursor of the next page.
//!
//! Not here: what an item means (the mapping, the contract). Invariant: an item is a part of the answer as it
//! came, every token of it; an answer that is not whole gives no item at all.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::{Form, Trouble};
use crate::types::Pointer;

/// The items of a page, each as it was sent.
pub type Items<'p> = Vec<&'p str>;

/// See the module.
#[derive(Debug)]
pub struct Page<'p> {
    /// What stands in it, in order.
    pub items: Items<'p>,
    /// The cursor of the next page, where one was asked for and there is one.
    pub cursor: Option<String>,
}

/// In which character set a system says to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset<'h> {
    /// UTF-8, or nothing is said.
    Utf8,
    /// Another one.
    Other(&'h str),
}

impl<'h> Charset<'h> {
    /// What a `Content-Type` says.
    pub fn of(content_type: Option<&'h str>) -> Self {
        let named = content_type
            .into_iter()
            .flat_map(|field| field.split(';').skip(1))
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches('"'));
        match named {
            None => Charset::Utf8,
            Some(name)
                if ["utf-8", "utf8", "us-ascii"]
                    .iter()
                    .any(|same| name.eq_ignore_ascii_case(same)) =>
            {
                Charset::Utf8
            }
            Some(name) => Charset::Other(name),
        }
    }
}

impl<'p> Page<'p> {
    /// Reads a whole answer.
    ///
    /// # Errors
    /// What is wrong with it, with the place.
    pub fn read(
        body: &'p [u8],
        charset: Charset<'_>,
        form: &Form,
        cursor: Option<&Pointer>,
    ) -> Result<Self, Trouble> {
        let text = text(body, charset)?;
        if text.trim_start().starts_with('<') {
            return Err(Trouble::Html);
        }
        match form {
            Form::Ndjson => Ok(Page {
                items: lines(text)?,
                cursor: None,
            }),
            Form::Json { items } => {
                let whole = raw(text)?;
                let cursor = match cursor {
                    Some(pointer) => cursor_at(whole, pointer)?,
                    None => None,
                };
                Ok(Page {
                    items: list(whole, items)?,
                    cursor,
                })
            }
        }
    }
}

/// The value at a place of an item, as it was sent; `None` where there is none, or the item is no JSON.
pub(super) fn find<'p>(item: &'p str, pointer: &Pointer) -> Option<&'p str> {
    let whole = raw(item).ok()?;
    at(whole, pointer).ok().flatten().map(RawValue::get)
}

/// The body as text, without a byte order mark.
fn text<'p>(body: &'p [u8], charset: Charset<'_>) -> Result<&'p str, Trouble> {
    if let Charset::Other(name) = charset
        && !body.is_ascii()
    {
        return Err(Trouble::Charset(name.escape_debug().take(40).collect()));
    }
    let text = std::str::from_utf8(body).map_err(|error| Trouble::NotUtf8(error.valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The text as one JSON value, of which nothing is read yet.
fn raw(text: &str) -> Result<&RawValue, Trouble> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => Trouble::Cut(text.len()),
        _ => Trouble::NotJson(error.line(), error.column()),
    })
}

fn lines(text: &str) -> Result<Items<'_>, Trouble> {
    let items: Items<'_> = text.split('\n').filter(|line| !line.trim().is_empty()).collect();
    // A line that is wrong is refused alone; one that ends where the answer ends was cut off.
    if let Some(last) = items.last()
        && !text.ends_with('\n')
        && matches!(raw(last), Err(Trouble::Cut(_)))
    {
        return Err(Trouble::Cut(text.len()));
    }
    Ok(items)
}

fn list<'p>(whole: &'p RawValue, pointer: &Pointer) -> Result<Items<'p>, Trouble> {
    let found = at(whole, pointer)?.ok_or_else(|| Trouble::NoItems(pointer.clone()))?;
    if found.get() == "null" {
        return Ok(Vec::new());
    }
    if !found.get().starts_with('[') {
        return Err(Trouble::NoList(pointer.clone()));
    }
    let items: Vec<&RawValue> = parsed(found)?;
    Ok(items.into_iter().map(RawValue::get).collect())
}

fn cursor_at(whole: &RawValue, pointer: &Pointer) -> Result<Option<String>, Trouble> {
    let Some(found) = at(whole, pointer)? else {
        return Ok(None);
    };
    let text = found.get();
    let unusable = || Trouble::NoCursor(pointer.clone());
    match text.as_bytes().first() {
        Some(b'n' | b'f') => Ok(None),
        Some(b'"') => {
            let cursor: String = serde_json::from_str(text).map_err(|_| unusable())?;
            Ok(Some(cursor).filter(|cursor| !cursor.is_empty()))
        }
        Some(b'-' | b'0'..=b'9') => Ok(Some(text.to_owned())),
        _ => Err(unusable()),
    }
}

/// The value at a place. Only what lies on the way is read.
fn at<'p>(whole: &'p RawValue, pointer: &Pointer) -> Result<Option<&'p RawValue>, Trouble> {
    let mut here = whole;
    for segment in pointer.segments() {
        let next = match here.get().as_bytes().first() {
            Some(b'{') => {
                let members: HashMap<Cow<'p, str>, &'p RawValue> = parsed(here)?;
                members.get(segment).copied()
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = parsed(here)?;
                let index = segment.parse::<usize>().ok();
                index.and_then(|index| items.get(index).copied())
            }
            _ => None,
        };
        match next {
            Some(value) => here = value,
            None => return Ok(None),
        }
    }
    Ok(Some(here))
}

fn parsed<'p, T: serde::Deserialize<'p>>(value: &'p RawValue) -> Result<T, Trouble> {
    serde_json::from_str(value.get()).map_err(|error| Trouble::NotJson(error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(text: &str) -> Pointer {
        text.parse().unwrap()
    }

    fn read<'p>(body: &'p str, items: &str) -> Result<Page<'p>, Trouble> {
        let form = Form::Json {
            items: pointer(items),
        };
        Page::read(
            body.as_bytes(),
            Charset::Utf8,
            &form,
            Some(&pointer("/meta/next")),
        )
    }

    #[test]
    fn items_are_taken_out_as_they_were_sent() {
        let page = read(
            " {\"meta\":{\"next\":\"b c\"}, \"data\":[ {\"kode\": 64.10, \"n\":123456789012345678901} ,[ 1 ],\"\\u0061\"]}\n",
            "/data",
        )
        .unwrap();
        assert_eq!(
            page.items,
            [
                "{\"kode\": 64.10, \"n\":123456789012345678901}",
                "[ 1 ]",
                "\"\\u0061\""
            ]
        );
        assert_eq!(page.cursor.as_deref(), Some("b c"));
        assert_eq!(read("\u{feff}[1,2]", "").unwrap().items, ["1", "2"]);
        assert_eq!(read("{\"a\":{\"b\":[[],[7]]}}", "/a/b/1").unwrap().items, ["7"]);
        assert!(read("{\"data\":null}", "/data").unwrap().items.is_empty());
    }

    #[test]
    fn a_cursor_is_a_text_or_a_number_and_nothing_ends_the_pages() {
        for (value, expected) in [
            ("\"x\"", Some("x")),
            ("12345678901234567890123", Some("12345678901234567890123")),
            ("null", None),
            ("\"\"", None),
            ("false", None),
        ] {
            let body = format!("{{\"data\":[],\"meta\":{{\"next\":{value}}}}}");
            assert_eq!(
                read(&body, "/data").unwrap().cursor.as_deref(),
                expected,
                "{value}"
            );
        }
        assert_eq!(read("{\"data\":[]}", "/data").unwrap().cursor, None);
        let unusable = read("{\"data\":[],\"meta\":{\"next\":{}}}", "/data").unwrap_err();
        assert_eq!(unusable, Trouble::NoCursor(pointer("/meta/next")));
    }

    #[test]
    fn what_is_no_page_is_explained_with_its_place() {
        for (body, trouble) in [
            ("<!DOCTYPE html><p>Error", Trouble::Html),
            ("  <br />\n<b>Warning</b>", Trouble::Html),
            ("[{\"a\":1},{\"a\"", Trouble::Cut(13)),
            ("", Trouble::Cut(0)),
            ("[1,\n 2,,3]", Trouble::NotJson(2, 4)),
            ("{\"error\":\"x\"}", Trouble::NoList(Pointer::default())),
            ("[1] x", Trouble::NotJson(1, 5)),
        ] {
            assert_eq!(read(body, "").unwrap_err(), trouble, "{body}");
        }
        assert_eq!(
            read("{\"error\":\"x\"}", "/data").unwrap_err(),
            Trouble::NoItems(pointer("/data"))
        );
        let form = Form::Json {
            items: Pointer::default(),
        };
        let latin = |charset| Page::read(b"[\"caf\xe9\"]", charset, &form, None).unwrap_err();
        assert_eq!(latin(Charset::Utf8), Trouble::NotUtf8(5));
        let said = Charset::of(Some("application/json; charset=\"ISO-8859-1\""));
        assert_eq!(latin(said), Trouble::Charset("ISO-8859-1".into()));
        assert!(Page::read(b"[1]", said, &form, None).is_ok());
    }

    #[test]
    fn lines_are_items_and_only_a_last_one_that_was_cut_off_spoils_the_page() {
        let read = |body: &'static str| Page::read(body.as_bytes(), Charset::Utf8, &Form::Ndjson, None);
        assert_eq!(
            read("{\"a\":1}\n\n {\"a\":2}\r\nx\n").unwrap().items,
            ["{\"a\":1}", " {\"a\":2}\r", "x"]
        );
        assert_eq!(read("{\"a\":1}\n{\"a\":").unwrap_err(), Trouble::Cut(13));
        assert_eq!(read("{\"a\":1}\n{\"a\":2}").unwrap().items.len(), 2);
    }

    #[test]
    fn deep_nesting_ends_nothing() {
        let deep = "[".repeat(200_000);
        assert_eq!(read(&deep, "").unwrap_err(), Trouble::Cut(200_000));
        let closed = format!("{deep}{}", "]".repeat(200_000));
        assert_eq!(read(&closed, "").unwrap().items.len(), 1);
    }
}
