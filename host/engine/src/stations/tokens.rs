//! Whose a token is under which a station charges.

use chargetap_fleet::site::Station;
use sha2::{Digest as _, Sha256};

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;

/// The id of the session that may have this token: stations may change its capitals.
pub(super) fn session_of_token(token: &str) -> String {
    token.trim().to_ascii_uppercase()
}

/// The number by which a station of OCPP 2.x reports that a transaction came from a remote start under this token.
#[must_use]
pub fn remote_start_number(token: &str) -> i32 {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(token));
    i32::from_be_bytes([a & 0x7f, b, c, d])
}

/// Whether the operator lets this token charge at this station.
pub(super) fn is_local_token(gateway: &Gateway<impl Platform>, station: &str, token: &str) -> bool {
    let records = gateway.fleet.records();
    let recorded = records.get::<Station>(station);
    // Once its record says how it connects, the configuration counts for it no more.
    let configured = match recorded.is_some_and(Station::may_connect) {
        true => None,
        false => gateway.config.stations.get(station),
    };
    let recorded = recorded.into_iter().flat_map(|it| &it.details.local_tokens);
    let configured = configured.into_iter().flat_map(|it| &it.local_tokens);
    let mut tokens = recorded
        .map(|it| it.as_str())
        .chain(configured.map(String::as_str));
    tokens.any(|it| it.eq_ignore_ascii_case(token.trim()))
}

/// Whether somebody charges under a token whom a central system above knows: it is none of a session's, wherever that
/// has its EVSE.
pub(super) async fn is_of_others(
    gateway: &Gateway<impl Platform>,
    station: &str,
    token: &str,
) -> Result<bool, EngineError> {
    if gateway.config.upstream.is_none() {
        return Ok(false);
    }
    let session = session_of_token(token);
    let found = store::sessions::of_start(&gateway.platform, station, None, &session).await?;
    Ok(found.is_none())
}
