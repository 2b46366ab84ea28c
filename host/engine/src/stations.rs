//! Stations: what they report of their connectors and transactions, and what follows from it.
//!
//! | module         | what it is for                                                                |
//! |----------------|-------------------------------------------------------------------------------|
//! | [`access`]     | which may connect, and by what they prove who they are                        |
//! | [`reports`]    | takes in what stations report, before they are answered                       |
//! | [`transaction_events`] | the same for what stations of OCPP 2.x report of transactions         |
//! | [`tokens`], [`signed_values`] | whose a token is; what meters sign                             |
//! | [`readings`], [`limits`] | what becomes of a reading of a register, and how many are put on record |
//! | [`untimed_ends`] | when a transaction ended whose end is told without a time                     |
//! | [`matching`]   | which transaction a station means                                             |
//! | [`tariffs`]    | what stations can show of tariffs                                             |
//! | [`tending`]    | what time brings about: transactions that nobody pays for, and those that the station lost |
//!
//! The tables are in `store/stations.rs` and `store/transactions.rs`.

pub(crate) mod access;
pub(crate) mod limits;
pub(crate) mod matching;
pub(crate) mod readings;
pub(crate) mod reports;
pub(crate) mod setup;
pub(crate) mod signed_values;
pub(crate) mod tariffs;
pub(crate) mod tending;
pub(crate) mod tokens;
pub(crate) mod transaction_events;
pub(crate) mod untimed_ends;
