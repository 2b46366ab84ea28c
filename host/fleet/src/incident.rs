//! Incidents: a terminal is lost, stolen, damaged or not what it should be.

mod picture;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use picture::{MOST_PIXELS, is_decodable_size, picture_size, picture_type};

use crate::moment::Moment;
use crate::processor::Party;
use crate::refusal::Reason;
use crate::site::Contact;
use crate::text::{Key, Line, Prose, Serial};

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// What names it.
    pub key: Key,
    /// What is known of it.
    pub details: IncidentDetails,
    /// When it was put on record.
    pub opened: Moment,
    /// Pictures of it.
    pub photographs: Vec<Photograph>,
    /// When the full report was handed on, and by whom.
    pub reported: Option<SignOff>,
    /// How it ended.
    pub closed: Option<Closing>,
}

/// What is known of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentDetails {
    /// Of what kind it is.
    pub kind: IncidentKind,
    /// The terminal that it happened to.
    pub terminal: Serial,
    /// When it was discovered: from then it must be reported within 24 hours.
    pub discovered: Moment,
    /// What happened, in full.
    pub description: Prose,
    /// What was done to look into it and to secure information and terminals.
    pub done: Prose,
    /// What is planned.
    pub planned: Prose,
    /// Who can be asked.
    pub contact: Option<Contact>,
}

/// The shortest description that can be full, in characters.
const SHORTEST: usize = 40;

/// What a report of an incident still lacks.
#[must_use]
pub fn missing(details: &IncidentDetails) -> Vec<Reason> {
    let is_short = |text: &Prose| text.as_str().trim().chars().count() < SHORTEST;
    let is_empty = |text: &Prose| text.as_str().trim().is_empty();
    let reachable = details.contact.as_ref().is_some_and(Contact::is_reachable);
    let lacks = [
        (
            is_short(&details.description),
            "incomplete-description",
            "describe in full what happened, in at least 40 characters",
            "description",
        ),
        (
            is_empty(&details.done),
            "incomplete-done",
            "say what was done to look into it and to secure information and terminals",
            "done",
        ),
        (
            is_empty(&details.planned),
            "incomplete-planned",
            "say what is planned",
            "planned",
        ),
        (
            !reachable,
            "unreachable-contact",
            "name somebody who can be asked, with a mail address or a telephone number",
            "contact",
        ),
    ];
    let lacking = lacks.into_iter().filter(|(is_lacking, ..)| *is_lacking);
    lacking
        .map(|(_, code, text, place)| Reason::new(code, text).owed_by(Party::Customer).at(place))
        .collect()
}

/// A kind of incident.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// Nobody knows where it is.
    Loss,
    /// Somebody took it.
    Theft,
    /// It is broken.
    Damage,
    /// Somebody changed it, or put something in its place.
    Tampering,
    /// It is destroyed.
    Destruction,
    /// Somebody behaved oddly around it.
    SuspiciousBehaviour,
}

/// A picture, of which the bytes are kept under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Photograph {
    /// SHA-256 of its bytes, in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub hash: String,
    /// What it is.
    pub media_type: PictureType,
    /// How many bytes it has.
    pub size: u64,
    /// What it shows.
    pub caption: Option<Line>,
}

/// What a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PictureType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
}

impl PictureType {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// That somebody signed for something, by the name of the token that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Signed")]
pub struct SignOff {
    /// When.
    pub at: Moment,
    /// Whose token.
    pub by: Key,
}

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closing {
    /// When and by whom.
    pub signed: SignOff,
    /// What became of the terminal.
    pub outcome: Outcome,
    /// What was found out.
    pub note: Prose,
}

/// What became of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is as it should be. It stays suspended until it is activated again.
    Cleared,
    /// It went back to the vendor.
    Returned,
    /// It is gone or broken for good.
    Gone,
}

impl IncidentDetails {
    /// When it has to be reported by.
    #[must_use]
    pub fn report_due(&self) -> Moment {
        self.discovered.plus_hours(24)
    }
}
