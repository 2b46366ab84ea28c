//! The endpoints of callbacks and their keys.

use chargetap_contract::callback::{Endpoint, KeyInfo, Scheme, SignatureHeader};
use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::place::{Place, anything, repeated};
use super::tables::{Element, Table};
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
    secret: Spanned<SecretSource>,
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

impl Table for KeyTable {
    const NEEDS: &'static [&'static str] = &["id", "secret"];
}

impl Table for WebhookTable {
    const NEEDS: &'static [&'static str] = &["id", "scheme", "keys"];
}

/// Payter's endpoint, and those of other payment providers.
pub(super) fn endpoints(
    place: &Place<'_>,
    payter_keys: Option<Spanned<Vec<Element<KeyTable>>>>,
    webhooks: Option<Spanned<Vec<Element<WebhookTable>>>>,
) -> Option<Vec<CallbackEndpoint>> {
    let payter = payter_keys.and_then(|tables| {
        let at = tables.span();
        let tables = tables.into_inner().into_iter();
        let tables: Option<Vec<_>> = tables.map(|element| element.table).collect();
        Some(CallbackEndpoint {
            endpoint: Endpoint {
                id: PAYTER.to_owned(),
                scheme: Scheme::CapabilityUrl,
                tolerance: None,
            },
            keys: keys(place, "callback_keys", &Spanned::new(at, tables?))?,
        })
    });
    let mut ids = vec![PAYTER.to_owned()];
    let mut others = Vec::new();
    for element in webhooks?.into_inner() {
        let endpoint = element.table.and_then(|table| {
            place.take(check_id(place, &table.id, &ids));
            ids.push(table.id.get_ref().clone());
            webhook(place, table)
        });
        others.push(endpoint);
    }
    let endpoints = std::iter::once(payter).chain(others);
    endpoints.collect()
}

fn check_id(place: &Place<'_>, id: &Spanned<String>, others: &[String]) -> Result<(), ConfigError> {
    if others.contains(id.get_ref()) {
        return Err(repeated(place, "webhooks.id", id));
    }
    match is_path_segment(id.get_ref()) {
        true => Ok(()),
        false => {
            let problem = "it is the end of a URL: 1 to 64 of a-z 0-9 - _".into();
            Err(place.error("webhooks.id", id, problem))
        }
    }
}

fn webhook(place: &Place<'_>, table: WebhookTable) -> Option<CallbackEndpoint> {
    let keys = keys(place, "webhooks.keys", &table.keys);
    let scheme = place.take(scheme(place, &table));
    let tolerance = place.take(tolerance(place, &table));
    Some(CallbackEndpoint {
        keys: keys?,
        endpoint: Endpoint {
            scheme: scheme?,
            tolerance: tolerance?,
            id: table.id.into_inner(),
        },
    })
}

fn is_path_segment(id: &str) -> bool {
    let known =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(known)
}

fn keys(place: &Place<'_>, key: &str, tables: &Spanned<Vec<KeyTable>>) -> Option<Vec<CallbackKey>> {
    if tables.get_ref().is_empty() {
        place.add(place.error(key, tables, "at least one key is needed".into()));
    }
    let mut keys: Vec<CallbackKey> = Vec::new();
    let mut is_good = true;
    for table in tables.get_ref() {
        if keys.iter().any(|it| it.info.id == *table.id.get_ref()) {
            place.add(repeated(place, &format!("{key}.id"), &table.id));
        }
        place.check_secret(&format!("{key}.secret"), &table.secret, anything);
        let moment = |name: &str, value: &Option<Spanned<Datetime>>| match value {
            Some(value) => place
                .take(moment(place, &format!("{key}.{name}"), value))
                .map(Some),
            None => Some(None),
        };
        let not_before = moment("not_before", &table.not_before);
        let not_after = moment("not_after", &table.not_after);
        let (Some(not_before), Some(not_after)) = (not_before, not_after) else {
            is_good = false;
            continue;
        };
        keys.push(CallbackKey {
            info: KeyInfo {
                id: table.id.get_ref().clone(),
                not_before,
                not_after,
            },
            secret: table.secret.get_ref().clone(),
        });
    }
    is_good.then_some(keys)
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
