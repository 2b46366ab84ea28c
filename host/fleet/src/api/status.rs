//! How the gateway is, as the interface shows it: what an operator looks at first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bundle::ComponentState;
use crate::alert::AlertKind;

/// How the gateway is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GatewayStatus {
    /// Whether it can do its work: no part has failed. Parts may be degraded all the same.
    pub ready: bool,
    /// The gateway's version.
    pub version: String,
    /// For how long it has been running, in seconds. Under Spin, that is the instance that answers.
    pub uptime_s: u64,
    /// The parts on which its work depends.
    pub parts: Vec<PartStatus>,
    /// The components that run; none where the host cannot tell.
    pub components: Vec<ComponentState>,
    /// How many commits the database made in the last whole minute; absent where the host cannot tell.
    pub commits_per_minute: Option<u64>,
    /// Commands of sessions that are not done.
    pub commands: CommandCounts,
    /// Sessions of which something is still to come, by phase.
    pub sessions: Vec<PhaseCount>,
    /// Stations.
    pub stations: StationCounts,
    /// Terminals.
    pub terminals: TerminalCounts,
    /// Alerts that have not ended, by kind.
    pub alerts: Vec<AlertCount>,
}

/// A part on which the gateway's work depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The database can be written.
    Store,
    /// The time can be trusted.
    Clock,
    /// The three components answer.
    Components,
    /// The payment provider answers, and takes the API key.
    Provider,
}

impl Part {
    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Clock => "clock",
            Self::Components => "components",
            Self::Provider => "provider",
        }
    }

    /// How the gateway is when this part does not work.
    ///
    /// Without store, clock or components no callback can be taken. The provider's failure is none of theirs: its
    /// callbacks, stations and drivers with receipts must find the gateway all the same, and what is to be sent to it
    /// waits.
    const fn when_broken(self) -> PartState {
        match self {
            Self::Store | Self::Clock | Self::Components => PartState::Failed,
            Self::Provider => PartState::Degraded,
        }
    }
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartState {
    /// It works.
    Good,
    /// It does not work, and the gateway takes callbacks all the same.
    Degraded,
    /// It does not work, and the gateway is not ready.
    Failed,
}

/// A part, and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartStatus {
    /// Which.
    pub part: Part,
    /// How it is.
    pub state: PartState,
    /// What is wrong, and what to do.
    pub problem: Option<String>,
}

impl PartStatus {
    /// A part with what is wrong with it, if anything is.
    #[must_use]
    pub fn new(part: Part, problem: Option<String>) -> Self {
        let state = match problem {
            None => PartState::Good,
            Some(_) => part.when_broken(),
        };
        Self {
            part,
            state,
            problem,
        }
    }

    /// A part that works as far as the gateway needs it to take callbacks, with what is wrong with it.
    #[must_use]
    pub const fn degraded(part: Part, problem: String) -> Self {
        Self {
            part,
            state: PartState::Degraded,
            problem: Some(problem),
        }
    }
}

/// Commands of sessions that are not done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommandCounts {
    /// Those that wait to be sent.
    pub waiting: u64,
    /// Those that were sent, and whose outcome is awaited.
    pub sent: u64,
    /// For how long the oldest of both has been asked for, in seconds; absent if there is none.
    pub oldest_age_s: Option<u64>,
}

/// How many sessions are in a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseCount {
    /// The phase, such as `charging`.
    pub phase: String,
    /// How many.
    pub count: u64,
}

/// How many stations are how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StationCounts {
    /// Those of the configuration.
    pub configured: u64,
    /// Those of them that are connected.
    pub connected: u64,
    /// Those of them that say that they, or one of their connectors, are out of order.
    pub out_of_order: u64,
    /// Those that are connected and not configured.
    pub pending: u64,
}

/// How many terminals are how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TerminalCounts {
    /// Those of the configuration.
    pub configured: u64,
    /// Those of them that may take cards.
    pub activated: u64,
    /// Those of them that were online when they were last polled.
    pub online: u64,
    /// Those of them that may take cards, and show the last prompt that they were sent.
    pub armed: u64,
}

/// How many alerts of a kind are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertCount {
    /// What they report.
    pub kind: AlertKind,
    /// How many.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_provider_may_be_away_from_a_gateway_that_is_ready() {
        for (part, expected) in [
            (Part::Store, PartState::Failed),
            (Part::Clock, PartState::Failed),
            (Part::Components, PartState::Failed),
            (Part::Provider, PartState::Degraded),
        ] {
            assert_eq!(PartStatus::new(part, None).state, PartState::Good);
            let broken = PartStatus::new(part, Some("it is away".to_owned()));
            assert_eq!(broken.state, expected, "{}", part.name());
        }
    }
}
