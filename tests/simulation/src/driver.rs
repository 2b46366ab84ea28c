//! The drivers: they tap, plug in, charge and leave, each in a way of their own.

use std::sync::Arc;

use crate::faults::Fault;
use crate::gateway::SimulatedGateway;
use crate::provider::{self, Seen};
use crate::site::{Way, connector_in, label, terminal_of};
use crate::station;
use crate::world::{World, pass};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// How long a driver waits for a terminal that does not read.
const PATIENCE: u64 = 15 * MINUTE;
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
        let (never_plugs, plug_after, charge_for, leaving, stranger) = {
            let mut state = self.world.state();
            let leaving = match state.rng.pick(0..10) {
                0..6 => Leaving::Unplug,
                6..9 => Leaving::Stop,
                _ => Leaving::Forget,
            };
            (
                state.rng.happens(70_000),
                state.rng.pick(2 * SECOND..100 * SECOND),
                state.rng.pick(MINUTE..90 * MINUTE),
                leaving,
                state.fault_often(Fault::StrangersCard),
            )
        };
        let plugs_first = self.way == Way::PlugIn;
        if plugs_first {
            station::plug_in(self.world, self.connector);
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
                }
                return;
            }
            station::plug_in(self.world, self.connector);
        }
        if stranger {
            pass(charge_for / 2).await;
            self.show(&format!("stranger-of-{}", self.card)).await;
        }
        pass(charge_for).await;
        self.leave(leaving).await;
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

    /// Follow what the terminal says until it asks for a card for this connector, and show it then;
    /// whether that was before the driver lost patience.
    async fn begin(&self) -> bool {
        let offer = label(self.connector);
        // Some show the card before they read what it is good for.
        let (amount, hasty) = {
            let mut state = self.world.state();
            (state.rng.pick(0..2), state.rng.happens(30_000))
        };
        self.until(|seen| match seen {
            Seen::Card(text) => {
                let offered = connector_in(&text);
                let is_offered = offered == Some(self.connector)
                    || (offered.is_none() && (self.way == Way::Tap || hasty));
                is_offered.then(|| Deed::Show(self.card.clone()))
            }
            Seen::Choice(_, labels) if labels.contains(&offer) => Some(Deed::Touch(offer.clone())),
            Seen::Choice(title, labels) if connector_in(&title) == Some(self.connector) => labels
                .into_iter()
                .nth(usize::try_from(amount).ok()?)
                .map(Deed::Touch),
            Seen::Choice(..) | Seen::Nothing => None,
        })
        .await
    }

    /// Show the card again, or choose on the screen, to stop.
    async fn stop(&self) {
        let stop = format!("Stop {}", label(self.connector));
        self.until(|seen| match seen {
            Seen::Card(_) if self.way != Way::Screen => Some(Deed::Show(self.card.clone())),
            Seen::Choice(_, labels) if labels.contains(&stop) => Some(Deed::Stop(stop.clone())),
            _ => None,
        })
        .await;
    }

    /// Show a card, wherever it may lead.
    async fn show(&self, card: &str) {
        self.until(|seen| match seen {
            Seen::Card(_) => Some(Deed::Show(card.to_owned())),
            _ => None,
        })
        .await;
    }

    /// Look at the terminal and do what it calls for, until a card was shown or a stop was chosen;
    /// whether that was before the driver lost patience.
    async fn until(&self, deed: impl Fn(Seen) -> Option<Deed>) -> bool {
        let (mut waited, mut pause) = (0, 5 * SECOND);
        while waited < PATIENCE {
            match deed(provider::look(self.world, &self.terminal)) {
                Some(Deed::Show(card)) if provider::tap(self.world, &self.terminal, &card) => {
                    return true;
                }
                Some(Deed::Touch(label)) => {
                    provider::touch(self.world, &self.terminal, &label, None);
                    pause = 2 * SECOND;
                }
                Some(Deed::Stop(label)) => {
                    let session = self.world.state().disk.running_at(self.connector);
                    provider::touch(self.world, &self.terminal, &label, session);
                    return true;
                }
                Some(Deed::Show(_)) | None => {}
            }
            // The native host looks every five seconds, and mostly finds what it found before.
            self.world.process.notify_terminal(&self.terminal);
            pass(pause).await;
            waited += pause;
            pause = MINUTE.min(2 * pause);
        }
        false
    }

    /// The operator stops the session of this card. Nobody minds if it is refused.
    async fn operator_stops(&self) {
        let session = self.world.state().oracle.session_of(&self.card);
        if let Some(session) = session {
            let stop = |gateway: Arc<SimulatedGateway>| async move {
                gateway.request_stop(&session).await.is_ok()
            };
            let _ = self.world.process.ask(stop).await;
        }
    }

    /// The operator puts a refund on record, and does so again until it is answered.
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
            if let Some(Ok(outcome)) = self.world.process.ask(refund).await {
                let is_granted = Some(outcome.is_on_record());
                self.world
                    .state()
                    .oracle
                    .refund(&session, amount, is_granted);
                // An operator in doubt does it once more.
                if self.world.state().rng.happens(500_000) {
                    return;
                }
            }
            pass(MINUTE).await;
        }
    }
}

/// What a driver does at a terminal.
enum Deed {
    Show(String),
    Touch(String),
    /// Touch what stops.
    Stop(String),
}
