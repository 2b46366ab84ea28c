//! One session, checked in every order of events.
//!
//! The session orchestrator is the real one. Around it are a host reduced to the store's rules
//! ([`store`], `host`, `execution`), a payment provider and a station ([`outside`]), and all that
//! is on its way between them ([`world`]). A model checker tries every order in which messages
//! arrive, with as many losses, repetitions, delays and crashes as [`Bounds`] allow, and looks in
//! every state for a breach of the rules in [`properties`].
//!
//! Time passes only from deadline to deadline: freely while nothing is on its way, otherwise at the
//! cost of one of the allowed delays. This keeps the state space finite.
//!
//! What is left out: texts on the terminal's screen, other drivers (but for a hold that one left
//! open), a hold for another amount than was asked for, a station that begins a second transaction
//! under one token, and a third party that closes a hold.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a model for tests: what cannot be is a failed test"
)]

pub mod action;
mod execution;
mod host;
pub mod outside;
pub mod properties;
pub mod store;
pub mod world;

pub use action::Action;
pub use world::World;

use stateright::{Model, Property};

/// What may go wrong, and how often: the size of the state space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Requests that are not sent, or whose answer is lost or too late, and reports that are lost.
    pub losses: u8,
    /// Callbacks and reports that are delivered twice.
    pub repetitions: u8,
    /// Deadlines that pass although something else is about to happen.
    pub delays: u8,
    /// Crashes of the host.
    pub crashes: u8,
    /// The provider's hints that the payment changed.
    pub hints: u8,
    /// Times the driver shows the card again.
    pub cards: u8,
    /// Meter readings between start and end.
    pub readings: u8,
}

/// A mistake in the host, to see that the checker finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// An authorisation whose answer was lost is sent again.
    SendsAuthorisationAgain,
    /// After a crash, a command that was sent is sent again instead of being looked up.
    ForgetsWhatWasSent,
    /// A capture whose answer was lost is sent again for the whole hold.
    CapturesTheWholeHold,
    /// The host does not look for holds that no session knows.
    LeavesOrphans,
}

/// One session, from the card to the end of every message.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneSession {
    /// What may go wrong.
    pub bounds: Bounds,
    /// An earlier driver's hold came late and is open.
    pub earlier_hold: bool,
    /// The provider refuses to close any hold.
    pub provider_closes_nothing: bool,
    /// What the host does wrong.
    pub mistake: Option<Mistake>,
}

impl Model for OneSession {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::with_a_card_shown(self.bounds, self.earlier_hold)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        self.due(world, actions);
        self.possible(world, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        self.perform(&mut next, action);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}
