//! Texts that stand for parts of the contract, written the same way by every component and host.

use std::fmt;
use std::str::FromStr;

use crate::session::{Evse, OrphanHold};

/// `STATION/CONNECTOR`, such as `CT-1/1`.
impl fmt::Display for Evse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.station, self.connector)
    }
}

/// The text is not a station's identity, a slash and a connector's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseEvseError;

impl fmt::Display for ParseEvseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not STATION/CONNECTOR")
    }
}

impl std::error::Error for ParseEvseError {}

/// Reads what `Display` writes. The last slash separates the two, because a station's identity may
/// have slashes.
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
    /// The id of the session that voids this hold: `orphan-TERMINAL-PAYMENT`. A payment session's
    /// id is unique at its terminal, so there is one such session for each hold.
    #[must_use]
    pub fn session_id(&self) -> String {
        format!("orphan-{}-{}", self.terminal, self.hold.payment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Hold;

    #[test]
    fn an_evse_is_written_and_read_back() {
        for (station, connector, text) in [
            ("CT-1", 1, "CT-1/1"),
            ("site/CT-1", 12, "site/CT-1/12"),
            ("CT-1/", u32::MAX, "CT-1//4294967295"),
        ] {
            let evse = Evse {
                station: station.to_owned(),
                connector,
            };
            assert_eq!(evse.to_string(), text);
            assert_eq!(text.parse(), Ok(evse));
        }
    }

    #[test]
    fn a_text_without_a_connector_is_no_evse() {
        for text in ["", "CT-1", "CT-1/", "CT-1/x", "CT-1/-1", "CT-1/4294967296"] {
            assert_eq!(text.parse::<Evse>(), Err(ParseEvseError), "{text}");
        }
    }

    #[test]
    fn an_orphan_has_a_session_of_its_own() {
        let orphan = OrphanHold {
            terminal: "P66-1".into(),
            hold: Hold {
                payment: "pay-1".into(),
                amount: 5_000,
            },
        };
        assert_eq!(orphan.session_id(), "orphan-P66-1-pay-1");
    }
}
