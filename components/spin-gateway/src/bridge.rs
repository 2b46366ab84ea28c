//! Commands to stations, by way of the bridge that holds their connections.
//!
//! The bridge is told `POST {url}/stations/{station}/start` or `/stop`, and answers for the
//! station: 2xx is its yes, 4xx its no. It is shown the station's own password, so that nobody else
//! can make stations start.

use chargetap_engine::http::{Method, SendError};
use chargetap_engine::platform::StationAnswer;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::outbound::{self, Outbound};

/// How long the bridge may take to learn a station's answer, in milliseconds.
const TIMEOUT: u64 = 30_000;

/// What a station is to do.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Order<'a> {
    Start { connector: u32, id_tag: &'a str },
    Stop { transaction: i32 },
}

/// Have the bridge at `url` pass an order on to a station.
pub(crate) async fn tell(
    url: &str,
    station: &str,
    password: &SecretString,
    order: &Order<'_>,
) -> StationAnswer {
    let path = match order {
        Order::Start { .. } => "start",
        Order::Stop { .. } => "stop",
    };
    let Ok(body) = serde_json::to_vec(order) else {
        return StationAnswer::NotConnected;
    };
    let station = utf8_percent_encode(station, NON_ALPHANUMERIC);
    let request = Outbound {
        method: Method::Post,
        url: format!("{url}/stations/{station}/{path}"),
        headers: vec![(
            "authorization",
            format!("Bearer {}", password.expose_secret()),
        )],
        body,
    };
    match outbound::send(request, TIMEOUT).await {
        Ok(answer) => match answer.status {
            200..=299 => StationAnswer::Accepted,
            // The bridge's own trouble says nothing of the station.
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
