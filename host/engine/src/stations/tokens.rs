//! Whose a token is under which a station charges.

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
    let found = gateway.config.stations.get(station);
    found.is_some_and(|station| {
        let mut tokens = station.local_tokens.iter();
        tokens.any(|it| it.eq_ignore_ascii_case(token.trim()))
    })
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
