//! What people have stations do, and what they see of them.

use std::time::Duration;

use chargetap_engine::platform::{StationAnswer, StationOrder, TriggeredMessage};
use chargetap_fleet::alert::Secret;
use serde_json::{Value, json};

use super::{LONG, Station, good_credentials, handshake};
use crate::ocpp::Timeouts;
use crate::ocpp::fake::{Central, STATION};

const RESET: StationOrder = StationOrder::Reset { is_hard: true };

#[tokio::test]
async fn a_station_is_asked_for_what_people_have_it_do() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let value = Secret::new("300".to_owned());
    let configure = StationOrder::Configure {
        key: "HeartbeatInterval".to_owned(),
        value,
    };
    let trigger = |connector| StationOrder::Trigger {
        message: TriggeredMessage::MeterValues,
        connector,
    };
    let unlock = StationOrder::Unlock { connector: 2 };
    let soft = StationOrder::Reset { is_hard: false };
    let setting = json!({"key": "HeartbeatInterval", "value": "300"});
    let of_two = json!({"requestedMessage": "MeterValues", "connectorId": 2});
    for (order, action, payload, status, expected) in [
        (
            RESET,
            "Reset",
            json!({"type": "Hard"}),
            "Accepted",
            StationAnswer::Accepted,
        ),
        (
            soft.clone(),
            "Reset",
            json!({"type": "Soft"}),
            "Rejected",
            StationAnswer::Rejected,
        ),
        (
            soft,
            "Reset",
            json!({"type": "Soft"}),
            "Scheduled",
            StationAnswer::Later,
        ),
        (
            unlock.clone(),
            "UnlockConnector",
            json!({"connectorId": 2}),
            "Unlocked",
            StationAnswer::Accepted,
        ),
        (
            unlock.clone(),
            "UnlockConnector",
            json!({"connectorId": 2}),
            "UnlockFailed",
            StationAnswer::Rejected,
        ),
        (
            unlock,
            "UnlockConnector",
            json!({"connectorId": 2}),
            "NotSupported",
            StationAnswer::Rejected,
        ),
        (
            trigger(Some(2)),
            "TriggerMessage",
            of_two,
            "Accepted",
            StationAnswer::Accepted,
        ),
        (
            trigger(None),
            "TriggerMessage",
            json!({"requestedMessage": "MeterValues"}),
            "NotImplemented",
            StationAnswer::Rejected,
        ),
        (
            configure.clone(),
            "ChangeConfiguration",
            setting.clone(),
            "Accepted",
            StationAnswer::Accepted,
        ),
        (
            configure.clone(),
            "ChangeConfiguration",
            setting.clone(),
            "RebootRequired",
            StationAnswer::Later,
        ),
        (
            configure,
            "ChangeConfiguration",
            setting,
            "Maybe",
            StationAnswer::Unknown,
        ),
    ] {
        let play = async {
            let call = station.receive().await;
            assert_eq!(call[2], action);
            assert_eq!(call[3], payload, "{action}");
            let answer = json!([3, call[1], {"status": status}]);
            station.send(&answer.to_string()).await;
        };
        let (answer, ()) = tokio::join!(central.stations.order(STATION, order), play);
        assert_eq!(answer, expected, "{action} {status}");
    }
}

#[tokio::test]
async fn a_station_that_is_away_or_silent_is_told_apart() {
    let central = Central::start(Duration::from_millis(50)).await;
    let answer = central.stations.order(STATION, RESET).await;
    assert_eq!(answer, StationAnswer::NotConnected);
    let mut station = Station::connect(&central).await;
    let answer = central.stations.order(STATION, RESET).await;
    assert_eq!(answer, StationAnswer::Unknown);
    assert_eq!(station.receive().await[2], "Reset");
}

#[tokio::test]
async fn the_last_messages_of_a_station_are_seen_without_its_tokens() {
    let central = Central::start(LONG).await;
    let mut station = Station::connect(&central).await;
    let authorize = r#"[2,"a1","Authorize",{"idTag":"04A2B3C4","colour":"red"}]"#;
    station.exchange(authorize).await;
    let link = central.stations.link(STATION);
    let [.., asked, answered] = link.messages.as_slice() else {
        panic!("{:?}", link.messages);
    };
    for (message, is_sent) in [(asked, false), (answered, true)] {
        assert_eq!(message.action.as_deref(), Some("Authorize"));
        assert_eq!(message.is_sent, is_sent);
        assert!(message.text.contains("a1"), "{}", message.text);
        assert!(!message.text.contains("04A2B3C4"), "{}", message.text);
    }
    let [oddity] = link.oddities.as_slice() else {
        panic!("{:?}", link.oddities);
    };
    assert_eq!((oddity.kind.as_str(), oddity.count), ("unknown-member", 1));
    assert_eq!(oddity.place, "Authorize.colour");
    assert_eq!(link.disconnected_at, None);
    drop(station);
    central.disconnected().await;
    // It is still known, with the moment by the central system's clock.
    let link = central.stations.link(STATION);
    assert_eq!(link.disconnected_at, Some(1_700_000_000_000));
    assert!(!link.messages.is_empty());
}

#[tokio::test]
async fn a_setting_that_a_station_refuses_is_seen() {
    let central = Central::start_with(Timeouts {
        introduction: Duration::ZERO,
        ..Timeouts::default()
    })
    .await;
    let socket = handshake(&central, STATION, &good_credentials(), "ocpp1.6").await;
    let mut station = Station(socket.unwrap());
    let answer = |call: &Value, payload: Value| json!([3, call[1], payload]).to_string();
    let status = station.receive().await;
    let accepted = answer(&status, json!({"status": "Accepted"}));
    station.send(&accepted).await;
    let question = station.receive().await;
    let found = json!([{"key": "ConnectionTimeOut", "readonly": true, "value": "1"}]);
    let found = answer(&question, json!({"configurationKey": found}));
    station.send(&found).await;
    let change = station.receive().await;
    assert_eq!(change[3]["key"], "ConnectionTimeOut");
    let wanted = change[3]["value"].as_str().unwrap().to_owned();
    let rejected = answer(&change, json!({"status": "Rejected"}));
    station.send(&rejected).await;
    let expected = [("ConnectionTimeOut".to_owned(), wanted)];
    while central.stations.link(STATION).refused_settings != expected {
        tokio::task::yield_now().await;
    }
}
