//! Who may connect as a station, and who is held pending.
//!
//! Stations are given addresses by hand, so more than `/ocpp/IDENTITY` is understood: whatever path a WebSocket is
//! opened at, its last segment is the identity. Empty segments name nothing.

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{
    AUTHORIZATION, CONNECTION, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL, UPGRADE, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use chargetap_engine::RecordedAccess;
use chargetap_engine::platform::PendingStation;
use chargetap_fleet::text::loggable;
use chargetap_ocpp::report::Boot;
use chargetap_ocpp::{BASE64, Version};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use super::proofs::{Busy, Proofs};
use super::upstream::Upstream;
use super::{Shared, StationAccess, StationEvents, Stations, Unavailable, connection, pending};
use crate::connections::{Client, Place};

/// The largest message that is read. A day's transaction with a sample a minute needs 2 MiB.
pub(super) const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
/// How much is read from a socket at once. Every connection keeps a buffer of this size.
pub(super) const READ_BUFFER_BYTES: usize = 2 * 1024;

/// Why a caller is not let in.
#[derive(Debug, PartialEq, Eq, Error)]
enum Refusal {
    #[error("there is no station of this identity")]
    UnknownIdentity,
    #[error("no client certificate")]
    NoCertificate,
    #[error("the client certificate has another common name, {:?}", loggable(.0))]
    OtherCertificate(String),
    #[error("wrong password, or none")]
    WrongPassword,
    #[error("too many wrong passwords")]
    TooManyWrongPasswords,
    #[error("too many stations connect at once to compare all their passwords")]
    Busy,
    #[error(
        "{} stations that are not on record are held pending already, or {} of this address: see to those first",
        pending::MOST,
        pending::MOST_OF_SOURCE
    )]
    TooManyPending,
}

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
    if !*stations.0.is_open.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response();
    }
    let (parts, _) = request.into_parts();
    connect(stations, parts).await
}

async fn connect<E: StationEvents>(Stations(shared): Stations<E>, parts: Parts) -> Response {
    let client = parts.extensions.get::<Client>().cloned();
    let (source, common_name) =
        client.map_or_else(Default::default, |it| (it.source, it.common_name));
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
    let common_name = common_name.as_deref();
    let can_be = pending::may_be_held(&identity) || shared.stations.contains_key(&identity);
    if !can_be {
        return refuse(&shared, &identity, &source, &Refusal::UnknownIdentity);
    }
    if !may_try {
        return refuse(&shared, &identity, &source, &Refusal::TooManyWrongPasswords);
    }
    let Ok(access) = access(&shared, &identity).await else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response();
    };
    let is_known = match access {
        None if pending::may_be_held(&identity) => Ok(false),
        None => Err(Refusal::UnknownIdentity),
        Some(access) => {
            let caller = Caller {
                identity: &identity,
                common_name,
                headers: &parts.headers,
            };
            // Counted before the comparison, as who leaves during it must not try for free.
            let now = (shared.clock)();
            if !shared.refusals.count(&source, &identity, now) {
                return refuse(&shared, &identity, &source, &Refusal::TooManyWrongPasswords);
            }
            let admitted = admit(&shared.proofs, access, &caller).await;
            if admitted != Err(Refusal::WrongPassword) {
                shared.refusals.give_back(&source, &identity);
            }
            admitted.map(|()| true)
        }
    };
    let is_known = match is_known {
        Ok(is_known) => is_known,
        Err(refusal) => return refuse(&shared, &identity, &source, &refusal),
    };
    let offered = offered(&parts.headers);
    let Some((mut version, mut subprotocol)) = negotiate(&offered) else {
        if shared.refusals.is_logged(&source, (shared.clock)()) {
            let offered = loggable(&offered.join(", "));
            tracing::warn!(
                station = identity,
                offered,
                "a station was refused: it speaks no version of OCPP that is known here"
            );
        }
        let advice = "the subprotocol must be ocpp1.6, ocpp2.0.1 or ocpp2.1";
        return (StatusCode::BAD_REQUEST, advice).into_response();
    };
    if !is_known {
        let has_certificate = common_name == Some(identity.as_str());
        let station = PendingStation {
            id: identity,
            source,
            since: (shared.clock)(),
            ocpp: version.name().to_owned(),
            has_password: shows_password(&parts.headers),
            has_certificate,
            boot: Boot::default(),
        };
        return hold(shared, station, version, subprotocol, parts).await;
    }
    let mut upstream = None;
    if let Some(above) = &shared.upstream {
        // Requests need not wait for the central system, however many stations do.
        if let Some(place) = parts.extensions.get::<Place>() {
            place.leave();
        }
        // A central system may allow one connection of a station.
        let older = shared.links().get(&identity).map(|it| it.orders.clone());
        connection::close(older).await;
        let credentials = parts.headers.get(AUTHORIZATION);
        let connecting = Upstream::connect(&above.url, &identity, credentials, &offered);
        match Box::pin(connecting).await {
            Ok((connected, chosen, name)) => {
                (version, subprotocol) = (chosen, subprotocol.and(Some(name)));
                upstream = Some(Box::new(connected));
            }
            Err(error) => {
                if shared.refusals.is_logged(&source, (shared.clock)()) {
                    tracing::warn!(
                        station = identity,
                        url = above.url,
                        %error,
                        "a station was refused: the central system above is not there for it"
                    );
                }
                // Without a place, it is not for further requests.
                return (StatusCode::BAD_GATEWAY, [(CONNECTION, "close")]).into_response();
            }
        }
    }
    match upgrade(parts, subprotocol, MAX_MESSAGE_BYTES).await {
        Ok(upgrade) => upgrade.on_upgrade(move |socket| {
            connection::serve(shared, identity, version, socket, upstream)
        }),
        Err(rejection) => rejection.into_response(),
    }
}

