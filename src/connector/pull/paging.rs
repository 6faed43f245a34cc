//! [`Position`]: which page of a run is asked for next, and how that is asked.
//!
//! Invariant: a position can be kept and gone on from later; pages that come again end a run, and so do pages
//! without end.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Bookmark, BookmarkRule, Page, Paging, PullSettings, Trouble, link};
use crate::connector::BaseUrl;
use crate::types::{Digest, Pointer};

/// Which page is asked for next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// The first one, however it is called.
    First,
    /// The one with this number.
    Page(u64),
    /// The one behind so many items.
    Offset(u64),
    /// The same with one item more before it, which is the last of the page before: its digest. Where it is another one,
    /// records moved from page to page.
    Behind(u64, String),
    /// The one that this cursor leads to.
    Cursor(String),
    /// The one at this path and query.
    At(String, Option<String>),
}

/// A request below the connector's base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The path.
    pub path: String,
    /// The query.
    pub query: Option<String>,
}

impl Position {
    /// How many items of the page here came before.
    pub fn overlap(&self) -> usize {
        usize::from(matches!(self, Position::Behind(..)))
    }

    /// Makes sure that the page here follows on the one before.
    ///
    /// # Errors
    /// When records moved from page to page meanwhile, so that some may be on none.
    pub fn follows(&self, page: &Page<'_>) -> Result<(), Trouble> {
        let Position::Behind(_, last) = self else {
            return Ok(());
        };
        let first = page.items.first().map(|item| digest(item));
        match first.as_ref() == Some(last) {
            true => Ok(()),
            false => Err(Trouble::PagesMoved),
        }
    }
}

fn digest(item: &str) -> String {
    Digest::of(item.as_bytes()).to_string()
}

/// What a run has met so far, by which it notices that it goes round in circles.
#[derive(Debug, Default)]
pub struct Seen {
    positions: HashSet<Position>,
    last_page: Option<Digest>,
}

impl Seen {
    /// Notes that this page is asked for.
    ///
    /// # Errors
    /// When it was asked for before.
    pub fn asks(&mut self, position: &Position) -> Result<(), Trouble> {
        match self.positions.insert(position.clone()) {
            true => Ok(()),
            false => Err(Trouble::Cycle),
        }
    }

    /// Notes what came.
    ///
    /// # Errors
    /// When it is what came before, and something.
    pub fn got(&mut self, body: &[u8], items: usize) -> Result<(), Trouble> {
        let digest = Digest::of(body);
        let same = items > 0 && self.last_page.as_ref() == Some(&digest);
        self.last_page = Some(digest);
        match same {
            true => Err(Trouble::SamePage),
            false => Ok(()),
        }
    }
}

impl PullSettings {
    /// How the page at `position` is asked for by a run that goes on from `bookmark`.
    pub fn ask(&self, position: &Position, bookmark: Option<&Bookmark>) -> Ask {
        if let Position::At(path, query) = position {
            return Ask {
                path: path.clone(),
                query: query.clone(),
            };
        }
        let mut added = form_urlencoded::Serializer::new(String::new());
        if let Some(rule) = &self.bookmark
            && let Some(value) = told(rule, bookmark)
        {
            added.append_pair(&rule.parameter, &value);
        }
        match (&self.paging, position) {
            (Paging::Page { parameter, first }, Position::First) => {
                added.append_pair(parameter, &first.to_string());
            }
            (Paging::Offset { parameter, .. }, Position::First) => {
                added.append_pair(parameter, "0");
            }
            (Paging::Page { parameter, .. }, Position::Page(number))
            | (Paging::Offset { parameter, .. }, Position::Offset(number) | Position::Behind(number, _)) => {
                added.append_pair(parameter, &number.to_string());
            }
            (
                Paging::Cursor {
                    parameter: Some(parameter),
                    ..
                },
                Position::Cursor(cursor),
            ) => {
                added.append_pair(parameter, cursor);
            }
            _ => {}
        }
        let added = added.finish();
        let parts = self.query.iter().map(String::as_str).chain([added.as_str()]);
        let query = parts
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("&");
        Ask {
            path: self.path.clone(),
            query: Some(query).filter(|query| !query.is_empty()),
        }
    }

    /// Where in an answer the next cursor stands, if it stands there.
    pub fn cursor(&self) -> Option<&Pointer> {
        match &self.paging {
            Paging::Cursor { pointer, .. } => Some(pointer),
            Paging::None | Paging::Page { .. } | Paging::Offset { .. } | Paging::Link => None,
        }
    }
}

