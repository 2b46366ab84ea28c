//! The drivers: they tap, plug in, charge and leave, each in a way of their own.

use std::sync::Arc;

use crate::faults::Fault;
use crate::gateway::SimulatedGateway;
use crate::provider::{self, Prompt};
use crate::site::{Way, connector_in, label, terminal_of};
use crate::station;
use crate::world::{World, pass};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// How long a driver waits for a terminal that is not armed.
const PATIENCE: u64 = 15 * MINUTE;
/// How often a driver plugs in before reading that the card comes first, in parts per million.
const IMPATIENT: u32 = 100_000;
/// How often somebody takes the place of a driver who left without plugging in, in parts per million.
const FREE_RIDERS: u32 = 300_000;
/// How often the operator tries to put a refund on record.
const REFUND_TRIES: u32 = 10;

/// How a driver ends charging.
enum Leaving {
    Unplug,
    /// By the same card or on the screen.
    Stop,
    /// Forgets the car; it leaves the next day.
    Forget,
}

/// All drivers at one connector, one after the other.
pub(crate) async fn all(world: Arc<World>, connector: u32, drivers: u64) {
    for driver in 0..drivers {
        let gap = world.state().rng.pick(10 * SECOND..20 * MINUTE);
        pass(gap).await;
        // Some cards are shown at several terminals, also at once.
        let card = match world.state().rng.happens(30_000) {
            true => "card-of-a-family".to_owned(),
            false => format!("card-{connector}-{driver}"),
        };
        Driver::new(&world, connector, card).charge().await;
    }
}

/// One driver at one connector.
struct Driver<'a> {
    world: &'a Arc<World>,
    connector: u32,
    terminal: String,
    way: Way,
    card: String,
}

impl<'a> Driver<'a> {
    fn new(world: &'a Arc<World>, connector: u32, card: String) -> Self {
        let (terminal, way) = terminal_of(connector);
        Self {
            world,
            connector,
            terminal,
            way,
            card,
        }
    }

    async fn charge(&self) {
        let (never_plugs, plug_after, charge_for, leaving, other_card) = {
            let mut state = self.world.state();
            let leaving = match state.rng.pick(0..10) {
                0..6 => Leaving::Unplug,
                6..9 => Leaving::Stop,
                _ => Leaving::Forget,
            };
            (
                state.rng.happens(100_000),
                state.rng.pick(2 * SECOND..100 * SECOND),
                state.rng.pick(MINUTE..90 * MINUTE),
                leaving,
                state.fault_often(Fault::OtherCard),
            )
        };
        let is_impatient = self.world.state().rng.happens(IMPATIENT);
        let plugs_first = self.way == Way::PlugIn || is_impatient;
        if plugs_first {
            station::plug_in(self.world, self.connector, &self.card);
        }
        if !self.begin().await {
            if plugs_first {
                station::unplug(self.world, self.connector);
            }
            return;
        }
        if !plugs_first {
            pass(plug_after).await;
            if never_plugs {
                // Some stop, some just leave.
                if matches!(leaving, Leaving::Stop) {
                    self.stop().await;
                } else {
                    self.let_another_ride().await;
                }
                return;
            }
            station::plug_in(self.world, self.connector, &self.card);
        }
        if other_card {
            pass(charge_for / 2).await;
            self.show(&format!("other-of-{}", self.card)).await;
        }
        pass(charge_for).await;
        self.leave(leaving).await;
    }

    /// The driver left without plugging in, and somebody else does who shows no card.
    async fn let_another_ride(&self) {
        if !self.world.state().fault(Fault::FreeRider, FREE_RIDERS) {
            return;
        }
        let (after, charge_for) = {
            let mut state = self.world.state();
            (
                state.rng.pick(30 * SECOND..20 * MINUTE),
                state.rng.pick(MINUTE..60 * MINUTE),
            )
        };
        pass(after).await;
        station::plug_in(self.world, self.connector, "no card");
        pass(charge_for).await;
        station::unplug(self.world, self.connector);
    }

    async fn leave(&self, leaving: Leaving) {
        if self.world.state().fault_often(Fault::OperatorStops) {
            self.operator_stops().await;
        }
        match leaving {
            Leaving::Unplug => {}
            Leaving::Stop => {
                if self.world.state().is_charging(self.connector) {
                    self.stop().await;
                }
                pass(MINUTE).await;
            }
            Leaving::Forget => pass(20 * 60 * MINUTE).await,
        }
        station::unplug(self.world, self.connector);
        let refund = {
            let mut state = self.world.state();
            let is_wanted = state.fault_often(Fault::OperatorRefunds);
            is_wanted.then(|| state.rng.pick(1..3_000))
        };
        if let Some(amount) = refund {
            pass(10 * MINUTE).await;
            self.operator_refunds(amount).await;
        }
    }

