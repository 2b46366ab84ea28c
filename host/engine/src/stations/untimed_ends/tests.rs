#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use chargetap_contract::session::Event;
use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{Stop, TransactionRef};

use super::*;
use crate::sessions::apply::apply;
use crate::sessions::clock_steps::watch;
use crate::test_host::{Host, NOON};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// How often a host looks at its clock, in milliseconds.
const LOOKS_EVERY: u64 = 1_000;

/// How long ago a transaction ended, by an end without a time that arrives now: of a station that has been connected for
/// so long, at a gateway that has run for so long. The last reading, of 5,000 Wh, was so long ago by the station, and
/// arrived so long ago; the end is at 5,100 Wh.
async fn ended_ago(connected_for: Option<u64>, runs_for: u64, (read, arrived): (u64, u64)) -> u64 {
    let now = NOON + runs_for;
    let host = Host::fresh(connected_for).await;
    let gateway = host.charging(NOON).await;
    for _ in 0..runs_for / LOOKS_EVERY {
        gateway.platform().pass(LOOKS_EVERY);
        watch(&gateway).await.unwrap();
    }
    let host = gateway.platform();
    let reading = format!(
        r#"UPDATE event SET event = '{{"MeterRead":{{"energy":5000,"at":{}}}}}', at = {} WHERE session = 'S'"#,
        now - read,
        now - arrived,
    );
    host.disk.execute(&reading).await;
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
    let told = host.told().await;
    let told = serde_json::from_str::<serde_json::Value>(&told).unwrap();
    now - told["ChargingStopped"]["at"].as_u64().unwrap()
}

/// A reading that was told at once, two minutes ago.
const OF_NOW: (u64, u64) = (2 * MINUTE, 2 * MINUTE);
/// How long 100 Wh take at the example's maximum power, 500 kW.
const TAKEN: u64 = 720;

#[tokio::test]
async fn an_end_without_a_time_was_now_if_the_station_could_have_told_it_ever_since() {
    assert_eq!(ended_ago(Some(3 * MINUTE), 3 * MINUTE, OF_NOW).await, 0);
}

#[tokio::test]
async fn an_end_without_a_time_that_may_have_waited_was_as_early_as_its_register_can_be_right() {
    let came_back = ended_ago(Some(MINUTE), 3 * MINUTE, OF_NOW).await;
    assert_eq!(came_back, 2 * MINUTE - TAKEN);
    let is_away = ended_ago(None, 3 * MINUTE, OF_NOW).await;
    assert_eq!(is_away, 2 * MINUTE - TAKEN);
    let gateway_came_back = ended_ago(Some(3 * MINUTE), MINUTE, OF_NOW).await;
    assert_eq!(gateway_came_back, 2 * MINUTE - TAKEN);
}

#[tokio::test]
async fn an_end_without_a_time_may_have_waited_behind_readings_that_did() {
    // They arrive in the same connection.
    let queued = ended_ago(Some(MINUTE), 3 * MINUTE, (20 * MINUTE, 1_000)).await;
    assert_eq!(queued, 20 * MINUTE - TAKEN);
}

fn read(energy: u64, at: u64, arrived_at: u64) -> Read {
    Read {
        reading: MeterReading { energy, at },
        arrived_at,
    }
}

#[test]
fn energy_that_flowed_while_a_station_was_away_is_given_the_time_that_it_takes() {
    // 14.7 kWh at 22 kW.
    let readings = [
        read(1_000, NOON, NOON),
        read(7_000, NOON + HOUR, NOON + HOUR),
    ];
    let ended = earliest(&readings, Some(21_700), 22_000, NOON + 3 * HOUR);
    assert_eq!(ended, NOON + HOUR + 2_405_455);
}

#[test]
fn a_reading_that_cannot_be_right_makes_no_end_earlier_than_can_be() {
    let jump = read(9_000_000, NOON + 15 * MINUTE, NOON + 15 * MINUTE);
    let readings = [read(1_000, NOON, NOON), jump];
    let ended = earliest(&readings, Some(15_700), 22_000, NOON + 3 * HOUR);
    assert_eq!(ended, NOON + 2_405_455);
}

#[tokio::test]
async fn readings_tell_when_they_arrived_by_our_clock_as_it_is_now() {
    let host = Host::fresh(None).await;
    let gateway = host.charging(NOON).await;
    let reading = format!(
        r#"UPDATE event SET event = '{{"MeterRead":{{"energy":5000,"at":{NOON}}}}}', at = {NOON} WHERE session = 'S'"#
    );
    gateway.platform().disk.execute(&reading).await;
    for by in [-5_000, 2_000] {
        let set = apply(&gateway, "S", "P66-0001", Event::ClockSet(by).into());
        set.await.unwrap();
    }
    let readings = store::events::readings(gateway.platform(), "S").await;
    let readings = readings.unwrap();
    assert_eq!(readings.clock_set_by, -3_000);
    let arrived: Vec<u64> = readings.reads.iter().map(|it| it.arrived_at).collect();
    assert_eq!(arrived, [NOON - 3_000]);
}

/// When a transaction ended by our clock, by readings that may have been made by other clocks.
fn ended(reads: Vec<Read>, clock_set_by: i64, register: Option<u64>, now: u64) -> u64 {
    let readings = Readings {
        reads,
        clock_set_by,
    };
    let offset = clock_offset(&readings);
    earliest(&on_our_clock(readings.reads, offset), register, 22_000, now)
}

#[test]
fn a_station_whose_clock_is_ahead_ends_nothing_later() {
    let by_register = |register| {
        let readings = vec![read(1_000, NOON + HOUR, NOON)];
        ended(readings, 0, register, NOON + 3 * HOUR)
    };
    assert_eq!(by_register(Some(1_000)), NOON);
    assert_eq!(by_register(None), NOON);
}

// A reading 15 minutes after the start, then our clock is set, and the end comes half an hour later. 1.1 kWh at 22 kW take
// three minutes.
#[test]
fn an_end_without_a_time_is_as_long_after_its_last_reading_as_before_our_clock_was_set() {
    let hour = i64::try_from(HOUR).unwrap();
    for by in [-365 * 24 * hour, -hour, hour, 365 * 24 * hour] {
        let moved = |moment: u64| moment.saturating_add_signed(by);
        let made = NOON + 15 * MINUTE;
        let readings = vec![
            read(1_000, NOON, moved(NOON)),
            read(6_000, made, moved(made)),
        ];
        let now = moved(made + 30 * MINUTE);
        let ended = ended(readings, by, Some(7_100), now);
        assert_eq!(ended, moved(made + 3 * MINUTE), "{by}");
    }
}

// 3.3 kWh at 22 kW take nine minutes.
#[test]
fn a_transaction_that_begins_at_zero_and_ends_at_the_meters_total_ended_soon_after_its_last_reading()
 {
    let readings = [
        read(0, NOON, NOON),
        read(40_000_000, NOON + HOUR, NOON + HOUR),
    ];
    let ended = earliest(&readings, Some(40_003_300), 22_000, NOON + 3 * HOUR);
    assert_eq!(ended, NOON + HOUR + 9 * MINUTE);
}

#[test]
fn a_transaction_whose_readings_count_from_its_begin_ended_no_earlier_than_the_last_of_them() {
    let readings = [
        read(40_000_000, NOON, NOON),
        read(7_000, NOON + HOUR, NOON + HOUR),
    ];
    let ended = earliest(&readings, Some(40_007_300), 22_000, NOON + 3 * HOUR);
    assert_eq!(ended, NOON + HOUR);
}