/// The page behind the one at `position`, which was read from `asked` below `base` and came with these `Link`
/// fields; `None` at the end.
///
/// # Errors
/// When it is said to be elsewhere.
pub fn next(
    paging: &Paging,
    (position, asked): (&Position, &Ask),
    page: &Page<'_>,
    base: &BaseUrl,
    links: &[&str],
) -> Result<Option<Position>, Trouble> {
    let count = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
    match paging {
        Paging::None => Ok(None),
        Paging::Page { .. } | Paging::Offset { .. } if count == 0 => Ok(None),
        Paging::Page { first, .. } => {
            let here = if let Position::Page(number) = position {
                *number
            } else {
                *first
            };
            Ok(Some(Position::Page(here.saturating_add(1))))
        }
        Paging::Offset { overlap, .. } => Ok(behind(position, (count, *overlap), page)),
        Paging::Cursor {
            parameter: Some(_), ..
        } => Ok(page.cursor.clone().map(Position::Cursor)),
        Paging::Cursor { parameter: None, .. } => page
            .cursor
            .as_deref()
            .map(|target| below(base, asked, target))
            .transpose(),
        Paging::Link => link::next(links)
            .map(|target| below(base, asked, &target))
            .transpose(),
    }
}

/// The page behind `count` items at an offset. It begins with the last of them, so that it shows whether it follows on;
/// pages of a single item leave no room for that.
fn behind(position: &Position, (count, overlap): (u64, bool), page: &Page<'_>) -> Option<Position> {
    let here = match position {
        Position::Offset(number) | Position::Behind(number, _) => *number,
        Position::First | Position::Page(_) | Position::Cursor(_) | Position::At(..) => 0,
    };
    match (position, page.items.last()) {
        // Nothing but what came before.
        (Position::Behind(..), _) if count <= 1 => None,
        (_, Some(last)) if overlap && count > 1 => {
            Some(Position::Behind(here.saturating_add(count - 1), digest(last)))
        }
        _ => Some(Position::Offset(here.saturating_add(count))),
    }
}

/// What an address that a system gave, absolute or seen from the page asked for, is below the base.
fn below(base: &BaseUrl, asked: &Ask, target: &str) -> Result<Position, Trouble> {
    let here = base.join(&asked.path, asked.query.as_deref());
    let there = here
        .and_then(|here| here.join(target).ok())
        .ok_or(Trouble::LinkElsewhere)?;
    let clean = there.username().is_empty() && there.password().is_none();
    let path = base_path(base.url(), &there).filter(|_| clean && base.has_origin_of(&there));
    let path = path.ok_or(Trouble::LinkElsewhere)?;
    let query = there.query().map(str::to_owned);
    Ok(Position::At(path, query))
}

/// The path of `there` below the path of `base`.
fn base_path(base: &Url, there: &Url) -> Option<String> {
    let inside = there.path().strip_prefix(base.path().trim_end_matches('/'))?;
    match inside {
        "" => Some("/".to_owned()),
        inside => inside.starts_with('/').then(|| inside.to_owned()),
    }
}

