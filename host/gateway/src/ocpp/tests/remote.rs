//! Remote starts and stops.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{LONG, Station, stop};
use crate::ocpp::fake::{Central, STATION};
use chargetap_engine::platform::StationAnswer;

#[tokio::test]
async fn a_remote_start_is_answered_by_the_station() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let cases = [
        (r#"[3,"ID",{"status":"Accepted"}]"#, StationAnswer::Accepted),
        (r#"[3,"ID",{"status":"Rejected"}]"#, StationAnswer::Rejected),
        (r#"[4,"ID","InternalError","",{}]"#, StationAnswer::Rejected),
        (r#"[4,"ID","InternalError"]"#, StationAnswer::Rejected),
        (r#"[3,"ID",{"status":"Maybe"}]"#, StationAnswer::Unknown),
        (r#"[3,"ID"]"#, StationAnswer::Unknown),
        (
            r#"[3,"ID",{"status":"accepted","transactionId":0}]"#,
            StationAnswer::Accepted,
        ),
        (r#"[3,"ID",{"status":"Accepted"}"#, StationAnswer::Accepted),
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
    let (got, ()) = tokio::join!(central.stations.remote_stop(STATION, 4711, None), play);
    assert_eq!(got, StationAnswer::Accepted);
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
        (StationAnswer::Rejected, StationAnswer::Accepted)
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
    assert_eq!(got, StationAnswer::Accepted);
}

#[tokio::test]
async fn without_an_answer_it_is_unknown_what_the_station_did() {
    let central = Central::start(Duration::from_millis(50)).await;
    let mut station = Station::connect(&central).await;
    assert_eq!(
        central.stations.remote_start(STATION, 1, "OURS-1").await,
        StationAnswer::Unknown
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
        (StationAnswer::Unknown, StationAnswer::NotConnected)
    );
    assert!(!central.stations.is_connected(STATION));
    assert_eq!(
        central.stations.remote_stop(STATION, 4711, None).await,
        StationAnswer::NotConnected
    );
}
