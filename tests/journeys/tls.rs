//! A gateway that speaks TLS itself, and stations that show a password or a certificate.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use rcgen::{CertificateParams, DnType, date_time_ymd};
use rustix::process::Signal;
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::authority::{Authority, Issued};
use crate::operator::chargetap;
use crate::world::{PASSWORD, STATION, Setup, World};

/// The station that shows a certificate, and needs no password.
const CERTIFIED: &str = "CT-2";
/// Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

const TLS: &str = r#"[server.tls]
        certificate = "fullchain.pem"
        private_key = { file = "privkey.pem" }
        client_ca = "stations.pem"
        [gateway]"#;

type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// A world whose gateway shows a certificate of this authority, which it returns.
async fn world(authority: &Authority) -> (World, Issued) {
    let mut world = World::new(Setup {
        simulated_station: false,
        further_station: CERTIFIED,
        ..Setup::default()
    })
    .await;
    world.stop_gateway();
    let shown = authority.server();
    write(&world, &shown);
    std::fs::write(world.folder().join("stations.pem"), authority.pem()).unwrap();
    world.configure("[gateway]", TLS);
    let certified = |by| format!("id = \"{CERTIFIED}\"\n{by}");
    world.configure(
        &certified("password = { file = \"station.key\" }"),
        &certified("client_certificate = true"),
    );
    world.restart_gateway().await;
    (world, shown)
}

fn write(world: &World, issued: &Issued) {
    std::fs::write(world.folder().join("fullchain.pem"), &issued.certificate).unwrap();
    std::fs::write(world.folder().join("privkey.pem"), &issued.key).unwrap();
}

fn address(world: &World) -> SocketAddr {
    let url = world.url("");
    url.trim_start_matches("http://").parse().unwrap()
}

/// The certificate that the gateway shows to a new client.
async fn shown(world: &World, authority: &Authority) -> CertificateDer<'static> {
    let client = authority.connect(address(world), None).await.unwrap();
    let (_, session) = client.get_ref();
    session.peer_certificates().unwrap()[0].clone().into_owned()
}

/// Connects as a station, with a certificate of this common name and with a password.
async fn connect(
    world: &World,
    authority: &Authority,
    identity: &str,
    common_name: Option<&str>,
    password: Option<&str>,
) -> Result<Socket, Error> {
    let certificate = common_name.map(|name| authority.station(&[(DnType::CommonName, name)]));
    let client = authority.connect(address(world), certificate.as_ref());
    let url = format!("wss://localhost/ocpp/{identity}");
    let mut request = ClientRequestBuilder::new(url.parse().unwrap()).with_sub_protocol("ocpp1.6");
    if let Some(password) = password {
        let credentials = STANDARD.encode(format!("{identity}:{password}"));
        request = request.with_header("Authorization", format!("Basic {credentials}"));
    }
    let socket = client_async(request, client.await.unwrap()).await;
    socket.map(|(socket, _)| socket)
}

/// Boots, and returns the answer to it.
async fn boot(station: &mut Socket) -> Value {
    let boot = json!([2, "boot", "BootNotification",
        {"chargePointVendor": "FieldTest", "chargePointModel": "T1"}]);
    let sent = Message::text(boot.to_string());
    station.send(sent).await.unwrap();
    let answered = async {
        loop {
            let message = station.next().await.expect("the connection ended").unwrap();
            let Message::Text(text) = message else {
                continue;
            };
            let message: Value = serde_json::from_str(&text).unwrap();
            // What the gateway asks meanwhile is left open.
            if message[1] == "boot" {
                return message[2].clone();
            }
        }
    };
    tokio::time::timeout(PATIENCE, answered)
        .await
        .expect("an answer")
}

