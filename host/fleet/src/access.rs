//! Who may do what, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::fleet::Fleet;
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
#[serde(rename = "Reach", rename_all = "kebab-case")]
pub enum AccessScope {
    /// Everywhere, and for what belongs to no site.
    Everywhere,
    /// At these sites only.
    Sites(#[schemars(length(min = 1, max = 100))] Vec<Key>),
}

impl AccessScope {
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
    #[serde(rename = "reach")]
    pub access: AccessScope,
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
    #[serde(rename = "reach")]
    pub access: AccessScope,
}

/// SHA-256 in hexadecimal. A secret is so long that nobody finds one by trying.
#[must_use]
pub fn hash(secret: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(secret))
}

/// The token of this secret, if it counts.
#[must_use]
pub fn bearer<'a>(fleet: &'a Fleet, secret: &[u8], now: Moment) -> Option<&'a Token> {
    let hash = hash(secret);
    let mut tokens = fleet.each::<Token>();
    let token = tokens.find(|token| token.hash == hash)?;
    let counts = token.details.expires.is_none_or(|expires| now < expires);
    counts.then_some(token)
}

/// The calendar at the address that ends so.
#[must_use]
pub fn calendar<'a>(fleet: &'a Fleet, secret: &[u8]) -> Option<&'a Calendar> {
    let hash = hash(secret);
    fleet.each::<Calendar>().find(|it| it.hash == hash)
}
