//! Which header fields go between a caller and another system.
//!
//! Invariant: nothing that concerns one connection alone, or says who is allowed what, passes from one side
//! to the other.

/// Whether a field concerns one connection alone (RFC 9110, 7.6.1), or the framing that each side makes for
/// itself.
pub fn is_hop_by_hop(name: &str) -> bool {
    const FIELDS: [&str; 12] = [
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
    ];
    FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field))
}

/// Whether a field, its name in lower case, stays between the caller and the hub: credentials, what the hub says
/// itself, what only concerns pages, and whatever would make a system take the request for another one, or for
/// somebody else's.
pub fn is_kept_back(name: &str) -> bool {
    const FIELDS: [&str; 17] = [
        "accept-encoding",
        "authorization",
        "client-ip",
        "content-encoding",
        "cookie",
        "forwarded",
        "origin",
        "proxy",
        "referer",
        "traceparent",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-http-method",
        "x-real-ip",
        "x-request-id",
    ];
    const BEGINNINGS: [&str; 6] = [
        "x-forwarded",
        "x-original-",
        "x-rewrite-",
        "remote-",
        "x-remote-",
        "x-middleware-",
    ];
    // Many servers hand both `X-Real-IP` and `X_Real_IP` to the program as HTTP_X_REAL_IP.
    name.contains('_')
        || name.ends_with("-override")
        || FIELDS.contains(&name)
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Whether a system may take two names for one field: upper and lower case are the same, and `_` is `-`.
pub fn is_same_field(one: &str, other: &str) -> bool {
    let folded = |byte: u8| {
        if byte == b'_' {
            b'-'
        } else {
            byte.to_ascii_lowercase()
        }
    };
    one.bytes().map(folded).eq(other.bytes().map(folded))
}

/// Whether name and value can be sent as a header field (RFC 9110, 5.5): a token, and no control characters.
pub fn is_sendable(name: &str, value: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let visible = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    !name.is_empty() && name.bytes().all(token) && value.bytes().all(visible) && value.trim() == value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_request_another_one_stays_here_in_every_spelling() {
        for name in [
            "authorization",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-rewrite-url",
            "x-real-ip",
            "x-forwarded-for",
            "x-forwarded-user",
            "x-forwarded",
            "remote-user",
            "proxy",
            "x_forwarded_for",
            "x_versi",
        ] {
            assert!(is_kept_back(name), "{name}");
        }
        for name in [
            "accept",
            "content-type",
            "idempotency-key",
            "if-match",
            "x-versi",
            "x-originals",
        ] {
            assert!(!is_kept_back(name), "{name}");
        }
        assert!(is_same_field("X-Api-Key", "x_api_key") && !is_same_field("x-api-key", "x-api-keys"));
    }

    #[test]
    fn a_value_cannot_begin_another_header() {
        assert!(is_sendable("X-Kode", "a b"));
        for (name, value) in [
            ("X Kode", "a"),
            ("", "a"),
            ("X:", "a"),
            ("X", "a\r\nB: c"),
            ("X", "a\0"),
            ("X", " a"),
            ("X", "é"),
        ] {
            assert!(!is_sendable(name, value), "{name:?} {value:?}");
        }
    }
}
