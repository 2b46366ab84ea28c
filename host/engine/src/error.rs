//! Why the engine could not do its work.

use chargetap_contract::ComponentFault;

use crate::clock::state::ClockProblem;
use crate::platform::Busy;
use crate::store::error::StoreError;

/// The engine could not do its work; nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store cannot be read or written.
    #[error("store: {0}")]
    Store(String),
    /// The clock cannot be trusted, so sessions wait.
    #[error(transparent)]
    Clock(#[from] ClockProblem),
    /// A session's state cannot be read by the component that is loaded.
    #[error(
        "session {session} cannot be read by this session-orchestrator ({problem}): put the newer \
         component folder back"
    )]
    UnreadableState {
        /// The session.
        session: String,
        /// Its state's version, or the mistake in it.
        problem: String,
    },
    /// A component failed.
    #[error(transparent)]
    Component(#[from] ComponentFault),
    /// A page was not rendered.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A session belongs to a terminal that the configuration does not have.
    #[error("terminal {0} is not configured, but a session is open there: configure it again")]
    UnknownTerminal(String),
    /// The sessions' cards were named by another key.
    #[error(
        "the last of [[callback_keys]] is not the key by which the cards of running sessions are \
         recognised, so no card could stop its session: put that key last again, and remove it once \
         they have ended"
    )]
    CardKeyReplaced,
    /// A receipt has a number of an issuer that the configuration does not have.
    #[error(
        "no issuer with VAT number {0} is configured, but it numbered a receipt: configure it again"
    )]
    UnknownIssuer(String),
    /// A terminal's receipts have no issuer.
    #[error(
        "the configuration has no issuer for the processor of terminal {0}: add it under [issuers]"
    )]
    NoIssuer(String),
    /// A receipt is to say where a terminal stands that is not on record, and the configuration has no site.
    #[error(
        "terminal {0} is not on record, so nobody knows what its receipt is to say of its site: put it on record, \
         or [site] into the configuration"
    )]
    NoSite(String),
    /// A session's site is in a time zone that this program does not know.
    #[error("{0}")]
    TimeZone(String),
    /// A receipt is to refer to another one that is not there yet.
    #[error("session {0} has no receipt yet to refer to")]
    NoOriginal(String),
    /// The session kept moving on while the step was made.
    #[error("session {0} is contended: try again")]
    Contended(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}
