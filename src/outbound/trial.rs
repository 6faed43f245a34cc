//! Trying a connector phase by phase: name, connection, TLS, HTTP. Each is explained apart, so that whoever
//! runs the system knows whom to ask.
//!
//! Invariant: the trial goes through the same guard and the same trust as every call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;

use super::guard::Guard;
use super::{Failure, FailureKind, Lines};
use crate::connector::Connector;

/// A phase of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The name is looked up.
    Dns,
    /// A connection is made.
    Tcp,
    /// It is secured.
    Tls,
    /// A request is answered.
    Http,
    /// The answer is JSON.
    Json,
    /// It is as the contract says.
    Contract,
}

impl Phase {
    /// The phase's name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Dns => "dns",
            Phase::Tcp => "tcp",
            Phase::Tls => "tls",
            Phase::Http => "http",
            Phase::Json => "json",
            Phase::Contract => "contract",
        }
    }
}

/// How a phase ended.
#[derive(Debug, Clone)]
pub struct PhaseReport {
    /// Which.
    pub phase: Phase,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// What was found; an error is why the phases after it were not tried.
    pub outcome: Result<String, Failure>,
}

/// The phases up to a secured connection, in order; the last one may have failed.
#[derive(Debug, Clone, Default)]
pub struct Reached {
    /// What was found.
    pub phases: Vec<PhaseReport>,
}

impl Reached {
    /// Whether all phases went well.
    pub fn is_well(&self) -> bool {
        self.phases.iter().all(|phase| phase.outcome.is_ok())
    }

    /// Notes how a phase that began at `began` ended; gives its result on.
    pub fn note<T>(
        &mut self,
        phase: Phase,
        began: Instant,
        outcome: Result<T, Failure>,
        tell: impl Fn(&T) -> String,
    ) -> Option<T> {
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (told, value) = match outcome {
            Ok(value) => (Ok(tell(&value)), Some(value)),
            Err(failure) => (Err(failure), None),
        };
        self.phases.push(PhaseReport {
            phase,
            milliseconds,
            outcome: told,
        });
        value
    }
}

impl Lines {
    /// Tries to reach a connector's system, up to a secured connection, which is closed again.
    pub async fn reach(&self, connector: &Connector) -> Reached {
        let mut reached = Reached::default();
        let settings = &connector.settings;
        let limit = Duration::from_millis(settings.timeouts.connect_ms);
        let url = settings.base_url.url();
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        let guard = Guard::new(&settings.allow_networks);

        let began = Instant::now();
        let found = match settings.base_url.ip() {
            Some(address) => guard
                .judge(address)
                .map(|()| vec![SocketAddr::new(address, port)]),
            None => {
                let looked = within(limit, guard.look_up(host, port)).await;
                looked.and_then(|found| found.map_err(|error| Failure::new(error.kind(), error.to_string())))
            }
        };
        let tell = |found: &Vec<SocketAddr>| {
            found
                .iter()
                .map(|one| one.ip().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let Some(addresses) = reached.note(Phase::Dns, began, found, tell) else {
            return reached;
        };

        let began = Instant::now();
        let connected = within(limit, connect(&addresses)).await.flatten();
        let tell = |stream: &TcpStream| {
            stream
                .peer_addr()
                .map_or_else(|_| String::new(), |peer| peer.to_string())
        };
        let Some(stream) = reached.note(Phase::Tcp, began, connected, tell) else {
            return reached;
        };
        if url.scheme() == "https" {
            let began = Instant::now();
            let secured = within(limit, self.secure(connector, host, stream))
                .await
                .flatten();
            reached.note(Phase::Tls, began, secured, Clone::clone);
        }
        reached
    }

    /// Secures a connection; tells with which version.
    async fn secure(&self, connector: &Connector, host: &str, stream: TcpStream) -> Result<String, Failure> {
        let fail = |cause: String| Failure::new(FailureKind::Tls, cause);
        let config = self
            .trust()
            .client(connector.settings.ca_certificates.as_deref())
            .map_err(fail)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|error| fail(error.to_string()))?;
        let tls = tokio_rustls::TlsConnector::from(Arc::new(config));
        let secured = tls
            .connect(name, stream)
            .await
            .map_err(|error| fail(error.to_string()))?;
        let version = secured.get_ref().1.protocol_version();
        Ok(version.map_or_else(String::new, |version| format!("{version:?}")))
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut last = String::new();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("{address}: {error}"),
        }
    }
    Err(Failure::new(FailureKind::Connect, last))
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Failure> {
    let cause = || {
        Failure::new(
            FailureKind::Timeout,
            format!("nothing within {} ms", limit.as_millis()),
        )
    };
    tokio::time::timeout(limit, work).await.map_err(|_| cause())
}
