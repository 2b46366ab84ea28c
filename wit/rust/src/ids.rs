//! How ids of the contract are written.

use std::fmt;
use std::str::FromStr;

use crate::session::{Evse, OrphanHold};

/// An EVSE as `STATION/CONNECTOR`, such as `CT-1/1`.
impl fmt::Display for Evse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.station, self.connector)
    }
}

/// The text names no EVSE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEvseError;

impl fmt::Display for ParseEvseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an EVSE is written STATION/CONNECTOR, such as CT-1/1")
    }
}

impl std::error::Error for ParseEvseError {}

impl FromStr for Evse {
    type Err = ParseEvseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (station, connector) = text.rsplit_once('/').ok_or(ParseEvseError)?;
        Ok(Self {
            station: station.to_owned(),
            connector: connector.parse().map_err(|_| ParseEvseError)?,
        })
    }
}

impl OrphanHold {
    /// The id of the session that voids this hold.
    #[must_use]
    pub fn session_id(&self) -> String {
        format!("orphan-{}-{}", self.terminal, self.hold.payment)
    }
}
