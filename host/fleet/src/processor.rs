//! Payment processors, and the responsibilities that follow from them.
//!
//! Who issues a receipt follows from the terminal's processor option. It changes by a transfer, and never while a
//! session is open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terminal::{Domain, Origin};

/// The owner of the payment processor that takes the money.
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

impl Processor {
    /// Its name, as it is written on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Customer => "customer",
        }
    }
}

/// A party in owning terminals.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// Owns the stations, and bought the licences.
    Customer,
    /// Sold the terminal.
    Distributor,
    /// Makes the terminals and runs their cloud.
    Vendor,
    /// Runs this software.
    Platform,
}

impl Party {
    /// Its name, for people.
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

/// The responsibilities for a terminal's sessions. The money path reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// Captures the money with its acquirer.
    pub captures: Party,
    /// Issues the receipt.
    pub issues_receipt: Party,
    /// Pays out the captured money.
    pub pays_out: Party,
    /// Supports the terminal when it does not work.
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

    /// The responsibilities at a terminal of this origin.
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
