//! What stations report, whatever version of OCPP they speak.
//!
//! What is absent was not said, or not in a form that can be read.

use crate::StopReason;

/// A station started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boot {
    /// Who made it.
    pub vendor: String,
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its firmware.
    pub firmware: Option<String>,
}

/// What a connector can do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectorStatus {
    /// There is no vehicle.
    Available,
    /// A vehicle is plugged in, or a card was shown, and no transaction runs.
    Preparing,
    /// A transaction runs, and energy flows or could.
    Charging,
    /// A transaction is over, and the vehicle still plugged in.
    Finishing,
    /// It is kept for somebody.
    Reserved,
    /// It was switched off.
    Unavailable,
    /// It is broken.
    Faulted,
}

impl ConnectorStatus {
    /// Its name in lists, metrics and the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Preparing => "preparing",
            Self::Charging => "charging",
            Self::Finishing => "finishing",
            Self::Reserved => "reserved",
            Self::Unavailable => "unavailable",
            Self::Faulted => "faulted",
        }
    }

    /// The status of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Available,
            Self::Preparing,
            Self::Charging,
            Self::Finishing,
            Self::Reserved,
            Self::Unavailable,
            Self::Faulted,
        ]
        .into_iter()
        .find(|status| status.name() == name)
    }
}

/// The status of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// From 1; 0 is the station as a whole.
    pub connector: u32,
    /// Absent if it is none that is known.
    pub status: Option<ConnectorStatus>,
    /// The station's code for what is wrong.
    pub error: Option<String>,
    /// Since when, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
}

/// Which transaction a station means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionRef {
    /// The transaction's number. Numbers below 1 are none.
    pub id: Option<i64>,
    /// The connector at which it runs, from 1.
    pub connector: Option<u32>,
    /// The token under which it began, or with which it was ended.
    pub token: Option<String>,
}

/// A transaction began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// From 1.
    pub connector: Option<u32>,
    /// The token under which it began.
    pub token: String,
    /// The energy register, in watt-hours.
    pub register: Option<u64>,
    /// When, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
}

/// What a meter showed at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// When, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
    /// The energy register, in watt-hours.
    pub register: Option<u64>,
    /// What the meter signed at the begin or the end of the transaction, character for character.
    pub signed: Vec<String>,
}

/// What a meter showed during a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readings {
    /// Of which transaction.
    pub transaction: TransactionRef,
    /// In the station's order.
    pub samples: Vec<Sample>,
}

/// A transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which.
    pub transaction: TransactionRef,
    /// The energy register at the end, in watt-hours.
    pub register: Option<u64>,
    /// When, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
    /// Why.
    pub reason: StopReason,
    /// What the meter signed, character for character.
    pub signed: Vec<String>,
}
