//! The gateway: what all modules share, and the state that each of them owns.

use std::borrow::Cow;

use chargetap_fleet::charging::DEFAULT_LANGUAGE;
use secrecy::SecretString;

use crate::callbacks::limits::CallbackLimits;
use crate::clock::state::Clock;
use crate::config::{Config, Terminal};
use crate::error::EngineError;
use crate::fleet::state::FleetState;
use crate::fleet::terminals::Terminals;
use crate::interval::Interval;
use crate::payter::Payter;
use crate::platform::Platform;
use crate::readiness::state::Readiness;
use crate::receipts::limits::ReceiptLimits;
use crate::sessions::claims::Claims;
use crate::sessions::retries::Retries;
use crate::stations::limits::StationLimits;
use crate::terminals::state::TerminalState;

/// How often what is old is deleted, in milliseconds.
const DELETE_OLD_EVERY: u64 = 60_000;

/// The gateway's secrets.
#[derive(Debug)]
pub struct Secrets {
    /// The payment provider's API key.
    pub payter_key: SecretString,
    /// The key by which cards are named, [`Config::card_key`]. Without it, it is not checked that cards are
    /// recognised after the start.
    pub card_key: Option<SecretString>,
}

/// A gateway at work. It is shared: every method takes `&self`.
///
/// | methods                                       | file                            |
/// |-----------------------------------------------|---------------------------------|
/// | `open`, `recover`, `tick`, `arm_terminals`, … | `lifecycle.rs`                  |
/// | `handle`                                      | `router.rs`                     |
/// | `claim`, `execute`                            | `sessions/execute.rs`           |
/// | `station_started`, `station_metered`, …       | `sessions/station_events.rs`    |
/// | `request_stop`, `resolve`, `record_refund`    | `sessions/operator_requests.rs` |
pub struct Gateway<P> {
    pub(crate) platform: P,
    pub(crate) config: Config,
    pub(crate) payter: Payter,
    pub(crate) terminals: TerminalState,
    pub(crate) callbacks: CallbackLimits,
    pub(crate) receipts: ReceiptLimits,
    pub(crate) stations: StationLimits,
    pub(crate) fleet: FleetState,
    pub(crate) claims: Claims,
    pub(crate) retries: Retries,
    pub(crate) retention: Interval,
    pub(crate) clock: Clock,
    pub(crate) readiness: Readiness,
}

impl<P: Platform> Gateway<P> {
    pub(crate) fn new(
        platform: P,
        config: Config,
        secrets: Secrets,
        fleet: FleetState,
        clock: Clock,
    ) -> Self {
        Self {
            payter: Payter::new(&config, secrets.payter_key),
            platform,
            config,
            terminals: TerminalState::new(),
            callbacks: CallbackLimits::new(),
            receipts: ReceiptLimits::new(),
            stations: StationLimits::new(),
            fleet,
            claims: Claims::default(),
            retries: Retries::default(),
            retention: Interval::new(DELETE_OLD_EVERY),
            clock,
            readiness: Readiness::new(),
        }
    }

    /// The host's platform.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A terminal by the records as they were last read.
    pub(crate) fn terminal(&self, serial: &str) -> Result<Terminal, EngineError> {
        let records = self.fleet.records();
        let found = Terminals::new(&self.config, &records).find(serial);
        let found = found.map(Cow::into_owned);
        found.ok_or_else(|| EngineError::UnknownTerminal(serial.to_owned()))
    }

    /// The languages in which a terminal says what it says: one or two. One that is not served any more has the default.
    pub(crate) fn languages(&self, serial: &str) -> Vec<String> {
        match self.terminal(serial) {
            Ok(terminal) => terminal.languages,
            Err(_) => vec![DEFAULT_LANGUAGE.to_owned()],
        }
    }
}
