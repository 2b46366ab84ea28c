//! The flow from tap to settled, one sentence a test.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod authorisation;
mod charging;
mod clocks;
mod closing;
mod correction;
mod golden;
mod properties;
mod receipt;
mod registers;
mod session;
mod states;
mod ways_out;
