//! The configuration file, and what is made of it.
//!
//! The same file serves the native host and Spin. A key that is not known is an error, and an error
//! names the line and the key.

mod amounts;
mod callbacks;
mod file;
mod limits;
mod policy;
mod restrictions;
mod tariffs;
mod terminals;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chargetap_contract::callback::{Endpoint, KeyInfo};
use chargetap_contract::receipt::{Issuer, Site};
use chargetap_contract::session::{Evse, Policy};
use jiff::tz::TimeZone;
use serde::Deserialize;

pub use file::SecretSource;

/// A gateway's configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the provider and drivers reach this gateway; without a slash at the end.
    pub public_url: String,
    /// Where the payment provider's API is; without a slash at the end.
    pub payter_url: String,
    /// The provider's API key.
    pub payter_api_key: SecretSource,
    /// Who may call back: Payter first, then other payment providers.
    pub callback_endpoints: Vec<CallbackEndpoint>,
    /// What whoever operates the gateway shows as bearer token; without it that door is closed.
    pub operator_token: Option<SecretSource>,
    /// Who issues the receipts.
    pub issuer: Issuer,
    /// Where the gateway stands.
    pub site: Site,
    /// The site's time zone.
    pub time_zone: TimeZone,
    /// The passwords of the stations by their identity.
    pub stations: BTreeMap<String, SecretSource>,
    /// The terminals by serial number.
    pub terminals: BTreeMap<String, Terminal>,
    /// What only the native host uses.
    pub server: Server,
}

/// Where a provider sends its callbacks, and by which keys it is recognised.
#[derive(Clone, Debug)]
pub struct CallbackEndpoint {
    /// The contract's part of it.
    pub endpoint: Endpoint,
    /// Of Payter's the first mints. At least one.
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

/// A terminal and what it is used for.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// What a session that starts here follows; the site's time is filled in at each step.
    pub policy: Policy,
    /// Where it lets drivers charge; at least one.
    pub evses: Vec<ServedEvse>,
    /// How a driver says where.
    pub start: Start,
    /// How much is reserved at a tap, in the minor unit of the tariff's currency: one amount, or
    /// several among which the driver chooses on the screen.
    pub holds: Vec<u64>,
    /// Whether a session can be stopped on the screen, without its card.
    pub stop_on_screen: bool,
}

impl Terminal {
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
    /// What it is called on the terminal's screen.
    pub label: String,
}

/// How a driver says where to charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Not at all: the terminal has one EVSE. The driver shows a card and plugs in then.
    #[default]
    Tap,
    /// By plugging in, before the card is shown.
    PlugIn,
    /// On the terminal's screen, before the card is shown. Not every model has one.
    Screen,
}

/// What only the native host uses.
#[derive(Clone, Debug)]
pub struct Server {
    /// The address to listen at.
    pub listen: String,
    /// The journal's database file.
    pub database: PathBuf,
    /// The folder with the three components.
    pub components: PathBuf,
    /// The folder in which compiled components are kept.
    pub cache: PathBuf,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {key}: {problem}")]
pub struct ConfigError {
    /// The line it is in, from 1.
    pub line: usize,
    /// The key it concerns, such as `terminals.tariff`.
    pub key: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl Config {
    /// Read a configuration file's text.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        file::parse(text)
    }
}

#[cfg(test)]
mod tests;
