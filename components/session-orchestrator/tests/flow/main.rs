//! The flow from tap to settled, one sentence a test.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod authorising;
mod charging;
mod closing;
mod correcting;
mod golden;
mod paper;
mod properties;
mod session;
mod states;
