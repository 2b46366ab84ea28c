//! The REST interface, called without a server.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that goes wrong may panic"
)]

mod access;
mod bodies;
mod document;
mod lists;
mod routing;
mod versions;
mod world;
mod writes;
