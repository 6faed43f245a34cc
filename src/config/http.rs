//! Where the hub listens and how it is reached.

use std::net::SocketAddr;

use super::source::Reading;

/// Where the hub listens and how it is reached.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `MAHAKAM_LISTEN`: address and port.
    pub listen: SocketAddr,
    /// `MAHAKAM_PUBLIC_URL`: the base of every absolute link, without a slash at the end.
    pub public_url: String,
    /// `MAHAKAM_WORKERS`: threads that serve requests; 0 means one per core.
    pub workers: usize,
    /// `MAHAKAM_IDLE_SECONDS`: after how long without a byte a body or a connection is given up.
    pub idle_seconds: u64,
    /// `MAHAKAM_KEEP_ALIVE_SECONDS`: how long a connection is kept after an answer, for the next request.
    pub keep_alive_seconds: u64,
    /// `MAHAKAM_CORS_ORIGINS`: the origins whose pages may read answers, such as `https://portal.example`;
    /// none when it is not set.
    pub cors_origins: Vec<String>,
}

impl HttpConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let default = SocketAddr::from(([127, 0, 0, 1], 8080));
        let listen = reading.parsed("MAHAKAM_LISTEN", default, "an address and a port");
        let public_url = reading
            .text("MAHAKAM_PUBLIC_URL")
            .map(|url| url.trim_end_matches('/').to_owned());
        if public_url
            .as_ref()
            .is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://"))
        {
            reading.fault("MAHAKAM_PUBLIC_URL", "must begin with http:// or https://");
        }
        let tls = reading.text("MAHAKAM_TLS_CERTIFICATE").is_some();
        let scheme = if tls { "https" } else { "http" };
        HttpConfig {
            listen,
            public_url: public_url.unwrap_or_else(|| format!("{scheme}://{}", own_address(listen))),
            workers: reading.parsed("MAHAKAM_WORKERS", 0, "a number of threads"),
            idle_seconds: reading.parsed("MAHAKAM_IDLE_SECONDS", 30, "a number of seconds"),
            keep_alive_seconds: reading.parsed("MAHAKAM_KEEP_ALIVE_SECONDS", 75, "a number of seconds"),
            cors_origins: origins(reading),
        }
    }
}

/// Where somebody on this machine reaches what listens there: all addresses of the machine are none to call.
fn own_address(listen: SocketAddr) -> String {
    match listen.ip().is_unspecified() {
        true => format!("localhost:{}", listen.port()),
        false => listen.to_string(),
    }
}

/// The origins that are listed, as browsers write them (RFC 6454, section 6.1).
fn origins(reading: &mut Reading<'_>) -> Vec<String> {
    const NAME: &str = "MAHAKAM_CORS_ORIGINS";
    let listed = reading.text(NAME).unwrap_or_default().split(',').map(str::trim);
    let listed: Vec<String> = listed
        .filter(|origin| !origin.is_empty())
        .map(str::to_owned)
        .collect();
    if let Some(wrong) = listed.iter().find(|origin| !is_origin(origin)) {
        let says = format!(
            "must list origins such as https://portal.example or http://127.0.0.1:3000, by commas; {wrong:?} is none"
        );
        reading.fault(NAME, &says);
    }
    listed
}

/// Whether a browser could send this as `Origin`: scheme and host in lower case, a port unless it is the
/// scheme's own, and nothing behind it.
fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let usual = if scheme == "https" { 443 } else { 80 };
    let port_fits = port.is_none_or(|port| {
        let number: Option<u16> = port.parse().ok();
        number.is_some_and(|number| number != usual && number.to_string() == port)
    });
    let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte);
    let literal = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    ["http", "https"].contains(&scheme)
        && port_fits
        && (literal || (!host.is_empty() && host.bytes().all(named)))
}

#[cfg(test)]
mod tests {
    use super::{is_origin, own_address};

    #[test]
    fn an_address_that_can_be_called_is_told() {
        for (listen, told) in [
            ("0.0.0.0:8080", "localhost:8080"),
            ("[::]:80", "localhost:80"),
            ("10.1.2.3:8080", "10.1.2.3:8080"),
            ("[::1]:8080", "[::1]:8080"),
        ] {
            assert_eq!(own_address(listen.parse().unwrap()), told);
        }
    }

    #[test]
    fn an_origin_is_written_as_a_browser_sends_it() {
        for good in [
            "https://portal.example",
            "http://127.0.0.1:3000",
            "http://[::1]:8080",
            "https://a-b.example:8443",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "*",
            "null",
            "",
            "portal.example",
            "https://",
            "https://*.example",
            "https://Portal.example",
            "https://portal.example/",
            "https://portal.example:443",
            "https://portal.example:0443",
            "https://portal.example:99999",
            "https://u@portal.example",
            "ftp://portal.example",
            "http://[::1",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
