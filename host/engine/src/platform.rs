//! What the engine needs of the world around it.

use std::fmt;
use std::future::Future;

use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};

use crate::http;

/// `Send` and `Sync` where there are threads, nothing where there are none.
#[cfg(not(target_family = "wasm"))]
pub trait Portable: Send + Sync {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send + Sync + ?Sized> Portable for T {}

/// `Send` and `Sync` where there are threads, nothing where there are none.
#[cfg(target_family = "wasm")]
pub trait Portable {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> Portable for T {}

/// `Send` where there are threads, nothing where there are none.
#[cfg(not(target_family = "wasm"))]
pub trait Portably: Send {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send + ?Sized> Portably for T {}

/// `Send` where there are threads, nothing where there are none.
#[cfg(target_family = "wasm")]
pub trait Portably {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> Portably for T {}

/// A runtime that the engine lives in.
pub trait Platform: Portable + 'static {
    /// Milliseconds since 1970.
    fn now(&self) -> u64;

    /// Unguessable bytes.
    fn random(&self) -> [u8; 16];

    /// Count something for the operator, by a name and one label.
    fn count(&self, what: Count, label: &str);

    /// Something is waiting to be executed: come back soon.
    fn wake(&self);

    /// Something happened at a terminal: have its reader tended soon.
    fn look_at(&self, terminal: &str);

    /// Send a request to the payment provider, which is given `timeout_ms` to answer.
    fn send(
        &self,
        request: http::Outgoing,
        timeout_ms: u64,
    ) -> impl Future<Output = Result<http::Answer, http::SendError>> + Portably;

    /// Ask a station to start a transaction under a one-time token.
    fn start_charging(
        &self,
        station: &str,
        connector: u32,
        id_tag: &str,
    ) -> impl Future<Output = StationAnswer> + Portably;

    /// Ask a station to end a transaction.
    fn stop_charging(
        &self,
        station: &str,
        transaction: i32,
    ) -> impl Future<Output = StationAnswer> + Portably;

    /// Run one statement against the journal's database, atomically and durably: when it returns,
    /// what it wrote survives a power cut.
    fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + Portably;

    /// Mint a callback URL's last segment with `callback-verifier`.
    ///
    /// # Errors
    /// The component failed.
    fn mint(&self, capability: &Capability) -> Result<String, PluginFault>;

    /// Check a callback with `callback-verifier`.
    ///
    /// # Errors
    /// The component failed.
    fn verify(&self, request: &Request) -> Result<Result<Vec<Verified>, Rejection>, PluginFault>;

    /// The terminal that a capability names, whether or not it is authentic, by `callback-verifier`.
    ///
    /// # Errors
    /// The component failed.
    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, PluginFault>;

    /// Make a step with `session-orchestrator`.
    ///
    /// # Errors
    /// The component failed.
    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, PluginFault>;

    /// What a terminal shows before a card is read, by `session-orchestrator`.
    ///
    /// # Errors
    /// The component failed.
    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<String, PluginFault>;

    /// Write a receipt with `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, PluginFault>;

    /// Write a page with a form with `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, PluginFault>;

    /// Check what a meter signed with `receipt-generator`.
    ///
    /// # Errors
    /// The component failed.
    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, PluginFault>;
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// Callbacks, by what became of them.
    Callback,
    /// Events applied to sessions, by the phase they led to.
    Step,
    /// Commands executed, by how they ended.
    Command,
    /// Alerts raised, by reason.
    Alert,
    /// Reports of payment providers, by what became of the payment.
    PaymentReport,
}

/// What a station made of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationAnswer {
    /// It will do it.
    Accepted,
    /// It will not.
    Rejected,
    /// It could not be asked.
    NotConnected,
    /// It was asked, and the answer was lost.
    Unknown,
}

/// A value in the journal's database.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// One row of an answer, in the order of the statement's columns.
pub type Row = Vec<Value>;

/// The journal's database could not do it; nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A uniqueness rule forbids it.
    #[error("the database refuses it: {0}")]
    Constraint(String),
    /// It is full, gone or broken.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
}

/// A component trapped, ran too long or wanted too much memory.
#[derive(Debug, thiserror::Error)]
#[error("{component} failed: {reason}")]
pub struct PluginFault {
    /// The component's name.
    pub component: &'static str,
    /// What happened, for the log.
    pub reason: String,
}

impl Count {
    /// The metric's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Callback => "callbacks",
            Self::Step => "steps",
            Self::Command => "commands",
            Self::Alert => "alerts",
            Self::PaymentReport => "payment_reports",
        }
    }

    /// What the label says.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Callback | Self::Command => "result",
            Self::Step => "phase",
            Self::Alert => "reason",
            Self::PaymentReport => "change",
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
