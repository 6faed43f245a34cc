//! [`BaseUrl`]: where a system is; everything that is asked of it lies below.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::checked_path;

/// An address such as `https://simpeg.example.go.id/api`: scheme, host, port and a path without a slash at
/// its end; no user, no query, no fragment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl {
    url: Url,
}

impl BaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, in English: it is for whoever writes the connector.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| format!("{text:?} is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("{text:?} must begin with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("credentials don't belong into the address; use auth and credential".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("{text:?} must not have a query or a fragment"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(BaseUrl { url })
    }

    /// The host, when it is written as an address.
    pub fn ip(&self) -> Option<std::net::IpAddr> {
        ip_of(&self.url)
    }

    /// The address of `path` below the base, with `query`; the path was checked by
    /// [`checked_path`](super::checked_path). `None` when the address would lie elsewhere all the same.
    pub fn join(&self, path: &str, query: Option<&str>) -> Option<Url> {
        let wanted = format!("{}{path}", self.url.path().trim_end_matches('/'));
        let mut url = self.url.clone();
        url.set_path(&wanted);
        url.set_query(query);
        // The parser resolves dot segments in all their spellings; what it changed was not what was checked.
        (url.path() == wanted).then_some(url)
    }

    /// Whether `url` has this origin: scheme, host and port (RFC 6454).
    pub fn has_origin_of(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// Whether `url` lies below the base: of its origin, at its path or further down.
    pub fn contains(&self, url: &Url) -> bool {
        let below = url.path().strip_prefix(self.url.path().trim_end_matches('/'));
        let inside = below.is_some_and(|rest| rest.is_empty() || checked_path(rest).is_ok());
        self.has_origin_of(url) && inside
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

/// The host of an address, when it is written as a number.
pub(crate) fn ip_of(url: &Url) -> Option<std::net::IpAddr> {
    match url.host()? {
        Host::Ipv4(ip) => Some(ip.into()),
        Host::Ipv6(ip) => Some(ip.into()),
        Host::Domain(_) => None,
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        BaseUrl::parse(&text)
    }
}

impl From<BaseUrl> for String {
    fn from(base: BaseUrl) -> Self {
        base.to_string()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_the_base_is_joined_and_nothing_else() {
        let base = BaseUrl::parse("https://simpeg.example/api/").unwrap();
        assert_eq!(base.to_string(), "https://simpeg.example/api");
        let joined = |path, query| base.join(path, query).map(|url| url.to_string());
        assert_eq!(
            joined("/pegawai", None).unwrap(),
            "https://simpeg.example/api/pegawai"
        );
        assert_eq!(
            joined("/pegawai/1", Some("a=%20b")).unwrap(),
            "https://simpeg.example/api/pegawai/1?a=%20b"
        );
        for out in ["/../admin", "/a/%2e%2e/%2E%2e/x", "/a\\..\\..\\x", "/a?b", "/a#b"] {
            assert_eq!(joined(out, None), None, "{out}");
        }
    }

    #[test]
    fn a_neighbour_of_the_base_is_not_below_it() {
        let base = BaseUrl::parse("https://simpeg.example/api").unwrap();
        for (url, inside) in [
            ("https://simpeg.example/api", true),
            ("https://simpeg.example/api/", true),
            ("https://simpeg.example/api/a?b", true),
            ("https://simpeg.example:443/api/a", true),
            ("https://simpeg.example/apix", false),
            ("https://simpeg.example/admin", false),
            ("https://simpeg.example/api/../admin", false),
            ("https://simpeg.example/api/..%2fadmin", false),
            ("http://simpeg.example/api/a", false),
            ("https://lain.example/api/a", false),
        ] {
            assert_eq!(base.contains(&Url::parse(url).unwrap()), inside, "{url}");
        }
        let whole = BaseUrl::parse("https://simpeg.example").unwrap();
        assert!(whole.contains(&Url::parse("https://simpeg.example/a").unwrap()));
    }

    #[test]
    fn an_address_with_more_than_a_place_is_refused() {
        for wrong in [
            "ftp://a/",
            "https://u:p@a/",
            "https://a/?q",
            "https://a/#f",
            "//a",
            "a",
            "",
            "https://",
        ] {
            assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_in_every_spelling_are_seen_as_addresses() {
        for spelled in [
            "http://127.0.0.1",
            "http://0x7f.1",
            "http://2130706433",
            "http://0177.0.0.1/",
        ] {
            assert_eq!(
                BaseUrl::parse(spelled).unwrap().ip(),
                Some([127, 0, 0, 1].into()),
                "{spelled}"
            );
        }
        let six = BaseUrl::parse("http://[::ffff:127.0.0.1]:81/x").unwrap();
        assert_eq!(
            six.ip().unwrap().to_canonical(),
            std::net::IpAddr::from([127, 0, 0, 1])
        );
    }
}
