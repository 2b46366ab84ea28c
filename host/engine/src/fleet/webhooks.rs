//! Alerts on their way to webhooks, signed by Standard Webhooks.
//!
//! A delivery has 15 s and ten attempts over three days; then it waits for a person.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chargetap_fleet::alert::Webhook;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::records;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::http::{Method, ProviderRequest};
use crate::platform::Platform;
use crate::store;
use crate::store::monitoring::Delivery;

/// How long an address may take to answer, in milliseconds: what the standard recommends.
const TIMEOUT: u64 = 15_000;
/// For how long a claimed delivery is not claimed again, in milliseconds.
const CLAIMED_FOR: u64 = 2 * TIMEOUT;
const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// How long to wait after each attempt, in milliseconds, as the standard recommends: after the last one
/// it is given up.
const RETRY_SCHEDULE: [u64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];

/// Deliver one alert whose time has come. Whether there was one.
pub(crate) async fn deliver_one(gateway: &Gateway<impl Platform>) -> Result<bool, EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let until = now.saturating_add(CLAIMED_FOR);
    let Some(delivery) = store::monitoring::claim_delivery(platform, now, until).await? else {
        return Ok(false);
    };
    let outcome = send(gateway, &delivery, now).await?;
    let attempt = usize::try_from(delivery.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let (status, wait) = match (&outcome, RETRY_SCHEDULE.get(attempt)) {
        (Ok(()), _) => ("delivered", 0),
        (Err(_), Some(wait)) => ("waiting", *wait),
        (Err(_), None) => ("dead", 0),
    };
    let error = outcome.err();
    if let Some(error) = &error {
        let Delivery { webhook, alert, .. } = &delivery;
        tracing::warn!(webhook, alert, status, error, "an alert was not delivered");
    }
    let next_at = platform.now().saturating_add(wait);
    store::monitoring::complete_delivery(platform, &delivery, status, next_at, error.as_deref())
        .await?;
    Ok(true)
}

/// Send an alert; the error, if it did not arrive.
async fn send(
    gateway: &Gateway<impl Platform>,
    delivery: &Delivery,
    now: u64,
) -> Result<Result<(), String>, EngineError> {
    let fleet = records::current(gateway).await?;
    let Some(webhook) = fleet.get::<Webhook>(&delivery.webhook) else {
        return Ok(Err("the webhook was removed".into()));
    };
    let Some(key) = webhook
        .secret
        .expose()
        .strip_prefix("whsec_")
        .and_then(|key| STANDARD.decode(key).ok())
    else {
        return Ok(Err("the webhook's secret is unreadable".into()));
    };
    let body = format!(r#"{{"type":"alert.raised","data":{}}}"#, delivery.body);
    let id = format!("{}-{}", delivery.webhook, delivery.alert);
    let timestamp = (now / SECOND).to_string();
    let signature = sign(&key, &id, &timestamp, &body);
    let request = ProviderRequest {
        method: Method::POST,
        url: webhook.details.url.as_str().to_owned(),
        headers: vec![
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signature),
        ],
        body: Some(body),
    };
    Ok(match gateway.platform.send(request, TIMEOUT).await {
        Ok(response) if (200..300).contains(&response.status) => Ok(()),
        Ok(response) => Err(format!("answered {}", response.status)),
        Err(error) => Err(error.to_string()),
    })
}

/// The signature of a message, as Standard Webhooks writes it.
fn sign(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
