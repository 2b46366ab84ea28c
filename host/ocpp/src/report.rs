//! What stations report, whatever version of OCPP they speak.
//!
//! What is absent was not said, or not in a form that can be read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::StopReason;

/// A station started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// A vehicle is plugged in; whether a transaction runs is not said (2.x).
    Occupied,
    /// It was switched off.
    Unavailable,
    /// It is broken.
    Faulted,
}

impl ConnectorStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Available,
        Self::Preparing,
        Self::Charging,
        Self::Finishing,
        Self::Reserved,
        Self::Occupied,
        Self::Unavailable,
        Self::Faulted,
    ];

    /// Its name in lists, metrics and the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Preparing => "preparing",
            Self::Charging => "charging",
            Self::Finishing => "finishing",
            Self::Reserved => "reserved",
            Self::Occupied => "occupied",
            Self::Unavailable => "unavailable",
            Self::Faulted => "faulted",
        }
    }

    /// The status of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// The status of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// From 1; 0 is the station as a whole. Of OCPP 2.x, the EVSE.
    pub connector: u32,
    /// Which of the EVSE's connectors, from 1 (2.x). Absent where the EVSE as a whole is meant.
    pub plug: Option<u32>,
    /// Absent if it is none that is known.
    pub status: Option<ConnectorStatus>,
    /// The station's code for what is wrong.
    pub error: Option<String>,
    /// Since when, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
}

/// Which transaction a station means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRef {
    /// The transaction's number (1.6). Numbers below 1 are none.
    pub id: Option<i64>,
    /// The station's own id of it (2.x).
    pub name: Option<String>,
    /// The connector at which it runs, from 1.
    pub connector: Option<u32>,
    /// The token under which it began, or with which it was ended.
    pub token: Option<String>,
}

impl TransactionRef {
    /// Whether the station named one, by whatever id.
    #[must_use]
    pub fn names_one(&self) -> bool {
        self.id.is_some() || self.name.is_some()
    }
}

/// A transaction began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
    /// The energy register, in watt-hours.
    pub register: Option<u64>,
    /// What the meter signed at the begin or the end of the transaction, character for character.
    pub signed: Vec<String>,
}

/// What a meter showed during a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readings {
    /// Of which transaction.
    pub transaction: TransactionRef,
    /// In the station's order.
    pub samples: Vec<Sample>,
}

/// A transaction ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// It is only not charged any more, and ends when the vehicle leaves (2.x).
    pub goes_on: bool,
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

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransactionStage {
    /// It began, or goes on.
    Running,
    /// It is not charged any more, and goes on until the vehicle leaves.
    Stopped,
    /// It ended.
    Ended,
}

/// Something happened to a transaction (2.x). All that is known of it may stand in each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionEvent {
    /// The station's own id of the transaction.
    pub name: Option<String>,
    /// What it does now.
    pub stage: TransactionStage,
    /// The station says that no vehicle is plugged in.
    pub is_idle: bool,
    /// The EVSE, from 1.
    pub connector: Option<u32>,
    /// The token under which it may charge.
    pub token: Option<String>,
    /// The number of the remote start from which it came.
    pub remote_start: Option<i64>,
    /// When, in milliseconds since 1970, by the station's clock.
    pub at: Option<u64>,
    /// What the meter showed, in the station's order.
    pub samples: Vec<Sample>,
    /// Why it ended.
    pub reason: StopReason,
}

/// What each connector of a station's EVSEs can do now (2.x). One of an EVSE's connectors is used at a time.
#[derive(Debug, Default)]
pub struct Plugs(BTreeMap<(u32, u32), ConnectorStatus>);

impl Plugs {
    /// The station started: it tells of all again.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// The status of the EVSE as a whole, by what its connector now says.
    pub fn combined(&mut self, status: Status) -> Status {
        let (Some(plug), Some(new)) = (status.plug, status.status) else {
            return status;
        };
        let evse = status.connector;
        self.0.insert((evse, plug), new);
        let of_evse = self.0.range((evse, 0)..=(evse, u32::MAX));
        let most_telling = of_evse
            .map(|(_, status)| *status)
            .min_by_key(|it| match it {
                ConnectorStatus::Available => 1,
                ConnectorStatus::Reserved => 2,
                ConnectorStatus::Unavailable => 3,
                ConnectorStatus::Faulted => 4,
                // A vehicle at one connector takes the EVSE.
                _ => 0,
            });
        Status {
            status: most_telling,
            ..status
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evse_is_as_good_as_its_best_connector_and_taken_by_a_vehicle_at_any() {
        use ConnectorStatus::{Available, Faulted, Occupied, Unavailable};
        let mut plugs = Plugs::default();
        let mut tell = |connector, plug, status| {
            let status = Status {
                connector,
                plug: Some(plug),
                status: Some(status),
                error: None,
                at: None,
            };
            plugs.combined(status).status
        };
        assert_eq!(tell(1, 1, Faulted), Some(Faulted));
        assert_eq!(tell(1, 2, Available), Some(Available));
        assert_eq!(tell(1, 1, Unavailable), Some(Available));
        assert_eq!(tell(2, 1, Unavailable), Some(Unavailable));
        assert_eq!(tell(1, 2, Occupied), Some(Occupied));
        assert_eq!(tell(1, 2, Available), Some(Available));
        assert_eq!(tell(1, 2, Faulted), Some(Unavailable));
    }
}
