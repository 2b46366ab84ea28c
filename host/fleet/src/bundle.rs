//! Bundles of the gateway's components: where they lie, and what took the place of what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::text::Key;

/// Which bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BundlePlace {
    /// The one that runs.
    Running,
    /// The one that was put beside it, to take its place.
    Next,
    /// The one whose place it took.
    Previous,
}

/// A bundle that can take the place of the running one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandbyBundle {
    /// [`BundlePlace::Next`].
    Next,
    /// [`BundlePlace::Previous`].
    Previous,
}

impl From<StandbyBundle> for BundlePlace {
    fn from(standby: StandbyBundle) -> Self {
        match standby {
            StandbyBundle::Next => Self::Next,
            StandbyBundle::Previous => Self::Previous,
        }
    }
}

/// What a component is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComponentDigest {
    /// Its name.
    pub name: String,
    /// Its version, as it says itself.
    pub version: Option<String>,
    /// The SHA-256 of its file in hexadecimal.
    pub sha256: String,
}

/// The components that take the place of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replacement {
    /// Those that ran.
    pub before: Vec<ComponentDigest>,
    /// Those that take their place.
    pub after: Vec<ComponentDigest>,
}

/// The last swap of the components. All of them are in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleSwap {
    /// That of the components.
    pub key: Key,
    /// What took the place of what.
    #[serde(flatten)]
    pub replacement: Replacement,
    /// How many decisions differed, which was accepted.
    pub differences: u64,
    /// When.
    pub at: Moment,
}
