//! The configuration file, and what is made of it.
//!
//! The same file serves the native host and Spin. A key that is not known is an error, and an error
//! names the line and the key.

mod amounts;
mod file;
mod limits;
mod policy;
mod restrictions;
mod tariffs;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chargetap_contract::receipt::{Issuer, Site};
use chargetap_contract::session::Policy;
use jiff::tz::TimeZone;

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
    /// The keys of callback URLs by id; the first mints.
    pub callback_keys: Vec<(String, SecretSource)>,
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

/// A terminal and what it is used for.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// What a session that starts here follows; the site's time is filled in at each step.
    pub policy: Policy,
    /// How much is reserved at a tap, in the minor unit of the tariff's currency.
    pub hold: u64,
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
