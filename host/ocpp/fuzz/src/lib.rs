//! The fuzz target, as a function. `cargo fuzz run frame` drives it from `fuzz_targets`; the crate's own tests
//! drive it on stable Rust.

#![allow(missing_docs, reason = "shared with the tests")]

pub mod targets;
