//! Maintenance records of terminals: checks, inspections, battery charges and test transactions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::terminal::Origin;
use crate::text::{Key, Prose};

/// A record of maintenance work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Done", deny_unknown_fields)]
pub struct MaintenanceRecord {
    /// When.
    pub at: Moment,
    /// The person who did it.
    pub by: Key,
}

/// A check before deployment.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// It is configured cloud to cloud, as its manual says.
    Configured,
    /// The casing has no visible damage.
    Casing,
    /// No foreign sticker covers it.
    Sticker,
    /// It has power, or its battery is charged.
    Power,
    /// The maker's logo comes up when it is switched on.
    Logo,
    /// It is connected to the internet.
    Internet,
    /// If it was active before, it is connected in its terminal management system.
    Management,
    /// The inventory says where it is and who may use it.
    Inventory,
}

/// The checks before deployment for terminals of this origin, by the terms of use.
#[must_use]
pub const fn checklist(origin: Origin) -> &'static [Check] {
    use Check::{Casing, Configured, Internet, Inventory, Logo, Management, Power, Sticker};
    match origin {
        Origin::FactoryFitted => &[Casing, Sticker, Power, Logo, Internet, Inventory],
        Origin::CustomerOwned => &[
            Configured, Casing, Sticker, Power, Logo, Internet, Management,
        ],
    }
}

/// A visual inspection of a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// Its occasion.
    pub occasion: Occasion,
    /// When and by whom.
    pub done: MaintenanceRecord,
    /// The findings; empty if all was well.
    #[schemars(length(max = 10))]
    pub findings: Vec<Finding>,
    /// Further remarks.
    pub note: Option<Prose>,
}

/// The occasion of an inspection.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Every week.
    Weekly,
    /// Before it is stored.
    BeforeStorage,
    /// After it was stored.
    AfterStorage,
}

/// A finding of a visual inspection.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// A foreign cable.
    OddCable,
    /// A foreign sticker.
    Sticker,
    /// The casing is damaged or was opened.
    Casing,
    /// The maker's logo does not come up, or is gone.
    MissingLogo,
}
