//! The native Chargetap host: loads the three components into wasmtime, keeps the journal in
//! SQLite, and moves the bytes between terminals, stations and drivers.
//!
//! What happens to a session is decided in the components and carried out by `chargetap-engine`;
//! this crate gives the engine its runtime ([`runtime`]) and its doors ([`server`], [`ocpp`]).

pub mod cli;
pub mod client;
pub mod components;
pub mod database;
pub mod demo;
pub mod faults;
pub mod fleet;
pub mod ocpp;
pub mod runtime;
pub mod server;
pub mod simulate;

mod metrics;
mod secrets;
mod stopped;
