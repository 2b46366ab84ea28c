//! What somebody should know.

use crate::command::Command;
use crate::fleet::Fleet;
use crate::moment::Moment;
use crate::situation::Surroundings;

/// The alerts that are to be raised, and those that are over.
#[must_use]
pub fn watch(_fleet: &Fleet, _gateway: &Surroundings, _now: Moment) -> Vec<Command> {
    Vec::new()
}
