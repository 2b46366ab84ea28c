//! The calls of OCPP 1.6.

use serde::Deserialize;
use serde_json::{Value, json};

use super::CallError;
use crate::central_system::records::Records;
use crate::station::TransactionId;

pub(super) fn answer(
    records: &mut Records,
    station: &str,
    action: &str,
    payload: Value,
) -> Result<Value, CallError> {
    Ok(match action {
        "Authorize" => json!({"idTagInfo": records.token_info()}),
        "StartTransaction" => {
            let start: StartTransaction = serde_json::from_value(payload)?;
            let number = records.number(station, &start);
            let transaction = records.transaction(station, TransactionId::Number(number));
            transaction.id_tag = Some(start.id_tag);
            transaction.meter_start = Some(start.meter_start);
            json!({"transactionId": number, "idTagInfo": records.token_info()})
        }
        "StopTransaction" => {
            let stop: StopTransaction = serde_json::from_value(payload)?;
            let id = TransactionId::Number(stop.transaction_id);
            records.transaction(station, id).meter_stop = Some(stop.meter_stop);
            json!({})
        }
        "DiagnosticsStatusNotification"
        | "FirmwareStatusNotification"
        | "LogStatusNotification"
        | "MeterValues"
        | "SecurityEventNotification"
        | "SignedFirmwareStatusNotification"
        | "StatusNotification" => json!({}),
        _ => return Err(CallError::NotImplemented),
    })
}

/// What tells one transaction from another before it has a number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct StartTransaction {
    connector_id: u32,
    id_tag: String,
    meter_start: i64,
    timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StopTransaction {
    transaction_id: i32,
    meter_stop: i64,
}
