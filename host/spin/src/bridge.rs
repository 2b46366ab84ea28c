//! Orders to stations, through the bridge that holds their connections.
//!
//! The bridge is sent `POST {url}/stations/{station}/start`, `/stop`, `/reset`, `/unlock`, `/trigger` or
//! `/configure`, and answers for the station: 2xx means accepted, 4xx rejected, and 202 that it does later what
//! people have it do. The bearer token is the station's own password, so that only the application can make stations
//! start.

use chargetap_engine::http::{Method, ProviderRequest, SendError};
use chargetap_engine::platform::{StationAnswer, StationOrder};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::outbound;

/// How long the bridge may take to learn a station's answer, in milliseconds.
const TIMEOUT: u64 = 30_000;

/// Have the bridge at `url` pass an order on to a station.
pub(crate) async fn order(
    url: &str,
    station: &str,
    password: &SecretString,
    order: StationOrder<'_>,
) -> StationAnswer {
    let may_be_later = !matches!(
        order,
        StationOrder::Start { .. } | StationOrder::Stop { .. }
    );
    let (path, body) = match order {
        StationOrder::Start { connector, id_tag } => {
            ("start", json!({"connector": connector, "id_tag": id_tag}))
        }
        StationOrder::Stop { transaction, .. } => ("stop", json!({"transaction": transaction})),
        StationOrder::Reset { is_hard } => ("reset", json!({"hard": is_hard})),
        StationOrder::Unlock { connector } => ("unlock", json!({"connector": connector})),
        StationOrder::Trigger { message, connector } => (
            "trigger",
            json!({"message": message, "connector": connector}),
        ),
        StationOrder::Configure { key, value } => {
            ("configure", json!({"key": key, "value": value.expose()}))
        }
    };
    let station = utf8_percent_encode(station, NON_ALPHANUMERIC);
    let authorization = format!("Bearer {}", password.expose_secret());
    let request = ProviderRequest {
        method: Method::POST,
        url: format!("{url}/stations/{station}/{path}"),
        headers: vec![("authorization", authorization)],
        body: Some(body.to_string()),
    };
    match outbound::send(request, TIMEOUT).await {
        Ok(answer) => match answer.status {
            202 if may_be_later => StationAnswer::Later,
            200..=299 => StationAnswer::Accepted,
            // These are failures of the bridge, not the station's answer.
            408 | 425 | 429 => StationAnswer::Unknown,
            400..=499 => StationAnswer::Rejected,
            _ => StationAnswer::Unknown,
        },
        Err(SendError::NotSent(error)) => {
            tracing::warn!(error, "the station bridge cannot be reached");
            StationAnswer::NotConnected
        }
        Err(SendError::Lost(error)) => {
            tracing::warn!(error, "the station bridge's answer is lost");
            StationAnswer::Unknown
        }
    }
}
