//! A driver's journeys: the real gateway as a process of its own, between a simulated payment
//! provider and a simulated station, over real sockets. After each, the provider's ledger must be
//! right to the cent.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod authority;
mod backup;
mod bundles;
mod central_system;
mod connections;
mod crash_loop;
mod crashes;
mod deployment;
#[cfg(feature = "failover")]
mod failover;
mod faults;
mod field;
mod fleet;
mod hostile;
mod input;
mod notices;
mod ocpp2;
mod operator;
#[cfg(feature = "peers")]
mod peers;
mod pending_stations;
#[cfg(feature = "peers")]
mod postgres;
mod raw_station;
mod readme;
mod receipts;
mod relay;
mod sessions;
mod stations;
mod status;
mod swaps;
mod terminals;
mod tls;
mod upgrade;
mod webhooks;
mod world;
