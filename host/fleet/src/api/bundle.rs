//! Bundles of components as the interface shows them, and how two of them compare.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bundle::{BundlePlace, Replacement};

/// A component of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComponentState {
    /// Its name.
    pub name: String,
    /// Its version, as it says itself.
    pub version: Option<String>,
    /// Its version of the contract.
    pub contract: Option<String>,
    /// How many bytes its file has.
    pub size: Option<u64>,
    /// Their SHA-256 in hexadecimal.
    pub sha256: Option<String>,
    /// What keeps a gateway from taking it.
    pub problem: Option<String>,
}

/// A component, and the bundle that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BundledComponent {
    /// Which bundle.
    pub bundle: BundlePlace,
    /// The component.
    #[serde(flatten)]
    pub component: ComponentState,
}

/// The components of every bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bundles {
    /// Of the running bundle, and of those that can take its place.
    pub items: Vec<BundledComponent>,
}

/// In what a bundle differs from the running one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// It cannot read the state of a session.
    State,
    /// It takes no callback at an address that a terminal has, or would be told.
    Callback,
    /// The running one cannot read what it writes, so that there would be no way back.
    WayBack,
    /// It fails where the running one does not.
    Fault,
    /// It decides otherwise, or says otherwise what a charge costs.
    Decision,
    /// A receipt looks otherwise.
    Receipt,
}

/// A difference between two bundles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// Of which kind.
    pub kind: DifferenceKind,
    /// Where: the session and the event, the terminal or the receipt, and the place in what came of it.
    pub at: String,
    /// What the running bundle makes of it.
    pub before: String,
    /// What the other one makes of it.
    pub after: String,
}

/// What came of a comparison of two bundles, by what is on record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison {
    /// How many recorded events both decided on.
    pub events: u64,
    /// How many sessions there are that have not ended or need attention.
    pub open_sessions: u64,
    /// How many terminals' callbacks and offers both were given.
    pub terminals: u64,
    /// How many receipts both rendered.
    pub receipts: u64,
    /// How many decisions differ.
    pub differing_decisions: u64,
    /// How many receipts look otherwise.
    pub differing_receipts: u64,
    /// How many states and callbacks the other one cannot read.
    pub unreadable: u64,
    /// How many states and callbacks of the other one the running one cannot read.
    pub no_way_back: u64,
    /// How often the other one fails where the running one does not.
    pub faults: u64,
    /// The first differences of each kind.
    pub differences: Vec<Difference>,
}

/// A bundle took the place of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SwappedBundle {
    /// What took the place of what.
    #[serde(flatten)]
    pub replacement: Replacement,
    /// How they compare.
    pub comparison: Comparison,
}
