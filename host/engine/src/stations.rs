//! Stations: what they report of their connectors and transactions, and what follows from it.
//!
//! | module         | what it is for                                                                |
//! |----------------|-------------------------------------------------------------------------------|
//! | [`reports`]    | takes in what stations report, before they are answered                       |
//! | [`tending`]    | what time brings about: transactions that nobody pays for, and those that the station lost |
//!
//! What is known of stations is stored in `store/stations.rs` and `store/transactions.rs`.

pub(crate) mod reports;
pub(crate) mod tending;
