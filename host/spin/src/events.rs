//! What the station bridge reports, at `POST /stations/{station}/events`.
//!
//! Each report is a JSON object with a `kind`. It is answered when it is stored, and may be
//! repeated: the answer is then the same. 503 asks for a repetition.

use std::rc::Rc;

use chargetap_contract::session::{MeterReading, Stopped};
use chargetap_engine::http::{BODY_LIMIT, Body, Response};
use chargetap_engine::{EngineError, StopReason, Vehicle};
use serde::Deserialize;
use spin_sdk::http::HeaderMap;

use crate::authorization::has_token;
use crate::commands;
use crate::setup::SpinGateway;

/// A station's report. `energy_wh` is its cumulative register in watt-hours, `at_ms` the moment of
/// reading it in milliseconds since 1970.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Report {
    /// A vehicle was plugged in, and no transaction runs.
    Plugged { connector: u32 },
    /// No vehicle is plugged in.
    Free { connector: u32 },
    /// A transaction began under a token. The answer holds its number, or `null` if no session of
    /// ours waits for it.
    Started {
        connector: u32,
        id_tag: String,
        energy_wh: u64,
        at_ms: u64,
    },
    Metered {
        transaction: i32,
        energy_wh: u64,
        at_ms: u64,
    },
    /// The meter's signed values (OCMF), character for character; those of the end come before it.
    Signed {
        transaction: i32,
        packets: Vec<String>,
    },
    Stopped {
        transaction: i32,
        energy_wh: u64,
        at_ms: u64,
        reason: StopReason,
    },
}

/// Answer the bridge. Its bearer token must be the station's password.
pub(crate) async fn answer(
    gateway: &Rc<SpinGateway>,
    station: &str,
    headers: &HeaderMap,
    body: impl Body,
) -> Response {
    let password = gateway.platform().stations.get(station);
    if !password.is_some_and(|password| has_token(headers, password)) {
        return Response::text(401, "unauthorized");
    }
    let body = match body.read(BODY_LIMIT).await {
        Ok(body) if body.len() > BODY_LIMIT => return Response::text(413, "too large"),
        Ok(body) => body,
        Err(error) => return error.into(),
    };
    let report = match serde_json::from_slice(&body) {
        Ok(report) => report,
        Err(error) => return Response::text(400, &format!("not a report: {error}")),
    };
    match store(gateway, station, report).await {
        Ok(response) => {
            commands::execute_after_the_answer(gateway);
            response
        }
        Err(error) => {
            tracing::error!(%error, station, "a station's report could not be stored");
            Response::text(503, "not stored: report it again")
        }
    }
}

async fn store(
    gateway: &SpinGateway,
    station: &str,
    report: Report,
) -> Result<Response, EngineError> {
    let reading = |energy, at| MeterReading { energy, at };
    match report {
        Report::Plugged { connector } => {
            gateway
                .station_has(station, connector, Vehicle::Waits)
                .await?;
        }
        Report::Free { connector } => {
            gateway
                .station_has(station, connector, Vehicle::IsGone)
                .await?;
        }
        Report::Started {
            connector,
            id_tag,
            energy_wh,
            at_ms,
        } => {
            let reading = reading(energy_wh, at_ms);
            let transaction = gateway
                .station_started(station, connector, &id_tag, reading)
                .await?;
            return Ok(Response::json(&serde_json::json!({
                "transaction": transaction,
            })));
        }
        Report::Metered {
            transaction,
            energy_wh,
            at_ms,
        } => {
            let reading = reading(energy_wh, at_ms);
            gateway
                .station_metered(station, transaction, reading)
                .await?;
        }
        Report::Signed {
            transaction,
            packets,
        } => {
            gateway
                .station_signed(station, transaction, &packets)
                .await?;
        }
        Report::Stopped {
            transaction,
            energy_wh,
            at_ms,
            reason,
        } => {
            let reading = reading(energy_wh, at_ms);
            let reason = reason.name().to_owned();
            let stopped = Stopped { reading, reason };
            gateway
                .station_stopped(station, transaction, stopped)
                .await?;
        }
    }
    Ok(Response::no_content())
}