/// By what a station proves who it is.
enum Access<'a> {
    /// With the password in the configuration, if that is taken as well.
    Recorded(RecordedAccess, Option<&'a SecretString>),
    Configured(&'a StationAccess),
}

/// What a station has to show; nothing if none of this identity may connect. What its record says counts.
async fn access<'a, E: StationEvents>(
    shared: &'a Shared<E>,
    identity: &str,
) -> Result<Option<Access<'a>>, Unavailable> {
    let configured = shared.stations.get(identity);
    match shared.events.access(identity).await {
        Ok(Some(recorded)) => {
            let password = configured.and_then(|it| it.password.as_ref());
            let password = password.filter(|_| recorded.takes_configured);
            Ok(Some(Access::Recorded(recorded, password)))
        }
        Ok(None) => Ok(configured.map(Access::Configured)),
        // Who keeps the records is away. What the configuration says counts meanwhile.
        Err(Unavailable) => match configured {
            Some(configured) => Ok(Some(Access::Configured(configured))),
            None => Err(Unavailable),
        },
    }
}

/// Holds a station of an unknown identity pending, if there is a place for it.
async fn hold<E: StationEvents>(
    shared: Arc<Shared<E>>,
    station: PendingStation,
    version: Version,
    subprotocol: Option<&'static str>,
    parts: Parts,
) -> Response {
    let (identity, source) = (station.id.clone(), station.source.clone());
    let upgrade = match upgrade(parts, subprotocol, pending::MAX_MESSAGE_BYTES).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let Some(place) = shared.pending.hold(station) else {
        return refuse(&shared, &identity, &source, &Refusal::TooManyPending);
    };
    if !place.is_replacement && shared.refusals.is_logged(&source, (shared.clock)()) {
        tracing::warn!(
            station = identity,
            source,
            ocpp = version.name(),
            "a station that may not connect is held pending: `chargetap fleet station show` says more"
        );
    }
    upgrade.on_upgrade(move |socket| pending::serve(shared, place, version, socket))
}

/// The request as a WebSocket that reads no longer messages.
async fn upgrade(
    mut parts: Parts,
    subprotocol: Option<&'static str>,
    longest: usize,
) -> Result<WebSocketUpgrade, WebSocketUpgradeRejection> {
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await?;
    let upgrade = upgrade
        .protocols(subprotocol)
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(longest)
        .max_frame_size(longest);
    Ok(upgrade)
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

/// Answers who is not let in.
fn refuse<E>(shared: &Shared<E>, identity: &str, source: &str, refusal: &Refusal) -> Response {
    if shared.refusals.is_logged(source, (shared.clock)()) {
        let station = loggable(identity);
        tracing::warn!(station, source, reason = %refusal, "a station was refused");
    }
    match refusal {
        Refusal::Busy => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]).into_response(),
        Refusal::TooManyWrongPasswords => {
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "5")]).into_response()
        }
        Refusal::TooManyPending => {
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "60")]).into_response()
        }
        _ => {
            let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"ocpp\", charset=\"UTF-8\"")];
            (StatusCode::UNAUTHORIZED, challenge).into_response()
        }
    }
}

/// What a caller shows.
struct Caller<'a> {
    identity: &'a str,
    /// That of its client certificate.
    common_name: Option<&'a str>,
    headers: &'a HeaderMap,
}

