//! What a decision is made in: the moment, who asks, and what the gateway knows besides the records.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{AccessScope, Scope};
use crate::model::Model;
use crate::moment::Moment;
use crate::processor::Processor;
use crate::text::{Key, Line, Serial};

/// What a decision is made in.
#[derive(Clone, Copy, Debug)]
pub struct DecisionContext<'a> {
    /// What time it is.
    pub now: Moment,
    /// Who asks.
    pub actor: &'a Actor,
    /// What the gateway knows.
    pub gateway: &'a GatewayFacts,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The token's key, or `gateway` for the gateway itself.
    pub key: Key,
    /// What they may do.
    pub scope: Scope,
    /// Where.
    pub access: AccessScope,
}

impl Actor {
    /// The gateway itself.
    #[must_use]
    pub fn gateway() -> Self {
        Self {
            key: Key::gateway(),
            scope: Scope::Operator,
            access: AccessScope::Everywhere,
        }
    }
}

/// What the gateway knows besides the records.
#[derive(Clone, Debug, Default)]
pub struct GatewayFacts {
    /// The terminals in its configuration.
    pub configured: BTreeMap<Serial, TerminalConfig>,
    /// For whose processor its configuration has an issuer of receipts.
    pub issuers: BTreeSet<Processor>,
    /// What it saw of terminals at the vendor.
    pub statuses: BTreeMap<Serial, StatusRecord>,
    /// Terminals at which a session is open.
    pub busy: BTreeSet<Serial>,
    /// Sessions that a person must look at.
    pub attention: Vec<Attention>,
}

/// A terminal in the gateway's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalConfig {
    /// What it is said to be.
    pub model: Model,
    /// The EVSEs that it lets drivers charge at, as station and connector.
    pub evses: Vec<(Key, u32)>,
}

/// What was seen of a terminal at the vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Seen")]
pub struct StatusRecord {
    /// Whether it was online.
    pub online: bool,
    /// What the vendor called its state: an open list.
    pub state: Line,
    /// When it was online last.
    pub online_at: Option<Moment>,
    /// When it was looked at last.
    pub at: Moment,
}

/// A session that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// The session's id.
    pub session: String,
    /// Where it was.
    pub terminal: Serial,
    /// Since when.
    pub since: Moment,
}
