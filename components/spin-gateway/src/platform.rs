//! The engine's runtime under Spin.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_engine::PAYTER;
use chargetap_engine::http::{Answer, Outgoing, SendError};
use chargetap_engine::platform::{
    Count, DatabaseError, Platform, PluginFault, Row, StationAnswer, Value,
};
use secrecy::SecretString;
use spin_sdk::sqlite::Connection;
use spin_sdk::wasip3::random::random::get_random_u64;

use crate::bindings::{orchestration, rendering, verification};
use crate::bridge::{self, Order};
use crate::database;
use crate::outbound::{self, Outbound};

/// What the engine is given under Spin.
pub(crate) struct Spin {
    pub(crate) connection: Connection,
    pub(crate) verifier: verification::Verifier,
    /// Where the station bridge is; without a slash at the end.
    pub(crate) station_url: String,
    /// The passwords of the stations by their identity.
    pub(crate) stations: BTreeMap<String, SecretString>,
    /// What whoever makes time pass must show.
    pub(crate) tick_token: SecretString,
}

impl Spin {
    async fn tell(&self, station: &str, order: Order<'_>) -> StationAnswer {
        match self.stations.get(station) {
            Some(password) => bridge::tell(&self.station_url, station, password, &order).await,
            None => StationAnswer::NotConnected,
        }
    }
}

/// A component that traps takes this instance with it, so that none of these calls returns a fault.
impl Platform for Spin {
    fn now(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn random(&self) -> [u8; 16] {
        let [high, low] = [get_random_u64(), get_random_u64()].map(u128::from);
        (high << 64 | low).to_be_bytes()
    }

    /// An instance lives too briefly to count anything. Spin reports requests to OpenTelemetry by
    /// itself, and everything that is counted also has a line in the log.
    fn count(&self, _what: Count, _label: &str) {}

    /// Whoever handles a request looks for commands when it is answered.
    fn wake(&self) {}

    /// The next tick looks at every terminal.
    fn look_at(&self, _terminal: &str) {}

    async fn send(&self, request: Outgoing, timeout_ms: u64) -> Result<Answer, SendError> {
        let request = Outbound {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body.unwrap_or_default().into_bytes(),
        };
        outbound::send(request, timeout_ms).await
    }

    async fn start_charging(&self, station: &str, connector: u32, id_tag: &str) -> StationAnswer {
        self.tell(station, Order::Start { connector, id_tag }).await
    }

    async fn stop_charging(&self, station: &str, transaction: i32) -> StationAnswer {
        self.tell(station, Order::Stop { transaction }).await
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        database::query(&self.connection, statement, parameters).await
    }

    fn mint(&self, capability: &Capability) -> Result<String, PluginFault> {
        let segment = self.verifier.mint(PAYTER, capability);
        segment.ok_or_else(|| PluginFault {
            component: "callback-verifier",
            reason: "no endpoint has capability URLs".to_owned(),
        })
    }

    fn verify(&self, request: &Request) -> Result<Result<Vec<Verified>, Rejection>, PluginFault> {
        Ok(self.verifier.verify(request))
    }

    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, PluginFault> {
        Ok(verification::Verifier::claimed_terminal(capability))
    }

    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, PluginFault> {
        Ok(orchestration::step(policy, state, event, now))
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<String, PluginFault> {
        Ok(orchestration::offer(policy, hold, now))
    }

    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, PluginFault> {
        Ok(rendering::render(document, format, locale))
    }

    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, PluginFault> {
        Ok(rendering::form(page, locale))
    }

    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, PluginFault> {
        Ok(rendering::check_measurement(packets, public_key))
    }
}
