//! Sessions: every event is decided on by `session-orchestrator`, stored with the decision in one
//! statement, and only then acknowledged. The commands of the decision are executed from the outbox,
//! and each outcome is an event again.

pub(crate) mod apply;
pub(crate) mod card;
pub(crate) mod claims;
pub(crate) mod clock_steps;
pub(crate) mod deadlines;
pub(crate) mod execute;
pub(crate) mod operator_requests;
pub(crate) mod retries;
