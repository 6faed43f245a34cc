//! The door of programs and people: the HTTP interface.
//!
//! The only room that knows actix-web. A handler extracts, asks the hub once, turns the result
//! into a view and chooses the status of success. Invariant: status codes of failure are chosen in
//! `problem.rs` alone.

mod accept;
mod admin;
mod body;
mod caller;
mod catalog;
mod compress;
mod documents;
mod export;
mod feeds;
mod frame;
mod headers;
mod health;
mod idempotency;
mod leftover;
mod limits;
mod live;
mod manager;
mod meta;
mod metrics;
mod multipart;
mod oauth;
mod openapi;
mod pages;
mod params;
mod parts;
mod path;
mod patience;
mod problem;
mod records;
mod rejections;
mod repeat;
mod resource;
mod sandbox;
mod session;
mod stream;
mod tls;
mod unit_test;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Server;
use actix_web::{App, HttpServer, middleware, web};

use crate::hub::Hub;
use limits::Limits;
pub use openapi::management_document;
use patience::Lines;
use tls::Certificates;
pub use tls::{certificate_ends, check_tls};
pub use unit_test::run_alone as run_unit_test;

/// How long work that nobody waits for may take yet when the server is to end.
const LONG_WORK: Duration = Duration::from_secs(20);

/// Serves on an open socket until `stop` is done; requests in flight are answered before it
/// returns.
///
/// # Errors
/// When the socket or the certificate can't be used.
pub fn serve_until(
    hub: &Arc<Hub>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + 'static,
) -> std::io::Result<()> {
    let certificates = match &hub.config().tls {
        Some(config) => Some(Certificates::open(config).map_err(std::io::Error::other)?),
        None => None,
    };
    actix_web::rt::System::new().block_on(async {
        let http = &hub.config().http;
        let lines = Lines::new(Duration::from_secs(
            http.keep_alive_seconds + http.idle_seconds.max(1),
        ));
        let server = server(hub, listener, certificates.as_ref(), &lines)?;
        actix_web::rt::spawn(lines.watch());
        if let Some(certificates) = certificates {
            actix_web::rt::spawn(certificates.follow());
        }
        let handle = server.handle();
        let hub = Arc::clone(hub);
        actix_web::rt::spawn(async move {
            stop.await;
            // What has no end of its own would keep the server from ending.
            hub.release_waiters();
            // Nobody waits for it who could send it again.
            let waits = Instant::now();
            while hub.works_long() && waits.elapsed() < LONG_WORK {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            handle.stop(true).await;
        });
        server.await
    })
}

/// The server; it runs when it is awaited and stops by its handle.
fn server(
    hub: &Arc<Hub>,
    listener: TcpListener,
    certificates: Option<&Arc<Certificates>>,
    lines: &Arc<Lines>,
) -> std::io::Result<Server> {
    let config = hub.config().http.clone();
    let state = web::Data::from(Arc::clone(hub));
    let limits = web::Data::new(Limits::new(&hub.config().rates));
    let idle = Duration::from_secs(config.idle_seconds.max(1));
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(limits.clone())
            // The connections to other systems belong to this worker alone.
            .app_data(web::Data::new(state.lines()))
            .wrap(middleware::from_fn(frame::frame))
            .configure(routes)
            .default_service(web::to(resource::unknown_path))
    })
    .on_connect({
        let lines = Arc::clone(lines);
        move |io, about| lines.welcome(io, about)
    })
    // An answer of two writes would otherwise wait until the caller's system acknowledges the first, 40 ms.
    .tcp_nodelay(true)
    .keep_alive(Duration::from_secs(config.keep_alive_seconds))
    .client_request_timeout(idle)
    .tls_handshake_timeout(idle)
    .shutdown_timeout(20)
    .disable_signals();
    if config.workers > 0 {
        server = server.workers(config.workers);
    }
    let server = match certificates {
        Some(certificates) => {
            let tls = certificates.server().map_err(std::io::Error::other)?;
            server.listen_rustls_0_23(listener, tls)?
        }
        None => server.listen(listener)?,
    };
    Ok(server.run())
}

fn routes(app: &mut web::ServiceConfig) {
    // Patterns are tried in this order: the busiest first.
    app.configure(records::routes)
        .configure(feeds::routes)
        .configure(rejections::routes)
        .configure(live::routes)
        .configure(export::routes)
        .configure(documents::routes)
        .configure(sandbox::routes)
        .configure(health::routes)
        .configure(metrics::routes)
        .configure(session::routes)
        .configure(oauth::routes)
        .configure(admin::routes)
        .configure(catalog::routes)
        .configure(openapi::routes)
        .configure(pages::routes)
        .configure(problem::page::routes);
}
