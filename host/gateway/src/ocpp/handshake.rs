//! Who may connect as a station.
//!
//! Stations are given addresses by hand, so more than `/ocpp/IDENTITY` is understood: whatever path a WebSocket is
//! opened at, its last segment is the identity. Empty segments name nothing.

use std::net::SocketAddr;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts as _, Request, State};
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL, UPGRADE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::Version;
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq as _;

use super::upstream::Upstream;
use super::{Shared, StationEvents, Stations, connection};
use crate::server;

/// The largest message that is read. A day's transaction with a sample a minute needs 2 MiB.
pub(super) const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
/// How much is read from a socket at once. Every connection keeps a buffer of this size.
pub(super) const READ_BUFFER_BYTES: usize = 4 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Takes every WebSocket for a station's, and leaves other requests alone.
pub(crate) async fn intercept<E: StationEvents>(
    State(stations): State<Stations<E>>,
    request: Request,
    next: Next,
) -> Response {
    let upgrade = request.headers().get(UPGRADE);
    let is_websocket = upgrade.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if !is_websocket {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    connect(stations, parts).await
}

async fn connect<E: StationEvents>(Stations(shared): Stations<E>, mut parts: Parts) -> Response {
    let source = source(&parts);
    let Some(identity) = identity(parts.uri.path()) else {
        if shared.refusals.is_logged(&source, (shared.clock)()) {
            let path = loggable(parts.uri.path());
            tracing::warn!(
                path,
                source,
                "a station was refused: its address has no identity"
            );
        }
        return (
            StatusCode::NOT_FOUND,
            "the address must end with /ocpp/IDENTITY",
        )
            .into_response();
    };
    let may_try = shared
        .refusals
        .may_try(&source, &identity, (shared.clock)());
    if !may_try || !is_authentic(&shared, &identity, &parts.headers) {
        return refuse(&shared, &identity, &source);
    }
    let offered = offered(&parts.headers);
    let Some((mut version, mut subprotocol)) = negotiate(&offered) else {
        let offered = loggable(&offered.join(", "));
        tracing::warn!(
            station = identity,
            offered,
            "a station was refused: it speaks no version of OCPP that is known here"
        );
        let advice = "the subprotocol must be ocpp1.6, ocpp2.0.1 or ocpp2.1";
        return (StatusCode::BAD_REQUEST, advice).into_response();
    };
    let mut upstream = None;
    if let Some(above) = &shared.upstream {
        let credentials = parts.headers.get(AUTHORIZATION);
        match Upstream::connect(&above.url, &identity, credentials, &offered).await {
            Ok((connected, chosen, name)) => {
                (version, subprotocol) = (chosen, subprotocol.and(Some(name)));
                upstream = Some(connected);
            }
            Err(error) => {
                tracing::warn!(
                    station = identity,
                    url = above.url,
                    %error,
                    "a station was refused: the central system above is not there for it"
                );
                return StatusCode::BAD_GATEWAY.into_response();
            }
        }
    }
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.protocols(subprotocol),
        Err(rejection) => return rejection.into_response(),
    };
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| connection::serve(shared, identity, version, socket, upstream))
}

/// The subprotocols that a station offers.
fn offered(headers: &HeaderMap) -> Vec<String> {
    let headers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let texts = headers.filter_map(|header| header.to_str().ok());
    let names = texts.flat_map(|text| text.split(','));
    names.map(|name| name.trim().to_owned()).collect()
}

/// The version that a station is to speak, and the subprotocol by which it is told. A station that names none speaks
/// OCPP 1.6.
fn negotiate(offered: &[String]) -> Option<(Version, Option<&'static str>)> {
    if offered.is_empty() {
        return Some((Version::V16, None));
    }
    let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
    let (version, subprotocol) = Version::negotiate(&offered)?;
    Some((version, Some(subprotocol)))
}

/// The last segment of the path that is not empty, without percent encoding.
fn identity(path: &str) -> Option<String> {
    let segment = path.rsplit('/').find(|segment| !segment.is_empty())?;
    let identity = percent_decode_str(segment).decode_utf8().ok()?;
    Some(identity.into_owned())
}

/// Where the request comes from.
fn source(parts: &Parts) -> String {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or_else(String::new, |peer| {
        server::source(peer.0.ip(), &parts.headers)
    })
}

/// Answers who is not let in. Wrong passwords of a source are counted.
fn refuse<E>(shared: &Shared<E>, identity: &str, source: &str) -> Response {
    let now = (shared.clock)();
    let is_known = shared.stations.contains_key(identity);
    let may_try = shared.refusals.may_try(source, identity, now);
    let reason = match (is_known, may_try) {
        (false, _) => "there is no station of this identity",
        (true, true) => "wrong password, or none",
        (true, false) => "too many wrong passwords",
    };
    if is_known {
        shared.refusals.count(source, identity, now);
    }
    if shared.refusals.is_logged(source, now) {
        let station = loggable(identity);
        tracing::warn!(station, source, reason, "a station was refused");
    }
    if !may_try {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"ocpp\", charset=\"UTF-8\"")];
    (StatusCode::UNAUTHORIZED, challenge).into_response()
}

/// Whether the caller is the station of this identity, by Basic authentication.
fn is_authentic<E>(shared: &Shared<E>, identity: &str, headers: &HeaderMap) -> bool {
    let Some(station) = shared.stations.get(identity) else {
        return false;
    };
    let Some(credentials) = basic_credentials(headers) else {
        return false;
    };
    let given = credentials
        .strip_prefix(identity.as_bytes())
        .and_then(|rest| rest.strip_prefix(b":"));
    let password = station.password.expose_secret();
    given.is_some_and(|given| is_password(password, given))
}

/// Whether this is the password, or the bytes that it writes in hexadecimal, as stations take it by
/// `AuthorizationKey`. In a time that tells nothing about the password but its length.
fn is_password(password: &str, given: &[u8]) -> bool {
    let is_text = password.as_bytes().ct_eq(given);
    match base16ct::mixed::decode_vec(password) {
        Ok(bytes) => (is_text | bytes.ct_eq(given)).into(),
        Err(_) => is_text.into(),
    }
}

/// The decoded `user:password` of the request. OCPP lets a password be any bytes.
fn basic_credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    BASE64.decode(encoded.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_the_last_segment_whatever_comes_before() {
        for (path, expected) in [
            ("/ocpp/CT-03", Some("CT-03")),
            ("/ocpp///CT-03", Some("CT-03")),
            ("//ocpp/CT-03", Some("CT-03")),
            ("/ocpp/CT-03/", Some("CT-03")),
            ("/steve/websocket/CentralSystemService/CT-03", Some("CT-03")),
            ("/CT-03", Some("CT-03")),
            ("/ocpp/RDAM%20123", Some("RDAM 123")),
            ("/ocpp/site%2FCT-03", Some("site/CT-03")),
            ("/", None),
            ("/ocpp/%FF", None),
        ] {
            assert_eq!(identity(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_password_of_hexadecimal_digits_is_also_the_bytes_that_they_write() {
        let password = "c0ffee00d15ea5ed0123456789abcdef00ff7f80";
        let bytes =
            b"\xc0\xff\xee\x00\xd1\x5e\xa5\xed\x01\x23\x45\x67\x89\xab\xcd\xef\x00\xff\x7f\x80";
        assert!(is_password(password, password.as_bytes()));
        assert!(is_password(password, bytes));
        assert!(is_password(&password.to_uppercase(), bytes));
        assert!(!is_password(password, &bytes[1..]));
        assert!(!is_password("correct horse", b"correct hors"));
    }
}
