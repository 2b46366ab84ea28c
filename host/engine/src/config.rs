//! The configuration file, and what is made of it.
//!
//! The same file serves the native host and Spin. A key that is not known is an error. Every mistake is found
//! at once; each names the line, the key and what would be right, and none repeats a secret.

mod callbacks;
mod file;
mod issuers;
mod place;
mod policy;
mod proxies;
mod retention;
mod tables;
mod tariffs;
mod terminals;
mod tls;
mod trust;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chargetap_contract::callback::{Endpoint, KeyInfo};
use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::Site;
use chargetap_contract::session::{Evse, Policy};
use chargetap_fleet::tariff::TariffNeeds;
use chargetap_ocpp::relay::RefusedTokens;
use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;

pub use chargetap_fleet::charging::Start;
pub use chargetap_fleet::model::Model;
pub use chargetap_fleet::processor::Processor;

/// The id of the endpoint for Payter's callbacks.
pub const PAYTER: &str = "payter";

/// A gateway's configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the provider and drivers reach this gateway; without a slash at the end.
    pub public_url: String,
    /// Where the payment provider's API is; without a slash at the end.
    pub payter_url: String,
    /// The provider's API key.
    pub payter_api_key: SecretSource,
    /// The endpoints of callbacks: Payter's first, then those of other payment providers.
    pub callback_endpoints: Vec<CallbackEndpoint>,
    /// The issuers of receipts, by the processor that takes the money; at least one.
    pub issuers: BTreeMap<Processor, Issuer>,
    /// Where a terminal stands that is not on record; absent if every terminal is.
    pub site: Option<Site>,
    /// The stations by their identity.
    pub stations: BTreeMap<String, Station>,
    /// The terminals by serial number. One whose record says how it takes cards is served as that says.
    pub terminals: BTreeMap<String, Terminal>,
    /// The tariffs by id. One that is on record counts in place of it.
    pub tariffs: BTreeMap<String, Tariff>,
    /// Less is never captured: a decimal text, in any currency.
    pub minimum_capture: String,
    /// The policy of sessions whose terminal is not configured any more. Their tariff is their own.
    pub policy: Policy,
    /// How a terminal with a screen shows a receipt's QR code, if that is known.
    pub qr_screen: Option<QrScreen>,
    /// How long what is on record is kept.
    pub retention: Retention,
    /// The central system above the gateway, if there is one.
    pub upstream: Option<Upstream>,
    /// Settings of the native host only.
    pub server: Server,
    /// What should be otherwise, and keeps no gateway from starting; by line.
    pub warnings: Vec<ConfigError>,
}

/// The central system of a charge point operator. The gateway relays to it what stations say, and what it says to
/// them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Where it takes the connections of stations; without a slash at the end. A station's identity is added.
    pub url: String,
    /// What follows if it refuses the token of a card session.
    pub refused_tokens: RefusedTokens,
}

/// How long what is on record is kept after it ended, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// What is known of cards, events of sessions, reports of payment providers, alerts, and incidents with their
    /// photographs.
    pub personal_data: u64,
    /// Who changed which record.
    pub audit: u64,
    /// Sessions and their receipts.
    pub receipts: u64,
}

/// An issuer of receipts.
#[derive(Clone, Debug, PartialEq)]
pub struct Issuer {
    /// As receipts name it.
    pub on_receipts: chargetap_contract::receipt::Issuer,
    /// The prefix of a receipt's number.
    pub number_prefix: String,
}

impl Issuer {
    /// By which its numbers are kept: the VAT number, however it is written.
    pub(crate) fn key(&self) -> String {
        let number = self.on_receipts.vat_number.chars();
        number
            .filter(char::is_ascii_alphanumeric)
            .map(|character| character.to_ascii_uppercase())
            .collect()
    }
}

/// The screen of Payter's that shows a QR code. Its specification is not public, so an operator who
/// has it names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QrScreen {
    /// The screen's type, such as `info`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The property that takes what the code says.
    pub property: String,
}

/// Where a provider sends its callbacks, and by which keys it is recognised.
#[derive(Clone, Debug)]
pub struct CallbackEndpoint {
    /// The contract's part of it.
    pub endpoint: Endpoint,
    /// Of Payter's the first mints, and the last names cards. At least one.
    pub keys: Vec<CallbackKey>,
}

/// A key of callbacks.
#[derive(Clone, Debug)]
pub struct CallbackKey {
    /// Its id and when it counts.
    pub info: KeyInfo,
    /// Where its secret is.
    pub secret: SecretSource,
}

