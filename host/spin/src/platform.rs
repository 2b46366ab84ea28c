//! The engine's platform under Spin.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_engine::http::{ProviderRequest, ProviderResponse, SendError};
use chargetap_engine::platform::{
    Bundles, ComponentFault, Components, Database, DatabaseError, Dialect, Metric, PendingStation,
    Platform, Row, StationAnswer, StationLink, StationOrder, Value, Work,
};
use spin_sdk::wasip3::random::random::get_random_u64;

use crate::bindings::{orchestration, rendering, verification};
use crate::bridge::Bridge;
use crate::database::Store;
use crate::outbound;

/// The engine's platform under Spin.
pub(crate) struct Spin {
    pub(crate) store: Store,
    pub(crate) verifier: verification::Verifier,
    pub(crate) bridge: Bridge,
    pub(crate) began: Instant,
}

/// The components are composed with the application: it is deployed anew to have others.
impl Bundles for Spin {}

impl Platform for Spin {
    type Components = Self;

    fn components(&self) -> &Self {
        self
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn random(&self) -> [u8; 16] {
        let [high, low] = [get_random_u64(), get_random_u64()].map(u128::from);
        (high << 64 | low).to_be_bytes()
    }

    /// An instance lives too briefly to count anything. Spin reports requests to OpenTelemetry by
    /// itself, and everything that is counted also has a line in the log.
    fn count(&self, _: Metric, _: &str) {}

    /// Not needed: the outbox is executed after every request, and the next tick arms every terminal.
    fn notify(&self, _: Work<'_>) {}

    async fn send(
        &self,
        request: ProviderRequest,
        timeout_ms: u64,
    ) -> Result<ProviderResponse, SendError> {
        outbound::send(request, timeout_ms).await
    }

    async fn order(&self, station: &str, order: StationOrder) -> StationAnswer {
        self.bridge.order(station, &order).await
    }

    async fn station_connected_for(&self, station: &str) -> Option<u64> {
        self.bridge.connected_for(station).await
    }

    async fn station_link(&self, station: &str) -> StationLink {
        self.bridge.link(station).await
    }

    async fn pending_stations(&self) -> Vec<PendingStation> {
        self.bridge.pending_stations().await
    }
}

impl Database for Spin {
    fn dialect(&self) -> Dialect {
        self.store.dialect()
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.store.query(statement, parameters).await
    }
}

/// A component that traps ends this instance, so none of these calls returns a fault.
impl Components for Spin {
    fn mint(
        &self,
        endpoint: &str,
        capability: &Capability,
    ) -> Result<Option<String>, ComponentFault> {
        Ok(self.verifier.mint(endpoint, capability))
    }

    fn verify(
        &self,
        request: &Request,
    ) -> Result<Result<Vec<Verified>, Rejection>, ComponentFault> {
        Ok(self.verifier.verify(request))
    }

    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, ComponentFault> {
        Ok(verification::Verifier::claimed_terminal(capability))
    }

    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault> {
        Ok(orchestration::step(policy, state, event, now))
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<Quote, ComponentFault> {
        Ok(orchestration::offer(policy, hold, now))
    }

    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault> {
        Ok(rendering::render(document, format, locale))
    }

    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, ComponentFault> {
        Ok(rendering::form(page, locale))
    }

    fn screen_text(
        &self,
        message: &Message,
        locale: &str,
    ) -> Result<Result<String, Problem>, ComponentFault> {
        Ok(rendering::screen_text(message, locale))
    }

    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        Ok(rendering::check_measurement(packets, public_key))
    }
}
