//! A driver's journeys: the real gateway as a process of its own, between a simulated payment
//! provider and a simulated station, over real sockets. After each, the provider's ledger must be
//! right to the cent.

#![allow(missing_docs, reason = "tests")]

mod crashes;
mod input;
mod operator;
mod sessions;
mod world;
