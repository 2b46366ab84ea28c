//! The engine's platform in the simulation.

use std::sync::Arc;

use callback_verifier::Verifier;
use chargetap_contract::callback::{
    Capability, Endpoint, KeyInfo, Rejection, Request, Scheme, Verified,
};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::{
    Action, Attention, CommandResult, Decision, Event, Phase, Policy, Refusal,
};
use chargetap_engine::config::{Config, PAYTER};
use chargetap_engine::http::{ProviderRequest, ProviderResponse, SendError};
use chargetap_engine::platform::{
    Bundles, ComponentFault, Components, Database, DatabaseError, Metric, Platform, Row,
    StationAnswer, StationLink, StationOrder, Value, Work,
};
use tokio::sync::oneshot;

use crate::faults::Fault;
use crate::network::Fate;
use crate::world::{Sabotage, World, pass, within};
use crate::{line, provider, site, station};

/// How long the gateway waits for a station's answer, in milliseconds.
const STATION_TIMEOUT: u64 = 60_000;
const KEY: &[u8] = b"the simulation's key of callback URLs";

pub(crate) struct Simulated {
    world: Arc<World>,
    verifier: Verifier,
}

impl Simulated {
    pub(crate) fn new(world: Arc<World>) -> anyhow::Result<Self> {
        let endpoint = Endpoint {
            id: PAYTER.to_owned(),
            scheme: Scheme::CapabilityUrl,
            tolerance: None,
        };
        let key = KeyInfo {
            id: "simulation".to_owned(),
            not_before: None,
            not_after: None,
        };
        let verifier = Verifier::load(vec![(endpoint, vec![(key, KEY.to_vec())])])
            .map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
        Ok(Self { world, verifier })
    }

    /// A place at which the gateway may die.
    async fn crash_point(&self) {
        if self.world.state().fault_rare(Fault::Crash) {
            self.die().await;
        }
    }

    /// Never returns: the task ends with its process.
    async fn die(&self) {
        self.world.process.die();
        std::future::pending::<()>().await;
    }

    /// Pass a request on. It takes effect even if the gateway dies before the answer.
    async fn exchange<T: Send + 'static>(
        &self,
        fate: Fate,
        timeout: u64,
        effect: impl FnOnce(&Arc<World>) -> T + Send + 'static,
    ) -> Option<T> {
        let world = self.world.clone();
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            pass(fate.out).await;
            if fate.request_lost {
                return;
            }
            let result = effect(&world);
            pass(fate.back).await;
            if !fate.answer_lost {
                // Fails if the caller is gone.
                let _ = answer.send(result);
            }
        });
        within(timeout, answered).await?.ok()
    }
}

/// In milliseconds.
const HOUR: u64 = 60 * 60 * 1_000;

impl Bundles for Simulated {}

impl Platform for Simulated {
    type Components = Self;

    fn components(&self) -> &Self {
        self
    }

    fn now(&self) -> u64 {
        self.world.gateway_clock()
    }

    fn elapsed(&self) -> u64 {
        self.world.state().now()
    }

    fn random(&self) -> [u8; 16] {
        self.world.state().rng.bytes()
    }

    fn count(&self, metric: Metric, label: &str) {
        let mut state = self.world.state();
        state.note(format_args!("{metric} {label}"));
        match metric {
            Metric::Steps => self.world.process.deadlines.notify_one(),
            Metric::Alerts => state.oracle.alert(label),
            Metric::Callbacks
            | Metric::Commands
            | Metric::PaymentReports
            | Metric::ReadingsOverBudget => {}
        }
    }

    fn notify(&self, work: Work<'_>) {
        match work {
            Work::Outbox => self.world.process.outbox.notify_one(),
            Work::Terminal(serial) => self.world.process.notify_terminal(serial),
        }
    }

    async fn send(
        &self,
        request: ProviderRequest,
        timeout_ms: u64,
    ) -> Result<ProviderResponse, SendError> {
        self.crash_point().await;
        let fate = self.world.state().fate();
        if fate.not_sent {
            return Err(SendError::NotSent("simulated".into()));
        }
        let call = provider::parse(&request);
        {
            let mut state = self.world.state();
            let now = state.now();
            state.oracle.sent(&call, now);
        }
        let effect = {
            let call = call.clone();
            move |world: &Arc<World>| provider::handle(world, call)
        };
        let answer = self.exchange(fate, timeout_ms, effect).await;
        self.crash_point().await;
        match answer {
            Some(answer) => {
                self.world.state().oracle.answered(&call, answer.status);
                Ok(answer)
            }
            None => Err(SendError::Lost("simulated".into())),
        }
    }

    async fn order(&self, station: &str, order: StationOrder) -> StationAnswer {
        self.crash_point().await;
        let fate = self.world.state().fate();
        let Some(connector) = site::connector_at(station) else {
            return StationAnswer::NotConnected;
        };
        let is_start = matches!(order, StationOrder::Start { .. });
        if is_start && !self.world.state().is_reachable(connector) {
            return StationAnswer::NotConnected;
        }
        let version = self.world.state().version(connector);
        let Some(text) = line::order(version, &order) else {
            return StationAnswer::NotConnected;
        };
        let effect = move |world: &Arc<World>| station::order(world, connector, &text);
        let answer = self.exchange(fate, STATION_TIMEOUT, effect).await;
        self.crash_point().await;
        answer.map_or(StationAnswer::Unknown, |text| line::answer(version, &text))
    }

