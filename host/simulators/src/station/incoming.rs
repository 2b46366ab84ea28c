//! The messages of OCPP 1.6 that the station receives.
//!
//! They are read strictly, so that a central system's mistake shows. Fields whose names begin with an
//! underscore are checked and not used.

use anyhow::{bail, ensure};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// OCPP's limit on a message's id, in characters.
const MAX_ID_CHARS: usize = 36;

/// A message of the central system.
pub(super) enum Message {
    Call { id: String, request: Request },
    Result { id: String, payload: Value },
    Error { id: String, code: String },
}

/// What the central system asks for.
pub(super) enum Request {
    Start(RemoteStart),
    Stop(RemoteStop),
    /// Anything else, which the station does not do.
    Other,
}

impl Message {
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let parts: Vec<Value> = serde_json::from_str(text)?;
        let [kind, Value::String(id), rest @ ..] = parts.as_slice() else {
            bail!("a message has a kind and an id");
        };
        ensure!(id.chars().count() <= MAX_ID_CHARS, "the id is too long");
        let id = id.clone();
        match (kind.as_u64(), rest) {
            (Some(2), [Value::String(action), payload @ Value::Object(_)]) => {
                let request = Request::parse(action, payload.clone())?;
                Ok(Self::Call { id, request })
            }
            (Some(3), [payload @ Value::Object(_)]) => {
                let payload = payload.clone();
                Ok(Self::Result { id, payload })
            }
            (Some(4), [Value::String(code), Value::String(_), Value::Object(_)]) => {
                let code = code.clone();
                Ok(Self::Error { id, code })
            }
            _ => bail!("neither a call nor an answer"),
        }
    }
}

impl Request {
    fn parse(action: &str, payload: Value) -> serde_json::Result<Self> {
        Ok(match action {
            "RemoteStartTransaction" => Self::Start(serde_json::from_value(payload)?),
            "RemoteStopTransaction" => Self::Stop(serde_json::from_value(payload)?),
            _ => Self::Other,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RemoteStart {
    pub(super) id_tag: String,
    pub(super) connector_id: Option<u32>,
    #[serde(rename = "chargingProfile")]
    _charging_profile: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RemoteStop {
    pub(super) transaction_id: i32,
}

/// The answer to a BootNotification.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BootResult {
    current_time: String,
    pub(super) interval: i32,
    #[serde(rename = "status")]
    _status: RegistrationStatus,
}

impl BootResult {
    pub(super) fn parse(payload: Value) -> Option<Self> {
        let result: Self = serde_json::from_value(payload).ok()?;
        let time = result.current_time.parse::<Timestamp>();
        time.is_ok().then_some(result)
    }
}

#[derive(Deserialize)]
enum RegistrationStatus {
    Accepted,
    Pending,
    Rejected,
}

/// The answer to a StartTransaction.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StartResult {
    pub(super) transaction_id: i32,
    pub(super) id_tag_info: IdTagInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct IdTagInfo {
    pub(super) status: AuthorizationStatus,
    #[serde(rename = "expiryDate")]
    _expiry_date: Option<String>,
    #[serde(rename = "parentIdTag")]
    _parent_id_tag: Option<String>,
}

#[derive(PartialEq, Deserialize)]
pub(super) enum AuthorizationStatus {
    Accepted,
    Blocked,
    Expired,
    Invalid,
    ConcurrentTx,
}
