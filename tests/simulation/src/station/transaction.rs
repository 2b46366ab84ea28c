//! A transaction of a station, and its reports.

use std::sync::Arc;

use chargetap_contract::session::MeterReading;
use chargetap_engine::TransactionAnswer;
use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{
    Boot, ConnectorStatus, Readings, Sample, Start, Status, Stop, TransactionRef,
};

use super::{HOUR, REPEAT, report_vehicle, send};
use crate::faults::Fault;
use crate::gateway::SimulatedGateway;
use crate::site::{self, Way, terminal_of};
use crate::world::{State, World, pass, within};

/// The time between two meter values, in milliseconds.
const METER_INTERVAL: u64 = 5 * 60_000;
/// By how much registers jump, in watt-hours: by a counter of 32 bits, or because a decimal point moved.
const COUNTER: u64 = 4_294_967_295;
const MOVED_POINT: u64 = 10_000_000;

/// A transaction from its start to its last report.
pub(super) async fn transaction(world: Arc<World>, connector: u32, id_tag: String) {
    let power = {
        let mut state = world.state();
        match state.rng.pick(0..3) {
            0 => 11_000,
            1 => 50_000,
            _ => 150_000,
        }
    };
    let mut readings_until_forgotten = {
        let mut state = world.state();
        let forgets = state.fault_often(Fault::ForgetsTransaction);
        forgets.then(|| state.rng.pick(0..4))
    };
    let started = reading(&world, connector);
    let report = report_start(world.clone(), connector, id_tag.clone(), started);
    let report = tokio::spawn(report);
    let stopping = world
        .state()
        .connector(connector)
        .map(|found| found.stopping.clone());
    let Some(stopping) = stopping else { return };
    let reason = loop {
        let since = world.state().now();
        let interrupted = within(METER_INTERVAL, stopping.notified()).await;
        let mut state = world.state();
        let delivered = power * (state.now() - since) / HOUR;
        let Some(found) = state.connector(connector) else {
            return;
        };
        found.register += delivered;
        let stop_reason = found
            .running
            .as_ref()
            .and_then(|running| running.stop_reason);
        let number = found.running.as_ref().and_then(|running| running.number);
        drop(state);
        if let Some(reason) = stop_reason {
            break Some(reason);
        }
        if let Some(number) = number.filter(|_| interrupted.is_none()) {
            if readings_until_forgotten == Some(0) {
                break None;
            }
            readings_until_forgotten = readings_until_forgotten.map(|left| left - 1);
            tokio::spawn(report_meter(world.clone(), connector, number));
        }
    };
    let Some(reason) = reason else {
        return forget(&world, connector, &id_tag).await;
    };
    let at = reading(&world, connector);
    {
        let mut state = world.state();
        if let Some(found) = state.connector(connector) {
            found.running = None;
            // Some stations now report again that a vehicle is there.
            found.reported = None;
        }
        state.note(format_args!(
            "connector {connector} stops at {} Wh",
            at.energy
        ));
        let register = state.connector(connector).map_or(0, |found| found.register);
        let now = state.now();
        state
            .oracle
            .transaction_stopped(&id_tag, register, at.energy, now);
    }
    report_vehicle(&world, connector);
    // Stations report in order.
    let Ok(Some(number)) = report.await else {
        return;
    };
    let stop = Stop {
        goes_on: false,
        transaction: numbered(number),
        register: Some(at.energy),
        at: Some(at.at),
        reason,
        signed: Vec::new(),
    };
    report_stop(&world, connector, &id_tag, stop).await;
}

/// The station restarts. It has forgotten the transaction, and tells how the connector is now.
async fn forget(world: &Arc<World>, connector: u32, id_tag: &str) {
    let told = reading(world, connector).energy;
    let status = {
        let mut state = world.state();
        state.note(format_args!("connector {connector} forgets {id_tag}"));
        let now = state.now();
        let Some(found) = state.connector(connector) else {
            return;
        };
        found.running = None;
        let (register, is_plugged) = (found.register, found.plugged);
        let status = match is_plugged {
            true => ConnectorStatus::Preparing,
            false => ConnectorStatus::Available,
        };
        found.reported = Some(status);
        state
            .oracle
            .transaction_stopped(id_tag, register, told, now);
        status
    };
    let boot = move |gateway: Arc<SimulatedGateway>| async move {
        let station = site::station(connector);
        gateway.station_booted(&station, &Boot::default()).await?;
        let status = Status {
            connector,
            plug: None,
            status: Some(status),
            error: None,
            at: None,
        };
        gateway.station_status(&station, &status).await
    };
    while send(world, connector, boot).await.is_none() {
        pass(REPEAT).await;
    }
    let mut state = world.state();
    let now = state.now();
    state.oracle.transaction_forgotten(id_tag, now);
}

fn numbered(number: i64) -> TransactionRef {
    TransactionRef {
        id: Some(number),
        ..TransactionRef::default()
    }
}

