//! Handshakes over a real socket, with certificates of the test's own.

#[path = "../../../../tests/journeys/authority.rs"]
mod authority;

use std::fs::File;
use std::future::pending;

use axum::routing::get;
use axum::{Extension, Router};
use rcgen::{CertificateParams, DnType, date_time_ymd};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::client::TlsStream;

use self::authority::{Authority, Issued};
use super::*;
use crate::connections::{self, Client, Limits};

/// A gateway's port, its files, and the CA of everybody who is trusted.
struct Port {
    folder: TempDir,
    authority: Authority,
    /// What it showed first.
    first: Issued,
    tls: Arc<Tls>,
    listener: TcpListener,
}

impl Port {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let first = authority.server();
        std::fs::write(folder.path().join("stations.pem"), authority.pem()).unwrap();
        write(&folder, &first);
        let tls = Arc::new(Tls::open(files(), folder.path()).unwrap());
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            folder,
            authority,
            first,
            tls,
        }
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// The next connection, and the common name of its client.
    async fn accept(&self) -> Option<(Box<dyn Connection>, Option<Arc<str>>)> {
        let (stream, address) = self.listener.accept().await.unwrap();
        self.tls.shake_hands(stream, address).await
    }

    /// A connection of a client with this certificate, and the client's common name.
    async fn connect(&self, shown: Option<&Issued>) -> (TlsStream<TcpStream>, Option<Arc<str>>) {
        let client = self.authority.connect(self.address(), shown);
        let (client, accepted) = tokio::join!(client, self.accept());
        (client.unwrap(), accepted.unwrap().1)
    }

    async fn shown(&self) -> CertificateDer<'static> {
        let (client, _) = self.connect(None).await;
        certificate(&client)
    }
}

fn files() -> Files {
    Files {
        certificate: "fullchain.pem".into(),
        private_key: SecretSource::File("privkey.pem".into()),
        client_ca: Some("stations.pem".into()),
    }
}

fn write(folder: &TempDir, issued: &Issued) {
    std::fs::write(folder.path().join("fullchain.pem"), &issued.certificate).unwrap();
    std::fs::write(folder.path().join("privkey.pem"), &issued.key).unwrap();
}

/// The certificate that a server showed.
fn certificate(client: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    let shown = client.get_ref().1.peer_certificates().unwrap();
    shown[0].clone().into_owned()
}

fn cn(name: &str) -> [(DnType, &str); 1] {
    [(DnType::CommonName, name)]
}

#[tokio::test]
async fn a_client_without_a_certificate_has_no_common_name() {
    let port = Port::open().await;
    let (client, common_name) = port.connect(None).await;
    assert_eq!(common_name, None);
    assert_eq!(certificate(&client), port.first.der());
}

#[tokio::test]
async fn the_common_name_of_a_clients_certificate_is_handed_on() {
    let port = Port::open().await;
    let station = port.authority.station(&cn("CT-1"));
    let (_, common_name) = port.connect(Some(&station)).await;
    assert_eq!(common_name.as_deref(), Some("CT-1"));
}

#[tokio::test]
async fn a_certificate_that_has_not_exactly_one_common_name_has_an_empty_one() {
    let port = Port::open().await;
    // The attribute of a common name once more (X.520: 2.5.4.3).
    let twice = [
        (DnType::CommonName, "CT-1"),
        (DnType::CustomDnType(vec![2, 5, 4, 3]), "CT-2"),
    ];
    for names in [&[(DnType::OrganizationName, "CT-1")][..], &twice] {
        let station = port.authority.station(names);
        let (_, common_name) = port.connect(Some(&station)).await;
        assert_eq!(common_name.as_deref(), Some(""));
    }
}

#[tokio::test]
async fn a_certificate_that_another_ca_signed_is_refused_and_the_next_client_is_served() {
    let port = Port::open().await;
    let other = Authority::new().station(&cn("CT-1"));
    let (address, authority) = (port.address(), &port.authority);
    let clients = async {
        // Told of it only after its own part of the handshake.
        let refused = authority.connect(address, Some(&other)).await;
        let good = authority.connect(address, None).await.unwrap();
        (refused, good)
    };
    let accepted = async { (port.accept().await, port.accept().await) };
    let ((_refused, _good), (first, second)) = tokio::join!(clients, accepted);
    assert!(first.is_none());
    assert_eq!(second.unwrap().1, None);
}

#[tokio::test]
async fn a_request_is_answered_with_its_common_name_whoever_else_says_nothing_or_no_tls() {
    let Port {
        listener,
        authority,
        folder: _folder,
        tls,
        ..
    } = Port::open().await;
    let address = listener.local_addr().unwrap();
    let handler =
        async |Extension(client): Extension<Client>| client.common_name.unwrap().to_string();
    let router = Router::new().route("/", get(handler));
    let port = connections::Port {
        listener,
        tls: Some(tls),
        trusted_proxies: Vec::new(),
    };
    let mut server = JoinSet::new();
    server.spawn(connections::serve(
        port,
        router,
        Limits::of_process(),
        pending(),
    ));

    let _silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let station = authority.station(&cn("CT-1"));
    let mut client = authority.connect(address, Some(&station)).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    client.write_all(request).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\nCT-1"), "{answer}");
}

#[tokio::test]
async fn new_connections_get_the_new_certificate_and_old_ones_stay() {
    let port = Port::open().await;
    let client = port.authority.connect(port.address(), None);
    let (client, accepted) = tokio::join!(client, port.accept());
    let (mut client, (mut old, _)) = (client.unwrap(), accepted.unwrap());

    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2100, 1, 1);
    let second = port.authority.issue(&params);
    write(&port.folder, &second);
    port.tls.renew();
    assert_eq!(port.shown().await, second.der());
    // 2100-01-01T00:00:00Z.
    assert_eq!(port.tls.expiry().get(), 4_102_444_800);

    old.write_all(b"still here").await.unwrap();
    old.flush().await.unwrap();
    let mut text = [0; 10];
    client.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"still here");
}

