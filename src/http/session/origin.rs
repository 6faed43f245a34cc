//! Requests of other sites: what a browser says about where a request comes from.
//!
//! `Sec-Fetch-Site` (W3C Fetch Metadata) decides where it is sent, else `Origin` (RFC 6454); a program,
//! which sends neither, says `X-Requested-With`, which a page of another site could not add without
//! asking first. Invariant: a session changes nothing for a page of another site.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::ORIGIN;

use crate::error::{Error, Forbidden, Result};

/// From where a request comes.
#[derive(Debug, PartialEq, Eq)]
enum From {
    /// The hub's own pages, or the browser's own address line.
    Here,
    /// Somewhere else.
    Elsewhere,
    /// It does not say.
    Unsaid,
}

/// Lets a request pass that is made with a session.
///
/// # Errors
/// Forbidden when it would change something and is not from here.
pub(super) fn check(request: &HttpRequest, public_url: &str) -> Result<()> {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let named = request.headers().contains_key("x-requested-with");
    match from(request, public_url) {
        _ if safe => Ok(()),
        From::Here => Ok(()),
        From::Unsaid if named => Ok(()),
        From::Unsaid | From::Elsewhere => Err(Error::Forbidden(Forbidden::CrossSite)),
    }
}

/// Lets a sign-in pass; it is made with no session, but must not be another site's doing either.
///
/// # Errors
/// Forbidden when it is from elsewhere.
pub(super) fn check_sign_in(request: &HttpRequest, public_url: &str) -> Result<()> {
    match from(request, public_url) {
        From::Here | From::Unsaid => Ok(()),
        From::Elsewhere => Err(Error::Forbidden(Forbidden::CrossSite)),
    }
}

fn from(request: &HttpRequest, public_url: &str) -> From {
    let headers = request.headers();
    if let Some(site) = headers.get("sec-fetch-site") {
        return match site.as_bytes() {
            b"same-origin" | b"none" => From::Here,
            _ => From::Elsewhere,
        };
    }
    match headers.get(ORIGIN) {
        Some(origin) if origin.as_bytes() == origin_of(public_url).as_bytes() => From::Here,
        Some(_) => From::Elsewhere,
        None => From::Unsaid,
    }
}

/// The origin of an address: what stands before its path, as browsers write it.
fn origin_of(url: &str) -> String {
    let url = url.to_ascii_lowercase();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let usual = match scheme {
        "https" => ":443",
        _ => ":80",
    };
    format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_a_browser_says_decides() {
        let url = "https://hub.example/mahakam";
        let cases: [(&[(&str, &str)], bool); 10] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[("sec-fetch-site", "cross-site"), ("x-requested-with", "x")],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://hub.example"),
                ],
                false,
            ),
            (&[("origin", "https://hub.example")], true),
            (&[("origin", "https://hub.example.evil")], false),
            (&[("origin", "null"), ("x-requested-with", "x")], false),
            (&[("x-requested-with", "x")], true),
            (&[], false),
        ];
        for (headers, passes) in cases {
            let mut request = TestRequest::default().method(Method::POST);
            for header in headers {
                request = request.insert_header(*header);
            }
            assert_eq!(
                check(&request.to_http_request(), url).is_ok(),
                passes,
                "{headers:?}"
            );
        }
        assert!(check(&TestRequest::get().to_http_request(), url).is_ok());
        assert_eq!(origin_of("HTTPS://Hub.example:443/x"), "https://hub.example");
        assert_eq!(origin_of("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }
}
