//! Stations that speak OCPP text over real sockets.

mod acknowledgement;
mod operations;
mod pending;
mod remote;
mod station_simulator;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use chargetap_ocpp::report::ConnectorStatus;

use super::Timeouts;
use super::fake::{Central, OTHER_STATION, PASSWORD, STATION, Told};

const LONG: Duration = Duration::from_secs(60);

struct Station(Socket);

impl Station {
    async fn connect(central: &Central) -> Self {
        let mut station = Self(
            handshake(central, STATION, &good_credentials(), "ocpp1.6")
                .await
                .unwrap(),
        );
        // Answered only once the connection is on the list.
        station.exchange(r#"[2,"hello","Heartbeat",{}]"#).await;
        station
    }

    async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn receive(&mut self) -> Value {
        let message = self.0.next().await.unwrap().unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    async fn exchange(&mut self, text: &str) -> Value {
        self.send(text).await;
        self.receive().await
    }

    async fn is_closed(&mut self) -> bool {
        matches!(self.0.next().await, None | Some(Err(_)))
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Connects as the station of `identity`, with these credentials.
async fn handshake(
    central: &Central,
    identity: &str,
    credentials: &str,
    subprotocol: &str,
) -> Result<Socket, Error> {
    let url = format!("{}/{identity}", central.url).parse().unwrap();
    let request = ClientRequestBuilder::new(url)
        .with_sub_protocol(subprotocol)
        .with_header(
            "Authorization",
            format!("Basic {}", STANDARD.encode(credentials)),
        );
    connect_async(request).await.map(|(socket, _)| socket)
}

fn good_credentials() -> String {
    format!("{STATION}:{PASSWORD}")
}

fn status(refused: Error) -> u16 {
    match refused {
        Error::Http(response) => response.status().as_u16(),
        other => panic!("{other}"),
    }
}

/// The status, and after how many seconds to try again.
fn told_to_wait(refused: Error) -> (u16, String) {
    let Error::Http(response) = refused else {
        panic!("{refused}")
    };
    let seconds = response.headers()["retry-after"].to_str().unwrap();
    (response.status().as_u16(), seconds.to_owned())
}

#[tokio::test]
async fn stations_are_let_go_and_none_is_taken_until_they_may_be_connected_again() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    assert!(!central.stations.set_open(true));
    assert!(central.stations.set_open(false));
    assert!(station.is_closed().await);
    central.disconnected().await;
    for (identity, credentials) in [(STATION, good_credentials()), ("CP-9", String::new())] {
        let refused = handshake(&central, identity, &credentials, "ocpp1.6").await;
        assert_eq!(told_to_wait(refused.unwrap_err()), (503, "5".to_owned()));
    }
    assert!(central.stations.set_open(true));
    Station::connect(&central).await;
}

#[tokio::test]
async fn a_station_must_have_its_own_password() {
    let central = Central::start(LONG).await;
    for (identity, credentials) in [
        (STATION, "CP-1:wrong"),
        (STATION, "CP-1:"),
        (STATION, "CP-1"),
        (STATION, "CP-2:correct horse"),
        (OTHER_STATION, "CP-1:correct horse"),
    ] {
        let refused = handshake(&central, identity, credentials, "ocpp1.6").await;
        assert_eq!(
            status(refused.unwrap_err()),
            401,
            "{identity} {credentials}"
        );
    }
}

#[tokio::test]
async fn another_subprotocol_is_refused() {
    let central = Central::start(LONG).await;
    let refused = handshake(&central, STATION, &good_credentials(), "ocpp1.5").await;
    assert_eq!(status(refused.unwrap_err()), 400);
}

#[tokio::test]
async fn the_best_version_that_a_station_offers_is_spoken() {
    let central = Central::start(LONG).await;
    for (offered, spoken) in [
        ("ocpp1.6, ocpp2.0.1, ocpp2.1", "ocpp2.1"),
        ("ocpp1.6,ocpp2.0.1", "ocpp2.0.1"),
        ("mqtt, ocpp1.6J", "ocpp1.6J"),
    ] {
        let url = format!("{}/{STATION}", central.url).parse().unwrap();
        let request = ClientRequestBuilder::new(url)
            .with_header(
                "Authorization",
                format!("Basic {}", STANDARD.encode(good_credentials())),
            )
            .with_sub_protocol(offered);
        let (_socket, response) = connect_async(request).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], spoken);
    }
}

#[tokio::test]
async fn a_station_of_ocpp_2_is_answered_in_its_own_words() {
    let mut central = Central::start(LONG).await;
    let socket = handshake(&central, STATION, &good_credentials(), "ocpp2.0.1").await;
    let mut station = Station(socket.unwrap());
    let now = "2023-11-14T22:13:20.000Z";
    let exchanges = [
        (
            r#"[2,"a","BootNotification",{"reason":"PowerUp","chargingStation":{"vendorName":"V","model":"M"}}]"#,
            json!([3, "a", {"currentTime": now, "interval": 300, "status": "Accepted"}]),
        ),
        (
            r#"[2,"b","StatusNotification",{"timestamp":"2023-11-14T22:13:20Z","connectorStatus":"Occupied","evseId":2,"connectorId":1}]"#,
            json!([3, "b", {}]),
        ),
        (
            r#"[2,"c","Authorize",{"idToken":{"idToken":"04A2B3","type":"ISO14443"}}]"#,
            json!([3, "c", {"idTokenInfo": {"status": "Invalid"}}]),
        ),
        (
            r#"[2,"d","SecurityEventNotification",{"type":"x","timestamp":"2023-11-14T22:13:20Z"}]"#,
            json!([3, "d", {}]),
        ),
        (
            r#"[2,"e","SignCertificate",{"csr":"x"}]"#,
            json!([4, "e", "NotSupported", "", {}]),
        ),
        (
            r#"[2,"f","StartTransaction",{"connectorId":1}]"#,
            json!([4, "f", "NotImplemented", "", {}]),
        ),
        (
            r#"[2,"g","TransactionEvent","#,
            json!([4, "g", "FormatViolation", "", {}]),
        ),
    ];
    for (sent, expected) in exchanges {
        assert_eq!(station.exchange(sent).await, expected, "{sent}");
    }
    let status = central.status().await;
    assert_eq!(
        (status.connector, status.status),
        (2, Some(ConnectorStatus::Occupied))
    );
    let event = r#"[2,"h","TransactionEvent",{"eventType":"Started","timestamp":"2023-11-14T22:13:20Z",
        "triggerReason":"RemoteStart","seqNo":0,"transactionInfo":{"transactionId":"T-1"},"evse":{"id":2},
        "idToken":{"idToken":"OURS-1","type":"Central"}}]"#;
    let expected = json!([3, "h", {"idTokenInfo": {"status": "Accepted"}}]);
    assert_eq!(station.exchange(event).await, expected);
    let Told::Event(event) = central.told().await else {
        panic!("no event of a transaction");
    };
    assert_eq!(event.name.as_deref(), Some("T-1"));
    assert_eq!(event.connector, Some(2));
}