#[tokio::test]
async fn a_new_ca_of_stations_counts_for_new_connections() {
    let port = Port::open().await;
    let other = Authority::new();
    std::fs::write(port.folder.path().join("stations.pem"), other.pem()).unwrap();
    port.tls.renew();
    let (_, common_name) = port.connect(Some(&other.station(&cn("CT-7")))).await;
    assert_eq!(common_name.as_deref(), Some("CT-7"));
}

#[tokio::test]
async fn files_that_cannot_be_used_keep_the_certificate_in_use() {
    let port = Port::open().await;
    let (path, first) = (port.folder.path().to_owned(), port.first.der());
    let other = port.authority.server();
    for (file, content) in [
        ("fullchain.pem", "no certificate".to_owned()),
        // Without its key.
        ("fullchain.pem", other.certificate),
        ("privkey.pem", String::new()),
        ("stations.pem", String::new()),
    ] {
        let before = std::fs::read(path.join(file)).unwrap();
        std::fs::write(path.join(file), content).unwrap();
        port.tls.renew();
        assert_eq!(port.shown().await, first, "{file}");
        std::fs::write(path.join(file), before).unwrap();
    }
}

#[tokio::test]
async fn a_look_finds_files_that_have_changed_and_leaves_others_alone() {
    let port = Port::open().await;
    let key = port.folder.path().join("privkey.pem");
    let modified = File::open(&key).unwrap().metadata().unwrap().modified();
    let second = port.authority.server();
    write(&port.folder, &second);
    let at = |seconds| {
        modified
            .as_ref()
            .map(|it| *it + Duration::from_secs(seconds))
    };
    let touch = |at| {
        let file = File::options().write(true).open(&key).unwrap();
        file.set_modified(at).unwrap();
    };
    touch(at(60).unwrap());
    port.tls.look();
    assert_eq!(port.shown().await, second.der());

    // One that could not be used is not read again until it has changed.
    std::fs::write(&key, "no key").unwrap();
    touch(at(120).unwrap());
    port.tls.look();
    assert_eq!(port.shown().await, second.der());
    let third = port.authority.server();
    write(&port.folder, &third);
    touch(at(180).unwrap());
    port.tls.look();
    assert_eq!(port.shown().await, third.der());
}

/// Why the files cannot be used, after this one was written.
fn error(file: &str, content: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    std::fs::write(folder.path().join("stations.pem"), authority.pem()).unwrap();
    write(&folder, &authority.server());
    std::fs::write(folder.path().join(file), content).unwrap();
    let error = Tls::open(files(), folder.path()).err().unwrap();
    error.to_string()
}

#[test]
fn what_cannot_be_used_is_named_by_its_key_and_nothing_of_a_private_key_is_said() {
    let other = Authority::new().server();
    let secret = other.key.lines().nth(1).unwrap();
    for (file, content, expected) in [
        ("fullchain.pem", "", "server.tls.certificate: "),
        ("fullchain.pem", &other.key, "server.tls.certificate: "),
        ("privkey.pem", "canary", "server.tls.private_key: "),
        (
            "privkey.pem",
            &other.certificate,
            "server.tls.private_key: ",
        ),
        ("privkey.pem", &other.key, "server.tls.private_key: "),
        ("stations.pem", &other.key, "server.tls.client_ca: "),
    ] {
        let error = error(file, content);
        assert!(error.starts_with(expected), "{error}");
        assert!(error.contains(file), "{error}");
        assert!(
            !error.contains("canary") && !error.contains(secret),
            "{error}"
        );
    }
    let mismatch = error("privkey.pem", &other.key);
    assert!(
        mismatch.contains("is not the key of the first certificate"),
        "{mismatch}"
    );
}

#[test]
fn a_configuration_is_checked_by_what_the_files_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (Authority::new().server(), Authority::new().server());
    write(&folder, &own);
    let file = folder.path().join("fullchain.pem");
    let source = SecretSource::File("privkey.pem".into());
    assert_eq!(check_certificate(&file), Ok(None));
    assert_eq!(check_key(&own.key.into(), &source, &file), Ok(()));
    assert!(check_key(&other.key.clone().into(), &source, &file).is_err());
    // What is wrong with the certificate is said there.
    let missing = folder.path().join("nowhere.pem");
    assert!(check_certificate(&missing).is_err());
    assert_eq!(check_key(&other.key.into(), &source, &missing), Ok(()));
    assert!(check_key(&"no key".into(), &source, &missing).is_err());
    assert_eq!(check_client_ca(&file), Ok(()));
    assert!(check_client_ca(&missing).is_err());
}

#[test]
fn a_certificate_that_has_expired_is_told_and_one_that_will_within_two_weeks() {
    let folder = tempfile::tempdir().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2020, 2, 29);
    write(&folder, &Authority::new().issue(&params));
    let told = check_certificate(&folder.path().join("fullchain.pem"));
    let told = told.unwrap().unwrap();
    assert!(
        told.starts_with("expired at 2020-02-29T00:00:00Z: "),
        "{told}"
    );

    const DAY: i64 = 24 * 60 * 60;
    let now = i64::try_from(now() / 1_000).unwrap();
    assert!(advice(now + 13 * DAY).unwrap().starts_with("expires at "));
    assert_eq!(advice(now + 15 * DAY), None);
}
