//! TLS at the gateway's port, if the configuration has `[server.tls]`. A client need not show a certificate; whether a
//! station must, its handshake of OCPP decides.
//!
//! The files are read again at SIGHUP, and within a minute after they changed. New connections get what they
//! hold then. Files that cannot be used change nothing.

mod credentials;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use chargetap_engine::RateLimit;
use chargetap_engine::config::{SecretSource, Tls as Files};
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::signal::unix::Signal;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, timeout};
use tokio_rustls::TlsAcceptor;

pub(crate) use self::credentials::{TlsError, check_certificate, check_client_ca, check_key};

use self::credentials::{Credentials, advice, common_name};
use crate::platform::now;

/// How long a handshake may take. A station's processor may be slow, and its network too.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How often to look whether the files have changed.
const LOOK: Duration = Duration::from_secs(60);
/// How often to say that the certificate expires.
const REMIND: Duration = Duration::from_secs(24 * 60 * 60);
/// How many failed handshakes of one source are logged at a time.
const LOGGED: u64 = 5;
/// How long it takes for one more, in milliseconds.
const LOGGED_AGAIN_AFTER: u64 = 60_000;

/// A connection of either kind.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

/// The gateway's certificate, and how clients' are verified.
pub(crate) struct Tls {
    files: Files,
    /// Relative files lie in it.
    folder: PathBuf,
    current: Mutex<Current>,
    /// When the certificate expires, in seconds since 1970.
    expiry: Gauge,
    log: RateLimit,
}

/// What was read last.
struct Current {
    acceptor: TlsAcceptor,
    /// The files as they were then.
    versions: Vec<Version>,
}

/// By which a file is told from what it was before; nothing if it is not there.
type Version = Option<(SystemTime, u64)>;

impl Tls {
    /// TLS by these files. Relative ones are taken from `folder`.
    ///
    /// # Errors
    /// Which of them cannot be used.
    pub(crate) fn open(files: Files, folder: &Path) -> Result<Self, TlsError> {
        let versions = versions(&files, folder);
        let credentials = Credentials::read(&files, folder)?;
        let expiry = Gauge::default();
        expiry.set(credentials.expires_at);
        Ok(Self {
            files,
            folder: folder.to_owned(),
            current: Mutex::new(Current {
                acceptor: credentials.acceptor,
                versions,
            }),
            expiry,
            log: RateLimit::new(LOGGED, LOGGED_AGAIN_AFTER),
        })
    }

    /// When the certificate in use expires, in seconds since 1970.
    pub(crate) fn expiry(&self) -> &Gauge {
        &self.expiry
    }

    /// Reads the files again.
    fn renew(&self) {
        // Those from before reading: what is written meanwhile is found by the next look.
        let versions = versions(&self.files, &self.folder);
        let credentials = Credentials::read(&self.files, &self.folder);
        let mut current = self.current();
        current.versions = versions;
        match credentials {
            Ok(credentials) => {
                current.acceptor = credentials.acceptor;
                self.expiry.set(credentials.expires_at);
                tracing::info!("the TLS certificate was read again: new connections get it");
            }
            Err(error) => tracing::error!(
                %error,
                "the TLS certificate cannot be read again, and the earlier one stays in use: correct the \
                 file, and it is taken within a minute"
            ),
        }
    }

    /// Reads the files again if they have changed.
    fn look(&self) {
        let is_changed = self.current().versions != versions(&self.files, &self.folder);
        if is_changed {
            self.renew();
        }
    }

    fn remind(&self) {
        if let Some(advice) = advice(self.expiry.get()) {
            tracing::warn!("the TLS certificate {advice}");
        }
    }

    /// A connection over TLS, and the common name of the certificate that its client showed, which one of `client_ca`
    /// signed. The name is empty if that does not have exactly one.
    pub(crate) async fn shake_hands(
        &self,
        stream: TcpStream,
        address: SocketAddr,
    ) -> Option<(Box<dyn Connection>, Option<Arc<str>>)> {
        let acceptor = self.current().acceptor.clone();
        let stream = match timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                self.tell(address, &error);
                return None;
            }
            Err(_) => {
                tracing::debug!(%address, "a client did not end its TLS handshake in time");
                return None;
            }
        };
        let (_, session) = stream.get_ref();
        let certificate = session.peer_certificates().and_then(<[_]>::first);
        let common_name = certificate.map(|it| common_name(it).unwrap_or_default().into());
        Some((Box::new(stream), common_name))
    }

    /// Says why a handshake failed. Most that fail are of scanners; a certificate or a version that does not
    /// fit may be a station's.
    fn tell(&self, address: SocketAddr, error: &io::Error) {
        use rustls::Error::{AlertReceived, InvalidCertificate, PeerIncompatible};
        let cause = error.get_ref().and_then(|it| it.downcast_ref());
        let is_worth_it = matches!(
            cause,
            Some(AlertReceived(_) | InvalidCertificate(_) | PeerIncompatible(_))
        );
        if is_worth_it && self.log.take(&address.ip().to_string(), now()) {
            tracing::warn!(%address, %error, "a TLS handshake failed");
        } else {
            tracing::debug!(%address, %error, "a TLS handshake failed");
        }
    }

    /// Every change is a single assignment, so it is whole even after a panic elsewhere.
    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps up with the files for as long as the gateway runs.
pub(crate) async fn keep_current(tls: Arc<Tls>, mut hang_up: Signal) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What the configuration warns of was said at the start.
    let mut reminders = interval_at(Instant::now() + REMIND, REMIND);
    loop {
        let work = tokio::select! {
            Some(()) = hang_up.recv() => {
                tracing::info!("SIGHUP reads the TLS certificate again; the configuration is read at the start");
                Tls::renew
            }
            _ = looks.tick() => Tls::look,
            _ = reminders.tick() => Tls::remind,
        };
        let tls = tls.clone();
        // A panic is told by itself, and the next round tries again.
        let _ = tokio::task::spawn_blocking(move || work(&tls)).await;
    }
}

fn versions(files: &Files, folder: &Path) -> Vec<Version> {
    let key = match &files.private_key {
        SecretSource::File(path) => Some(path),
        SecretSource::Env(_) => None,
    };
    let paths = [Some(&files.certificate), key, files.client_ca.as_ref()];
    let version = |path: &PathBuf| {
        let metadata = folder.join(path).metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    paths.into_iter().flatten().map(version).collect()
}