    async fn station_connected_for(&self, station: &str) -> Option<u64> {
        self.world.state().connected_for(station)
    }

    async fn station_link(&self, _: &str) -> StationLink {
        StationLink::default()
    }
}

impl Database for Simulated {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.crash_point().await;
        // Other tasks come between any two statements.
        tokio::task::yield_now().await;
        let (result, torn) = {
            let mut state = self.world.state();
            if state.fault_seldom(Fault::CommitRefused) {
                return Err(DatabaseError::Unavailable("simulated".into()));
            }
            let forget = self.world.sabotage == Some(Sabotage::ForgetEvents)
                && statement.starts_with("INSERT INTO event")
                && state.rng.happens(10_000);
            let result = match forget {
                true => Ok(vec![vec![Value::Integer(1)]]),
                false => state.disk.query(statement, parameters),
            };
            (result, state.fault_rare(Fault::CommitTorn))
        };
        if torn {
            self.die().await;
        }
        result
    }
}

/// Change what goes into a step as if a part of the component were missing.
fn spoil(sabotage: Sabotage, policy: &mut Policy, event: &mut Event, now: &Config, begins: bool) {
    match (sabotage, event) {
        (Sabotage::CaptureAgain, Event::CommandEnded(outcome))
            if outcome.command.ends_with("/capture")
                && outcome.result == CommandResult::Unknown =>
        {
            outcome.result = CommandResult::NotDone("sabotage".into());
        }
        (Sabotage::ConflictIsOurs, Event::CommandEnded(outcome))
            if outcome.result == CommandResult::Conflict =>
        {
            outcome.result = CommandResult::Done;
        }
        (Sabotage::PlugInFromHold, Event::CommandEnded(outcome)) => {
            if let CommandResult::Authorised(_) | CommandResult::OpenHolds(_) = outcome.result {
                policy.plug_in_timeout = HOUR;
            }
        }
        (Sabotage::ClockUnheard, Event::ClockSet(by)) => *by = 0,
        (Sabotage::StationsUnawaited, Event::DeadlineReached(reachable_for)) => {
            *reachable_for = Some(u64::MAX);
        }
        (Sabotage::RegisterBelieved, _) => policy.maximum_power = u32::MAX,
        (Sabotage::PriceOfNow, Event::CardPresented(tap)) if begins => {
            if let Some(terminal) = now.terminals.get(&tap.read.terminal) {
                policy.tariff = terminal.policy.tariff.clone();
            }
        }
        (Sabotage::PolicyOfNow, _) if !begins => {
            if let Some(terminal) = now.terminals.values().next() {
                policy.minimum_capture = terminal.policy.minimum_capture;
            }
        }
        _ => {}
    }
}

/// Whether a step says that nobody pays for a transaction.
fn is_unpaid(decision: &Decision) -> bool {
    let mut commands = decision.commands.iter();
    commands.any(|it| match &it.action {
        Action::RaiseAlert(alert) => alert.reason == Attention::EnergyWithoutPayment,
        _ => false,
    })
}

impl Components for Simulated {
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
        Ok(Verifier::claimed_terminal(capability))
    }

    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault> {
        let sabotage = self.world.sabotage;
        if state.is_some() && self.world.state().is_rolled_back() {
            return Ok(Err(match sabotage {
                Some(Sabotage::UnreadableIsOfNoUse) => Refusal::NotApplicable(Phase::Settled),
                _ => Refusal::UnknownStateVersion(u32::MAX),
            }));
        }
        if let (Some(Sabotage::NothingIsResolved), Event::Resolved(_)) = (sabotage, event) {
            return Ok(Err(Refusal::NotApplicable(Phase::NeedsAttention)));
        }
        let (mut policy, mut event) = (policy.clone(), event.clone());
        if let Some(sabotage) = sabotage {
            let prices = self.world.state().prices;
            if let Ok(config) = site::configuration(prices) {
                spoil(sabotage, &mut policy, &mut event, &config, state.is_none());
            }
        }
        let decision = session_orchestrator::step(&policy, state, event, now);
        Ok(match decision {
            Ok(decision)
                if sabotage == Some(Sabotage::LateStartIgnored) && is_unpaid(&decision) =>
            {
                Err(Refusal::NotApplicable(decision.view.phase))
            }
            decision => decision,
        })
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<Quote, ComponentFault> {
        Ok(session_orchestrator::offer(policy, hold, now))
    }

    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault> {
        Ok(receipt_generator::render(document, format, locale))
    }

    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, ComponentFault> {
        Ok(receipt_generator::form(page, locale))
    }

    fn screen_text(
        &self,
        message: &Message,
        locale: &str,
    ) -> Result<Result<String, Problem>, ComponentFault> {
        Ok(receipt_generator::screen_text(message, locale))
    }

    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        Ok(receipt_generator::check_measurement(packets, public_key))
    }
}
