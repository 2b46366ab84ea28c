//! What sessions cost, priced by the steps that real sessions make.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod course;
mod hold_cover;
mod offer;
mod properties;
mod published;
mod restrictions;
mod rounding;
mod standstill;
mod tariffs;
