//! Stations that are not configured.

use std::io::ErrorKind;
use std::net::TcpListener;

use chargetap_engine::config::Upstream;
use chargetap_ocpp::relay::RefusedTokens;

use super::super::fake::NOW;
use super::*;

const UNKNOWN: &str = "CP-9";
const BOOT_1_6: &str =
    r#"[2,"a","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]"#;
const BOOT_2: &str = r#"[2,"a","BootNotification",{"reason":"PowerUp","chargingStation":{"vendorName":"V",
    "model":"M","serialNumber":"S-1","firmwareVersion":"1.0"}}]"#;

/// Connects as a station that is not configured.
async fn connect(central: &Central, identity: &str, subprotocol: &str) -> Result<Station, Error> {
    let credentials = format!("{identity}:its own password");
    let socket = handshake(central, identity, &credentials, subprotocol).await;
    socket.map(Station)
}

async fn until_pending(central: &Central, count: usize) {
    while central.stations.pending().len() != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_station_that_is_not_configured_is_told_that_it_is_pending_and_the_time_and_nothing_else()
{
    const V16: &[&str] = &[
        r#"[2,"c","Authorize",{"idTag":"OURS-1"}]"#,
        r#"[2,"c","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]"#,
        r#"[2,"c","StopTransaction",{"transactionId":4711,"meterS"#,
        r#"[2,"c","DataTransfer",{"vendorId":"org.example"}]"#,
        r#"[2,"c","MakeCoffee",{}]"#,
    ];
    const V2: &[&str] = &[
        r#"[2,"c","Authorize",{"idToken":{"idToken":"OURS-1","type":"ISO14443"}}]"#,
        r#"[2,"c","NotifyReport",{"requestId":1,"generatedAt":"2023-11-14T22:13:20Z","seqNo":0}]"#,
    ];
    // A station drops what is refused, and keeps what is not answered.
    const TRANSACTIONS: &[&str] = &[
        r#"[2,"t","StartTransaction",{"connectorId":1,"idTag":"OURS-1","meterStart":1,"timestamp":"2023-11-14T22:13:20Z"}]"#,
        r#"[2,"t","MeterValues",{"connectorId":1,"transactionId":4711,"meterValue":[]}]"#,
        r#"[2,"t","StopTransaction",{"transactionId":4711,"meterStop":9,"timestamp":"2023-11-14T22:13:20Z"}]"#,
    ];
    const TRANSACTION_EVENTS: &[&str] = &[
        r#"[2,"t","TransactionEvent",{"eventType":"Started","timestamp":"2023-11-14T22:13:20Z","triggerReason":"CablePluggedIn",
            "seqNo":0,"transactionInfo":{"transactionId":"T-1"},"evse":{"id":1}}]"#,
    ];
    let mut central = Central::start(LONG).await;
    let now = "2023-11-14T22:13:20.000Z";
    for (subprotocol, boot, others, transactions) in [
        ("ocpp1.6", BOOT_1_6, V16, TRANSACTIONS),
        ("ocpp2.0.1", BOOT_2, V2, TRANSACTION_EVENTS),
        ("ocpp2.1", BOOT_2, V2, TRANSACTION_EVENTS),
    ] {
        let mut station = connect(&central, UNKNOWN, subprotocol).await.unwrap();
        let pending = json!([3, "a", {"currentTime": now, "interval": 60, "status": "Pending"}]);
        assert_eq!(station.exchange(boot).await, pending, "{subprotocol}");
        let heartbeat = station.exchange(r#"[2,"b","Heartbeat",{}]"#).await;
        assert_eq!(heartbeat, json!([3, "b", {"currentTime": now}]));
        for other in others {
            let refused = json!([4, "c", "SecurityError", "", {}]);
            assert_eq!(station.exchange(other).await, refused, "{other}");
        }
        for transaction in transactions {
            station.send(transaction).await;
        }
        // Neither is what is no call.
        station.send(r#"[3,"d",{"status":"Accepted"}]"#).await;
        assert_eq!(station.exchange(boot).await, pending, "{subprotocol}");
    }
    assert!(central.took_in_nothing());
    assert!(!central.stations.is_connected(UNKNOWN));
    let order = central.stations.remote_start(UNKNOWN, 1, "OURS-1").await;
    assert_eq!(
        order,
        chargetap_engine::platform::StationAnswer::NotConnected
    );
}

#[tokio::test]
async fn what_a_pending_station_shows_is_seen_until_it_is_gone_and_its_password_is_not() {
    let central = Central::start(LONG).await;
    let mut station = connect(&central, UNKNOWN, "ocpp2.0.1").await.unwrap();
    station.exchange(BOOT_2).await;
    let url = format!("{}/CP-8", central.url).parse().unwrap();
    let request = ClientRequestBuilder::new(url).with_sub_protocol("ocpp1.6");
    let (mut bare, _) = connect_async(request).await.unwrap();

    let all = central.stations.pending();
    let [without, with] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(
        (without.id.as_str(), without.ocpp.as_str()),
        ("CP-8", "1.6")
    );
    assert!(!without.has_password && !without.has_certificate);
    assert_eq!((with.id.as_str(), with.ocpp.as_str()), (UNKNOWN, "2.0.1"));
    assert!(with.has_password && !with.has_certificate);
    assert_eq!(with.since, NOW);
    assert_eq!(
        (with.boot.vendor.as_str(), with.boot.model.as_str()),
        ("V", "M")
    );
    assert_eq!(with.boot.serial.as_deref(), Some("S-1"));
    assert_eq!(with.boot.firmware.as_deref(), Some("1.0"));
    assert!(!format!("{all:?}").contains("its own password"));

    drop(station);
    until_pending(&central, 1).await;
    bare.close(None).await.unwrap();
    until_pending(&central, 0).await;
}

#[tokio::test]
async fn a_source_that_brings_too_many_stations_is_answered_503_until_one_is_gone() {
    let central = Central::start(LONG).await;
    let mut stations = Vec::new();
    for number in 0..8 {
        let identity = format!("NEW-{number}");
        stations.push(connect(&central, &identity, "ocpp1.6").await.unwrap());
    }
    let refused = connect(&central, UNKNOWN, "ocpp1.6").await;
    let told = told_to_wait(refused.err().unwrap());
    assert_eq!(told, (503, "60".to_owned()));
    // A newer connection of the same station takes the place of the older.
    let newer = connect(&central, "NEW-0", "ocpp1.6").await.unwrap();
    assert!(stations[0].is_closed().await);
    assert_eq!(central.stations.pending().len(), 8);
    stations[0] = newer;
    assert_eq!(stations[0].exchange(BOOT_1_6).await[2]["status"], "Pending");
    // Stations that are configured have room.
    Station::connect(&central).await;

    stations.pop();
    until_pending(&central, 7).await;
    connect(&central, UNKNOWN, "ocpp1.6").await.unwrap();
}

#[tokio::test]
async fn a_station_that_could_not_be_configured_is_refused() {
    let central = Central::start(LONG).await;
    for identity in [
        "x".repeat(49),
        "4111111111111111".to_owned(),
        "%20".to_owned(),
    ] {
        let refused = connect(&central, &identity, "ocpp1.6").await;
        assert_eq!(status(refused.err().unwrap()), 401, "{identity}");
    }
    let refused = connect(&central, UNKNOWN, "ocpp1.5").await;
    assert_eq!(status(refused.err().unwrap()), 400);
    assert!(central.stations.pending().is_empty());
}

#[tokio::test]
async fn a_pending_station_may_send_64_kibibytes_at_a_time() {
    let central = Central::start(LONG).await;
    let mut station = connect(&central, UNKNOWN, "ocpp1.6").await.unwrap();
    let frame = |longest: usize| {
        let filling = "x".repeat(longest - r#"[2,"c","DataTransfer",{"data":""}]"#.len());
        format!(r#"[2,"c","DataTransfer",{{"data":"{filling}"}}]"#)
    };
    assert_eq!(frame(65_536).len(), 65_536);
    assert_eq!(station.exchange(&frame(65_536)).await[2], "SecurityError");
    // It may fail at either end.
    let _ = station.0.send(Message::text(frame(65_537))).await;
    until_pending(&central, 0).await;
}

#[tokio::test]
async fn a_pending_station_that_is_silent_loses_its_connection() {
    let central = Central::start_with(Timeouts {
        ping: Duration::from_millis(10),
        silence: Duration::from_millis(20),
        silence_without_pongs: Duration::from_millis(20),
        ..Timeouts::default()
    })
    .await;
    let mut station = connect(&central, UNKNOWN, "ocpp1.6").await.unwrap();
    assert!(station.0.next().await.unwrap().unwrap().is_ping());
    // Whoever does not read does not answer.
    until_pending(&central, 0).await;
}

#[tokio::test]
async fn a_pending_station_is_not_relayed_to_the_central_system_above() {
    let above = TcpListener::bind("127.0.0.1:0").unwrap();
    above.set_nonblocking(true).unwrap();
    let upstream = Upstream {
        url: format!("ws://{}/ocpp", above.local_addr().unwrap()),
        refused_tokens: RefusedTokens::Accept,
    };
    let mut central = Central::start_below(Some(upstream), Timeouts::default()).await;
    let mut station = connect(&central, UNKNOWN, "ocpp1.6").await.unwrap();
    assert_eq!(station.exchange(BOOT_1_6).await[2]["status"], "Pending");
    let refused = station
        .exchange(r#"[2,"c","Authorize",{"idTag":"OURS-1"}]"#)
        .await;
    assert_eq!(refused[2], "SecurityError");
    let nobody = above.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
    assert!(central.took_in_nothing());
}
