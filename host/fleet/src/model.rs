//! The models of terminals, and what differs between them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A compatible model of Payter's terminals. Others cannot be used.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// P66.
    P66,
    /// P66 in two parts.
    P66s,
    /// P68.
    P68,
    /// Apollo.
    Apollo,
    /// Apollo Max.
    ApolloMax,
    /// Apollo Polar.
    ApolloPolar,
}

/// What differs by model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// Its name in the API and in tables.
    pub name: &'static str,
    /// Its name at the maker.
    pub label: &'static str,
    /// Whether texts can be shown on its screen.
    pub has_screen: bool,
    /// Whether it has a battery that keeps it secure, and that must be charged in storage.
    pub has_battery: bool,
    /// Whether the vendor supports increasing a hold.
    pub can_increment: bool,
    /// Whether the vendor connects it by OCPI.
    pub has_ocpi: bool,
}

/// The P6X family lacks all of these features.
const fn p6x(name: &'static str, label: &'static str) -> Traits {
    Traits {
        name,
        label,
        has_screen: false,
        has_battery: false,
        can_increment: false,
        has_ocpi: false,
    }
}

const fn apollo(name: &'static str, label: &'static str) -> Traits {
    Traits {
        name,
        label,
        has_screen: true,
        has_battery: true,
        can_increment: true,
        has_ocpi: true,
    }
}

impl Model {
    /// Every model.
    pub const ALL: [Self; 6] = [
        Self::P66,
        Self::P66s,
        Self::P68,
        Self::Apollo,
        Self::ApolloMax,
        Self::ApolloPolar,
    ];

    /// The differences by model, as a table.
    #[must_use]
    pub const fn traits(self) -> Traits {
        match self {
            Self::P66 => p6x("p66", "Payter P66"),
            Self::P66s => p6x("p66s", "Payter P66S"),
            Self::P68 => p6x("p68", "Payter P68"),
            Self::Apollo => apollo("apollo", "Payter Apollo"),
            Self::ApolloMax => apollo("apollo-max", "Payter Apollo Max"),
            Self::ApolloPolar => apollo("apollo-polar", "Payter Apollo Polar"),
        }
    }

    /// The model of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|model| model.traits().name == name)
    }
}