/// A charging station.
#[derive(Clone, Debug)]
pub struct Station {
    /// The password with which it connects. Without one it shows a client certificate.
    pub password: Option<SecretSource>,
    /// Whether it connects with a client certificate whose common name is its identity.
    pub client_certificate: bool,
    /// Tokens that may charge here without paying, such as cards of the operator's own drivers. Capitals do not
    /// matter.
    pub local_tokens: Vec<String>,
    /// The public keys with which the values of its meters are checked, by connector, in hexadecimal
    /// or base64.
    pub meter_keys: BTreeMap<u32, String>,
}

/// A terminal and what it is used for.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its model.
    pub model: Model,
    /// The policy of sessions that start here; the site's time is filled in at each step.
    pub policy: Policy,
    /// The currency to which it is set with the provider.
    pub currency: String,
    /// The id of its tariff. One on record of this id counts in place of that in the policy.
    pub tariff: String,
    /// Where it lets drivers charge; at least one.
    pub evses: Vec<ServedEvse>,
    /// How a driver says where.
    pub start: Start,
    /// How much is reserved at a tap, in the minor unit of the tariff's currency: one amount, or
    /// several among which the driver chooses on the screen.
    pub holds: Vec<u64>,
    /// Whether that is the tariff's to say.
    pub holds_by_tariff: bool,
    /// Whether a session can be stopped on the screen, without its card.
    pub stop_on_screen: bool,
    /// Whether a card that is shown again asks on the screen before it stops its session.
    pub confirm_stop: bool,
    /// The languages of its texts, of [`LANGUAGES`](chargetap_contract::LANGUAGES): one, or two that are shown
    /// one after the other.
    pub languages: Vec<String>,
}

impl Terminal {
    /// What it asks of a tariff on record.
    pub(crate) fn needs(&self) -> TariffNeeds {
        TariffNeeds {
            tariff: self.tariff.clone(),
            currency: self.currency.clone(),
            holds: match self.holds_by_tariff {
                true => Vec::new(),
                false => self.holds.clone(),
            },
            minimum_capture: self.policy.minimum_capture,
        }
    }

    /// The EVSE, if this terminal lets drivers charge there.
    pub(crate) fn evse(&self, evse: &Evse) -> Option<&ServedEvse> {
        self.evses.iter().find(|served| served.evse == *evse)
    }
}

/// An EVSE as drivers at a terminal know it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServedEvse {
    /// Which one it is.
    pub evse: Evse,
    /// Its name on the terminal's screen.
    pub label: String,
    /// Its id for roaming, for receipts.
    pub id: Option<String>,
}

/// Settings of the native host only.
#[derive(Clone, Debug)]
pub struct Server {
    /// The address to listen at.
    pub listen: String,
    /// The store's database.
    pub database: DatabaseAddress,
    /// The folder with the three components.
    pub components: PathBuf,
    /// Whose components are taken.
    pub trust: Trust,
    /// The folder in which compiled components are kept.
    pub cache: PathBuf,
    /// The networks of proxies that are believed when they say where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// TLS at the address. Without it, HTTP is plain there.
    pub tls: Option<Tls>,
}

impl Server {
    /// Whether clients are asked for a certificate.
    fn asks_for_certificates(&self) -> bool {
        let tls = self.tls.as_ref();
        tls.is_some_and(|tls| tls.client_ca.is_some())
    }
}

/// Where the store's database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseAddress {
    /// A file, for SQLite.
    File(PathBuf),
    /// A server of PostgreSQL, or of one that is compatible with it.
    Postgres {
        /// An address such as `postgres://user@host/name`, without a password.
        url: String,
        /// The password, if there is one.
        password: Option<SecretSource>,
    },
}

/// A text that is no address of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The password of a server stands in it.
    #[error(
        "a secret never stands here: name the password by `database_password`, or by the option of the command"
    )]
    Secret,
    /// It is a file, of which a password is said.
    #[error("a file has no password: take it out")]
    PasswordOfFile,
}

