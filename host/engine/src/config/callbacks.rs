//! The endpoints of callbacks and their keys.

use chargetap_contract::callback::{Endpoint, KeyInfo, Scheme, SignatureHeader};
use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::place::{Place, repeated};
use super::{CallbackEndpoint, CallbackKey, ConfigError, PAYTER, SecretSource};

const SECOND: u64 = 1_000;
/// The longest tolerance, in seconds: what was signed longer ago is a replay.
const MOST_TOLERANCE_S: u64 = 24 * 60 * 60;
const DEFAULT_HEADER: &str = "X-Hub-Signature-256";
const DEFAULT_PREFIX: &str = "sha256=";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyTable {
    id: Spanned<String>,
    secret: SecretSource,
    not_before: Option<Spanned<Datetime>>,
    not_after: Option<Spanned<Datetime>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookTable {
    id: Spanned<String>,
    scheme: SchemeName,
    header: Option<Spanned<String>>,
    prefix: Option<Spanned<String>>,
    tolerance_s: Option<Spanned<u64>>,
    keys: Spanned<Vec<KeyTable>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum SchemeName {
    StandardWebhooks,
    Stripe,
    Adyen,
    RawBody,
    HttpMessageSignature,
}

/// Payter's endpoint, and those of other payment providers.
pub(super) fn endpoints(
    place: &Place<'_>,
    payter_keys: &Spanned<Vec<KeyTable>>,
    webhooks: Vec<WebhookTable>,
) -> Result<Vec<CallbackEndpoint>, ConfigError> {
    let payter = Endpoint {
        id: PAYTER.to_owned(),
        scheme: Scheme::CapabilityUrl,
        tolerance: None,
    };
    let mut endpoints = vec![CallbackEndpoint {
        endpoint: payter,
        keys: keys(place, "callback_keys", payter_keys)?,
    }];
    for table in webhooks {
        if endpoints
            .iter()
            .any(|it| it.endpoint.id == *table.id.get_ref())
        {
            return Err(repeated(place, "webhooks.id", &table.id));
        }
        if !is_path_segment(table.id.get_ref()) {
            let problem = "it is the end of a URL: 1 to 64 of a-z 0-9 - _".into();
            return Err(place.error("webhooks.id", &table.id, problem));
        }
        endpoints.push(CallbackEndpoint {
            keys: keys(place, "webhooks.keys", &table.keys)?,
            endpoint: Endpoint {
                scheme: scheme(place, &table)?,
                tolerance: tolerance(place, &table)?,
                id: table.id.into_inner(),
            },
        });
    }
    Ok(endpoints)
}

fn is_path_segment(id: &str) -> bool {
    let known =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(known)
}

fn keys(
    place: &Place<'_>,
    key: &str,
    tables: &Spanned<Vec<KeyTable>>,
) -> Result<Vec<CallbackKey>, ConfigError> {
    if tables.get_ref().is_empty() {
        return Err(place.error(key, tables, "at least one key is needed".into()));
    }
    let mut keys: Vec<CallbackKey> = Vec::new();
    for table in tables.get_ref() {
        if keys.iter().any(|it| it.info.id == *table.id.get_ref()) {
            return Err(repeated(place, &format!("{key}.id"), &table.id));
        }
        let moment = |name: &str, value: &Option<Spanned<Datetime>>| {
            let value = value.as_ref();
            value
                .map(|value| moment(place, &format!("{key}.{name}"), value))
                .transpose()
        };
        keys.push(CallbackKey {
            info: KeyInfo {
                id: table.id.get_ref().clone(),
                not_before: moment("not_before", &table.not_before)?,
                not_after: moment("not_after", &table.not_after)?,
            },
            secret: table.secret.clone(),
        });
    }
    Ok(keys)
}

/// A moment in milliseconds since 1970.
fn moment(place: &Place<'_>, key: &str, value: &Spanned<Datetime>) -> Result<u64, ConfigError> {
    let parsed: Option<Timestamp> = value.get_ref().to_string().parse().ok();
    parsed
        .and_then(|moment| u64::try_from(moment.as_millisecond()).ok())
        .ok_or_else(|| {
            let problem = "needs a time and an offset, such as 2026-12-31T23:59:59Z".into();
            place.error(key, value, problem)
        })
}

fn scheme(place: &Place<'_>, table: &WebhookTable) -> Result<Scheme, ConfigError> {
    let only_raw_body = "is for the scheme raw-body only";
    if table.scheme != SchemeName::RawBody {
        for (key, value) in [
            ("webhooks.header", &table.header),
            ("webhooks.prefix", &table.prefix),
        ] {
            if let Some(value) = value {
                return Err(place.error(key, value, only_raw_body.into()));
            }
        }
    }
    let or = |value: &Option<Spanned<String>>, default: &str| {
        let value = value.as_ref().map(|value| value.get_ref().clone());
        value.unwrap_or_else(|| default.to_owned())
    };
    Ok(match table.scheme {
        SchemeName::StandardWebhooks => Scheme::StandardWebhooks,
        SchemeName::Stripe => Scheme::Stripe,
        SchemeName::Adyen => Scheme::Adyen,
        SchemeName::RawBody => Scheme::RawBody(SignatureHeader {
            name: or(&table.header, DEFAULT_HEADER),
            prefix: or(&table.prefix, DEFAULT_PREFIX),
        }),
        SchemeName::HttpMessageSignature => Scheme::HttpMessageSignature,
    })
}

fn tolerance(place: &Place<'_>, table: &WebhookTable) -> Result<Option<u64>, ConfigError> {
    let Some(value) = &table.tolerance_s else {
        return Ok(None);
    };
    match *value.get_ref() {
        seconds @ 1..=MOST_TOLERANCE_S => Ok(Some(seconds * SECOND)),
        _ => {
            let problem = format!("must be from 1 to {MOST_TOLERANCE_S} seconds");
            Err(place.error("webhooks.tolerance_s", value, problem))
        }
    }
}
