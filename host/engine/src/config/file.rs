//! The file's own shape, and the checks that turn it into a [`Config`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::Site;
use chargetap_fleet::text::StationId;
use chargetap_ocpp::relay::RefusedTokens;
use http::Uri;
use secrecy::ExposeSecret;
use serde::Deserialize;
use toml::Spanned;

use super::callbacks::endpoints;
use super::issuers::issuers;
use super::place::{Place, fits_a_header, is_one_line, repeated};
use super::policy::PolicyTable;
use super::proxies::trusted_proxies;
use super::retention::RetentionTable;
use super::tables::{Element, Table, Tables};
use super::tariffs::tariffs;
use super::terminals::{Known, terminals};
use super::tls::TlsTable;
use super::trust::trust;
use super::{
    AddressError, Config, ConfigError, ConfigErrors, DatabaseAddress, Machine, QrScreen,
    SecretSource, Server, Station, Upstream,
};
use crate::local_time;

/// OCPP asks for passwords of at least so many characters.
const SHORTEST_PASSWORD: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ServerTable {
    listen: Spanned<String>,
    database: Spanned<String>,
    database_password: Option<Spanned<SecretSource>>,
    components: Spanned<PathBuf>,
    keys: Vec<Spanned<PathBuf>>,
    unsigned: Spanned<bool>,
    cache: PathBuf,
    trusted_proxies: Vec<Spanned<String>>,
    tls: Option<TlsTable>,
}

impl Table for ServerTable {
    const NEEDS: &'static [&'static str] = &[];
}