fn reading(world: &World, connector: u32) -> MeterReading {
    let at = world.station_clock();
    let mut state = world.state();
    let energy = state
        .connector(connector)
        .map_or(0, |found| found.register - found.forgotten);
    MeterReading { energy, at }
}

/// Report the start until it is acknowledged. Returns the transaction's number.
async fn report_start(
    world: Arc<World>,
    connector: u32,
    id_tag: String,
    reading: MeterReading,
) -> Option<i64> {
    let TransactionAnswer {
        number,
        is_accepted,
    } = loop {
        let start = Start {
            connector: Some(connector),
            token: id_tag.clone(),
            register: Some(reading.energy),
            at: Some(reading.at),
        };
        let report = move |gateway: Arc<SimulatedGateway>| async move {
            gateway
                .station_started(&site::station(connector), &start)
                .await
        };
        if let Some(answer) = send(&world, connector, report).await {
            break answer;
        }
        pass(REPEAT).await;
    };
    let accepted = is_accepted.then_some(number);
    let mut state = world.state();
    let (now, back_for) = (state.now(), state.connected_for(&site::station(connector)));
    {
        let State { oracle, disk, .. } = &mut *state;
        oracle.start_acknowledged(disk, &id_tag, accepted, now, back_for);
    }
    let found = state.connector(connector)?;
    let vehicle = found.vehicles;
    if let Some(running) = &mut found.running
        && running.id_tag == id_tag
    {
        running.number = Some(number);
        if !is_accepted {
            running.stop_reason.get_or_insert(StopReason::DeAuthorized);
            found.stopping.notify_one();
        }
        // The vehicle of a transaction that is over by now may have left.
        if is_accepted && terminal_of(connector).1 == Way::PlugIn {
            let State { oracle, disk, .. } = &mut *state;
            oracle.vehicle_served(disk, connector, vehicle, &id_tag);
        }
    }
    Some(number)
}

/// Whether the register jumps, and whether that is because it begins anew.
fn register_jumps(world: &World, connector: u32) -> (bool, bool) {
    let mut state = world.state();
    if !state.fault_often(Fault::RegisterJumps) {
        return (false, false);
    }
    let begins_anew = state.rng.happens(500_000);
    if begins_anew && let Some(found) = state.connector(connector) {
        found.forgotten = found.register;
        let id_tag = found.running.as_ref().map(|running| running.id_tag.clone());
        if let Some(id_tag) = id_tag {
            state.oracle.register_began_anew(&id_tag);
        }
    }
    (true, begins_anew)
}

/// Report the register once. It may be lost.
async fn report_meter(world: Arc<World>, connector: u32, number: i64) {
    let (jumps, begins_anew) = register_jumps(&world, connector);
    let mut reading = reading(&world, connector);
    if jumps && !begins_anew {
        let of = world.state().rng.pick(0..2);
        reading.energy += if of == 0 { COUNTER } else { MOVED_POINT };
    }
    let odd = world.state().fault_often(Fault::OddReading);
    if odd {
        let mut state = world.state();
        let back = state.rng.pick(0..2_000);
        match state.rng.pick(0..3) {
            0 => reading.energy = reading.energy.saturating_sub(back),
            1 => reading.at = reading.at.saturating_sub(60 * back),
            _ => reading.at += 3_600 * back,
        }
        let id_tag = state.connector(connector).and_then(|found| {
            let running = found.running.as_ref()?;
            Some(running.id_tag.clone())
        });
        if let Some(id_tag) = id_tag {
            state.oracle.wrong_time_told(&id_tag);
        }
    }
    let MeterReading { energy, at } = reading;
    world.state().note(format_args!(
        "connector {connector} tells {energy} Wh at {at}"
    ));
    let readings = Readings {
        transaction: numbered(number),
        samples: vec![Sample {
            at: Some(at),
            register: Some(energy),
            signed: Vec::new(),
        }],
    };
    let report = move |gateway: Arc<SimulatedGateway>| async move {
        gateway
            .station_read(&site::station(connector), &readings)
            .await
    };
    let _ = send(&world, connector, report).await;
}

/// Report the end until it is taken.
async fn report_stop(world: &Arc<World>, connector: u32, id_tag: &str, stop: Stop) {
    if world.state().fault_often(Fault::ReportLost) {
        return;
    }
    let late = {
        let mut state = world.state();
        let is_late = state.fault_often(Fault::ReportLate);
        is_late.then(|| state.rng.pick(HOUR..20 * HOUR))
    };
    if let Some(late) = late {
        pass(late).await;
    }
    loop {
        let stop = stop.clone();
        let report = move |gateway: Arc<SimulatedGateway>| async move {
            gateway
                .station_stopped(&site::station(connector), &stop)
                .await
        };
        if send(world, connector, report).await.is_some() {
            let mut state = world.state();
            let State { oracle, disk, .. } = &mut *state;
            return oracle.stop_acknowledged(disk, id_tag);
        }
        pass(REPEAT).await;
    }
}
