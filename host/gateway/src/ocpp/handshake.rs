//! Who may connect as a station.

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chargetap_fleet::text::loggable;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq as _;

use super::{Shared, StationEvents, Stations, connection};

const SUBPROTOCOL: &str = "ocpp1.6";
/// More than any message of OCPP 1.6 that is answered here needs.
const MAX_MESSAGE_BYTES: usize = 256 * 1024;

pub(super) async fn connect<E: StationEvents>(
    State(Stations(shared)): State<Stations<E>>,
    Path(identity): Path<String>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !is_authentic(&shared, &identity, &headers) {
        let station = loggable(&identity);
        tracing::warn!(station, "a station was refused: unknown, or wrong password");
        let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"ocpp\", charset=\"UTF-8\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade.protocols([SUBPROTOCOL]),
        Err(rejection) => return rejection.into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        tracing::warn!(
            station = identity,
            "a station was refused: it does not speak OCPP 1.6"
        );
        return (StatusCode::BAD_REQUEST, "the subprotocol must be ocpp1.6").into_response();
    }
    upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| connection::serve(shared, identity, socket))
}

/// Whether the caller is the station of this identity, by Basic authentication.
fn is_authentic<E>(shared: &Shared<E>, identity: &str, headers: &HeaderMap) -> bool {
    let Some(password) = shared.passwords.get(identity) else {
        return false;
    };
    let Some(credentials) = basic_credentials(headers) else {
        return false;
    };
    let given = credentials
        .strip_prefix(identity.as_bytes())
        .and_then(|rest| rest.strip_prefix(b":"));
    // In a time that tells nothing about the password but its length.
    given.is_some_and(|given| password.expose_secret().as_bytes().ct_eq(given).into())
}

/// The decoded `user:password` of the request. OCPP lets a password be any bytes.
fn basic_credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    STANDARD.decode(encoded.trim()).ok()
}