/// What is told of a bookmark; `None` before there is one.
fn told(rule: &BookmarkRule, bookmark: Option<&Bookmark>) -> Option<String> {
    match bookmark {
        Some(bookmark) => Some(rule.template.replace("{bookmark}", bookmark.text())),
        None => rule
            .first
            .as_ref()
            .map(|first| rule.template.replace("{bookmark}", first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> PullSettings {
        let text = format!(r#"{{"dataset": "bkd/a/v1", "connector": "c", "path": "/a"{more}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn query(settings: &PullSettings, position: &Position, bookmark: Option<&str>) -> String {
        let bookmark = bookmark.and_then(Bookmark::parse);
        settings
            .ask(position, bookmark.as_ref())
            .query
            .unwrap_or_default()
    }

    #[test]
    fn what_is_asked_carries_the_page_the_bookmark_and_what_always_goes_along() {
        let paged = settings(
            r#", "query": "aktif=1", "paging": {"by": "page", "parameter": "hal"},
               "bookmark": {"pointer": "/t", "parameter": "sejak", "template": ">{bookmark}", "first": "2020"}"#,
        );
        assert_eq!(
            query(&paged, &Position::First, None),
            "aktif=1&sejak=%3E2020&hal=1"
        );
        assert_eq!(
            query(&paged, &Position::Page(3), Some("\"a b\"")),
            "aktif=1&sejak=%3Ea+b&hal=3"
        );
        let plain = settings(r#", "bookmark": {"pointer": "/t", "parameter": "sejak"}"#);
        assert_eq!(query(&plain, &Position::First, None), "");
        assert_eq!(query(&plain, &Position::First, Some("64.10")), "sejak=64.10");
        let cursor = settings(r#", "paging": {"by": "cursor", "pointer": "/n", "parameter": "c"}"#);
        assert_eq!(query(&cursor, &Position::First, None), "");
        assert_eq!(
            query(&cursor, &Position::Cursor("a&b=\u{e9}".into()), None),
            "c=a%26b%3D%C3%A9"
        );
        let offset = settings(r#", "paging": {"by": "offset", "parameter": "skip"}"#);
        assert_eq!(query(&offset, &Position::First, None), "skip=0");
        assert_eq!(query(&offset, &Position::Offset(200), None), "skip=200");
    }

    fn after(
        paging: &str,
        position: &Position,
        items: usize,
        cursor: Option<&str>,
        link: &str,
    ) -> Result<Option<Position>, Trouble> {
        let settings = settings(&format!(r#", "paging": {paging}"#));
        let page = Page {
            items: vec!["1"; items],
            cursor: cursor.map(str::to_owned),
        };
        let base = BaseUrl::parse("https://simpeg.example/api").unwrap();
        let asked = settings.ask(position, None);
        next(&settings.paging, (position, &asked), &page, &base, &[link])
    }

    #[test]
    fn pages_with_numbers_end_with_an_empty_one() {
        let paging = r#"{"by": "page", "parameter": "p", "first": 0}"#;
        assert_eq!(
            after(paging, &Position::First, 2, None, ""),
            Ok(Some(Position::Page(1)))
        );
        assert_eq!(
            after(paging, &Position::Page(7), 1, None, ""),
            Ok(Some(Position::Page(8)))
        );
        assert_eq!(after(paging, &Position::Page(8), 0, None, ""), Ok(None));
        let paging = r#"{"by": "offset", "parameter": "p"}"#;
        // Each begins with the last item of the one before, where there is more than one.
        let behind = |number| Position::Behind(number, digest("1"));
        for (position, items, next) in [
            (Position::First, 1, Some(Position::Offset(1))),
            (Position::Offset(10), 7, Some(behind(16))),
            (behind(16), 7, Some(behind(22))),
            (behind(22), 1, None),
        ] {
            assert_eq!(after(paging, &position, items, None, ""), Ok(next));
        }
        assert_eq!(
            after(r#"{"by": "none"}"#, &Position::First, 7, Some("x"), ""),
            Ok(None)
        );
    }

    #[test]
    fn an_address_of_the_next_page_must_lie_below_the_base() {
        let at =
            |path: &str, query: Option<&str>| Ok(Some(Position::At(path.into(), query.map(str::to_owned))));
        for (target, expected) in [
            ("https://simpeg.example/api/a?page=2", at("/a", Some("page=2"))),
            ("?page=2", at("/a", Some("page=2"))),
            ("/api/a/2", at("/a/2", None)),
            ("b", at("/b", None)),
            ("https://simpeg.example:443/api", at("/", None)),
            ("/a/2", Err(Trouble::LinkElsewhere)),
            ("/apix/a", Err(Trouble::LinkElsewhere)),
            ("../../etc", Err(Trouble::LinkElsewhere)),
            ("http://simpeg.example/api/a", Err(Trouble::LinkElsewhere)),
            ("//other.example/api/a", Err(Trouble::LinkElsewhere)),
            (
                "https://simpeg.example@other.example/api/a",
                Err(Trouble::LinkElsewhere),
            ),
            ("https://u:p@simpeg.example/api/a", Err(Trouble::LinkElsewhere)),
            ("file:///etc/passwd", Err(Trouble::LinkElsewhere)),
        ] {
            let field = format!("<{target}>; rel=\"next\"");
            assert_eq!(
                after(r#"{"by": "link"}"#, &Position::First, 1, None, &field),
                expected,
                "{target}"
            );
            let by_pointer = r#"{"by": "cursor", "pointer": "/next"}"#;
            assert_eq!(
                after(by_pointer, &Position::First, 1, Some(target), ""),
                expected,
                "{target}"
            );
        }
        assert_eq!(
            after(r#"{"by": "link"}"#, &Position::First, 1, None, ""),
            Ok(None)
        );
    }

    #[test]
    fn going_round_in_circles_is_noticed() {
        let mut seen = Seen::default();
        for cursor in ["a", "b"] {
            seen.asks(&Position::Cursor(cursor.into())).unwrap();
        }
        assert_eq!(seen.asks(&Position::Cursor("a".into())), Err(Trouble::Cycle));
        assert_eq!(seen.got(b"[1]", 1), Ok(()));
        assert_eq!(seen.got(b"[2]", 1), Ok(()));
        assert_eq!(seen.got(b"[2]", 1), Err(Trouble::SamePage));
        assert_eq!(seen.got(b"[]", 0), Ok(()));
        assert_eq!(seen.got(b"[]", 0), Ok(()));
    }
}
