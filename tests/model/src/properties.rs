//! What must hold, in every state and at every end.

use chargetap_contract::session::Phase;
use stateright::Property;

use crate::OneSession;
use crate::action::is_at_rest;
use crate::outside::Hold;
use crate::store::{Close, DRIVER, HOLD, MINIMUM, PER_KWH, Status, is_end};
use crate::world::World;

/// All properties.
#[must_use]
pub fn all() -> Vec<Property<OneSession>> {
    let mut all = vec![
        Property::always("no more is captured than is held", captured_within_hold),
        Property::always("a hold is closed once", closed_once),
        Property::always("a hold is closed in one way only", one_way_to_close),
        Property::always("nothing is captured without energy", only_for_energy),
        Property::always("an authorisation is sent once", authorised_once),
        Property::always("a driver's session has the driver's hold", own_hold),
        Property::always("the receipt says what was captured", receipt_is_right),
        Property::always("the final reading is billed", final_reading_is_billed),
        Property::always(
            "a person is called only when the retry schedule has ended",
            called_for_a_reason,
        ),
        Property::always(
            "at rest, a person was called if the end was never reported",
            unreported_end_is_alerted,
        ),
        Property::always("at rest, every session has ended", sessions_end),
        Property::always("at rest, every command is done", commands_end),
        Property::always(
            "at rest, every hold is closed or a person was called",
            holds_end,
        ),
        Property::always("at rest, the driver has a receipt", receipt_is_issued),
    ];
    all.extend(reached());
    all
}

/// States that the model must reach. Without them, a rule might hold only because nothing happens.
#[must_use]
pub fn reached() -> Vec<Property<OneSession>> {
    vec![
        Property::sometimes("a part of the hold is captured", |_, world: &World| {
            world.provider.captured() == 2 * PER_KWH
        }),
        Property::sometimes("the whole hold is captured", |_, world: &World| {
            world.provider.captured() == HOLD
        }),
        Property::sometimes("a hold is voided after charging", |_, world: &World| {
            world.station.register == 1 && closed(world).any(|close| *close == Close::Void)
        }),
        Property::sometimes("an orphan is voided", |_, world: &World| {
            world.store.sessions.len() == 2 && closed(world).any(|close| *close == Close::Void)
        }),
        Property::sometimes("the end is never reported", |_, world: &World| {
            world.store.alerts.contains(DRIVER) && world.store.phase() == Some(Phase::Settled)
        }),
        Property::sometimes("a person is called", |_, world: &World| {
            world.store.phase() == Some(Phase::NeedsAttention)
                && world.store.alerts.contains(DRIVER)
        }),
        Property::sometimes("the card is declined", |_, world: &World| {
            world.store.phase() == Some(Phase::Declined)
        }),
    ]
}

fn drivers_hold(world: &World) -> Option<&Hold> {
    let payment = world.store.sessions.get(DRIVER)?.payment.as_ref()?;
    world.provider.holds.get(payment.parse::<usize>().ok()?)
}

fn closed(world: &World) -> impl Iterator<Item = &Close> {
    world.provider.holds.iter().flat_map(|hold| &hold.closed)
}

fn captured_within_hold(_: &OneSession, world: &World) -> bool {
    let mut holds = world.provider.holds.iter();
    holds.all(|hold| {
        let captures = hold.closed.iter().map(|close| match close {
            Close::Capture(amount) => *amount,
            Close::Void => 0,
        });
        captures.sum::<u64>() <= HOLD
    })
}

fn closed_once(_: &OneSession, world: &World) -> bool {
    let mut holds = world.provider.holds.iter();
    holds.all(|hold| hold.closed.len() <= 1)
}

/// Of two different requests, it would be random which one takes effect.
fn one_way_to_close(_: &OneSession, world: &World) -> bool {
    let mut holds = world.provider.holds.iter();
    holds.all(|hold| hold.requested.len() <= 1)
}

fn only_for_energy(_: &OneSession, world: &World) -> bool {
    world.provider.captured() == 0 || world.station.register > 0
}

fn authorised_once(_: &OneSession, world: &World) -> bool {
    let own = world.provider.holds.iter();
    world.provider.authorisations <= 1 && own.filter(|hold| !hold.is_earlier).count() <= 1
}

fn own_hold(_: &OneSession, world: &World) -> bool {
    drivers_hold(world).is_none_or(|hold| !hold.is_earlier)
}

fn receipt_is_right(_: &OneSession, world: &World) -> bool {
    let receipt = world.store.receipts.get(DRIVER);
    receipt.is_none_or(|receipt| {
        receipt.captured == world.provider.captured()
            && matches!(receipt.captured + receipt.released, 0 | HOLD)
    })
}

fn final_reading_is_billed(_: &OneSession, world: &World) -> bool {
    let (Some(began_at), Some(ended_at)) = (world.store.began_at, world.store.ended_at) else {
        return true;
    };
    let price = (ended_at - began_at) * PER_KWH;
    let due = if price < MINIMUM {
        Close::Void
    } else {
        Close::Capture(price.min(HOLD))
    };
    drivers_hold(world).is_some_and(|hold| hold.closed.iter().all(|close| *close == due))
}

fn called_for_a_reason(model: &OneSession, world: &World) -> bool {
    let mut sessions = world.store.sessions.values();
    model.provider_closes_nothing || sessions.all(|stored| stored.phase != Phase::NeedsAttention)
}

fn unreported_end_is_alerted(model: &OneSession, world: &World) -> bool {
    let unreported = world.store.began_at.is_some() && world.store.ended_at.is_none();
    !is_at_rest(model, world) || !unreported || world.store.alerts.contains(DRIVER)
}

fn sessions_end(model: &OneSession, world: &World) -> bool {
    let mut sessions = world.store.sessions.values();
    !is_at_rest(model, world) || sessions.all(|stored| is_end(stored.phase))
}

fn commands_end(model: &OneSession, world: &World) -> bool {
    let mut commands = world.store.commands.values();
    !is_at_rest(model, world) || commands.all(|command| command.status == Status::Done)
}

fn holds_end(model: &OneSession, world: &World) -> bool {
    if !is_at_rest(model, world) {
        return true;
    }
    let mut open = world.provider.open().into_iter();
    open.all(|payment| {
        world.store.owner(&payment).is_some_and(|owner| {
            let phase = world.store.sessions.get(owner).map(|stored| stored.phase);
            phase == Some(Phase::NeedsAttention) && world.store.alerts.contains(owner)
        })
    })
}

fn receipt_is_issued(model: &OneSession, world: &World) -> bool {
    !is_at_rest(model, world)
        || world
            .store
            .phase()
            .is_none_or(|phase| phase == Phase::NeedsAttention)
        || world.store.receipts.contains_key(DRIVER)
}
