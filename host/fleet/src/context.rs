//! The context of a decision: the moment, the actor, and the facts that only the gateway knows.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{AccessScope, Scope};
use crate::model::Model;
use crate::moment::Moment;
use crate::processor::Processor;
use crate::tariff::TariffNeeds;
use crate::text::{Key, Line, Serial, StationId};

/// The context of a decision.
#[derive(Clone, Copy, Debug)]
pub struct DecisionContext<'a> {
    /// The current moment.
    pub now: Moment,
    /// The actor who makes a request.
    pub actor: &'a Actor,
    /// The facts that only the gateway knows.
    pub gateway: &'a GatewayFacts,
}

/// The actor who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The token's key, or `gateway` for the gateway itself.
    pub key: Key,
    /// What they may do.
    pub scope: Scope,
    /// The sites at which they may do it.
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
    /// The stations in its configuration.
    pub stations: BTreeSet<StationId>,
    /// The tariffs in its configuration, by id.
    pub tariffs: BTreeMap<String, money::Tariff>,
    /// Less is never captured: a decimal text, in any currency.
    pub minimum_capture: String,
    /// The processors for which its configuration has an issuer of receipts.
    pub issuers: BTreeSet<Processor>,
    /// The status of each terminal at the vendor, as last recorded.
    pub statuses: BTreeMap<Serial, StatusRecord>,
    /// The terminals with an open session.
    pub busy: BTreeSet<Serial>,
}

/// A terminal in the gateway's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalConfig {
    /// Its model in the configuration.
    pub model: Model,
    /// The EVSEs that it serves, as station and connector.
    pub evses: Vec<(StationId, u32)>,
    /// What it asks of its tariff.
    pub needs: TariffNeeds,
}

/// The status of a terminal at the vendor, as last recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Seen")]
pub struct StatusRecord {
    /// Whether it was online.
    pub online: bool,
    /// The state in the vendor's words, which are an open list.
    pub state: Line,
    /// When it was last online.
    pub online_at: Option<Moment>,
    /// When the status was recorded.
    pub at: Moment,
}

/// How a session stands, as far as its alerts depend on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionStatus {
    /// Whether its hold is still being made.
    pub is_authorising: bool,
    /// Whether it needs a person's attention.
    pub needs_attention: bool,
    /// Whether the station reported its end after its price was final.
    pub was_reported_late: bool,
}
