//! Who may do what, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::text::{Key, Line};

/// What a token lets its bearer do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everything.
    Operator,
    /// What whoever works at a site does there: checks, inspections, incidents.
    SiteStaff,
    /// Helps: sees everything, suspends terminals, closes incidents, stops sessions.
    Support,
    /// Sees everything and changes nothing.
    ReadOnly,
}

/// Where a token counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Everywhere, and for what belongs to no site.
    Everywhere,
    /// At these sites only.
    Sites(#[schemars(length(min = 1, max = 100))] Vec<Key>),
}

impl Reach {
    /// Whether it reaches a site.
    #[must_use]
    pub fn includes(&self, site: &Key) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Sites(sites) => sites.contains(site),
        }
    }
}

/// A bearer token. Of the secret itself only a hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What names it in the audit log.
    pub key: Key,
    /// What its bearer may do, and where.
    pub details: TokenDetails,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
    /// When it was issued.
    pub issued: Moment,
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDetails {
    /// Who has it.
    pub name: Line,
    /// What it lets them do.
    pub scope: Scope,
    /// Where.
    pub reach: Reach,
    /// Until when it counts; without it, until it is revoked.
    pub expires: Option<Moment>,
}

/// The address of a calendar. Of the address only a hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// What names it in the audit log.
    pub key: Key,
    /// What it is for.
    pub details: CalendarDetails,
    /// SHA-256 of the address's last part, in hexadecimal.
    pub hash: String,
}

/// What a calendar is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDetails {
    /// Who has it.
    pub name: Line,
    /// Whose deadlines it shows.
    pub reach: Reach,
}