impl Default for ServerTable {
    fn default() -> Self {
        Self {
            listen: Spanned::new(0..0, "127.0.0.1:8080".into()),
            database: Spanned::new(0..0, "chargetap.db".into()),
            database_password: None,
            components: Spanned::new(0..0, "components".into()),
            keys: Vec::new(),
            unsigned: Spanned::new(0..0, false),
            cache: "cache".into(),
            trusted_proxies: Vec::new(),
            tls: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GatewayTable {
    public_url: Spanned<String>,
}

impl Table for GatewayTable {
    const NEEDS: &'static [&'static str] = &["public_url"];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayterTable {
    url: Spanned<String>,
    api_key: Spanned<SecretSource>,
    qr_screen: Option<QrScreen>,
}

impl Table for PayterTable {
    const NEEDS: &'static [&'static str] = &["url", "api_key"];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteTable {
    name: String,
    address: String,
    time_zone: Spanned<String>,
}

impl Table for SiteTable {
    const NEEDS: &'static [&'static str] = &["name", "address", "time_zone"];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StationTable {
    id: Spanned<String>,
    password: Option<Spanned<SecretSource>>,
    client_certificate: Option<Spanned<bool>>,
    #[serde(default)]
    local_tokens: Vec<String>,
    #[serde(default)]
    meters: Vec<MeterTable>,
}

impl Table for StationTable {
    const NEEDS: &'static [&'static str] = &["id"];
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpstreamTable {
    url: Spanned<String>,
    #[serde(default)]
    refused_tokens: RefusedTokens,
}

impl Table for UpstreamTable {
    const NEEDS: &'static [&'static str] = &["url"];
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
    /// Every mistake in it.
    pub fn parse(text: &str) -> Result<Self, ConfigErrors> {
        parse(text, None)
    }

    /// Read a configuration file's text, and check what it names on the machine on which it is to be
    /// used.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse_on(text: &str, machine: &dyn Machine) -> Result<Self, ConfigErrors> {
        parse(text, Some(machine))
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

fn parse(text: &str, machine: Option<&dyn Machine>) -> Result<Config, ConfigErrors> {
    let place = Place::new(text, machine);
    let config = read(&place, text);
    place.finish(config)
}

/// Every part is read, whatever is wrong with another one.
fn read(place: &Place<'_>, text: &str) -> Option<Config> {
    let mut tables = Tables::new(place, text);
    let server = tables.or_default::<ServerTable>("server");
    let gateway = tables.one::<GatewayTable>("gateway");
    let payter = tables.one::<PayterTable>("payter");
    let callback_keys = tables.list("callback_keys", true);
    let webhooks = tables.list("webhooks", false);
    let issuer_tables = tables.each("issuers");
    let site_table = tables.optional::<SiteTable>("site");
    let policy = tables.or_default::<PolicyTable>("policy");
    let tariff_tables = tables.list_by_id("tariffs");
    let station_tables = tables.list("stations", false);
    let terminal_tables = tables.list("terminals", false);
    let upstream_table = tables.optional::<UpstreamTable>("upstream");
    let retention = tables.or_default::<RetentionTable>("retention");
    tables.finish();

    let server = server.and_then(|table| server_of(place, table));
    let public_url = gateway.and_then(|it| url(place, "gateway.public_url", &it.public_url));
    let payter_url = payter
        .as_ref()
        .and_then(|it| url(place, "payter.url", &it.url));
    if let Some(payter) = &payter {
        place.check_secret("payter.api_key", &payter.api_key, fits_a_header);
    }
    let callback_endpoints = endpoints(place, callback_keys, webhooks);
    let issuers = issuer_tables.and_then(|tables| issuers(place, tables));
    let site = site_table.map(|table| table.and_then(|it| site_of(place, it)));
    let tariffs = tariff_tables.map(|tables| tariffs(place, tables.into_inner()));
    let asks_for_certificates = server.as_ref().is_none_or(Server::asks_for_certificates);
    let stations =
        station_tables.map(|tables| stations(place, tables.into_inner(), asks_for_certificates));
    let known = Known {
        tariffs: tariffs.as_ref(),
        stations: stations.as_ref(),
    };
    let terminals = terminal_tables
        .map(|tables| terminals(place, tables.into_inner(), policy.as_ref(), &known));

    let retention = retention.and_then(|table| table.read(place));
    let upstream = upstream_table.map(|table| table.and_then(|it| upstream(place, it)));
    let payter = payter?;
    let terminals = terminals?;
    let policy_table = policy?;
    let policy = match terminals.values().next() {
        Some(terminal) => terminal.policy.clone(),
        None => policy_table.read(place, &no_tariff(), 2)?,
    };
    Some(Config {
        minimum_capture: policy_table.minimum_capture().to_owned(),
        tariffs: all(tariffs?)?,
        policy,
        public_url: public_url?,
        payter_url: payter_url?,
        payter_api_key: payter.api_key.into_inner(),
        callback_endpoints: callback_endpoints?,
        issuers: issuers?,
        site: site.map_or(Some(None), |it| it.map(Some))?,
        stations: all(stations?)?,
        terminals,
        qr_screen: payter.qr_screen,
        retention: retention?,
        upstream: upstream.map_or(Some(None), |it| it.map(Some))?,
        server: server?,
        warnings: place.take_warnings(),
    })
}

fn site_of(place: &Place<'_>, table: SiteTable) -> Option<Site> {
    let zone = local_time::find(table.time_zone.get_ref());
    place.take(zone.map_err(|problem| place.error("site.time_zone", &table.time_zone, problem)))?;
    Some(Site {
        name: table.name,
        address: table.address,
        time_zone: table.time_zone.into_inner(),
    })
}

/// Nothing, if something is wrong with one of them.
fn all<T>(read: BTreeMap<String, Option<T>>) -> Option<BTreeMap<String, T>> {
    let read = read.into_iter().map(|(id, it)| Some((id, it?)));
    read.collect()
}

fn server_of(place: &Place<'_>, table: ServerTable) -> Option<Server> {
    let database = database(place, &table.database, table.database_password.as_ref())?;
    let trust = trust(place, table.keys, &table.unsigned, &table.components);
    let trusted_proxies = trusted_proxies(place, &table.trusted_proxies);
    place.take(listen(place, &table.listen))?;
    Some(Server {
        listen: table.listen.into_inner(),
        database,
        components: table.components.into_inner(),
        trust,
        cache: table.cache,
        trusted_proxies,
        tls: table.tls.map(|table| table.read(place)),
    })
}

/// A file, or the address of a server.
fn database(
    place: &Place<'_>,
    address: &Spanned<String>,
    password: Option<&Spanned<SecretSource>>,
) -> Option<DatabaseAddress> {
    const KEY: &str = "server.database";
    const PASSWORD: &str = "server.database_password";
    let source = password.map(|it| it.get_ref().clone());
    let parsed = DatabaseAddress::parse(address.get_ref(), source);
    let parsed = parsed.map_err(|error| match (error, password) {
        (AddressError::PasswordOfFile, Some(password)) => {
            place.error(PASSWORD, password, error.to_string())
        }
        _ => place.error(KEY, address, error.to_string()),
    });
    let parsed = place.take(parsed)?;
    match &parsed {
        DatabaseAddress::File(file) => {
            let folder = file.parent().unwrap_or(Path::new(""));
            place.check_machine(KEY, address, |machine| machine.writable_folder(folder));
        }
        DatabaseAddress::Postgres { .. } => {
            if let Some(password) = password {
                place.check_secret(PASSWORD, password, |_| Ok(()));
            }
        }
    }
    Some(parsed)
}

/// An address of the machine, or a name of one, with a port.
fn listen(place: &Place<'_>, value: &Spanned<String>) -> Result<(), ConfigError> {
    let text = value.get_ref();
    let is_name = |name: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        !name.is_empty() && name.bytes().all(known)
    };
    let has_name = || {
        let parts = text.rsplit_once(':');
        parts.is_some_and(|(name, port)| is_name(name) && port.parse::<u16>().is_ok())
    };
    if text.parse::<SocketAddr>().is_ok() || has_name() {
        return Ok(());
    }
    let problem = format!("{text:?} is not an address with a port such as \"127.0.0.1:8080\"");
    Err(place.error("server.listen", value, problem))
}

fn url(place: &Place<'_>, key: &str, value: &Spanned<String>) -> Option<String> {
    let url = checked_url(value.get_ref());
    place.take(url.map_err(|problem| place.error(key, value, problem)))
}

fn upstream(place: &Place<'_>, table: UpstreamTable) -> Option<Upstream> {
    let UpstreamTable {
        url,
        refused_tokens,
    } = table;
    let text = url.get_ref();
    // As for HTTP, but for the scheme.
    let over_http = text.strip_prefix("ws").map(|rest| format!("http{rest}"));
    let is_url = over_http.is_some_and(|it| checked_url(&it).is_ok());
    if !is_url {
        let problem = "is not a WebSocket URL such as \"wss://cms.example/ocpp\", without user, \
             query and fragment";
        place.add(place.error("upstream.url", &url, problem.into()));
        return None;
    }
    Some(Upstream {
        url: text.trim_end_matches('/').to_owned(),
        refused_tokens,
    })
}

/// A URL without the slash at its end. It may hold a password by mistake, so it is not repeated.
fn checked_url(text: &str) -> Result<String, String> {
    let uri: Option<Uri> = text.parse().ok();
    let is_url = uri.is_some_and(|uri| {
        let has_host =
            |it: &http::uri::Authority| !it.host().is_empty() && !it.as_str().contains('@');
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(has_host)
            && uri.query().is_none()
    });
    match is_url && !text.contains('#') {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err(
            "is not an http(s) URL such as \"https://gateway.example\", without user, query and \
             fragment"
                .into(),
        ),
    }
}

/// The stations by id. Of one with a mistake only the id is known.
fn stations(
    place: &Place<'_>,
    elements: Vec<Element<StationTable>>,
    asks_for_certificates: bool,
) -> BTreeMap<String, Option<Station>> {
    let mut stations = BTreeMap::new();
    for Element { id, table } in elements {
        let Some(table) = table else {
            stations.extend(id.map(|id| (id, None)));
            continue;
        };
        if let Err(error) = table.id.get_ref().parse::<StationId>() {
            place.add(place.error("stations.id", &table.id, error.to_string()));
        }
        let client_certificate = client_certificate(place, &table, asks_for_certificates);
        if let Some(source) = &table.password {
            password(place, table.id.get_ref(), source);
        } else if !client_certificate {
            let problem = "is missing: a station has one, or client_certificate = true, or both";
            place.add(place.error("stations.password", &table.id, problem.into()));
        }
        let meter_keys = place.take(meter_keys(place, table.meters));
        let station = meter_keys.map(|meter_keys| Station {
            password: table.password.map(Spanned::into_inner),
            client_certificate,
            local_tokens: table.local_tokens,
            meter_keys,
        });
        if stations.contains_key(table.id.get_ref()) {
            place.add(repeated(place, "stations.id", &table.id));
        }
        stations.insert(table.id.into_inner(), station);
    }
    stations
}

/// A station goes on with the password that it has, also with one that is shorter than OCPP lets it be.
fn password(place: &Place<'_>, station: &str, source: &Spanned<SecretSource>) {
    let Some(password) = place.check_secret("stations.password", source, is_one_line) else {
        return;
    };
    if password.expose_secret().chars().count() < SHORTEST_PASSWORD {
        let problem = format!(
            "that of {station:?} has fewer than {SHORTEST_PASSWORD} characters, which OCPP asks for: \
             give the station a longer one"
        );
        place.warn(place.error("stations.password", source, problem));
    }
}

/// Whether the station must show a certificate. It cannot where the gateway asks nobody for one.
fn client_certificate(
    place: &Place<'_>,
    table: &StationTable,
    asks_for_certificates: bool,
) -> bool {
    let Some(value) = &table.client_certificate else {
        return false;
    };
    let is_needed = *value.get_ref();
    if is_needed && !asks_for_certificates {
        let problem =
            "needs client_ca in [server.tls]: the CA that signs the stations' certificates";
        place.add(place.error("stations.client_certificate", value, problem.into()));
    }
    is_needed
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
