//! What the path of money asks the fleet: whether a terminal takes cards, and for whom.

use crate::fleet::Fleet;
use crate::incident::Incident;
use crate::moment::Moment;
use crate::processor::Processor;
use crate::terminal::{State, Terminal};
use crate::text::Serial;

/// What a terminal may do with cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Begin sessions and end them.
    Open,
    /// End the sessions that run; no other begins.
    Ending,
    /// Nothing: it reads no card at all.
    Closed,
}

impl Gate {
    /// Why it is not open, for the terminal's screen.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Open => None,
            Self::Ending | Self::Closed => Some("Out of service."),
        }
    }
}

/// What a terminal may do with cards at a moment. One that is unknown, or was never activated, may do
/// nothing.
#[must_use]
pub fn gate(fleet: &Fleet, now: Moment, serial: &Serial) -> Gate {
    let Some(terminal) = fleet.get::<Terminal>(serial.as_str()) else {
        return Gate::Closed;
    };
    let is_gone = matches!(
        terminal.state,
        State::Reported | State::Returned | State::Retired
    );
    if is_gone || !terminal.licences.has_begun() || has_open_incident(fleet, serial) {
        return Gate::Closed;
    }
    let today = fleet.day(now, &terminal.details.site);
    let is_open = terminal.state == State::Activated
        && terminal.transfer.is_none()
        && terminal.licences.is_licensed(today);
    match is_open {
        true => Gate::Open,
        false => Gate::Ending,
    }
}

/// Whose processor takes the money at a terminal.
#[must_use]
pub fn processor_of(fleet: &Fleet, serial: &Serial) -> Option<Processor> {
    let terminal = fleet.get::<Terminal>(serial.as_str())?;
    Some(terminal.processor)
}

/// Whether an incident with a terminal is open.
pub(crate) fn has_open_incident(fleet: &Fleet, serial: &Serial) -> bool {
    let mut incidents = fleet.each::<Incident>();
    incidents.any(|it| it.closed.is_none() && it.details.terminal == *serial)
}
