//! What whoever has a terminal must do: checks, inspections, battery charges, test transactions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::terminal::Origin;
use crate::text::{Key, Prose};

/// That somebody did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Done", deny_unknown_fields)]
pub struct MaintenanceRecord {
    /// When.
    pub at: Moment,
    /// Which person.
    pub by: Key,
}

/// What is checked before a terminal is deployed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// It is set up cloud to cloud, as its manual says.
    Configured,
    /// The casing has no visible damage.
    Casing,
    /// No sticker covers it that does not belong there.
    Sticker,
    /// It has power, or its battery is charged.
    Power,
    /// The maker's logo comes up when it is switched on.
    Logo,
    /// It is connected to the internet.
    Internet,
    /// It was active before, and is connected in its terminal management system; or it was not.
    Management,
    /// The inventory says where it is and who may use it.
    Inventory,
}

/// What is checked before a terminal of this origin is deployed, by the terms of use.
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

/// An inspection by looking at the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// On what occasion.
    pub occasion: Occasion,
    /// When and by whom.
    pub done: MaintenanceRecord,
    /// What was wrong; nothing, if all was well.
    #[schemars(length(max = 10))]
    pub findings: Vec<Finding>,
    /// What else was seen.
    pub note: Option<Prose>,
}

/// On what occasion a terminal is inspected.
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

/// What can be wrong with a terminal that is looked at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// A cable that does not belong there.
    OddCable,
    /// A sticker that does not belong there.
    Sticker,
    /// The casing is damaged or was opened.
    Casing,
    /// The maker's logo does not come up, or is gone.
    MissingLogo,
}
