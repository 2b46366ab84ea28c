//! Customers, their sites, and the stations and people there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::Credential;
use crate::moment::{Day, Moment, Zone};
use crate::text::{Key, Line, Prose, StationId};

/// The contact details of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Their name.
    pub name: Line,
    /// Their mail address.
    pub email: Option<Line>,
    /// Their telephone number.
    pub phone: Option<Line>,
}

impl Contact {
    /// Whether it has a mail address or a telephone number.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.email.is_some() || self.phone.is_some()
    }
}

/// The details of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerDetails {
    /// The company's name.
    pub name: Line,
    /// The contact for questions.
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
    /// The acquirer.
    pub acquirer: Line,
    /// The merchant id, or the number of the agreement.
    pub id: Line,
}

/// A customer of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// Its key.
    pub key: Key,
    /// Its details.
    pub details: CustomerDetails,
    /// The latest acceptance of the terms of use.
    pub terms: Option<Acceptance>,
    /// The status of its PCI DSS self-assessment.
    pub self_assessment: Option<SelfAssessment>,
}

/// An acceptance of the terms of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The edition of the terms.
    pub edition: Line,
    /// By whom.
    pub by: Line,
    /// When.
    pub at: Moment,
}

/// The status of a customer's PCI DSS self-assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelfAssessment {
    /// The status.
    pub status: AssessmentStatus,
    /// The questionnaire, such as `B-IP`.
    pub questionnaire: Option<Line>,
    /// The last day on which it is valid; absent if none is required.
    pub valid_until: Option<Day>,
}

/// The status of a self-assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssessmentStatus {
    /// The acquirer does not require one.
    NotRequired,
    /// It is required, and not handed in yet.
    Pending,
    /// It was handed in, and is compliant.
    Compliant,
    /// It was handed in, and is not compliant.
    NotCompliant,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// Its key.
    pub key: Key,
    /// Its details.
    pub details: SiteDetails,
}

/// The details of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteDetails {
    /// The customer that owns it.
    pub customer: Key,
    /// Its name, for people and on receipts.
    pub name: Line,
    /// Its address, as on receipts.
    pub address: Line,
    /// Its time zone: of prices by the time of day, of the times on receipts, and of deadlines.
    pub time_zone: Zone,
}

/// A charging station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    /// Its identity, with which it connects.
    pub key: StationId,
    /// Its details.
    pub details: StationDetails,
    /// Its passwords, if it has any on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
}

impl Station {
    /// Whether its record says how it proves who it is.
    #[must_use]
    pub const fn may_connect(&self) -> bool {
        self.credential.is_some() || self.details.client_certificate
    }
}

/// The details of a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StationDetails {
    /// Its site.
    pub site: Key,
    /// Its EVSEs, each with its connector number.
    #[schemars(length(min = 1, max = 64))]
    pub evses: Vec<EvseDetails>,
    /// Whether it shows a client certificate whose common name is its identity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub client_certificate: bool,
    /// Tokens that may charge here without paying, such as cards of the operator's own drivers. Capitals do not matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub local_tokens: Vec<Line>,
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
    /// Its name on terminals; without one, the station's identity and its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
    /// The public key with which the values of its meter are checked, in hexadecimal or base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter_key: Option<Line>,
}

impl EvseDetails {
    /// Its name on terminals, at a station of this identity.
    #[must_use]
    pub fn label_at(&self, station: &StationId) -> String {
        match &self.label {
            Some(label) => label.as_str().to_owned(),
            None => format!("{station}/{}", self.connector),
        }
    }
}

/// Whether a text is an EVSE's id for roaming (ISO 15118-2, annex H): country, operator and number, with or without `*`
/// between them.
#[must_use]
pub fn is_evse_id(text: &str) -> bool {
    let bare: String = text
        .chars()
        .filter(|character| *character != '*')
        .map(|character| character.to_ascii_uppercase())
        .collect();
    bare.len() <= 37
        && bare
            .chars()
            .all(|character| character.is_ascii_alphanumeric())
        && bare
            .get(..2)
            .is_some_and(|country| country.chars().all(char::is_alphabetic))
        && bare.get(5..6) == Some("E")
        && bare.len() > 6
}

/// A person who may use terminals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Their key.
    pub key: Key,
    /// Their details.
    pub details: PersonDetails,
    /// Their latest training.
    pub training: Option<Training>,
}

/// The details of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonDetails {
    /// Their contact details.
    pub contact: Contact,
    /// The sites at which they work.
    #[schemars(length(min = 1, max = 100))]
    pub sites: Vec<Key>,
}

/// A training in the handling of terminals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// When.
    pub at: Moment,
    /// The trainer.
    pub by: Line,
    /// The subject.
    pub subject: Option<Prose>,
}
