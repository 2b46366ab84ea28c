//! Fuzz targets, as functions. `cargo fuzz run TARGET` drives them from `fuzz_targets`; the crate's
//! own tests drive them on stable Rust.

#![allow(
    dead_code,
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared with the tests, which use all of it and fail in the same way"
)]

#[path = "../../tests/verifier/signing.rs"]
mod signing;
pub mod targets;
