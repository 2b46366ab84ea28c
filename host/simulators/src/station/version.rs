//! The versions of OCPP that are spoken here.

use std::fmt;

use clap::ValueEnum;

/// A version of OCPP, in JSON over a WebSocket. It is displayed as its number, such as `2.0.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Version {
    /// The central system numbers the transactions.
    #[value(name = "1.6")]
    V1_6,
    /// The station names its transactions, and can be told what they cost.
    #[value(name = "2.0.1")]
    V2_0_1,
    /// As 2.0.1, and a transaction can have a limit.
    #[value(name = "2.1")]
    V2_1,
}

impl Version {
    /// The WebSocket subprotocol by which it is offered and chosen.
    pub(crate) fn subprotocol(self) -> &'static str {
        match self {
            Self::V1_6 => "ocpp1.6",
            Self::V2_0_1 => "ocpp2.0.1",
            Self::V2_1 => "ocpp2.1",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::V1_6 => "1.6",
            Self::V2_0_1 => "2.0.1",
            Self::V2_1 => "2.1",
        })
    }
}
