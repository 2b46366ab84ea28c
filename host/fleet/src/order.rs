//! Orders: licences and terminals that were bought. Each order has an activation ticket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::{Day, Moment};
use crate::processor::Processor;
use crate::terminal::Origin;
use crate::text::Key;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// Its number, which is also the number of its activation ticket.
    pub key: Key,
    /// What was ordered.
    pub details: OrderDetails,
    /// When it was recorded.
    pub at: Moment,
}

/// What was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderDetails {
    /// The customer.
    pub customer: Key,
    /// The origin of its terminals.
    pub origin: Origin,
    /// The processor that takes the money at its terminals.
    pub processor: Processor,
    /// How many activations were bought (`PAYMENT-TERMINAL-ACTIVATION`).
    #[schemars(range(max = 100000))]
    pub activations: u32,
    /// How many years of software were bought (`CPCLD-PAYMENT-TERMINAL-1`), each for one terminal.
    #[schemars(range(max = 100000))]
    pub software_years: u32,
    /// When its terminals are to be active.
    pub wanted_by: Option<Day>,
}
