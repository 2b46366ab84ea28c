use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::RemoteAnswer;
use super::fake::{Central, PASSWORD, STATION, Told};

const LONG: Duration = Duration::from_secs(60);

struct Station(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Station {
    async fn connect(central: &Central) -> Self {
        let mut station = Self(
            handshake(central, STATION, PASSWORD, "ocpp1.6")
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

async fn handshake(
    central: &Central,
    identity: &str,
    password: &str,
    subprotocol: &str,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let credentials = STANDARD.encode(format!("{identity}:{password}"));
    let url = format!("{}/{identity}", central.url).parse().unwrap();
    let request = ClientRequestBuilder::new(url)
        .with_sub_protocol(subprotocol)
        .with_header("Authorization", format!("Basic {credentials}"));
    connect_async(request).await.map(|(socket, _)| socket)
}

fn status(refused: Error) -> u16 {
    match refused {
        Error::Http(response) => response.status().as_u16(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_station_must_be_known_and_have_the_right_password() {
    let central = Central::start(LONG).await;
    for (identity, password) in [(STATION, "wrong"), (STATION, ""), ("CP-2", PASSWORD)] {
        let refused = handshake(&central, identity, password, "ocpp1.6").await;
        assert_eq!(status(refused.unwrap_err()), 401, "{identity} {password}");
    }
}

#[tokio::test]
async fn a_station_may_not_use_the_credentials_of_another() {
    let central = Central::start(LONG).await;
    let url = format!("{}/{STATION}", central.url).parse().unwrap();
    let credentials = STANDARD.encode(format!("CP-2:{PASSWORD}"));
    let request = ClientRequestBuilder::new(url)
        .with_sub_protocol("ocpp1.6")
        .with_header("Authorization", format!("Basic {credentials}"));
    assert_eq!(status(connect_async(request).await.unwrap_err()), 401);
}

#[tokio::test]
async fn another_subprotocol_is_refused() {
    let central = Central::start(LONG).await;
    let refused = handshake(&central, STATION, PASSWORD, "ocpp2.0.1").await;
    assert_eq!(status(refused.unwrap_err()), 400);
}

#[test]
fn a_password_does_not_show_itself() {
    let password = super::Password::from(PASSWORD.to_owned());
    assert!(!format!("{password:?}").contains(PASSWORD));
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
            json!([3, "g", {"transactionId": 0, "idTagInfo": {"status": "Invalid"}}]),
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
            json!([4, "k", "FormationViolation", "", {}]),
        ),
        (r#"[2,"l"]"#, json!([4, "l", "FormationViolation", "", {}])),
        ("[[[", json!([4, "-1", "FormationViolation", "", {}])),
        ("", json!([4, "-1", "FormationViolation", "", {}])),
        (
            r#"[2,{},"Heartbeat",{}]"#,
            json!([4, "-1", "FormationViolation", "", {}]),
        ),
        (
            r#"[2,"m","StopTransaction",{"transactionId":4711,"meterStop":900,"timestamp":"1969-12-31T23:59:59Z"}]"#,
            json!([4, "m", "PropertyConstraintViolation", "", {}]),
        ),
    ];
    for (message, answer) in exchanges {
        assert_eq!(station.exchange(message).await, answer, "{message}");
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

fn stop(transaction: i32) -> String {
    format!(
        r#"[2,"stop","StopTransaction",{{"transactionId":{transaction},"meterStop":900,"timestamp":"2023-11-14T22:10:00Z","reason":"EVDisconnected"}}]"#
    )
}

#[tokio::test]
async fn nothing_is_answered_before_it_is_stored() {
    let mut central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let journal = central.journal.clone();
    let closed = journal.gate.acquire().await.unwrap();

    station.send(&stop(4711)).await;
    // The socket is read meanwhile: a pong comes back, an answer does not.
    station.0.send(Message::Ping("x".into())).await.unwrap();
    assert!(station.0.next().await.unwrap().unwrap().is_pong());

    drop(closed);
    assert_eq!(station.receive().await, json!([3, "stop", {}]));
    assert_eq!(
        central.told().await,
        Told::Stopped {
            transaction: 4711,
            energy: 900,
            reason: "EVDisconnected".to_owned()
        }
    );
}

#[tokio::test]
async fn what_cannot_be_stored_is_answered_with_an_error_and_can_be_repeated() {
    let mut central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    central.journal.refusals.store(1, Ordering::Relaxed);
    assert_eq!(
        station.exchange(&stop(4711)).await,
        json!([4, "stop", "InternalError", "", {}])
    );
    assert_eq!(station.exchange(&stop(4711)).await, json!([3, "stop", {}]));
    assert!(matches!(central.told().await, Told::Stopped { .. }));
}

#[tokio::test]
async fn a_newer_connection_replaces_the_older_and_the_order_is_kept() {
    let mut central = Central::start(LONG).await;
    let journal = central.journal.clone();
    let mut older = Station::connect(&central).await;
    let closed = journal.gate.acquire().await.unwrap();
    older.send(&stop(1)).await;
    older.send(&stop(2)).await;
    older.0.send(Message::Ping("x".into())).await.unwrap();
    assert!(older.0.next().await.unwrap().unwrap().is_pong());

    let mut newer = Station(
        handshake(&central, STATION, PASSWORD, "ocpp1.6")
            .await
            .unwrap(),
    );
    newer.send(&stop(3)).await;
    assert!(older.is_closed().await);
    drop(closed);

    assert_eq!(newer.receive().await, json!([3, "stop", {}]));
    for expected in [1, 2, 3] {
        assert!(
            matches!(central.told().await, Told::Stopped { transaction, .. } if transaction == expected)
        );
    }
    assert!(central.stations.is_connected(STATION));
}

#[tokio::test]
async fn a_remote_start_is_answered_by_the_station() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let cases = [
        (r#"[3,"ID",{"status":"Accepted"}]"#, RemoteAnswer::Accepted),
        (r#"[3,"ID",{"status":"Rejected"}]"#, RemoteAnswer::Rejected),
        (r#"[4,"ID","InternalError","",{}]"#, RemoteAnswer::Rejected),
        (r#"[4,"ID","InternalError"]"#, RemoteAnswer::Rejected),
        (r#"[3,"ID",{"status":"Maybe"}]"#, RemoteAnswer::Unknown),
        (r#"[3,"ID"]"#, RemoteAnswer::Unknown),
    ];
    for (answer, expected) in cases {
        let play = async {
            let call = station.receive().await;
            assert_eq!(call[0], 2);
            assert_eq!(call[2], "RemoteStartTransaction");
            assert_eq!(call[3], json!({"connectorId": 2, "idTag": "OURS-1"}));
            // An answer to no call of ours changes nothing.
            station.send(r#"[3,"other",{"status":"Rejected"}]"#).await;
            let id = call[1].as_str().unwrap();
            station.send(&answer.replace("ID", id)).await;
        };
        let (got, ()) = tokio::join!(central.stations.remote_start(STATION, 2, "OURS-1"), play);
        assert_eq!(got, expected, "{answer}");
    }
}

#[tokio::test]
async fn a_remote_stop_names_the_transaction() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let play = async {
        let call = station.receive().await;
        assert_eq!(call[2], "RemoteStopTransaction");
        assert_eq!(call[3], json!({"transactionId": 4711}));
        let id = call[1].as_str().unwrap();
        station
            .send(&format!(r#"[3,"{id}",{{"status":"Accepted"}}]"#))
            .await;
    };
    let (got, ()) = tokio::join!(central.stations.remote_stop(STATION, 4711), play);
    assert_eq!(got, RemoteAnswer::Accepted);
}

#[tokio::test]
async fn a_station_is_asked_one_thing_at_a_time() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let play = async {
        let first = station.receive().await;
        station.0.send(Message::Ping("x".into())).await.unwrap();
        assert!(station.0.next().await.unwrap().unwrap().is_pong());
        let id = first[1].as_str().unwrap();
        station
            .send(&format!(r#"[3,"{id}",{{"status":"Rejected"}}]"#))
            .await;
        let second = station.receive().await;
        let id = second[1].as_str().unwrap();
        station
            .send(&format!(r#"[3,"{id}",{{"status":"Accepted"}}]"#))
            .await;
    };
    let (first, second, ()) = tokio::join!(
        central.stations.remote_start(STATION, 1, "OURS-1"),
        central.stations.remote_start(STATION, 2, "OURS-2"),
        play
    );
    assert_eq!(
        (first, second),
        (RemoteAnswer::Rejected, RemoteAnswer::Accepted)
    );
}

#[tokio::test]
async fn a_remote_answer_is_read_while_an_earlier_message_is_being_stored() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let _closed = central.journal.gate.acquire().await.unwrap();
    station.send(&stop(4711)).await;
    let play = async {
        let call = station.receive().await;
        let id = call[1].as_str().unwrap();
        station
            .send(&format!(r#"[3,"{id}",{{"status":"Accepted"}}]"#))
            .await;
    };
    let (got, ()) = tokio::join!(central.stations.remote_start(STATION, 1, "OURS-1"), play);
    assert_eq!(got, RemoteAnswer::Accepted);
}

#[tokio::test]
async fn without_an_answer_it_is_unknown_what_the_station_did() {
    let central = Central::start(Duration::from_millis(50)).await;
    let mut station = Station::connect(&central).await;
    assert_eq!(
        central.stations.remote_start(STATION, 1, "OURS-1").await,
        RemoteAnswer::Unknown
    );
    assert_eq!(station.receive().await[2], "RemoteStartTransaction");
}

#[tokio::test]
async fn after_a_lost_connection_it_is_unknown_what_the_station_did() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let play = async move {
        station.receive().await;
        drop(station);
    };
    let (asked, queued, ()) = tokio::join!(
        central.stations.remote_start(STATION, 1, "OURS-1"),
        central.stations.remote_start(STATION, 2, "OURS-2"),
        play
    );
    assert_eq!(
        (asked, queued),
        (RemoteAnswer::Unknown, RemoteAnswer::NotConnected)
    );
    assert!(!central.stations.is_connected(STATION));
    assert_eq!(
        central.stations.remote_stop(STATION, 4711).await,
        RemoteAnswer::NotConnected
    );
}
