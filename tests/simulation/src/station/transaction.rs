//! A transaction of a station, and its reports.

use std::sync::Arc;

use chargetap_contract::session::MeterReading;
use chargetap_ocpp::report::ConnectorStatus;
use chargetap_ocpp::{StopReason, Version};
use serde_json::{Value, json};

use super::cable::Telling;
use super::speech::{self, Report, Told};
use super::{HOUR, REPEAT, Running, report_vehicle, send};
use crate::faults::Fault;
use crate::site::{self, Way, terminal_of};
use crate::world::{State, World, pass, within};

/// The time between two meter values, in milliseconds.
const METER_INTERVAL: u64 = 5 * 60_000;
/// By how much registers jump, in watt-hours: by a counter of 32 bits, or because a decimal point moved.
const COUNTER: u64 = 4_294_967_295;
const MOVED_POINT: u64 = 10_000_000;

/// A transaction from its start to its last report, which comes after what is told of it already. Returns the register
/// if it ends later.
pub(super) async fn transaction(
    world: Arc<World>,
    connector: u32,
    begun: Running,
    told_before: Option<Telling>,
) -> Option<u64> {
    let id_tag = begun.id_tag.clone();
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
    let report = tokio::spawn({
        let report = report_start(world.clone(), connector, begun.clone(), started.at);
        async move {
            if let Some(told_before) = told_before {
                let _ = told_before.await;
            }
            report.await
        }
    });
    let stopping = world
        .state()
        .connector(connector)
        .map(|found| found.stopping.clone());
    let stopping = stopping?;
    let reason = loop {
        let since = world.state().now();
        let interrupted = within(METER_INTERVAL, stopping.notified()).await;
        let mut state = world.state();
        let delivered = power * (state.now() - since) / HOUR;
        let found = state.connector(connector)?;
        found.register += delivered;
        let running = found.running.clone()?;
        drop(state);
        if let Some(reason) = running.stop_reason {
            break Some(reason);
        }
        if running.is_told && interrupted.is_none() {
            if readings_until_forgotten == Some(0) {
                break None;
            }
            readings_until_forgotten = readings_until_forgotten.map(|left| left - 1);
            tokio::spawn(report_meter(world.clone(), connector, running));
        }
    };
    let Some(reason) = reason else {
        forget(&world, connector, &id_tag).await;
        return None;
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
    let id = report.await.ok()?;
    let told = Told {
        id,
        ..told(&begun, at)
    };
    let goes_on = report_stop(&world, connector, told, reason).await;
    goes_on.then_some(at.energy)
}

fn told(running: &Running, reading: MeterReading) -> Told {
    Told {
        token: running.id_tag.clone(),
        id: running.id.clone(),
        is_named: true,
        is_repeated: running.is_repeated,
        began_by_plug: running.began_by_plug,
        begin: running.begin,
        register: Some(reading.energy),
        at: Some(reading.at),
    }
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
        found.cable = None;
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
    for report in [Report::Boot, Report::Status(status)] {
        while send(world, connector, &report).await.is_none() {
            pass(REPEAT).await;
        }
    }
    let mut state = world.state();
    let now = state.now();
    state.oracle.transaction_forgotten(id_tag, now);
}

fn reading(world: &World, connector: u32) -> MeterReading {
    let at = world.station_clock();
    let mut state = world.state();
    let energy = state
        .connector(connector)
        .map_or(0, |found| found.register - found.forgotten);
    MeterReading { energy, at }
}

/// Report the start until it is acknowledged. Returns the transaction's id.
async fn report_start(world: Arc<World>, connector: u32, begun: Running, at: u64) -> Value {
    let id_tag = begun.id_tag.clone();
    let is_untimed = world.state().fault_often(Fault::NoTime);
    let report = Report::Start(Told {
        register: Some(begun.begin),
        at: Some(at).filter(|_| !is_untimed),
        ..told(&begun, MeterReading { energy: 0, at })
    });
    let answer = loop {
        if let Some(answer) = send(&world, connector, &report).await {
            break answer;
        }
        pass(REPEAT).await;
    };
    let mut state = world.state();
    let version = state.version(connector);
    let id = match version {
        Version::V16 => answer.get("transactionId").cloned().unwrap_or_default(),
        Version::V201 | Version::V21 => begun.id,
    };
    let is_accepted = speech::may_charge(version, &answer);
    let (now, back_for) = (state.now(), state.connected_for(&site::station(connector)));
    {
        let State { oracle, disk, .. } = &mut *state;
        oracle.start_acknowledged(disk, &id_tag, is_accepted, now, back_for);
    }
    let Some(found) = state.connector(connector) else {
        return id;
    };
    let vehicle = found.vehicles;
    if let Some(running) = &mut found.running
        && running.id_tag == id_tag
    {
        running.id = id.clone();
        running.is_told = true;
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
    id
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
async fn report_meter(world: Arc<World>, connector: u32, running: Running) {
    let (jumps, begins_anew) = register_jumps(&world, connector);
    // It may have ended before the other end is answered.
    let mut reading = reading(&world, connector);
    if world.state().fault_often(Fault::ForeignEnd) {
        report_foreign_end(&world, connector, &running).await;
    }
    if jumps && !begins_anew {
        let of = world.state().rng.pick(0..2);
        reading.energy += if of == 0 { COUNTER } else { MOVED_POINT };
        world.state().oracle.wrong_register_told(&running.id_tag);
    }
    let odd = world.state().fault_often(Fault::OddReading);
    if odd {
        let mut state = world.state();
        let back = state.rng.pick(0..2_000);
        match state.rng.pick(0..3) {
            // Below a begin that was told as zero, nobody could tell.
            0 if running.begin > 0 => reading.energy = reading.energy.saturating_sub(back),
            0 => {}
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
    if running.is_relative {
        reading.energy = reading.energy.saturating_sub(running.begin);
        world.state().oracle.wrong_register_told(&running.id_tag);
    }
    let MeterReading { energy, at } = reading;
    let told = {
        let mut state = world.state();
        state.note(format_args!(
            "connector {connector} tells {energy} Wh at {at}"
        ));
        let is_untimed = state.fault_often(Fault::NoTime);
        Told {
            is_named: !state.fault_often(Fault::Unnamed),
            at: Some(at).filter(|_| !is_untimed),
            ..told(&running, reading)
        }
    };
    let _ = send(&world, connector, &Report::Reading(told)).await;
}

/// Report once the end of a transaction that is none here.
async fn report_foreign_end(world: &Arc<World>, connector: u32, running: &Running) {
    let reading = reading(world, connector);
    let id = match world.state().version(connector) {
        Version::V16 => json!(i64::MAX),
        _ => json!(format!("none-at-{}", reading.at)),
    };
    let told = Told {
        id,
        ..told(running, reading)
    };
    let end = Report::Stop(told, StopReason::Local);
    let _ = send(world, connector, &end).await;
}

/// Report the end until it is taken. Where a vehicle is still plugged in with which it began, it is stopped and goes
/// on. Returns whether it does.
async fn report_stop(
    world: &Arc<World>,
    connector: u32,
    mut told: Told,
    reason: StopReason,
) -> bool {
    // What ends when the vehicle leaves is told then.
    let goes_on = told.began_by_plug && reason != StopReason::EvDisconnected;
    if !goes_on && world.state().fault_often(Fault::ReportLost) {
        return false;
    }
    let late = {
        let mut state = world.state();
        let is_late = state.fault_often(Fault::ReportLate);
        is_late.then(|| state.rng.pick(HOUR..20 * HOUR))
    };
    if let Some(late) = late {
        pass(late).await;
    }
    let pauses = {
        let mut state = world.state();
        if !goes_on && state.fault_often(Fault::EndUnread) {
            told.register = None;
        }
        if state.fault_often(Fault::NoTime) {
            told.at = None;
        }
        let has_numbers = state.version(connector) == Version::V16;
        // An end without id and time could be any transaction's.
        told.is_named = !has_numbers || told.at.is_none() || !state.fault_often(Fault::Unnamed);
        !has_numbers
            && !goes_on
            && reason == StopReason::Remote
            && told.register.is_some()
            && state.fault_often(Fault::PausesFirst)
    };
    if pauses || goes_on {
        report_end(world, connector, &told, &Report::Pause(told.clone())).await;
    }
    if goes_on {
        return true;
    }
    if pauses {
        pass(REPEAT).await;
    }
    report_end(world, connector, &told, &Report::Stop(told.clone(), reason)).await;
    false
}

async fn report_end(world: &Arc<World>, connector: u32, told: &Told, report: &Report) {
    while send(world, connector, report).await.is_none() {
        pass(REPEAT).await;
    }
    if told.is_repeated {
        return;
    }
    let station = site::station(connector);
    let mut state = world.state();
    let State { oracle, disk, .. } = &mut *state;
    oracle.stop_acknowledged(disk, &told.token, (!told.is_named).then_some(&station));
}
