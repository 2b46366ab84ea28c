//! What the central system answers a station of OCPP 2.0.1 or 2.1.

use anyhow::ensure;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::read_interval;
use crate::station::transaction::EventAnswer;
use crate::station::version::Version;

pub(in super::super) fn heartbeat_interval(payload: Value) -> anyhow::Result<u64> {
    let answer: BootAnswer = serde_json::from_value(payload)?;
    read_interval(answer.interval, &answer.current_time)
}

/// The answer to a TransactionEvent. A token that nothing is said about may go on charging.
pub(in super::super) fn event_answer(
    version: Version,
    payload: Value,
) -> anyhow::Result<EventAnswer> {
    let answer: TransactionEventAnswer = serde_json::from_value(payload)?;
    let new_in_21 =
        answer.transaction_limit.is_some() || answer.updated_personal_message_extra.is_some();
    ensure!(
        version == Version::V2_1 || !new_in_21,
        "OCPP {version} has neither limits of transactions nor extra messages"
    );
    let (refused, personal_message) = match answer.id_token_info {
        Some(info) => (
            info.status != AuthorizationStatus::Accepted,
            info.personal_message,
        ),
        None => (false, None),
    };
    let message = answer.updated_personal_message.or(personal_message);
    Ok(EventAnswer {
        transaction_id: None,
        refused,
        total_cost: answer.total_cost,
        message: message.map(|message| message.read(version)).transpose()?,
        cost_limit: answer.transaction_limit.and_then(|limit| limit.max_cost),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BootAnswer {
    current_time: String,
    interval: i32,
    #[serde(rename = "status")]
    _status: RegistrationStatus,
    #[serde(rename = "statusInfo")]
    _status_info: Option<IgnoredAny>,
}

#[derive(Deserialize)]
enum RegistrationStatus {
    Accepted,
    Pending,
    Rejected,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TransactionEventAnswer {
    total_cost: Option<f64>,
    #[serde(rename = "chargingPriority")]
    _charging_priority: Option<i32>,
    id_token_info: Option<IdTokenInfo>,
    transaction_limit: Option<TransactionLimit>,
    updated_personal_message: Option<MessageContent>,
    updated_personal_message_extra: Option<Vec<MessageContent>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IdTokenInfo {
    status: AuthorizationStatus,
    #[serde(rename = "cacheExpiryDateTime")]
    _cache_expiry_date_time: Option<String>,
    #[serde(rename = "chargingPriority")]
    _charging_priority: Option<i32>,
    #[serde(rename = "language1")]
    _language1: Option<String>,
    #[serde(rename = "language2")]
    _language2: Option<String>,
    #[serde(rename = "evseId")]
    _evse_id: Option<Vec<u32>>,
    #[serde(rename = "groupIdToken")]
    _group_id_token: Option<IgnoredAny>,
    personal_message: Option<MessageContent>,
}

#[derive(PartialEq, Deserialize)]
enum AuthorizationStatus {
    Accepted,
    Blocked,
    ConcurrentTx,
    Expired,
    Invalid,
    NoCredit,
    NotAllowedTypeEVSE,
    NotAtThisLocation,
    NotAtThisTime,
    Unknown,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageContent {
    #[serde(rename = "format")]
    _format: MessageFormat,
    #[serde(rename = "language")]
    _language: Option<String>,
    content: String,
}

impl MessageContent {
    fn read(self, version: Version) -> anyhow::Result<String> {
        let most_chars = if version == Version::V2_1 { 1_024 } else { 512 };
        ensure!(
            self.content.chars().count() <= most_chars,
            "the message is too long"
        );
        Ok(self.content)
    }
}

#[derive(Deserialize)]
enum MessageFormat {
    #[serde(rename = "ASCII")]
    Ascii,
    #[serde(rename = "HTML")]
    Html,
    #[serde(rename = "URI")]
    Uri,
    #[serde(rename = "UTF8")]
    Utf8,
    #[serde(rename = "QRCODE")]
    QrCode,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TransactionLimit {
    max_cost: Option<f64>,
    #[serde(rename = "maxEnergy")]
    _max_energy: Option<f64>,
    #[serde(rename = "maxTime")]
    _max_time: Option<i64>,
    #[serde(rename = "maxSoC")]
    _max_soc: Option<u8>,
}
