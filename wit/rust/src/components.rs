//! The contract's functions: what a host calls in the three components.

use std::fmt;

use crate::callback::{Capability, Rejection, Request, Verified};
use crate::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use crate::screen::{Message, Quote};
use crate::session::{Decision, Event, Policy, Refusal};

/// The three components, as a host calls them.
///
/// Each method is the function of the same name in the WIT files, which document it. A host in
/// wasmtime, a composed Spin application and a simulation that links the components natively each
/// implement it once.
pub trait Components {
    /// `verifier.mint` of `callback-verifier`: a callback URL's last segment, or `None` if the
    /// endpoint has no capability URLs.
    ///
    /// # Errors
    /// The component failed.
    fn mint(
        &self,
        endpoint: &str,
        capability: &Capability,
    ) -> Result<Option<String>, ComponentFault>;

    /// `verifier.verify` of `callback-verifier`.
    ///
    /// # Errors
    /// The component failed.
    fn verify(&self, request: &Request)
    -> Result<Result<Vec<Verified>, Rejection>, ComponentFault>;

    /// `verifier.claimed-terminal` of `callback-verifier`.
    ///
    /// # Errors
    /// The component failed.
    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, ComponentFault>;

    /// `orchestration.step` of `session-orchestrator`.
    ///
    /// # Errors
    /// The component failed.
    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault>;

    /// `orchestration.offer` of `session-orchestrator`.
    ///
    /// # Errors
    /// The component failed.
    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<Quote, ComponentFault>;

    /// `rendering.render` of `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault>;

    /// `rendering.form` of `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, ComponentFault>;

    /// `rendering.screen-text` of `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn screen_text(
        &self,
        message: &Message,
        locale: &str,
    ) -> Result<Result<String, Problem>, ComponentFault>;

    /// `rendering.check-measurement` of `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault>;
}

/// A component gave no answer. That costs the instance that was called, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentFault {
    /// The component's name.
    pub component: &'static str,
    /// Why there is no answer.
    pub cause: FaultCause,
}

/// Why a component gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultCause {
    /// It did not end in the time that a call may take.
    Time,
    /// It asked for more memory than an instance may have.
    Memory,
    /// Its functions called each other more deeply than its stack allows.
    Stack,
    /// Its answer is larger than one may be.
    Output,
    /// So many calls of it are under way that another one was not begun.
    Busy,
    /// It trapped, or broke the rules of components: how, for the log.
    Trap(String),
    /// It answered something of which no use can be made, or cannot be called here: why, for the log.
    Useless(String),
}

impl fmt::Display for ComponentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.component, self.cause)
    }
}

impl fmt::Display for FaultCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "it took longer than a call may",
            Self::Memory => "it asked for more memory than it may have",
            Self::Stack => "its functions called each other too deeply",
            Self::Output => "its answer is larger than one may be",
            Self::Busy => "too many calls of it are under way already",
            Self::Trap(reason) | Self::Useless(reason) => reason,
        })
    }
}

impl std::error::Error for ComponentFault {}