#[tokio::test]
async fn every_message_has_its_answer() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let exchanges = [
        (
            r#"[2,"a","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]"#,
            json!([3, "a", {"currentTime": "2023-11-14T22:13:20.000Z", "interval": 300, "status": "Accepted"}]),
        ),
        (
            r#"[2,"b","Heartbeat",{}]"#,
            json!([3, "b", {"currentTime": "2023-11-14T22:13:20.000Z"}]),
        ),
        (
            r#"[2,"c","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]"#,
            json!([3, "c", {}]),
        ),
        (
            r#"[2,"d","Authorize",{"idTag":"04A2B3"}]"#,
            json!([3, "d", {"idTagInfo": {"status": "Invalid"}}]),
        ),
        (
            r#"[2,"e","DataTransfer",{"vendorId":"org.example"}]"#,
            json!([3, "e", {"status": "UnknownVendorId"}]),
        ),
        (
            r#"[2,"f","StartTransaction",{"connectorId":1,"idTag":"OURS-1","meterStart":100,"timestamp":"2023-11-14T22:00:00Z"}]"#,
            json!([3, "f", {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}}]),
        ),
        (
            r#"[2,"g","StartTransaction",{"connectorId":1,"idTag":"04A2B3","meterStart":100,"timestamp":"2023-11-14T22:00:00Z"}]"#,
            json!([3, "g", {"transactionId": 4712, "idTagInfo": {"status": "Invalid"}}]),
        ),
        (
            r#"[2,"h","StopTransaction",{"transactionId":4711,"meterStop":900,"timestamp":"2023-11-14T22:10:00Z"}]"#,
            json!([3, "h", {}]),
        ),
        (
            r#"[2,"i","FirmwareStatusNotification",{"status":"Idle"}]"#,
            json!([4, "i", "NotSupported", "", {}]),
        ),
        (
            r#"[2,"j","MakeCoffee",{}]"#,
            json!([4, "j", "NotImplemented", "", {}]),
        ),
        (
            r#"[2,"k","StartTransaction",{"connectorId":"one"}]"#,
            json!([3, "k", {"transactionId": 4712, "idTagInfo": {"status": "Invalid"}}]),
        ),
        (r#"[2,"l"]"#, json!([4, "l", "FormationViolation", "", {}])),
        (
            r#"[2,"n","StopTransaction",{"transactionId":4711,"meterStop"#,
            json!([4, "n", "FormationViolation", "", {}]),
        ),
        (
            r#"[2,17,"Heartbeat",{}]"#,
            json!([3, 17, {"currentTime": "2023-11-14T22:13:20.000Z"}]),
        ),
        (
            r#"[2,"m","StopTransaction",{"transactionId":4711,"meterStop":900,"timestamp":"1969-12-31T23:59:59Z"}]"#,
            json!([3, "m", {}]),
        ),
    ];
    for (message, answer) in exchanges {
        assert_eq!(station.exchange(message).await, answer, "{message}");
    }
}

