//! What stations tell is answered once it is stored, in its order, also over several connections.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chargetap_ocpp::report::ConnectorStatus;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{LONG, Station, good_credentials, handshake, stop};
use crate::ocpp::Timeouts;
use crate::ocpp::fake::{Central, NOW, OTHER_STATION, PASSWORD, STATION, Told};

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
async fn a_status_that_cannot_be_stored_is_told_again_and_the_station_stays_connected() {
    let mut central = Central::start_with(Timeouts {
        status: Duration::from_millis(10),
        introduction: LONG,
        ..Timeouts::default()
    })
    .await;
    let mut station = Station::connect(&central).await;
    let refusals = &central.journal.clone().refused_statuses;
    refusals.store(u32::MAX, Ordering::Relaxed);
    let said = |connector: u32, status: &str| {
        let status = json!({"connectorId": connector, "errorCode": "NoError", "status": status});
        json!([2, "s", "StatusNotification", status]).to_string()
    };
    let refused = json!([4, "s", "InternalError", "", {}]);
    for message in [
        said(1, "Available"),
        said(2, "Faulted"),
        said(1, "Preparing"),
    ] {
        assert_eq!(station.exchange(&message).await, refused, "{message}");
    }
    refusals.store(0, Ordering::Relaxed);
    // The last of each connector, with the time at which it came.
    for (connector, expected) in [
        (1, ConnectorStatus::Preparing),
        (2, ConnectorStatus::Faulted),
    ] {
        let told = central.status().await;
        assert_eq!(
            (told.connector, told.status, told.at),
            (connector, Some(expected), Some(NOW))
        );
    }
    assert_eq!(
        station.exchange(&said(2, "Available")).await,
        json!([3, "s", {}])
    );
    assert_eq!(
        central.status().await.status,
        Some(ConnectorStatus::Available)
    );
    assert!(central.took_in_nothing());
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
        handshake(&central, STATION, &good_credentials(), "ocpp1.6")
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
async fn a_newer_connection_waits_for_what_an_older_told_that_has_ended_by_itself() {
    let mut central = Central::start(LONG).await;
    let journal = central.journal.clone();
    let mut older = Station::connect(&central).await;
    let closed = journal.gate.acquire().await.unwrap();
    older.send(&stop(1)).await;
    older.send(&stop(2)).await;
    drop(older);
    central.disconnected().await;

    let credentials = good_credentials();
    let newer = handshake(&central, STATION, &credentials, "ocpp1.6").await;
    let mut newer = Station(newer.unwrap());
    newer.send(&stop(3)).await;
    central.connected().await;
    // Whatever the newer one could do without waiting, it has done when others are answered.
    let credentials = format!("{OTHER_STATION}:{PASSWORD}");
    let other = handshake(&central, OTHER_STATION, &credentials, "ocpp1.6").await;
    let heartbeat = r#"[2,"hello","Heartbeat",{}]"#;
    Station(other.unwrap()).exchange(heartbeat).await;
    drop(closed);

    assert_eq!(newer.receive().await, json!([3, "stop", {}]));
    for expected in [1, 2, 3] {
        let Told::Stopped { transaction, .. } = central.told().await else {
            panic!("only stops were sent");
        };
        assert_eq!(transaction, expected);
    }
}
