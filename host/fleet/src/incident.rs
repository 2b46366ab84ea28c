//! Incidents: a terminal is lost, stolen, damaged or suspicious.
//!
//! Limits: a photograph has at most 8 MiB and 40 megapixels; an incident has at most 20.

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
    /// Its key.
    pub key: Key,
    /// Its details.
    pub details: IncidentDetails,
    /// When it was recorded.
    pub opened: Moment,
    /// Its photographs.
    pub photographs: Vec<Photograph>,
    /// When the full report was handed on, and by whom.
    pub reported: Option<SignOff>,
    /// How it was closed.
    pub closed: Option<Closing>,
}

/// The details of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentDetails {
    /// Its kind.
    pub kind: IncidentKind,
    /// The terminal concerned.
    pub terminal: Serial,
    /// When it was discovered. The report is due within 24 hours from then.
    pub discovered: Moment,
    /// What happened, in full.
    pub description: Prose,
    /// What was done to look into it and to secure information and terminals.
    pub done: Prose,
    /// What is planned.
    pub planned: Prose,
    /// The contact for questions.
    pub contact: Option<Contact>,
}

impl IncidentDetails {
    /// Tampering with a terminal, of which no more is known than this.
    pub(crate) fn tampering(terminal: Serial, discovered: Moment, description: Prose) -> Self {
        Self {
            kind: IncidentKind::Tampering,
            terminal,
            discovered,
            description,
            done: Prose::empty(),
            planned: Prose::empty(),
            contact: None,
        }
    }
}

/// The minimum length of a full description, in characters.
const SHORTEST: usize = 40;

/// What the report of an incident still lacks.
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
    /// The terminal is lost.
    Loss,
    /// It was stolen.
    Theft,
    /// It is damaged.
    Damage,
    /// It was manipulated or replaced.
    Tampering,
    /// It is destroyed.
    Destruction,
    /// Somebody behaved suspiciously around it.
    SuspiciousBehaviour,
}

/// A picture. Its bytes are stored under their hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Photograph {
    /// SHA-256 of its bytes, in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub hash: String,
    /// Its media type.
    pub media_type: PictureType,
    /// Its size in bytes.
    pub size: u64,
    /// Its caption.
    pub caption: Option<Line>,
}

/// The media type of a picture.
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

/// A sign-off: when, and by the holder of which token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Signed")]
pub struct SignOff {
    /// When.
    pub at: Moment,
    /// The key of the token.
    pub by: Key,
}

/// The closing of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closing {
    /// When and by whom.
    pub signed: SignOff,
    /// What happened to the terminal.
    pub outcome: Outcome,
    /// The findings.
    pub note: Prose,
}

/// What happened to a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is in order. It stays suspended until it is activated again.
    Cleared,
    /// It went back to the vendor.
    Returned,
    /// It is gone or broken for good.
    Gone,
}

impl IncidentDetails {
    /// The deadline for the report.
    #[must_use]
    pub fn report_due(&self) -> Moment {
        self.discovered.plus_hours(24)
    }
}
