//! What the central system asks a station of OCPP 2.0.1 or 2.1 for.

use anyhow::ensure;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::Request;
use super::tariffs;
use crate::station::transaction::{Authorisation, TransactionId};
use crate::station::version::Version;

/// The types of tokens in OCPP 2.0.1. In 2.1 any text of up to 20 characters is one.
const TOKEN_TYPES: [&str; 8] = [
    "Central",
    "eMAID",
    "ISO14443",
    "ISO15693",
    "KeyCode",
    "Local",
    "MacAddress",
    "NoAuthorization",
];

pub(in super::super) fn request(
    version: Version,
    action: &str,
    payload: Value,
) -> anyhow::Result<Request> {
    Ok(match action {
        "RequestStartTransaction" => {
            let start: RequestStart = serde_json::from_value(payload)?;
            start.id_token.check(version)?;
            Request::Start {
                connector: start.evse_id,
                authorisation: Authorisation {
                    id_tag: start.id_token.id_token,
                    token_type: Some(start.id_token.kind),
                    remote_start_id: Some(start.remote_start_id),
                },
            }
        }
        "RequestStopTransaction" => {
            let stop: RequestStop = serde_json::from_value(payload)?;
            Request::Stop(TransactionId::Text(stop.transaction_id))
        }
        "CostUpdated" => {
            let cost: CostUpdated = serde_json::from_value(payload)?;
            Request::Cost(TransactionId::Text(cost.transaction_id), cost.total_cost)
        }
        "TriggerMessage" => {
            let trigger: TriggerMessage = serde_json::from_value(payload)?;
            match trigger.requested_message.as_str() {
                "StatusNotification" => Request::RepeatStatus(trigger.evse.map(|evse| evse.id)),
                _ => Request::Answer(json!({"status": "NotImplemented"})),
            }
        }
        "SetVariables" => Request::Answer(set_variables(payload)?),
        "GetVariables" => Request::Answer(get_variables(version, payload)?),
        "SetDefaultTariff" if version == Version::V2_1 => tariffs::set(payload)?,
        "ClearTariffs" if version == Version::V2_1 => tariffs::clear(payload)?,
        _ => Request::Other,
    })
}

/// The station takes every value, and does nothing with it.
fn set_variables(payload: Value) -> anyhow::Result<Value> {
    let request: SetVariables = serde_json::from_value(payload)?;
    ensure!(!request.set_variable_data.is_empty(), "no variable is set");
    let data = request.set_variable_data.into_iter();
    let results: Vec<_> = data
        .map(|data| VariableResult {
            attribute_status: "Accepted",
            attribute_type: data.attribute_type,
            attribute_value: None,
            component: data.component,
            variable: data.variable,
        })
        .collect();
    Ok(json!({"setVariableResult": results}))
}

/// The station knows no variable but those by which one of OCPP 2.1 says that it shows tariffs.
fn get_variables(version: Version, payload: Value) -> anyhow::Result<Value> {
    let request: GetVariables = serde_json::from_value(payload)?;
    ensure!(
        !request.get_variable_data.is_empty(),
        "no variable is asked for"
    );
    let data = request.get_variable_data.into_iter();
    let results: Vec<_> = data
        .map(|data| {
            let is_known = version == Version::V2_1
                && data.component.name == "TariffCostCtrlr"
                && ["Available", "Enabled"].contains(&data.variable.name.as_str())
                && data.variable.instance.as_deref() == Some("Tariff");
            VariableResult {
                attribute_status: if is_known {
                    "Accepted"
                } else {
                    "UnknownVariable"
                },
                attribute_type: data.attribute_type,
                attribute_value: is_known.then_some("true"),
                component: data.component,
                variable: data.variable,
            }
        })
        .collect();
    Ok(json!({"getVariableResult": results}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RequestStart {
    id_token: IdToken,
    remote_start_id: i64,
    evse_id: Option<u32>,
    #[serde(rename = "groupIdToken")]
    _group_id_token: Option<IgnoredAny>,
    #[serde(rename = "chargingProfile")]
    _charging_profile: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IdToken {
    id_token: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "additionalInfo")]
    _additional_info: Option<IgnoredAny>,
}

impl IdToken {
    fn check(&self, version: Version) -> anyhow::Result<()> {
        let (most_chars, known) = if version == Version::V2_1 {
            (255, self.kind.chars().count() <= 20)
        } else {
            (36, TOKEN_TYPES.contains(&self.kind.as_str()))
        };
        ensure!(
            self.id_token.chars().count() <= most_chars,
            "the token is too long"
        );
        ensure!(known, "OCPP {version} has no such type of token");
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RequestStop {
    transaction_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CostUpdated {
    total_cost: f64,
    transaction_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TriggerMessage {
    requested_message: String,
    evse: Option<Evse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetVariables {
    set_variable_data: Vec<SetVariable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetVariable {
    attribute_type: Option<AttributeType>,
    #[serde(rename = "attributeValue")]
    _attribute_value: String,
    component: Component,
    variable: Variable,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GetVariables {
    get_variable_data: Vec<GetVariable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GetVariable {
    attribute_type: Option<AttributeType>,
    component: Component,
    variable: Variable,
}

/// What becomes of a variable that was set or asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VariableResult {
    attribute_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute_type: Option<AttributeType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute_value: Option<&'static str>,
    component: Component,
    variable: Variable,
}

#[derive(Deserialize, Serialize)]
enum AttributeType {
    Actual,
    Target,
    MinSet,
    MaxSet,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Component {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evse: Option<Evse>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Evse {
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector_id: Option<u32>,
}
