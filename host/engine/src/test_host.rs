//! A host for tests, at noon and without a world around it.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use std::sync::atomic::{AtomicU64, Ordering};

use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::{Decision, Event, Policy, Refusal, View};

use crate::config::Config;
use crate::gateway::{Gateway, Secrets};
use crate::http::{ProviderRequest, ProviderResponse, SendError};
use crate::platform::{
    Bundles, ComponentFault, Components, Database, DatabaseError, FaultCause, Metric, Platform,
    Row, StationAnswer, StationLink, StationOrder, Value, Work,
};
use crate::store::disk::Disk;

pub(crate) const NOON: u64 = 1_800_000_000_000;
/// What the orchestrator shows of the session.
pub(crate) const VIEW: &str = r#"{"phase":"Charging","terminal":"P66-1","card":null,"evse":{"station":"CT-1","connector":1},
    "hold":null,"currency":"EUR","energy":0,
    "cost":{"net":0,"vat":0,"gross":0,"tax_included":false,"lines":[],"vat_totals":[]},
    "captured":0,"released":0,"refunded":0,"reported_late":null,"unpaid":null}"#;

/// An orchestrator whose session goes on whatever it is told, and waits for a moment that has come until it is told so.
pub(crate) struct GoesOn;

fn fault<T>() -> Result<T, ComponentFault> {
    Err(ComponentFault {
        component: "none",
        cause: FaultCause::Busy,
    })
}

impl Components for GoesOn {
    fn mint(&self, _: &str, _: &Capability) -> Result<Option<String>, ComponentFault> {
        fault()
    }

    fn verify(&self, _: &Request) -> Result<Result<Vec<Verified>, Rejection>, ComponentFault> {
        fault()
    }

    fn claimed_terminal(&self, _: &str) -> Result<Option<String>, ComponentFault> {
        fault()
    }

    fn step(
        &self,
        _: &Policy,
        _: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault> {
        let is_told = matches!(event, Event::DeadlineReached(_));
        Ok(Ok(Decision {
            state: vec![1],
            view: serde_json::from_str::<View>(VIEW).unwrap(),
            commands: Vec::new(),
            deadline: (!is_told).then_some(now),
        }))
    }

    fn offer(&self, _: &Policy, _: u64, _: u64) -> Result<Quote, ComponentFault> {
        fault()
    }

    fn render(
        &self,
        _: &Document,
        _: Format,
        _: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault> {
        fault()
    }

    fn form(&self, _: &Page, _: &str) -> Result<Result<Rendered, Problem>, ComponentFault> {
        fault()
    }

    fn screen_text(&self, _: &Message, _: &str) -> Result<Result<String, Problem>, ComponentFault> {
        fault()
    }

    fn check_measurement(
        &self,
        _: &[String],
        _: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        fault()
    }
}

/// It is noon when it starts. Time passes by [`Host::pass`] alone.
pub(crate) struct Host {
    pub(crate) disk: Disk,
    elapsed: AtomicU64,
    /// For how long its stations have been connected, in milliseconds; absent if they are not.
    pub(crate) connected_for: Option<u64>,
}

impl Host {
    pub(crate) async fn fresh(connected_for: Option<u64>) -> Self {
        Self {
            disk: Disk::fresh().await,
            elapsed: AtomicU64::new(0),
            connected_for,
        }
    }

    /// So many milliseconds pass.
    pub(crate) fn pass(&self, milliseconds: u64) {
        self.elapsed.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// A gateway with the example's configuration, and the session `S` at the connector `CT-1/1`, whose register was last
    /// heard of at a moment.
    pub(crate) async fn charging(self, heard_at: u64) -> Gateway<Self> {
        let config = include_str!("../../gateway/examples/chargetap.toml");
        let config = Config::parse(config).unwrap();
        let secrets = Secrets {
            payter_key: "key".into(),
            card_key: None,
        };
        let gateway = Gateway::open(self, config, secrets).await.unwrap();
        gateway.platform.disk.execute(&format!(
            r#"INSERT INTO event (session, version, event, at, state, view, phase, commands, deadline)
               VALUES ('S', 1, '{{"CardPresented":{{}}}}', {NOON} - 9000, x'01', '{VIEW}', 'charging', '[]', {NOON} - 1);
               INSERT INTO station_transaction (key, station, connector, token, session, energy, heard_at)
               VALUES ('session/S', 'CT-1', 1, 'S', 'S', 5000, {heard_at})"#
        ))
        .await;
        gateway
    }

    /// The events of the session since.
    pub(crate) async fn told(&self) -> String {
        self.disk
            .text("SELECT coalesce(group_concat(event, ' ' ORDER BY version), '') FROM event WHERE version > 1")
            .await
    }
}

impl Bundles for Host {}

impl Database for Host {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.disk.query(statement, parameters).await
    }
}

impl Platform for Host {
    type Components = GoesOn;

    fn components(&self) -> &GoesOn {
        &GoesOn
    }

    fn now(&self) -> u64 {
        NOON + self.elapsed()
    }

    fn elapsed(&self) -> u64 {
        self.elapsed.load(Ordering::Relaxed)
    }

    fn random(&self) -> [u8; 16] {
        [7; 16]
    }

    fn count(&self, _: Metric, _: &str) {}

    fn notify(&self, _: Work<'_>) {}

    async fn send(&self, _: ProviderRequest, _: u64) -> Result<ProviderResponse, SendError> {
        Err(SendError::NotSent("there is no provider".to_owned()))
    }

    async fn order(&self, _: &str, _: StationOrder) -> StationAnswer {
        StationAnswer::NotConnected
    }

    async fn station_connected_for(&self, _: &str) -> Option<u64> {
        self.connected_for
    }

    async fn station_link(&self, _: &str) -> StationLink {
        StationLink::default()
    }
}
