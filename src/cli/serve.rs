//! `mahakam serve`: the server, from start to graceful stop.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;

use super::Failure;
use crate::config::Config;
use crate::hub::Hub;
use crate::jobs::Jobs;
use crate::store::Store;
use crate::types::Clock;
use crate::{http, telemetry};

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(config: &Config) -> Result<(), Failure> {
    telemetry::start(&config.log)?;
    crate::hub::check_mail(config)?;
    let listener = listen(config)?;
    let store = Store::open(&config.database)?;
    store.begin_anew()?;
    let hub = Hub::open(config.clone(), Clock::System)?;
    // Held until the hub holds it: a move or a restore must not begin in between.
    drop(store);
    serve(&hub, listener)
}

/// Opens the socket.
pub(super) fn listen(config: &Config) -> Result<TcpListener, Failure> {
    let address = config.http.listen;
    TcpListener::bind(address).map_err(|error| {
        Failure(format!(
            "{address} can't be used ({error}). Choose another with MAHAKAM_LISTEN."
        ))
    })
}

/// Serves on an open socket until SIGTERM or SIGINT; what was acknowledged is stored, what is
/// queued is stored and answered.
pub(super) fn serve(hub: &Arc<Hub>, listener: TcpListener) -> Result<(), Failure> {
    let jobs = Jobs::start(hub)?;
    let config = hub.config();
    let tls = config.tls.is_some();
    tracing::info!(listen = %config.http.listen, tls, database = config.database.shown(), "the hub is ready");
    tell_manager(&[NotifyState::Ready]);
    http::serve_until(hub, listener, end(Arc::clone(hub)))?;
    tell_manager(&[NotifyState::Stopping]);
    drop(jobs);
    hub.stop();
    if hub.disk_failed() {
        let says = "The disk failed under a commit, so nothing more was written. Look at the disk (dmesg, df, smartctl); \
                    whatever was acknowledged is stored. The program may be started again.";
        return Err(Failure(says.to_owned()));
    }
    if hub.lost_its_file() {
        let says = "The database file is no longer where it was opened: its disk was taken away, or another lies in its \
                    place. Whatever was acknowledged is in the one that was opened. The program may be started again.";
        return Err(Failure(says.to_owned()));
    }
    tracing::info!("the hub has stopped");
    Ok(())
}

/// Tells systemd how the service is, where it asks for that (`Type=notify`).
fn tell_manager(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(cause = %error, "the service manager could not be told");
    }
}

/// How often it is looked whether the disk failed or was taken away.
const LOOK: Duration = Duration::from_millis(250);

/// Waits for SIGTERM or SIGINT, or until the disk has failed or was taken away: whoever watches the program starts it
/// again, and what the disk does not have is not written behind.
async fn end(hub: Arc<Hub>) {
    let failed = async {
        while !hub.disk_failed() && !hub.lost_its_file() {
            tokio::time::sleep(LOOK).await;
        }
        match hub.disk_failed() {
            true => {
                tracing::error!("the disk failed under a commit; the program ends so that it is started anew")
            }
            false => {
                tracing::error!("the database file is gone; the program ends so that it is started anew")
            }
        }
    };
    tokio::select! {
        () = stop_signal() => {}
        () = failed => {}
    }
}

/// Waits for SIGTERM or SIGINT.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (terminate, interrupt) => {
            let error = terminate.err().or(interrupt.err()).map(|error| error.to_string());
            tracing::error!(
                cause = error,
                "signals can't be heard; stop the hub by its process"
            );
            std::future::pending::<()>().await;
        }
    }
}