/// Whether the caller is the station of this identity, by all that the station must show. Nobody can try
/// passwords without the certificate that is needed as well.
async fn admit(proofs: &Proofs, access: Access<'_>, caller: &Caller<'_>) -> Result<(), Refusal> {
    let needs_certificate = match &access {
        Access::Recorded(it, _) => it.client_certificate,
        Access::Configured(it) => it.client_certificate,
    };
    if needs_certificate {
        match caller.common_name {
            Some(name) if name == caller.identity => {}
            Some(name) => return Err(Refusal::OtherCertificate(name.to_owned())),
            None => return Err(Refusal::NoCertificate),
        }
    }
    let shown = caller.password();
    let is_proven = match access {
        Access::Recorded(it, configured) if !it.passwords.is_empty() => match shown {
            Some(shown) if configured.is_some_and(|it| is_password(it.expose_secret(), &shown)) => {
                true
            }
            Some(shown) => {
                let is_shown = proofs.is_shown(caller.identity, it.passwords, shown).await;
                is_shown.map_err(|Busy| Refusal::Busy)?
            }
            None => false,
        },
        Access::Configured(StationAccess {
            password: Some(password),
            ..
        }) => shown.is_some_and(|shown| is_password(password.expose_secret(), &shown)),
        Access::Recorded(..) | Access::Configured(_) => needs_certificate,
    };
    match is_proven {
        true => Ok(()),
        false => Err(Refusal::WrongPassword),
    }
}

impl Caller<'_> {
    /// The password that it shows with its identity, by Basic authentication.
    fn password(&self) -> Option<Vec<u8>> {
        let credentials = basic_credentials(self.headers)?;
        let password = credentials
            .strip_prefix(self.identity.as_bytes())?
            .strip_prefix(b":")?;
        Some(password.to_vec())
    }
}

/// Whether the caller shows any password, by Basic authentication.
fn shows_password(headers: &HeaderMap) -> bool {
    let credentials = basic_credentials(headers).unwrap_or_default();
    let mut parts = credentials.splitn(2, |byte| *byte == b':');
    parts.nth(1).is_some_and(|password| !password.is_empty())
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
    use chargetap_fleet::credential::PasswordHash;

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

    fn caller<'a>(common_name: Option<&'a str>, headers: &'a HeaderMap) -> Caller<'a> {
        Caller {
            identity: "CT-03",
            common_name,
            headers,
        }
    }

    #[tokio::test]
    async fn a_station_is_let_in_by_all_that_it_must_show() {
        use Refusal::{NoCertificate, OtherCertificate, WrongPassword};

        let proofs = Proofs::new();

        let by = |password: bool, client_certificate| StationAccess {
            password: password.then(|| "correct horse".into()),
            client_certificate,
        };
        let (password, certificate, both) = (by(true, false), by(false, true), by(true, true));
        let other = || Err(OtherCertificate("CT-04".to_owned()));
        for (station, shown, given, expected) in [
            (&password, None, "correct horse", Ok(())),
            (&password, Some("CT-04"), "correct horse", Ok(())),
            (&password, Some("CT-03"), "wrong", Err(WrongPassword)),
            (&certificate, Some("CT-03"), "", Ok(())),
            (&certificate, Some("CT-04"), "correct horse", other()),
            (&certificate, None, "correct horse", Err(NoCertificate)),
            (&both, Some("CT-03"), "correct horse", Ok(())),
            (&both, Some("CT-03"), "wrong", Err(WrongPassword)),
            (&both, Some("CT-04"), "correct horse", other()),
            (&both, None, "correct horse", Err(NoCertificate)),
        ] {
            let credentials = BASE64.encode(format!("CT-03:{given}"));
            let value = format!("Basic {credentials}").parse().unwrap();
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            let recorded = RecordedAccess {
                passwords: station
                    .password
                    .iter()
                    .map(|it| PasswordHash::of(it.expose_secret().as_bytes(), "1").unwrap())
                    .collect(),
                client_certificate: station.client_certificate,
                takes_configured: false,
            };
            for access in [
                Access::Configured(station),
                Access::Recorded(recorded, None),
            ] {
                let admitted = admit(&proofs, access, &caller(shown, &headers)).await;
                assert_eq!(admitted, expected, "{station:?} {shown:?} {given}");
            }
        }
    }

    #[tokio::test]
    async fn the_password_of_the_configuration_is_taken_for_a_while_after_another_one_is_on_record()
    {
        let value = format!("Basic {}", BASE64.encode("CT-03:of the file"));
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        let configured = SecretString::from("of the file");
        for (configured, expected) in [
            (Some(&configured), Ok(())),
            (None, Err(Refusal::WrongPassword)),
        ] {
            let recorded = RecordedAccess {
                passwords: vec![PasswordHash::of(b"of the record", "1").unwrap()],
                ..RecordedAccess::default()
            };
            let access = Access::Recorded(recorded, configured);
            let admitted = admit(&Proofs::new(), access, &caller(None, &headers)).await;
            assert_eq!(admitted, expected);
        }
    }

    #[tokio::test]
    async fn a_certificate_without_a_name_is_nobodys() {
        let station = StationAccess {
            password: None,
            client_certificate: true,
        };
        let headers = HeaderMap::new();
        let caller = caller(Some(""), &headers);
        let admitted = admit(&Proofs::new(), Access::Configured(&station), &caller).await;
        assert_eq!(admitted, Err(Refusal::OtherCertificate(String::new())));
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
