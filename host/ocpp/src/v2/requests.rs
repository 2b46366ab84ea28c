//! What stations are asked to do.

use serde_json::{Value, json};

use super::number;
use crate::Version;
use crate::message::Request;

/// The action by which a station is asked to do something, and what is said with it; nothing if the version has none.
pub(crate) fn request(version: Version, request: &Request) -> Option<(&'static str, Value)> {
    Some(match request {
        Request::Start {
            connector,
            token,
            remote_start,
        } => {
            let kind = match version {
                Version::V21 => "DirectPayment",
                _ => "Central",
            };
            let token = json!({"idToken": token, "type": kind});
            (
                "RequestStartTransaction",
                json!({"evseId": connector, "remoteStartId": remote_start, "idToken": token}),
            )
        }
        Request::Stop { number, name } => {
            // One without a name began before the station spoke this version.
            let name = name.clone().unwrap_or_else(|| number.to_string());
            ("RequestStopTransaction", json!({"transactionId": name}))
        }
        Request::ReadSettings(keys) => {
            let data = |key: &&str| {
                let (component, variable) = variable(key);
                json!({"component": component, "variable": variable})
            };
            let data: Vec<Value> = keys.iter().map(data).collect();
            ("GetVariables", json!({"getVariableData": data}))
        }
        Request::WriteSetting { key, value } => {
            let (component, variable) = variable(key);
            let data = json!({"component": component, "variable": variable,
                "attributeValue": value});
            ("SetVariables", json!({"setVariableData": [data]}))
        }
        Request::Trigger {
            message,
            connector,
            plug,
        } => ("TriggerMessage", trigger(message, *connector, *plug)),
        Request::Reset { is_hard } => {
            let kind = if *is_hard { "Immediate" } else { "OnIdle" };
            ("Reset", json!({"type": kind}))
        }
        Request::Unlock { connector } => (
            "UnlockConnector",
            json!({"evseId": connector, "connectorId": 1}),
        ),
        Request::ShowCost { name, total } => (
            "CostUpdated",
            json!({"transactionId": name, "totalCost": number(*total)}),
        ),
        Request::SetTariff { .. } | Request::ClearTariff { .. } if version < Version::V21 => {
            return None;
        }
        Request::SetTariff { evse, tariff } => ("SetDefaultTariff", tariff.request(*evse)),
        Request::ClearTariff { evse } => ("ClearTariffs", json!({"evseId": evse})),
    })
}

/// Component and variable, between whose names there is a point. A variable's instance is in brackets.
fn variable(key: &str) -> (Value, Value) {
    let (component, variable) = key.split_once('.').unwrap_or(("", key));
    let instance = variable.strip_suffix(']');
    let variable = match instance.and_then(|it| it.split_once('[')) {
        Some((name, instance)) => json!({"name": name, "instance": instance}),
        None => json!({"name": variable}),
    };
    (json!({"name": component}), variable)
}

/// OCPP wants to be told of which connector a status is to be reported, and of which EVSE other messages are.
fn trigger(message: &str, evse: Option<u32>, plug: Option<u32>) -> Value {
    match (evse, message) {
        (None, _) => json!({"requestedMessage": message}),
        (Some(evse), "StatusNotification") => {
            let plug = plug.unwrap_or(1);
            json!({"requestedMessage": message, "evse": {"id": evse, "connectorId": plug}})
        }
        (Some(evse), _) => json!({"requestedMessage": message, "evse": {"id": evse}}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_asked_for_by_a_token_of_the_versions_kind() {
        let start = Request::Start {
            connector: 2,
            token: "TOKEN".into(),
            remote_start: 77,
        };
        for (version, kind) in [(Version::V201, "Central"), (Version::V21, "DirectPayment")] {
            let call: Value = serde_json::from_str(&start.call(version, "1").unwrap()).unwrap();
            let expected = json!([2, "1", "RequestStartTransaction", {"evseId": 2,
                "remoteStartId": 77, "idToken": {"idToken": "TOKEN", "type": kind}}]);
            assert_eq!(call, expected);
        }
    }

    #[test]
    fn what_people_have_stations_do_is_asked_as_ocpp_has_it() {
        let trigger = |message, connector| Request::Trigger {
            message,
            connector,
            plug: None,
        };
        let configure = Request::WriteSetting {
            key: "TxCtrlr.EVConnectionTimeOut".into(),
            value: "60".into(),
        };
        let variable = json!({"component": {"name": "TxCtrlr"},
            "variable": {"name": "EVConnectionTimeOut"}, "attributeValue": "60"});
        for (request, action, payload) in [
            (
                Request::Reset { is_hard: true },
                "Reset",
                json!({"type": "Immediate"}),
            ),
            (
                Request::Reset { is_hard: false },
                "Reset",
                json!({"type": "OnIdle"}),
            ),
            (
                Request::Unlock { connector: 2 },
                "UnlockConnector",
                json!({"evseId": 2, "connectorId": 1}),
            ),
            (
                trigger("StatusNotification", Some(2)),
                "TriggerMessage",
                json!({"requestedMessage": "StatusNotification",
                    "evse": {"id": 2, "connectorId": 1}}),
            ),
            (
                trigger("MeterValues", Some(2)),
                "TriggerMessage",
                json!({"requestedMessage": "MeterValues", "evse": {"id": 2}}),
            ),
            (
                configure,
                "SetVariables",
                json!({"setVariableData": [variable]}),
            ),
            (
                Request::ReadSettings(vec!["TariffCostCtrlr.Enabled[Tariff]"]),
                "GetVariables",
                json!({"getVariableData": [{"component": {"name": "TariffCostCtrlr"},
                    "variable": {"name": "Enabled", "instance": "Tariff"}}]}),
            ),
        ] {
            let call = request.call(Version::V201, "7").unwrap();
            let call: Value = serde_json::from_str(&call).unwrap();
            assert_eq!(call, json!([2, "7", action, payload]));
        }
    }
}
