//! The session orchestrator: decides what every event means for a charging session, and so when
//! money moves.
//!
//! It is pure. State, event and time go in; the new state, commands and a deadline come out. The
//! host stores the decision in one transaction and only then executes the commands, each at least
//! once; their ids make a repetition recognisable.
//!
//! The flow is the product sheet's: the driver taps and the card is pre-authorised
//! ([`authorisation`]); charging starts, runs and stops ([`charging`]); the hold is captured in
//! part or voided ([`closing`]); a receipt follows ([`paper`]); and what proves wrong later is put right
//! ([`correcting`]).

mod authorisation;
mod charging;
mod closing;
mod correcting;
mod covering;
mod meter;
mod paper;
mod pricing;
mod session;
mod step;

#[cfg(target_family = "wasm")]
mod component;

pub use pricing::offer;
pub use step::step;
