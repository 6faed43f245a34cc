//! Paths at another system: which may be asked for, and that none leads out of its base.
//!
//! Invariant: a path that passed [`checked_path`] has no segment that any server could take for `.` or `..`,
//! however often it decodes.

use serde::{Deserialize, Serialize};

/// How often a path is decoded to see what a careless server would make of it.
const DECODINGS: usize = 3;
/// The longest path and the longest query, in bytes.
const MAX_LENGTH: usize = 8_192;

/// What is wrong with a path or a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFault {
    /// It does not begin with a slash, or has an empty segment.
    Form,
    /// A character that must be percent-encoded, or a percent sign without two digits behind it.
    Character,
    /// A segment that leads upwards, or hides a separator or a control character.
    LeadsOut,
    /// It is too long.
    TooLong,
}

/// The path, if it stays where it is joined to.
///
/// # Errors
/// What is wrong with it.
pub fn checked_path(path: &str) -> Result<&str, PathFault> {
    if path.len() > MAX_LENGTH {
        return Err(PathFault::TooLong);
    }
    if !path.is_ascii() || !path.bytes().all(is_path_character) || !is_encoded_well(path) {
        return Err(PathFault::Character);
    }
    let inside = path.strip_prefix('/').ok_or(PathFault::Form)?;
    let mut segments = inside.split('/').peekable();
    while let Some(segment) = segments.next() {
        // A path may end in a slash; elsewhere an empty segment means that somebody joined carelessly.
        if segment.is_empty() && segments.peek().is_some() {
            return Err(PathFault::Form);
        }
        if leads_out(segment) {
            return Err(PathFault::LeadsOut);
        }
    }
    Ok(path)
}

/// The query, if it can be sent as it is.
///
/// # Errors
/// What is wrong with it.
pub fn checked_query(query: &str) -> Result<&str, PathFault> {
    if query.len() > MAX_LENGTH {
        return Err(PathFault::TooLong);
    }
    let allowed =
        |byte: u8| is_path_character(byte) || matches!(byte, b'?' | b'[' | b']' | b'{' | b'}' | b'|');
    match query.bytes().all(allowed) && is_encoded_well(query) {
        true => Ok(query),
        false => Err(PathFault::Character),
    }
}

/// A pattern of paths: `*` stands for one segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathPattern(String);

impl PathPattern {
    /// The pattern as a contract writes it.
    pub fn new(pattern: &str) -> Self {
        PathPattern(pattern.to_owned())
    }

    /// Whether a checked path is one of those meant; segments are compared as they decode.
    pub fn matches(&self, path: impl AsRef<[u8]>) -> bool {
        let mut segments = path.as_ref().split(|byte| *byte == b'/');
        let mut wanted = self.0.split('/');
        loop {
            match (wanted.next(), segments.next()) {
                (None, None) => return true,
                (Some("*"), Some(segment)) if !segment.is_empty() => {}
                (Some(pattern), Some(segment))
                    if pattern != "*" && are_alike(pattern.as_bytes(), segment) => {}
                _ => return false,
            }
        }
    }
}

/// Whether two segments decode to the same.
fn are_alike(one: &[u8], other: &[u8]) -> bool {
    one == other || decoded_bytes(one) == decoded_bytes(other)
}

/// As which paths servers may read this one: as it is, and where a slash is encoded in it, decoded as well. Who
/// allows a path must allow all of them.
pub fn readings(path: &str) -> Vec<Vec<u8>> {
    let slashes = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'/').count();
    let mut bytes = path.as_bytes().to_vec();
    let mut known = slashes(&bytes);
    let mut readings = vec![bytes.clone()];
    for _ in 0..DECODINGS {
        if !bytes.contains(&b'%') {
            break;
        }
        bytes = decoded_bytes(&bytes);
        if slashes(&bytes) > known {
            known = slashes(&bytes);
            readings.push(bytes.clone());
        }
    }
    readings
}

/// Whether a segment, decoded as often as a careless server may do, is something else than a name.
fn leads_out(segment: &str) -> bool {
    let mut bytes = segment.as_bytes().to_vec();
    for _ in 0..=DECODINGS {
        let climbs = bytes
            .split(|byte| matches!(byte, b'/' | b'\\'))
            .any(|part| matches!(without_parameters(part), b"." | b".."));
        if climbs || bytes.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\') {
            return true;
        }
        let further = decoded_bytes(&bytes);
        if further == bytes {
            return false;
        }
        bytes = further;
    }
    // Encoded more often than anybody has a reason to.
    true
}

