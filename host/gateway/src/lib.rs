//! The native gateway: the engine as a process, and the command line.
//!
//! The decisions about a session are made in the components and carried out by `chargetap-engine`.
//! This crate gives the engine its platform ([`platform`]), its loops, its servers ([`server`],
//! [`ocpp`]) and its database ([`sqlite`], [`postgres`]).

pub mod bridge;
pub mod cli;
pub mod client;
pub mod database;
pub mod demo;
pub mod faults;
pub mod fleet;
pub mod ocpp;
pub mod platform;
pub mod postgres;
pub mod server;
pub mod sqlite;
pub mod start;

mod backup;
mod bootstrap;
mod bundles;
mod connections;
mod database_copy;
mod database_file;
mod metrics;
mod migrate;
mod minute_count;
mod peers;
mod plugins;
mod progress;
mod restore;
mod secrets;
mod sources;
mod station_api;
mod station_reports;
mod stopped;
mod store_copy;
mod tls;
mod trust;
mod turns;
mod verify;
mod workers;
