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
