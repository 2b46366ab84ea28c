//! The rules of owning payment terminals: from an order to an activated terminal, and kept safe while
//! it works. Pure functions over plain data: no store, no HTTP, no clock.
//!
//! [`fleet`] is everything on record, and what is wanted of it is a [`command`]. [`decide()`] makes
//! changes of it, or says every reason why not.

pub mod access;
pub mod activation_check;
pub mod alert;
pub mod api;
pub mod command;
pub mod context;
pub mod due;
pub mod example;
pub mod fleet;
pub mod ics;
pub mod import;
pub mod incident;
pub mod licence;
pub mod lifecycle;
pub mod maintenance;
pub mod model;
pub mod moment;
pub mod monitoring;
pub mod order;
pub mod processor;
pub mod readiness;
pub mod refusal;
pub mod site;
pub mod terminal;
pub mod text;
pub mod vendor_letters;

mod decide;
#[cfg(test)]
mod world;

pub use decide::decide;
