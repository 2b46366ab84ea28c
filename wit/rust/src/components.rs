//! The contract's functions: what a host calls in the three components.

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

/// A component trapped, ran too long, wanted too much memory, or cannot be called here.
#[derive(Debug)]
pub struct ComponentFault {
    /// The component's name.
    pub component: &'static str,
    /// What happened, for the log.
    pub reason: String,
}

impl std::fmt::Display for ComponentFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} failed: {}", self.component, self.reason)
    }
}

impl std::error::Error for ComponentFault {}