impl DatabaseAddress {
    /// What a text names: a server, if it begins with `postgres://` or `postgresql://`, otherwise a file.
    ///
    /// # Errors
    /// The password of a server stands in the text, or there is one of a file.
    pub fn parse(text: &str, password: Option<SecretSource>) -> Result<Self, AddressError> {
        let server = text.strip_prefix("postgres://");
        let Some(server) = server.or_else(|| text.strip_prefix("postgresql://")) else {
            return match password {
                None => Ok(Self::File(text.into())),
                Some(_) => Err(AddressError::PasswordOfFile),
            };
        };
        let user = server.split_once('@').map_or("", |(user, _)| user);
        if user.contains(':') || server.contains("password=") {
            return Err(AddressError::Secret);
        }
        Ok(Self::Postgres {
            url: text.to_owned(),
            password,
        })
    }

    /// The file, if it is one. A relative path is taken from the configuration's folder.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            Self::Postgres { .. } => None,
        }
    }
}

/// Whose components the native host takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those that somebody signed whose public key is in one of these PEM files. Without a file, nobody's.
    Keys(Vec<PathBuf>),
    /// Anybody's.
    Unsigned,
}

/// What the native host needs to speak TLS itself.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The PEM file with the gateway's certificate, and after it those that lead to its root.
    pub certificate: PathBuf,
    /// Where the private key is, in PEM.
    pub private_key: SecretSource,
    /// The PEM file with the certificates of those who sign certificates of stations. Without it, no client is
    /// asked for a certificate.
    pub client_ca: Option<PathBuf>,
}

/// What a configuration names on the machine on which it is used.
pub trait Machine {
    /// Read a secret.
    ///
    /// # Errors
    /// Why it cannot be read, and what to do. The text names where it was looked for.
    fn secret(&self, source: &SecretSource) -> Result<SecretString, String>;

    /// Whether files can be made in a folder.
    ///
    /// # Errors
    /// Why not, and what to do.
    fn writable_folder(&self, folder: &Path) -> Result<(), String>;

    /// Whether a PEM file holds a certificate that a server can show. What should be done about it soon, such
    /// as to renew it, is returned.
    ///
    /// # Errors
    /// Why it cannot be used, and what to do.
    fn certificate(&self, file: &Path) -> Result<Option<String>, String>;

    /// Whether a private key can be used and is that of the certificate in a file. What is wrong with the file
    /// is for [`certificate`](Self::certificate) to say.
    ///
    /// # Errors
    /// Why not, and what to do. The text has nothing of the key.
    fn private_key(&self, key: &SecretSource, certificate: &Path) -> Result<(), String>;

    /// Whether a PEM file holds certificates by which those of clients can be verified.
    ///
    /// # Errors
    /// Why not, and what to do.
    fn client_ca(&self, file: &Path) -> Result<(), String>;

    /// Whether a PEM file holds the public key of somebody who signs components.
    ///
    /// # Errors
    /// Why not, and what to do.
    fn signers_key(&self, file: &Path) -> Result<(), String>;
}

/// The mistakes in a configuration, by line; at least one.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The mistakes, by line.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

/// A line for each.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// A mistake in a configuration, or what it warns of.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {key}: {problem}")]
pub struct ConfigError {
    /// The line it is in, from 1.
    pub line: usize,
    /// The key it concerns, such as `terminals.tariff`.
    pub key: String,
    /// The mistake, and what would be right.
    pub problem: String,
}

impl Config {
    /// The key by which cards are named: the last of Payter's.
    #[must_use]
    pub fn card_key(&self) -> Option<&CallbackKey> {
        self.callback_endpoints.first()?.keys.last()
    }

    /// The link of a receipt.
    pub(crate) fn receipt_link(&self, id: &str) -> String {
        format!("{}/receipts/{id}", self.public_url)
    }
}

/// Where a secret is read from. The file holds none itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "SecretTable")]
pub enum SecretSource {
    /// An environment variable; under Spin the variable of that name in lower case.
    Env(String),
    /// A file, of which the last line end is not part of the secret.
    File(PathBuf),
}

/// How the file names a secret. An error does not repeat what stands there: it may be the secret itself.
#[derive(Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a secret never stands here: name it as { env = \"VARIABLE\" } or { file = \"path\" }"
)]
enum SecretTable {
    Env { env: String },
    File { file: PathBuf },
}

impl From<SecretTable> for SecretSource {
    fn from(table: SecretTable) -> Self {
        match table {
            SecretTable::Env { env } => Self::Env(env),
            SecretTable::File { file } => Self::File(file),
        }
    }
}

/// As an option of a command names it: `env=VARIABLE` or `file=PATH`.
impl FromStr for SecretSource {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some(("env", name)) => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) => Ok(Self::File(path.into())),
            _ => Err("a secret never stands here: name it as env=VARIABLE or file=PATH"),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests;