/// A segment without what stands behind `;`: some servers cut that off before they resolve dots.
fn without_parameters(segment: &[u8]) -> &[u8] {
    segment.split(|byte| *byte == b';').next().unwrap_or(segment)
}

fn decoded_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, hex_pair(behind)) {
            (b'%', Some(value)) => {
                decoded.push(value);
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => decoded.push(*byte),
        }
    }
    decoded
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let pair = std::str::from_utf8(bytes.get(..2)?).ok()?;
    let is_hex = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
}

fn is_encoded_well(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|behind| hex_pair(behind.as_bytes()).is_some())
}

/// RFC 3986: `pchar` and the slash.
fn is_path_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in [
            "/",
            "/pegawai",
            "/pegawai/19800101",
            "/a/b/",
            "/III%2Fa",
            "/a.b/..c/d...",
            "/x;v=1",
            "/%C3%A9",
        ] {
            assert_eq!(checked_path(path), Ok(path), "{path}");
        }
    }

    #[test]
    fn no_spelling_of_upwards_passes() {
        for path in [
            "/..",
            "/.",
            "/a/../b",
            "/%2e%2e/x",
            "/%2E./x",
            "/a%2f..%2fb",
            "/..%2fx",
            "/%252e%252e/x",
            "/%25252e./x",
            "/..;/x",
            "/.;a=b/x",
            "/%2e%2e;x/",
            "/..%5cx",
            "/a%5Cb",
            "/a%00b",
            "/a%0d%0ab",
        ] {
            assert_eq!(checked_path(path), Err(PathFault::LeadsOut), "{path}");
        }
        for (path, fault) in [
            ("", PathFault::Form),
            ("a", PathFault::Form),
            ("//host/x", PathFault::Form),
            ("/a//b", PathFault::Form),
            ("/a b", PathFault::Character),
            ("/a\\b", PathFault::Character),
            ("/a?b", PathFault::Character),
            ("/a#b", PathFault::Character),
            ("/a%", PathFault::Character),
            ("/a%zz", PathFault::Character),
            ("/a%+1", PathFault::Character),
            ("/é", PathFault::Character),
        ] {
            assert_eq!(checked_path(path), Err(fault), "{path}");
        }
        assert_eq!(
            checked_path(&format!("/{}", "a".repeat(9_000))),
            Err(PathFault::TooLong)
        );
    }

    #[test]
    fn a_query_has_no_way_into_the_headers() {
        assert!(checked_query("nip=1&filter[unit]=a/b?c").is_ok());
        for query in ["a b", "a\r\nX: y", "a#b", "a%0", "\u{7f}"] {
            assert!(checked_query(query).is_err(), "{query:?}");
        }
    }

    #[test]
    fn a_star_is_one_segment() {
        let pattern = PathPattern::new("/pegawai/*");
        for (path, matches) in [
            ("/pegawai/1", true),
            ("/peg%61wai/1", true),
            ("/pegawai/III%2Fa", true),
            ("/pegawai", false),
            ("/pegawai/", false),
            ("/pegawai/1/gaji", false),
            ("/pegawaix/1", false),
        ] {
            assert_eq!(pattern.matches(path), matches, "{path}");
        }
        assert!(PathPattern::new("/a").matches("/a"));
        assert!(PathPattern::new("/").matches("/"));
    }

    #[test]
    fn an_encoded_slash_is_read_as_one_too() {
        for (path, expected) in [
            ("/pegawai/1", &["/pegawai/1"][..]),
            ("/peg%61wai/%20", &["/peg%61wai/%20"]),
            ("/a/III%2Fa", &["/a/III%2Fa", "/a/III/a"]),
            ("/a%252fb", &["/a%252fb", "/a/b"]),
            ("/a%2fb%252fc", &["/a%2fb%252fc", "/a/b%2fc", "/a/b/c"]),
            ("/a%25%32%66b", &["/a%25%32%66b", "/a/b"]),
        ] {
            let found = readings(path);
            let found: Vec<&str> = found
                .iter()
                .map(|one| std::str::from_utf8(one).unwrap())
                .collect();
            assert_eq!(found, expected, "{path}");
        }
    }
}
