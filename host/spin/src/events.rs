//! What the station bridge reports, at `POST /stations/{station}/events`.
//!
//! Each report is a JSON object with a `kind`. It is answered when it is stored, and may be
//! repeated: the answer is then the same. 503 asks for a repetition.

use std::rc::Rc;

use chargetap_engine::EngineError;
use chargetap_engine::http::{BODY_LIMIT, Body, Response};
use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{
    ConnectorStatus, Readings, Sample, Start, Status, Stop, TransactionRef,
};
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
        transaction: i64,
        energy_wh: u64,
        at_ms: u64,
    },
    /// The meter's signed values (OCMF), character for character; those of the end come before it.
    Signed {
        transaction: i64,
        packets: Vec<String>,
    },
    Stopped {
        transaction: i64,
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
    let numbered = |number| TransactionRef {
        id: Some(number),
        ..TransactionRef::default()
    };
    match report {
        Report::Plugged { connector } => {
            let status = status(connector, ConnectorStatus::Preparing);
            gateway.station_status(station, &status).await?;
        }
        Report::Free { connector } => {
            let status = status(connector, ConnectorStatus::Available);
            gateway.station_status(station, &status).await?;
        }
        Report::Started {
            connector,
            id_tag,
            energy_wh,
            at_ms,
        } => {
            let start = Start {
                connector: Some(connector),
                token: id_tag,
                register: Some(energy_wh),
                at: Some(at_ms),
            };
            let answer = gateway.station_started(station, &start).await?;
            return Ok(Response::json(&serde_json::json!({
                "transaction": answer.is_accepted.then_some(answer.number),
            })));
        }
        Report::Metered {
            transaction,
            energy_wh,
            at_ms,
        } => {
            let sample = Sample {
                at: Some(at_ms),
                register: Some(energy_wh),
                signed: Vec::new(),
            };
            let readings = Readings {
                transaction: numbered(transaction),
                samples: vec![sample],
            };
            gateway.station_read(station, &readings).await?;
        }
        Report::Signed {
            transaction,
            packets,
        } => {
            let sample = Sample {
                signed: packets,
                ..Sample::default()
            };
            let readings = Readings {
                transaction: numbered(transaction),
                samples: vec![sample],
            };
            gateway.station_read(station, &readings).await?;
        }
        Report::Stopped {
            transaction,
            energy_wh,
            at_ms,
            reason,
        } => {
            let stop = Stop {
                goes_on: false,
                transaction: numbered(transaction),
                register: Some(energy_wh),
                at: Some(at_ms),
                reason,
                signed: Vec::new(),
            };
            gateway.station_stopped(station, &stop).await?;
        }
    }
    Ok(Response::no_content())
}

fn status(connector: u32, status: ConnectorStatus) -> Status {
    Status {
        connector,
        plug: None,
        status: Some(status),
        error: None,
        at: None,
    }
}
