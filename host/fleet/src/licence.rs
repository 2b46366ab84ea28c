//! Licences: bought in counts on an order, assigned to terminals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::Day;
use crate::text::Key;

/// A kind of licence.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Sku {
    /// The activation of one terminal.
    #[serde(rename = "PAYMENT-TERMINAL-ACTIVATION")]
    Activation,
    /// A year of software for one terminal.
    #[serde(rename = "CPCLD-PAYMENT-TERMINAL-1")]
    Software,
}

/// A terminal's licences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Licences {
    /// The order that its activation was bought with.
    pub activation: Option<Key>,
    /// Years of software that begin when it is activated: the orders they were bought with.
    pub waiting: Vec<Key>,
    /// Years of software that began or follow on one another, in their order.
    pub software: Vec<Year>,
}

/// A prepaid year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Year {
    /// The order that it was bought with.
    pub order: Key,
    /// Its first day.
    pub from: Day,
    /// The first day after it.
    pub until: Day,
}
