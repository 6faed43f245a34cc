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
        HttpConfig {
            listen,
            public_url: public_url.unwrap_or_else(|| format!("http://{listen}")),
            workers: reading.parsed("MAHAKAM_WORKERS", 0, "a number of threads"),
            idle_seconds: reading.parsed("MAHAKAM_IDLE_SECONDS", 30, "a number of seconds"),
        }
    }
}
