//! Customers, their sites, and who and what is there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::{Day, Moment, Zone};
use crate::text::{Key, Line, Prose};

/// How somebody can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Who it is.
    pub name: Line,
    /// By mail.
    pub email: Option<Line>,
    /// By telephone.
    pub phone: Option<Line>,
}

impl Contact {
    /// Whether there is a way to reach them.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.email.is_some() || self.phone.is_some()
    }
}

/// What a customer says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerDetails {
    /// The company's name.
    pub name: Line,
    /// Whom to ask.
    pub contact: Contact,
    /// The number of its contract with the terminals' vendor, if it has one.
    pub vendor_contract: Option<Line>,
    /// Its own domain at the vendor, if it has one.
    pub vendor_domain: Option<Line>,
    /// Its payment agreement with an acquirer, if it has one.
    pub merchant: Option<Merchant>,
}

/// A payment agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Merchant {
    /// With whom.
    pub acquirer: Line,
    /// The merchant's id with it, or the agreement's number.
    pub id: Line,
}

/// A customer of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// What names it.
    pub key: Key,
    /// What it says of itself.
    pub details: CustomerDetails,
    /// The latest acceptance of the terms of use.
    pub terms: Option<Acceptance>,
    /// How it stands with the self-assessment of PCI DSS.
    pub self_assessment: Option<SelfAssessment>,
}

/// That the terms of use were accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Which edition of them.
    pub edition: Line,
    /// By whom.
    pub by: Line,
    /// When.
    pub at: Moment,
}

/// How a customer stands with the self-assessment questionnaire of PCI DSS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelfAssessment {
    /// How it stands.
    pub status: AssessmentStatus,
    /// Which questionnaire, such as `B-IP`.
    pub questionnaire: Option<Line>,
    /// Until when it counts; absent where none is asked for.
    pub valid_until: Option<Day>,
}

/// How a self-assessment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssessmentStatus {
    /// The acquirer asks for none.
    NotRequired,
    /// It is asked for, and not handed in.
    Pending,
    /// It was handed in, and says that all is as it should be.
    Compliant,
    /// It was handed in, and says that something is not.
    NotCompliant,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// What names it.
    pub key: Key,
    /// What is known of it.
    pub details: SiteDetails,
}

/// What is known of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteDetails {
    /// Whose it is.
    pub customer: Key,
    /// What people call it.
    pub name: Line,
    /// Where it is.
    pub address: Line,
    /// By whose days its deadlines count.
    pub time_zone: Zone,
}

/// A charging station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Station {
    /// Its serial number, under which it connects.
    pub key: Key,
    /// What is known of it.
    pub details: StationDetails,
}

/// What is known of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StationDetails {
    /// Where it stands.
    pub site: Key,
    /// Its EVSEs, of which each is a connector here.
    #[schemars(length(min = 1, max = 64))]
    pub evses: Vec<EvseDetails>,
}

/// An EVSE of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvseDetails {
    /// Its number at the station.
    #[schemars(range(min = 1, max = 64))]
    pub connector: u32,
    /// Its id for roaming (ISO 15118-2, annex H), if it has one.
    pub id: Option<Line>,
}

/// Somebody who may use terminals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// What names them.
    pub key: Key,
    /// What is known of them.
    pub details: PersonDetails,
    /// Their latest training.
    pub training: Option<Training>,
}

/// What is known of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonDetails {
    /// How to reach them.
    pub contact: Contact,
    /// Where they work.
    #[schemars(length(min = 1, max = 100))]
    pub sites: Vec<Key>,
}

/// A training in the handling of terminals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// When.
    pub at: Moment,
    /// Who gave it.
    pub by: Line,
    /// What it was about.
    pub subject: Option<Prose>,
}
