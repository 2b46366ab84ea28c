//! Access control: tokens with their permissions, and the addresses of calendar feeds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::fleet::Fleet;
use crate::moment::Moment;
use crate::text::{Key, Line};

/// The scope of a token: its permissions.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// All routes.
    Operator,
    /// Work at a site: checks, inspections, incidents.
    SiteStaff,
    /// Support: reads everything, suspends terminals, closes incidents, stops sessions, operates stations.
    Support,
    /// Reads everything and changes nothing.
    ReadOnly,
}

/// The sites at which a token or a calendar counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Reach", rename_all = "kebab-case")]
pub enum AccessScope {
    /// All sites, and records that belong to no site.
    Everywhere,
    /// These sites only.
    Sites(#[schemars(length(min = 1, max = 100))] Vec<Key>),
}

impl AccessScope {
    /// Whether a site is in this access scope.
    #[must_use]
    pub fn includes(&self, site: &Key) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Sites(sites) => sites.contains(site),
        }
    }
}

/// A bearer token. Only a hash of its secret is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its key; the audit log names it by this.
    pub key: Key,
    /// Its holder, permissions and sites.
    pub details: TokenDetails,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
    /// When it was issued.
    pub issued: Moment,
}

/// The holder, permissions and sites of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDetails {
    /// Its holder.
    pub name: Line,
    /// What its holder may do.
    pub scope: Scope,
    /// The sites at which it counts.
    #[serde(rename = "reach")]
    pub access: AccessScope,
    /// When it expires. Without a date it counts until it is revoked.
    pub expires: Option<Moment>,
}

/// The address of a calendar feed. Only a hash of the address is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its key; the audit log names it by this.
    pub key: Key,
    /// Its holder and sites.
    pub details: CalendarDetails,
    /// SHA-256 of the last part of the address, in hexadecimal.
    pub hash: String,
}

/// The holder and sites of a calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDetails {
    /// Its holder.
    pub name: Line,
    /// The sites whose deadlines it shows.
    #[serde(rename = "reach")]
    pub access: AccessScope,
}

/// SHA-256 in hexadecimal. Secrets are random and long, so a plain hash is enough.
#[must_use]
pub fn hash(secret: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(secret))
}

/// The token with this secret, unless it has expired.
#[must_use]
pub fn bearer<'a>(fleet: &'a Fleet, secret: &[u8], now: Moment) -> Option<&'a Token> {
    let hash = hash(secret);
    let mut tokens = fleet.each::<Token>();
    let token = tokens.find(|token| token.hash == hash)?;
    let counts = token.details.expires.is_none_or(|expires| now < expires);
    counts.then_some(token)
}

/// The calendar whose address ends with this secret.
#[must_use]
pub fn calendar<'a>(fleet: &'a Fleet, secret: &[u8]) -> Option<&'a Calendar> {
    let hash = hash(secret);
    fleet.each::<Calendar>().find(|it| it.hash == hash)
}
