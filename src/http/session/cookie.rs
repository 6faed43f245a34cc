//! The cookie of a session (RFC 6265, and the prefix `__Host-` of its successor).
//!
//! Invariant: no script can read it, no other site can send it along, and where the hub is reached by
//! https it is never sent in the clear and can't be planted by a neighbouring name.

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;

use crate::access::SessionToken;

/// The cookie's name where the hub is reached at `public_url`.
fn name(public_url: &str) -> &'static str {
    match public_url.starts_with("https://") {
        true => "__Host-mahakam",
        false => "mahakam",
    }
}

/// What all cookies of the hub say behind their value.
fn attributes(public_url: &str) -> &'static str {
    match public_url.starts_with("https://") {
        true => "Path=/; Secure; HttpOnly; SameSite=Strict",
        false => "Path=/; HttpOnly; SameSite=Strict",
    }
}

/// The token that a request shows; none where there are several, of which one was planted.
pub(super) fn token(request: &HttpRequest, public_url: &str) -> Option<SessionToken> {
    let name = name(public_url);
    let fields = request
        .headers()
        .get_all(COOKIE)
        .filter_map(|field| field.to_str().ok());
    let pairs = fields
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let value = values.next()?;
    values
        .next()
        .is_none()
        .then(|| SessionToken::parse(value))
        .flatten()
}

/// `Set-Cookie` for a new session, which lasts `hours` at the most.
pub(super) fn set(public_url: &str, token: &SessionToken, hours: u32) -> String {
    let seconds = u64::from(hours) * 3_600;
    let (name, attributes) = (name(public_url), attributes(public_url));
    format!("{name}={}; Max-Age={seconds}; {attributes}", token.reveal())
}

/// `Set-Cookie` that removes it.
pub(super) fn clear(public_url: &str) -> String {
    format!("{}=; Max-Age=0; {}", name(public_url), attributes(public_url))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn by_https_the_cookie_is_bound_to_the_host_and_never_sent_in_the_clear() {
        let token = SessionToken::from_random([1; 32]);
        let cookie = set("https://hub.example", &token, 12);
        assert!(cookie.starts_with("__Host-mahakam=mhs_"), "{cookie}");
        assert!(
            cookie.ends_with("; Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Strict"),
            "{cookie}"
        );
        assert!(set("http://127.0.0.1", &token, 1).starts_with("mahakam=mhs_"));
        assert!(!set("http://127.0.0.1", &token, 1).contains("Secure"));
    }

    #[test]
    fn a_token_is_taken_when_there_is_just_one() {
        let token = SessionToken::from_random([1; 32]);
        let shown = token.reveal();
        let cases = [
            (format!("mahakam={shown}"), true),
            (format!("a=b; mahakam={shown}; c=d"), true),
            (format!("mahakam={shown}; mahakam={shown}"), false),
            (format!("xmahakam={shown}"), false),
            (format!("mahakam=x{shown}"), false),
            ("mahakam=".to_owned(), false),
            (String::new(), false),
        ];
        for (field, taken) in cases {
            let request = TestRequest::default()
                .insert_header((COOKIE, field.as_str()))
                .to_http_request();
            assert_eq!(super::token(&request, "http://x").is_some(), taken, "{field}");
        }
    }
}
