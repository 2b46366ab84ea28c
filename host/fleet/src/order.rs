//! Orders: what was bought, and the activation ticket that comes with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::{Day, Moment};
use crate::processor::Processor;
use crate::terminal::Origin;
use crate::text::Key;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// Its number, which is its activation ticket's as well.
    pub key: Key,
    /// What was ordered.
    pub details: OrderDetails,
    /// When it was put on record.
    pub at: Moment,
}

/// What was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderDetails {
    /// By whom.
    pub customer: Key,
    /// Where its terminals come from.
    pub origin: Origin,
    /// Whose processor takes the money at its terminals.
    pub processor: Processor,
    /// How many activations were bought (`PAYMENT-TERMINAL-ACTIVATION`).
    #[schemars(range(max = 100000))]
    pub activations: u32,
    /// How many years of software were bought (`CPCLD-PAYMENT-TERMINAL-1`), each for one terminal.
    #[schemars(range(max = 100000))]
    pub software_years: u32,
    /// By when its terminals are to be active.
    pub wanted_by: Option<Day>,
}
