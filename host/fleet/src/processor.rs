//! Whose payment processor takes the money, and what follows from that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terminal::{Domain, Origin};

/// Whose payment processor takes the money.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Processor {
    /// The platform's.
    Platform,
    /// The customer's own.
    Customer,
}

/// One of those who take part in owning a terminal.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// Who has the stations and bought the licences.
    Customer,
    /// Who sold the terminal.
    Distributor,
    /// Who makes the terminals and runs their cloud.
    Vendor,
    /// Who runs this software.
    Platform,
}

impl Party {
    /// Who it is, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Distributor => "distributor",
            Self::Vendor => "vendor",
            Self::Platform => "platform",
        }
    }
}

/// Who does what for a terminal's sessions: data that the money path reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// By whose acquirer the money is captured.
    pub captures: Party,
    /// Who issues the receipt.
    pub issues_receipt: Party,
    /// Who pays out what was captured.
    pub pays_out: Party,
    /// Whom to turn to when the terminal does not work.
    pub supports_terminal: Party,
}

impl Processor {
    /// The domain at the vendor in which its terminals are.
    #[must_use]
    pub const fn domain(self) -> Domain {
        match self {
            Self::Platform => Domain::Platform,
            Self::Customer => Domain::Customer,
        }
    }

    /// Who does what at a terminal of this origin.
    #[must_use]
    pub const fn parts(self, origin: Origin) -> Parts {
        let owner = match self {
            Self::Platform => Party::Platform,
            Self::Customer => Party::Customer,
        };
        Parts {
            captures: owner,
            issues_receipt: owner,
            pays_out: owner,
            supports_terminal: match origin {
                Origin::FactoryFitted => Party::Platform,
                Origin::CustomerOwned => Party::Distributor,
            },
        }
    }
}
