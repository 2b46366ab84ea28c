//! What is due and what is watched: held against an implementation of its own, and under clocks that
//! go wrong.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong may panic")]

mod clock;
mod feed;
mod monitoring;
mod records;
mod vectors;
