//! Whole fleets of sessions in virtual time, with everything that can go wrong.
//!
//! The orchestrator, the engine, the store and the reader of OCPP are the real ones, natively linked;
//! around them everything is simulated in one thread: the payment provider, the stations and their
//! vehicles, the drivers, the network between them, the disk below the store, and the clock.
//! Everything random is drawn from a seed, so that a run can be repeated exactly.
//!
//! Stations speak OCPP 1.6, 2.0.1 or 2.1 as text, with the habits that stations in the field have.
//!
//! The work is cut into worlds: one gateway with a few terminals each, and a row of drivers at
//! every one. A world goes on until everything in it has come to rest, and is judged by an oracle
//! that keeps its own books and reads nothing of the gateway but the store's tables.

mod disk;
mod driver;
mod faults;
mod gateway;
mod line;
mod network;
mod operator;
mod oracle;
mod platform;
mod provider;
mod report;
mod rng;
mod run;
mod site;
mod station;
mod world;

pub use report::Report;
pub use run::{Options, run};
pub use world::Sabotage;