    /// Follow the terminal until it asks for a card for this connector, and show it. Returns false
    /// if the driver lost patience.
    async fn begin(&self) -> bool {
        let offer = label(self.connector);
        // Some show the card without reading the text.
        let (amount, hasty) = {
            let mut state = self.world.state();
            (state.rng.pick(0..2), state.rng.happens(30_000))
        };
        self.until(|prompt| match prompt {
            Prompt::Card(text) => {
                let offered = connector_in(&text);
                let is_offered = offered == Some(self.connector)
                    || (offered.is_none() && (self.way == Way::Tap || hasty));
                is_offered.then(|| DriverAction::Show(self.card.clone()))
            }
            Prompt::Choice(_, labels) if labels.contains(&offer) => {
                Some(DriverAction::Touch(offer.clone()))
            }
            Prompt::Choice(title, labels) if connector_in(&title) == Some(self.connector) => labels
                .into_iter()
                .nth(usize::try_from(amount).ok()?)
                .map(DriverAction::Touch),
            Prompt::Choice(..) | Prompt::Nothing => None,
        })
        .await
    }

    /// Show the card again, or choose on the screen, to stop.
    async fn stop(&self) {
        let stop = format!("Stop {}", label(self.connector));
        self.until(|prompt| match prompt {
            Prompt::Card(_) if self.way != Way::Screen => {
                Some(DriverAction::Show(self.card.clone()))
            }
            Prompt::Choice(_, labels) if labels.contains(&stop) => {
                Some(DriverAction::Stop(stop.clone()))
            }
            _ => None,
        })
        .await;
    }

    /// Show a card as soon as the terminal asks for one.
    async fn show(&self, card: &str) {
        self.until(|prompt| match prompt {
            Prompt::Card(_) => Some(DriverAction::Show(card.to_owned())),
            _ => None,
        })
        .await;
    }

    /// Take the actions that `choose` picks for what the terminal shows, until a card was shown or
    /// a stop was chosen. Returns false if the driver lost patience.
    async fn until(&self, choose: impl Fn(Prompt) -> Option<DriverAction>) -> bool {
        let (mut waited, mut pause) = (0, 5 * SECOND);
        while waited < PATIENCE {
            match choose(provider::prompt(self.world, &self.terminal)) {
                Some(DriverAction::Show(card))
                    if provider::tap(self.world, &self.terminal, &card) =>
                {
                    return true;
                }
                Some(DriverAction::Touch(label)) => {
                    provider::touch(self.world, &self.terminal, &label, None);
                    pause = 2 * SECOND;
                }
                Some(DriverAction::Stop(label)) => {
                    let session = self.world.state().disk.running_at(self.connector);
                    provider::touch(self.world, &self.terminal, &label, session);
                    return true;
                }
                Some(DriverAction::Show(_)) | None => {}
            }
            // The native host arms every terminal every five seconds. Here, only one with a driver
            // is armed.
            self.world.process.notify_terminal(&self.terminal);
            pass(pause).await;
            waited += pause;
            pause = MINUTE.min(2 * pause);
        }
        false
    }

    /// The operator stops the session of this card. It may be refused.
    async fn operator_stops(&self) {
        let session = self.world.state().oracle.session_of(&self.card);
        if let Some(session) = session {
            let stop = |gateway: Arc<SimulatedGateway>| async move {
                gateway.request_stop(&session).await.is_ok()
            };
            let _ = self.world.process.call(stop).await;
        }
    }

    /// The operator puts a refund on record, and repeats that until it is answered.
    async fn operator_refunds(&self, amount: u64) {
        let session = self.world.state().oracle.session_of(&self.card);
        let Some(session) = session else { return };
        // The other cards of a family were refunded already.
        if self.world.state().oracle.has_refund(&session) {
            return;
        }
        self.world.state().oracle.refund(&session, amount, None);
        for _ in 0..REFUND_TRIES {
            let wanted = session.clone();
            let refund = |gateway: Arc<SimulatedGateway>| async move {
                gateway.record_refund(&wanted, "refund", amount).await
            };
            if let Some(Ok(outcome)) = self.world.process.call(refund).await {
                let is_granted = Some(outcome.is_on_record());
                self.world
                    .state()
                    .oracle
                    .refund(&session, amount, is_granted);
                // Some operators repeat it all the same.
                if self.world.state().rng.happens(500_000) {
                    return;
                }
            }
            pass(MINUTE).await;
        }
    }
}

/// What a driver does at a terminal.
enum DriverAction {
    Show(String),
    Touch(String),
    /// Touch the item that stops the session.
    Stop(String),
}
