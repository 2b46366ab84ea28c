//! The rules of owning payment terminals, from the order over activation to maintenance. Pure
//! functions over plain data: no store, no HTTP, no clock.
//!
//! - [`fleet`] holds all records. A [`command`] requests a change, and [`decide()`] returns the
//!   changes or every reason why it is refused.
//! - [`api`] is the REST interface as one table of routes.
//! - [`activation_check`] tells the money path whether a terminal takes cards.
//! - [`due`], [`monitoring`] and [`readiness`] compute deadlines, alerts and what a terminal still
//!   lacks.
//!
//! Tests: the rules as sentences; whatever is done in whatever order, nothing is activated of which anything is
//! missing; what is due against Python's calendar, and under clocks that go wrong; every route for every scope, at
//! one's own site and at another's; hostile files of terminals. In `tests/journeys/fleet`, every row of the product
//! sheet, and schemathesis finds no answer that the OpenAPI document does not describe.

pub mod access;
pub mod activation_check;
pub mod alert;
pub mod api;
pub mod assignment;
pub mod bundle;
pub mod charging;
pub mod command;
pub mod context;
pub mod credential;
pub mod due;
pub mod example;
pub mod fleet;
pub mod form;
pub mod ics;
pub mod import;
pub mod incident;
pub mod licence;
pub mod lifecycle;
pub mod maintenance;
pub mod model;
pub mod moment;
pub mod monitoring;
pub mod operation;
pub mod order;
pub mod processor;
pub mod readiness;
pub mod refusal;
pub mod retention;
pub mod site;
pub mod tariff;
pub mod terminal;
pub mod text;
pub mod vendor_letters;

mod decide;
#[cfg(test)]
mod world;

pub use decide::decide;