#[tokio::test]
async fn what_is_no_call_is_never_answered() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    for message in [
        "",
        "[[[",
        r#"[2,{},"Heartbeat",{}]"#,
        r#"[3,"other",{"status":"Accepted"}"#,
        r#"[4,"other"]"#,
        r#"{"a":1}"#,
    ] {
        station.send(message).await;
        // The next answer is that to the next call.
        let heartbeat = station.exchange(r#"[2,"next","Heartbeat",{}]"#).await;
        assert_eq!(heartbeat[1], "next", "{message}");
    }
}

#[tokio::test]
async fn a_status_is_told_as_it_is_or_as_unknown() {
    let mut central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    for (connector, text, expected) in [
        (0, "Available", Some(ConnectorStatus::Available)),
        (1, "Preparing", Some(ConnectorStatus::Preparing)),
        (1, "SuspendedEV", Some(ConnectorStatus::Charging)),
        (1, "finishing", Some(ConnectorStatus::Finishing)),
        (2, "Faulted", Some(ConnectorStatus::Faulted)),
        (2, "Sleeping", None),
    ] {
        let message = json!([2, "a", "StatusNotification", {
            "connectorId": connector, "errorCode": "NoError", "status": text,
        }]);
        let answer = station.exchange(&message.to_string()).await;
        assert_eq!(answer, json!([3, "a", {}]), "{text}");
        let told = central.status().await;
        assert_eq!(
            (told.connector, told.status),
            (connector, expected),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_burst_waits_until_there_is_room_and_loses_nothing() {
    let mut central = Central::start(LONG).await;
    let journal = central.journal.clone();
    let mut station = Station::connect(&central).await;
    let closed = journal.gate.acquire().await.unwrap();
    let burst = 500;
    for _ in 0..burst {
        station.send(&stop(4711)).await;
    }
    drop(closed);
    for _ in 0..burst {
        assert_eq!(station.receive().await, json!([3, "stop", {}]));
        assert!(matches!(central.told().await, Told::Stopped { .. }));
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_connection() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let message = Message::text(" ".repeat(4 * 1024 * 1024 + 1));
    // It may fail at either end.
    let _ = station.0.send(message).await;
    central.disconnected().await;
}

#[tokio::test]
async fn whoever_sends_many_wrong_passwords_must_wait_and_others_need_not() {
    let central = Central::start(LONG).await;
    for _ in 0..10 {
        let refused = handshake(&central, STATION, "CP-1:wrong", "ocpp1.6").await;
        assert_eq!(status(refused.unwrap_err()), 401);
    }
    let refused = handshake(&central, STATION, &good_credentials(), "ocpp1.6").await;
    assert_eq!(told_to_wait(refused.unwrap_err()), (429, "5".to_owned()));
    let refused = handshake(&central, OTHER_STATION, "CP-2:wrong", "ocpp1.6").await;
    assert_eq!(status(refused.unwrap_err()), 401);
}

#[tokio::test]
async fn a_station_is_pinged_and_one_that_answers_no_more_loses_its_connection() {
    let central = Central::start_with(Timeouts {
        ping: Duration::from_millis(10),
        silence: Duration::from_secs(1),
        introduction: LONG,
        ..Timeouts::default()
    })
    .await;
    let mut station = Station::connect(&central).await;
    for _ in 0..3 {
        let ping = station.0.next().await.unwrap().unwrap();
        assert!(ping.is_ping(), "{ping}");
    }
    assert!(central.stations.is_connected(STATION));
    // Whoever does not read does not answer.
    central.disconnected().await;
}

#[tokio::test]
async fn a_station_that_answers_no_ping_stays_connected_until_it_lacks_heartbeats() {
    let central = Central::start_with(Timeouts {
        ping: Duration::from_millis(10),
        silence: Duration::from_millis(20),
        introduction: LONG,
        ..Timeouts::default()
    })
    .await;
    let socket = handshake(&central, STATION, &good_credentials(), "ocpp1.6").await;
    // Whoever does not read does not answer.
    let _unread = socket.unwrap();
    central.connected().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(central.stations.is_connected(STATION));
}

#[tokio::test]
async fn a_station_is_asked_how_it_is_and_its_settings_are_put_right() {
    let central = Central::start_with(Timeouts {
        introduction: Duration::ZERO,
        ..Timeouts::default()
    })
    .await;
    let socket = handshake(&central, STATION, &good_credentials(), "ocpp1.6").await;
    let mut station = Station(socket.unwrap());
    let status = station.receive().await;
    assert_eq!(status[2], "TriggerMessage");
    assert_eq!(status[3], json!({"requestedMessage": "StatusNotification"}));
    let accepted = |call: &Value| json!([3, call[1], {"status": "Accepted"}]).to_string();
    station.send(&accepted(&status)).await;

    let question = station.receive().await;
    assert_eq!(question[2], "GetConfiguration");
    let asked = question[3]["key"].as_array().unwrap();
    assert!(
        asked.contains(&json!("AuthorizeRemoteTxRequests")),
        "{asked:?}"
    );
    let found = json!([
        {"key": "AuthorizeRemoteTxRequests", "readonly": false, "value": "true"},
        {"key": "MeterValueSampleInterval", "readonly": false, "value": "900"},
        {"key": "ConnectionTimeOut", "readonly": false, "value": "300"},
    ]);
    let answer = json!([3, question[1], {"configurationKey": found, "unknownKey": []}]);
    station.send(&answer.to_string()).await;

    for (key, value) in [
        ("AuthorizeRemoteTxRequests", "false"),
        ("MeterValueSampleInterval", "60"),
    ] {
        let change = station.receive().await;
        assert_eq!(change[2], "ChangeConfiguration");
        assert_eq!(change[3], json!({"key": key, "value": value}));
        station.send(&accepted(&change)).await;
    }
}

#[tokio::test]
async fn the_energy_register_is_taken_from_meter_values() {
    let mut central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let values = r#"[2,"1","MeterValues",{"connectorId":1,"transactionId":4711,"meterValue":[
        {"timestamp":"2023-11-14T22:13:20Z","sampledValue":[
            {"value":"11000","measurand":"Power.Active.Import","unit":"W"},
            {"value":"1.5","measurand":"Energy.Active.Import.Register","unit":"kWh"}]},
        {"timestamp":"2023-11-14T22:13:21.250+00:00","sampledValue":[{"value":"1600"}]}]}]"#;
    assert_eq!(station.exchange(values).await, json!([3, "1", {}]));
    let metered = |energy, at| Told::Metered {
        transaction: 4711,
        energy,
        at,
    };
    assert_eq!(central.told().await, metered(1_500, 1_700_000_000_000));
    assert_eq!(central.told().await, metered(1_600, 1_700_000_001_250));
}

#[tokio::test]
async fn what_a_meter_signed_is_told_before_the_end_that_it_belongs_to() {
    let mut central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let values = r#"[2,"1","MeterValues",{"connectorId":1,"transactionId":4711,"meterValue":[
        {"timestamp":"2023-11-14T22:13:20Z","sampledValue":[
            {"value":"OCMF|{}|{\"SD\":\"1\"}","format":"SignedData","context":"Transaction.Begin"}]}]}]"#;
    assert_eq!(station.exchange(values).await, json!([3, "1", {}]));
    let stop = r#"[2,"2","StopTransaction",{"transactionId":4711,"meterStop":1600,
        "timestamp":"2023-11-14T22:13:21Z","transactionData":[
        {"timestamp":"2023-11-14T22:13:21Z","sampledValue":[
            {"value":"OCMF|{}|{\"SD\":\"2\"}","format":"SignedData","context":"Transaction.End"}]}]}]"#;
    assert_eq!(station.exchange(stop).await, json!([3, "2", {}]));
    let signed = |packet: &str| Told::Signed {
        transaction: 4711,
        packets: vec![packet.to_owned()],
    };
    assert_eq!(central.told().await, signed(r#"OCMF|{}|{"SD":"1"}"#));
    assert_eq!(central.told().await, signed(r#"OCMF|{}|{"SD":"2"}"#));
    assert!(matches!(central.told().await, Told::Stopped { .. }));
}

#[tokio::test]
async fn what_belongs_to_no_transaction_of_ours_is_answered_and_ignored() {
    let mut central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let sample = r#"[{"timestamp":"2023-11-14T22:13:20Z","sampledValue":[{"value":"1"}]}]"#;
    for message in [
        format!(r#"[2,"1","MeterValues",{{"connectorId":1,"meterValue":{sample}}}]"#),
        format!(r#"[2,"1","MeterValues",{{"connectorId":1,"transactionId":0,"meterValue":{sample}}}]"#),
        r#"[2,"1","StopTransaction",{"transactionId":0,"meterStop":1,"timestamp":"2023-11-14T22:13:20Z"}]"#.to_owned(),
    ] {
        assert_eq!(station.exchange(&message).await, json!([3, "1", {}]));
    }
    station.exchange(&stop(4711)).await;
    assert!(matches!(central.told().await, Told::Stopped { .. }));
}

fn stop(transaction: i64) -> String {
    format!(
        r#"[2,"stop","StopTransaction",{{"transactionId":{transaction},"meterStop":900,"timestamp":"2023-11-14T22:10:00Z","reason":"EVDisconnected"}}]"#
    )
}

#[tokio::test]
async fn a_close_is_answered() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    station.0.send(Message::Close(None)).await.unwrap();
    assert!(station.0.next().await.unwrap().unwrap().is_close());
    assert!(station.is_closed().await);
}
