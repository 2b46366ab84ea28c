//! The calls of OCPP 2.0.1 and 2.1.

use serde::Deserialize;
use serde_json::{Value, json};

use super::CallError;
use crate::central_system::records::Records;
use crate::station::TransactionId;

/// What a sampled value is if it does not say so.
const REGISTER: &str = "Energy.Active.Import.Register";

pub(super) fn answer(
    records: &mut Records,
    station: &str,
    action: &str,
    payload: Value,
) -> Result<Value, CallError> {
    Ok(match action {
        "Authorize" => json!({"idTokenInfo": records.token_info()}),
        "TransactionEvent" => {
            let event: TransactionEvent = serde_json::from_value(payload)?;
            take_in(records, station, event)
        }
        "Get15118EVCertificate" => json!({"status": "Failed", "exiResponse": ""}),
        "GetCertificateStatus" => json!({"status": "Failed"}),
        "NotifyEVChargingNeeds" => json!({"status": "Rejected"}),
        "NotifyEVChargingSchedule" => json!({"status": "Accepted"}),
        "ClearedChargingLimit"
        | "FirmwareStatusNotification"
        | "LogStatusNotification"
        | "MeterValues"
        | "NotifyChargingLimit"
        | "NotifyCustomerInformation"
        | "NotifyDisplayMessages"
        | "NotifyEvent"
        | "NotifyMonitoringReport"
        | "NotifyReport"
        | "PublishFirmwareStatusNotification"
        | "ReportChargingProfiles"
        | "ReservationStatusUpdate"
        | "SecurityEventNotification"
        | "StatusNotification" => json!({}),
        // New in 2.1.
        "BatterySwap"
        | "ClosePeriodicEventStream"
        | "NotifyDERAlarm"
        | "NotifyDERStartStop"
        | "NotifyPriorityCharging"
        | "NotifySettlement"
        | "ReportDERControl" => json!({}),
        _ => return Err(CallError::NotImplemented),
    })
}

fn take_in(records: &mut Records, station: &str, event: TransactionEvent) -> Value {
    let id = TransactionId::Text(event.transaction_info.transaction_id);
    let transaction = records.transaction(station, id);
    let sampled = event.meter_value.iter().flat_map(|it| &it.sampled_value);
    let mut readings = sampled.filter_map(SampledValue::register);
    match event.event_type {
        EventType::Started => transaction.meter_start = readings.next(),
        EventType::Updated => {}
        // Those of the whole transaction may be told again, so it is the last one.
        EventType::Ended => transaction.meter_stop = readings.next_back(),
    }
    match event.id_token {
        Some(token) => {
            transaction.id_tag = Some(token.id_token);
            json!({"idTokenInfo": records.token_info()})
        }
        None => json!({}),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionEvent {
    event_type: EventType,
    transaction_info: TransactionInfo,
    id_token: Option<IdToken>,
    #[serde(default)]
    meter_value: Vec<MeterValue>,
}

#[derive(Deserialize)]
enum EventType {
    Started,
    Updated,
    Ended,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionInfo {
    transaction_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdToken {
    id_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MeterValue {
    sampled_value: Vec<SampledValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SampledValue {
    value: f64,
    measurand: Option<String>,
    phase: Option<String>,
    #[serde(default)]
    unit_of_measure: UnitOfMeasure,
}

#[derive(Default, Deserialize)]
struct UnitOfMeasure {
    unit: Option<String>,
    /// The exponent of ten by which the value is multiplied.
    #[serde(default)]
    multiplier: i32,
}

impl SampledValue {
    /// In whole watt-hours, if it is what the energy register showed for all phases.
    fn register(&self) -> Option<i64> {
        let measurand = self.measurand.as_deref().unwrap_or(REGISTER);
        if measurand != REGISTER || self.phase.is_some() {
            return None;
        }
        let unit = match self.unit_of_measure.unit.as_deref() {
            None | Some("Wh") => 1.0,
            Some("kWh") => 1_000.0,
            Some(_) => return None,
        };
        let watt_hours = self.value * unit * 10_f64.powi(self.unit_of_measure.multiplier);
        Some(watt_hours.round() as i64)
    }
}