/// What the operator is answered at this path.
async fn get(world: &World, authority: &Authority, path: &str) -> String {
    let mut client = authority.connect(address(world), None).await.unwrap();
    let token = world.token();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn over_tls_a_station_is_let_in_by_its_password_or_by_its_certificate() {
    let authority = Authority::new();
    let (world, _) = world(&authority).await;
    for (identity, common_name, password) in [
        (STATION, None, Some(PASSWORD)),
        // Its certificate is neither needed nor looked at.
        (STATION, Some("CT-9"), Some(PASSWORD)),
        (CERTIFIED, Some(CERTIFIED), None),
    ] {
        let station = connect(&world, &authority, identity, common_name, password).await;
        let answer = boot(&mut station.unwrap()).await;
        assert_eq!(answer["status"], "Accepted", "{identity} {common_name:?}");
    }
    for (identity, common_name, password) in [
        (STATION, Some(STATION), None),
        (CERTIFIED, None, None),
        (CERTIFIED, None, Some(PASSWORD)),
        (CERTIFIED, Some("CT-9"), Some(PASSWORD)),
    ] {
        let refused = connect(&world, &authority, identity, common_name, password).await;
        match refused.err() {
            Some(Error::Http(answer)) => assert_eq!(answer.status(), 401),
            other => panic!("{identity} {common_name:?}: {other:?}"),
        }
    }
    let told = [
        "wrong password, or none",
        "no client certificate",
        "no client certificate",
        "the client certificate has another common name, \"CT-9\"",
    ];
    world
        .until("each refusal is logged with its reason", async || {
            let reasons = world.log().values("reason").into_iter();
            let of_refusals = reasons.filter(|reason| told.contains(&reason.as_str()));
            of_refusals.eq(told)
        })
        .await;
}

#[tokio::test]
async fn a_station_that_is_not_configured_is_pending_and_its_certificate_is_seen() {
    let authority = Authority::new();
    let (world, _) = world(&authority).await;
    for (common_name, password, shown) in [
        (Some("CT-9"), None, r#""password":false,"certificate":true"#),
        (
            None,
            Some(PASSWORD),
            r#""password":true,"certificate":false"#,
        ),
    ] {
        let station = connect(&world, &authority, "CT-9", common_name, password).await;
        let mut station = station.unwrap();
        assert_eq!(boot(&mut station).await["status"], "Pending");
        let answer = get(&world, &authority, "/api/v1/stations/CT-9").await;
        assert!(answer.contains(shown), "{answer}");
    }
}

#[tokio::test]
async fn a_new_certificate_is_taken_at_sighup_and_a_broken_one_is_not() {
    let authority = Authority::new();
    let (world, first) = world(&authority).await;
    let station = connect(&world, &authority, STATION, None, Some(PASSWORD)).await;
    let mut station = station.unwrap();
    assert_eq!(shown(&world, &authority).await, first.der());

    std::fs::write(world.folder().join("privkey.pem"), "no key").unwrap();
    world.signal_gateway(Signal::HUP);
    world
        .until("what is wrong is logged", async || {
            let errors = world.log().values("error");
            errors
                .iter()
                .any(|error| error.starts_with("server.tls.private_key: "))
        })
        .await;
    assert_eq!(shown(&world, &authority).await, first.der());

    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = date_time_ymd(2100, 1, 1);
    let second = authority.issue(&params);
    write(&world, &second);
    world.signal_gateway(Signal::HUP);
    world
        .until("new clients get the new certificate", async || {
            shown(&world, &authority).await == second.der()
        })
        .await;
    // 2100-01-01T00:00:00Z.
    let expiry = "\nchargetap_tls_certificate_expiry_seconds 4102444800\n";
    let metrics = get(&world, &authority, "/metrics").await;
    assert!(metrics.contains(expiry), "{metrics}");
    // The station that was there before is still there.
    assert_eq!(boot(&mut station).await["status"], "Accepted");
}

#[tokio::test]
async fn a_short_password_of_a_station_is_a_warning_and_the_gateway_starts() {
    const SHORT: &str = "fifteen-letters";
    let mut world = World::new(Setup {
        simulated_station: false,
        onboarded: false,
        station_password: SHORT,
        ..Setup::default()
    })
    .await;
    world.stop_gateway();
    let output = chargetap(&["check-config", "chargetap.toml"], world.folder());
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, "chargetap.toml: good (1 terminals, 1 stations)\n");
    let warned = String::from_utf8(output.stderr).unwrap();
    let warning = warned.strip_prefix("warning: ").unwrap().trim_end();
    assert!(
        warning.starts_with("configuration chargetap.toml: line "),
        "{warning}"
    );
    assert!(
        warning.contains(": stations.password: that of \"CT-1\" has fewer than 16"),
        "{warning}"
    );
    assert!(!warning.contains(SHORT), "{warning}");
    world
        .until("the start says the same", async || {
            world.log().values("message").iter().any(|it| it == warning)
        })
        .await;
}
