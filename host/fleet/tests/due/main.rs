//! Deadlines and monitoring, compared with a separate implementation, and under clocks that go
//! wrong.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong may panic")]

mod clock;
mod feed;
mod monitoring;
mod records;
mod vectors;
