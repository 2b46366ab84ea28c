//! The file's own shape, and the checks that turn it into a [`Config`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::Site;
use serde::Deserialize;
use toml::Spanned;

use super::callbacks::{KeyTable, WebhookTable, endpoints};
use super::issuers::{IssuerTable, issuers};
use super::place::{Place, repeated};
use super::policy::PolicyTable;
use super::tariffs::{TariffTable, tariffs};
use super::terminals::{Known, TerminalTable, terminals};
use super::{Config, ConfigError, Processor, QrScreen, SecretSource, Server, Station};
use crate::local_time;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    server: ServerTable,
    gateway: GatewayTable,
    payter: PayterTable,
    callback_keys: Spanned<Vec<KeyTable>>,
    #[serde(default)]
    webhooks: Vec<WebhookTable>,
    issuers: Spanned<BTreeMap<Processor, IssuerTable>>,
    site: SiteTable,
    #[serde(default)]
    policy: PolicyTable,
    tariffs: Vec<TariffTable>,
    stations: Vec<StationTable>,
    terminals: Vec<TerminalTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ServerTable {
    listen: String,
    database: PathBuf,
    components: PathBuf,
    cache: PathBuf,
}

impl Default for ServerTable {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            database: "chargetap.db".into(),
            components: "components".into(),
            cache: "cache".into(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GatewayTable {
    public_url: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayterTable {
    url: Spanned<String>,
    api_key: SecretSource,
    qr_screen: Option<QrScreen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteTable {
    name: String,
    address: String,
    time_zone: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StationTable {
    id: Spanned<String>,
    password: SecretSource,
    #[serde(default)]
    meters: Vec<MeterTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeterTable {
    connector: u32,
    public_key: Spanned<String>,
}

impl Config {
    /// Read a configuration file's text.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        parse(text)
    }

    /// Put another URL in the place of `gateway.public_url`, for hosts that have it from elsewhere.
    ///
    /// # Errors
    /// It is no URL of http or https.
    pub fn set_public_url(&mut self, url: &str) -> Result<(), String> {
        self.public_url = checked_url(url)?;
        Ok(())
    }

    /// Put another URL in the place of `payter.url`, for hosts that have it from elsewhere.
    ///
    /// # Errors
    /// It is no URL of http or https.
    pub fn set_payter_url(&mut self, url: &str) -> Result<(), String> {
        self.payter_url = checked_url(url)?;
        Ok(())
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    let place = Place::new(text);
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let key = text
            .get(offset..)
            .and_then(|rest| rest.split(['=', ' ', '\n', ']']).next())
            .unwrap_or_default();
        place.error_at(key, offset, error.message().to_owned())
    })?;

    let public_url = url(&place, "gateway.public_url", &file.gateway.public_url)?;
    let payter_url = url(&place, "payter.url", &file.payter.url)?;
    let callback_endpoints = endpoints(&place, &file.callback_keys, file.webhooks)?;
    let time_zone = local_time::find(file.site.time_zone.get_ref())
        .map_err(|problem| place.error("site.time_zone", &file.site.time_zone, problem))?;
    let tariffs = tariffs(&place, file.tariffs)?;
    let stations = stations(&place, file.stations)?;
    let issuers = issuers(&place, file.issuers)?;
    let known = Known {
        tariffs: &tariffs,
        stations: &stations,
    };
    let terminals = terminals(&place, file.terminals, &file.policy, &known)?;
    let policy = match terminals.values().next() {
        Some(terminal) => terminal.policy.clone(),
        None => file.policy.read(&place, &no_tariff(), 2)?,
    };

    Ok(Config {
        policy,
        public_url,
        payter_url,
        payter_api_key: file.payter.api_key,
        callback_endpoints,
        issuers,
        site: Site {
            name: file.site.name,
            address: file.site.address,
            time_zone: file.site.time_zone.into_inner(),
        },
        time_zone,
        stations,
        terminals,
        qr_screen: file.payter.qr_screen,
        server: Server {
            listen: file.server.listen,
            database: file.server.database,
            components: file.server.components,
            cache: file.server.cache,
        },
    })
}

fn url(place: &Place<'_>, key: &str, value: &Spanned<String>) -> Result<String, ConfigError> {
    checked_url(value.get_ref()).map_err(|problem| place.error(key, value, problem))
}

/// A URL without the slash at its end.
fn checked_url(text: &str) -> Result<String, String> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['?', '#']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(format!("{text:?} is not an http(s) URL")),
    }
}

fn stations(
    place: &Place<'_>,
    tables: Vec<StationTable>,
) -> Result<BTreeMap<String, Station>, ConfigError> {
    let mut stations = BTreeMap::new();
    for table in tables {
        if stations.contains_key(table.id.get_ref()) {
            return Err(repeated(place, "stations.id", &table.id));
        }
        let station = Station {
            password: table.password,
            meter_keys: meter_keys(place, table.meters)?,
        };
        stations.insert(table.id.into_inner(), station);
    }
    Ok(stations)
}

/// Whether a key can be used, `receipt-generator` says when it checks with it.
fn meter_keys(
    place: &Place<'_>,
    tables: Vec<MeterTable>,
) -> Result<BTreeMap<u32, String>, ConfigError> {
    let mut keys = BTreeMap::new();
    for MeterTable {
        connector,
        public_key,
    } in tables
    {
        if keys.contains_key(&connector) {
            let problem = format!("connector {connector} has a key already");
            return Err(place.error("stations.meters", &public_key, problem));
        }
        keys.insert(connector, public_key.into_inner());
    }
    Ok(keys)
}

/// That of a session counts.
fn no_tariff() -> Tariff {
    Tariff {
        currency: String::new(),
        tax_included: false,
        elements: Vec::new(),
        min_price: None,
        max_price: None,
        preauthorize_amount: None,
    }
}
