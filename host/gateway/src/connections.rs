//! The connections at the gateway's port. Each has a task of its own from its TLS handshake to its last answer, so that
//! nobody waits for another's.
//!
//! A connection that becomes a station's WebSocket leaves its place to others: a station has one, and `ocpp` limits how
//! many are held pending. It may do so before, while it waits for a central system.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::serve::Listener;
use chargetap_engine::RateLimit;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use rustix::net::sockopt::set_tcp_user_timeout;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use crate::platform::now;
use crate::sources::Sources;
use crate::tls::{Connection, Tls};

/// How often it is said that connections are refused, in milliseconds.
const TOLD_AGAIN_AFTER: u64 = 60_000;
/// How long what was sent may wait for its client to take it, in milliseconds. Then the kernel ends the connection, so
/// that nobody keeps a place by never reading.
const LONGEST_UNREAD: u32 = 30_000;

/// How many connections there may be, and how long they may take.
pub(crate) struct Limits {
    /// How many there may be at once. A further one is closed at once, so that its client need not wait to try again.
    most: usize,
    /// How long a connection may be idle until a request's head has arrived. Longer than proxies keep theirs for the
    /// next request, which is 60 s as a rule: it would be lost on a connection that ends as it is sent.
    head: Duration,
    /// How long the requests that are under way may take once the server is to end. Then they are cut off.
    end: Duration,
}

impl Limits {
    /// Those of this process, which from now on may open as many files as it ever may: connections get a quarter of
    /// them. Others are needed for stations, for calls and for the database.
    pub(crate) fn of_process() -> Self {
        let files = raise_open_files();
        Self {
            most: usize::try_from(files / 4).map_or(1_024, |most| most.clamp(1, 1_024)),
            head: Duration::from_secs(75),
            end: Duration::from_secs(10),
        }
    }
}

/// Raises the soft limit of open files to the hard one. Returns how many there may be.
fn raise_open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, ?current, "the limit of open files cannot be raised");
            current
        }
    };
    limit.unwrap_or(u64::MAX)
}

/// Where connections come in.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    /// Connections are plain without.
    pub(crate) tls: Option<Arc<Tls>>,
    /// The proxies that are believed when they say where a request comes from.
    pub(crate) trusted_proxies: Vec<IpNet>,
}

/// Who makes a request.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Where the request comes from: requests are limited by it.
    pub(crate) source: String,
    /// The common name of the certificate that the client showed, which one of `client_ca` signed. Empty if that does
    /// not have exactly one.
    pub(crate) common_name: Option<Arc<str>>,
}

/// A connection's place among the most that there may be.
#[derive(Clone)]
pub(crate) struct Place(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Place {
    /// Leaves it to another connection, though this one goes on: something else limits how many do.
    pub(crate) fn leave(&self) {
        let mut permit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(permit.take());
    }
}

/// Serve the connections of a port until `shutdown` completes. Every request has its [`Client`] and its [`Place`] as
/// extensions.
pub(crate) async fn serve(
    port: Port,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let (mut listener, tls) = (port.listener, port.tls);
    let sources = Arc::new(Sources::new(port.trusted_proxies));
    let router = TowerToHyperService::new(router.with_state(()));
    let places = Arc::new(Semaphore::new(limits.most));
    let log = RateLimit::new(1, TOLD_AGAIN_AFTER);
    // Every connection has a receiver, and hears of the end by it.
    let (end, _) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut shutdown => break,
        };
        let Ok(permit) = places.clone().try_acquire_owned() else {
            if log.take("", now()) {
                let most = limits.most;
                tracing::warn!(%address, most, "connections are refused: as many are open as may be");
            }
            continue;
        };
        let place = Place(Arc::new(Mutex::new(Some(permit))));
        // Otherwise a small answer waits until the previous packet is acknowledged.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::warn!(%error, "TCP_NODELAY cannot be set");
        }
        if let Err(error) = set_tcp_user_timeout(&stream, LONGEST_UNREAD) {
            tracing::warn!(%error, "TCP_USER_TIMEOUT cannot be set");
        }
        let (tls, router, sources) = (tls.clone(), router.clone(), sources.clone());
        let mut ending = end.subscribe();
        tokio::spawn(async move {
            let opened = tokio::select! {
                opened = open(stream, address, tls) => opened,
                _ = ending.changed() => None,
            };
            if let Some((stream, common_name)) = opened {
                let service = service_fn(move |request: Request<Incoming>| {
                    let mut request = request.map(Body::new);
                    let client = Client {
                        source: sources.of(address.ip(), request.headers()),
                        common_name: common_name.clone(),
                    };
                    request.extensions_mut().insert(client);
                    request.extensions_mut().insert(place.clone());
                    router.call(request)
                });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(limits.head)
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                let mut connection = pin!(connection);
                let served = tokio::select! {
                    served = connection.as_mut() => served,
                    _ = ending.changed() => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                };
                if let Err(error) = served {
                    tracing::debug!(%address, %error, "a connection ended");
                }
            }
        });
    }
    drop(listener);
    let _ = end.send(());
    if timeout(limits.end, end.closed()).await.is_err() {
        tracing::warn!("requests were cut off that did not end in time");
    }
}

/// The connection, and the common name of its client's certificate.
async fn open(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
) -> Option<(Box<dyn Connection>, Option<Arc<str>>)> {
    match tls {
        Some(tls) => tls.shake_hands(stream, address).await,
        None => Some((Box::new(stream), None)),
    }
}
