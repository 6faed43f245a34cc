//! [`address`]: from where a request comes.
//!
//! Invariant: what a header says counts only as far as trusted proxies wrote it: from the right, up to the
//! first address that is no proxy's; where two headers tell different things, neither counts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};

use crate::types::Network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How many addresses of a header are looked at.
const MAX_HOPS: usize = 16;

/// From where a request comes, given whose word is believed.
pub(in crate::http) fn address(request: &ServiceRequest, proxies: &[Network]) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    behind(peer, request.headers(), proxies)
}

fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    if !is_one_of(peer, proxies) {
        return peer;
    }
    let said = |name: &HeaderName, read| {
        let there = headers.contains_key(name);
        there.then(|| first_stranger(peer, &hops(headers, name, read), proxies))
    };
    match (said(&FORWARDED, forwarded), said(&X_FORWARDED_FOR, plain)) {
        // A proxy mostly writes one of the two, and passes on the other as somebody made it up.
        (Some(one), Some(other)) if one != other => peer,
        (Some(said), _) | (None, Some(said)) => said,
        (None, None) => peer,
    }
}

/// The nearest hop that is no proxy's.
fn first_stranger(peer: IpAddr, hops: &[Option<IpAddr>], proxies: &[Network]) -> IpAddr {
    let mut last = peer;
    for hop in hops.iter().rev().take(MAX_HOPS) {
        // Whoever is not named by an address can't be told apart from the proxy that says so.
        let Some(hop) = hop else { return last };
        last = hop.to_canonical();
        if !is_one_of(last, proxies) {
            break;
        }
    }
    last
}

fn is_one_of(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|proxy| proxy.contains(address))
}

/// The hops that a header names, the nearest last; `None` for one that is no address.
fn hops(headers: &HeaderMap, name: &HeaderName, read: fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    let values = headers.get_all(name).map(|value| value.to_str().unwrap_or("-"));
    values.flat_map(|value| value.split(',')).map(read).collect()
}

/// An element of `Forwarded` (RFC 7239, section 4): its `for`.
fn forwarded(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    plain(named.next()?.1.trim().trim_matches('"'))
}

/// An address, with a port or without; IPv6 in brackets where there is one.
fn plain(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn seen(peer: &str, name: &str, values: &[&str]) -> String {
        let proxies: Vec<Network> = ["10.0.0.0/8", "2001:db8::1"]
            .map(|text| text.parse().unwrap())
            .into();
        let mut headers = HeaderMap::new();
        for value in values {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        behind(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_proxies_go() {
        for (peer, name, values, expected) in [
            (
                "198.51.100.9",
                "x-forwarded-for",
                &["192.0.2.1"][..],
                "198.51.100.9",
            ),
            ("10.0.0.1", "x-forwarded-for", &["192.0.2.1"], "192.0.2.1"),
            (
                "10.0.0.1",
                "x-forwarded-for",
                &["203.0.113.5, 192.0.2.1"],
                "192.0.2.1",
            ),
            (
                "10.0.0.1",
                "x-forwarded-for",
                &["203.0.113.5", "192.0.2.1, 10.0.0.2"],
                "192.0.2.1",
            ),
            ("10.0.0.1", "x-forwarded-for", &["192.0.2.1:4711"], "192.0.2.1"),
            ("10.0.0.1", "x-forwarded-for", &["unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", "x-forwarded-for", &[], "10.0.0.1"),
            (
                "2001:db8::1",
                "forwarded",
                &["for=\"[2001:db8:9::7]:443\";proto=https"],
                "2001:db8:9::7",
            ),
            (
                "10.0.0.1",
                "forwarded",
                &["for=203.0.113.5, For=192.0.2.1;by=10.0.0.1"],
                "192.0.2.1",
            ),
            ("10.0.0.1", "forwarded", &["for=_hidden"], "10.0.0.1"),
        ] {
            assert_eq!(seen(peer, name, values), expected, "{peer} {values:?}");
        }
    }

    #[test]
    fn headers_that_tell_different_things_are_not_believed() {
        let proxies: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |forwarded: &str, plain: &str| {
            let mut headers = HeaderMap::new();
            headers.append(FORWARDED, HeaderValue::from_str(forwarded).unwrap());
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(plain).unwrap());
            behind("10.0.0.1".parse().unwrap(), &headers, &proxies).to_string()
        };
        assert_eq!(seen("for=192.0.2.1", "192.0.2.1"), "192.0.2.1");
        assert_eq!(seen("for=203.0.113.5", "192.0.2.1"), "10.0.0.1");
        assert_eq!(seen("for=_made_up", "192.0.2.1"), "10.0.0.1");
    }
}
