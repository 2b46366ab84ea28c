//! The drivers: they tap, plug in, charge and leave, each in a way of their own.

use std::sync::Arc;

use crate::gateway::{SimulatedGateway, serial};
use crate::provider;
use crate::station;
use crate::weather::Fault;
use crate::world::{World, pass};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// How long a driver waits for a terminal that does not read.
const PATIENCE: u64 = 15 * MINUTE;

/// How a driver ends charging.
enum Leaving {
    Unplug,
    SameCard,
    /// Forgets the car; it leaves the next day.
    Forget,
}

/// All drivers at one terminal, one after the other.
pub(crate) async fn all(world: Arc<World>, terminal: u32, drivers: u64) {
    for driver in 0..drivers {
        let gap = world.state().chance.pick(10 * SECOND..20 * MINUTE);
        pass(gap).await;
        // Some cards are shown at several terminals, also at once.
        let card = match world.state().chance.happens(30_000) {
            true => "card-of-a-family".to_owned(),
            false => format!("card-{terminal}-{driver}"),
        };
        one(&world, terminal, &card).await;
    }
}

async fn one(world: &Arc<World>, terminal: u32, card: &str) {
    let connector = terminal + 1;
    if !tap(world, terminal, card).await {
        return;
    }
    let (never_plugs, plug_after, charge_for, leaving, stranger) = {
        let mut state = world.state();
        let leaving = match state.chance.pick(0..10) {
            0..6 => Leaving::Unplug,
            6..9 => Leaving::SameCard,
            _ => Leaving::Forget,
        };
        (
            state.chance.happens(70_000),
            state.chance.pick(2 * SECOND..100 * SECOND),
            state.chance.pick(MINUTE..90 * MINUTE),
            leaving,
            state.fault_often(Fault::StrangersCard),
        )
    };
    if never_plugs {
        // Some show the card again, some just leave.
        pass(plug_after).await;
        if matches!(leaving, Leaving::SameCard) {
            tap(world, terminal, card).await;
        }
        return;
    }
    pass(plug_after).await;
    station::plug_in(world, connector);
    if stranger {
        pass(charge_for / 2).await;
        tap(world, terminal, &format!("stranger-of-{card}")).await;
    }
    pass(charge_for).await;
    if world.state().fault_often(Fault::OperatorStops) {
        operate(world, card, |gateway, session| async move {
            let _ = gateway.request_stop(&session).await;
        })
        .await;
    }
    match leaving {
        Leaving::Unplug => {}
        Leaving::SameCard => {
            if world.state().is_charging(connector) {
                tap(world, terminal, card).await;
            }
            pass(MINUTE).await;
        }
        Leaving::Forget => pass(20 * 60 * MINUTE).await,
    }
    station::unplug(world, connector);
    let refund = {
        let mut state = world.state();
        let is_wanted = state.fault_often(Fault::OperatorRefunds);
        is_wanted.then(|| state.chance.pick(1..3_000))
    };
    if let Some(amount) = refund {
        pass(10 * MINUTE).await;
        operate(world, card, move |gateway, session| async move {
            let _ = gateway.record_refund(&session, amount).await;
        })
        .await;
    }
}

/// The operator does something to the session of this card. Nobody minds if it is refused.
async fn operate<F: Future<Output = ()> + Send + 'static>(
    world: &Arc<World>,
    card: &str,
    what: impl FnOnce(Arc<SimulatedGateway>, String) -> F,
) {
    let session = world.state().oracle.session_of(card);
    if let Some(session) = session {
        let _ = world.process.ask(|gateway| what(gateway, session)).await;
    }
}

/// Show the card as soon as the terminal reads; whether it did before the driver lost patience.
async fn tap(world: &Arc<World>, terminal: u32, card: &str) -> bool {
    let (mut waited, mut pause) = (0, 5 * SECOND);
    while waited < PATIENCE {
        if provider::tap(world, terminal, card) {
            return true;
        }
        // The native host looks every five seconds, and mostly finds what it found before.
        world.process.look_at(&serial(terminal));
        pass(pause).await;
        waited += pause;
        pause = MINUTE.min(2 * pause);
    }
    false
}
