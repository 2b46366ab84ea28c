//! What is made of what stations do not say.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{Stop, TransactionRef};

use crate::platform::Platform;
use crate::sessions::clock_steps::watch;
use crate::test_host::{Host, NOON};

const MINUTE: u64 = 60_000;
/// How often a host looks at its clock, in milliseconds.
const LOOKS_EVERY: u64 = 1_000;

/// How long ago a transaction ended that was last heard of two minutes before, by an end without a time: of a station
/// that has been connected for so long, at a gateway that has run for so long.
async fn ended_ago(connected_for: Option<u64>, runs_for: u64) -> u64 {
    let host = Host::fresh(connected_for).await;
    let heard = NOON + runs_for - 2 * MINUTE;
    let gateway = host.charging(heard).await;
    for _ in 0..runs_for / LOOKS_EVERY {
        gateway.platform().pass(LOOKS_EVERY);
        watch(&gateway).await.unwrap();
    }
    let stop = Stop {
        goes_on: false,
        transaction: TransactionRef {
            id: Some(1),
            ..TransactionRef::default()
        },
        register: Some(5_100),
        at: None,
        reason: StopReason::Local,
        signed: Vec::new(),
    };
    gateway.station_stopped("CT-1", &stop).await.unwrap();
    let told = gateway.platform().told();
    let told = serde_json::from_str::<serde_json::Value>(&told).unwrap();
    gateway.platform().now() - told["ChargingStopped"]["at"].as_u64().unwrap()
}

#[tokio::test]
async fn an_end_without_a_time_was_now_if_the_station_could_have_told_it_ever_since() {
    assert_eq!(ended_ago(Some(3 * MINUTE), 3 * MINUTE).await, 0);
}

#[tokio::test]
async fn an_end_without_a_time_that_may_have_waited_costs_no_time_after_the_station_was_heard_of() {
    let came_back = ended_ago(Some(MINUTE), 3 * MINUTE).await;
    assert_eq!(came_back, 2 * MINUTE);
    let gateway_came_back = ended_ago(Some(3 * MINUTE), MINUTE).await;
    assert_eq!(gateway_came_back, 2 * MINUTE);
    let is_away = ended_ago(None, 3 * MINUTE).await;
    assert_eq!(is_away, 2 * MINUTE);
}
