//! An event on its way to a session, and what became of it.

use chargetap_contract::session::Event;

use crate::terms::Terms;

/// An event and where it comes from.
pub(crate) struct EventEnvelope<'a> {
    pub(crate) event: Event,
    /// Drops a repetition of the same delivery.
    pub(crate) dedupe: Option<&'a str>,
    /// The arming of a terminal that this event uses up.
    pub(crate) arming_id: Option<&'a str>,
    /// The command whose outcome this is.
    pub(crate) ended_command: Option<&'a str>,
    /// The terms of the session that it begins, as its driver was told them.
    pub(crate) terms: Option<Terms>,
}

impl From<Event> for EventEnvelope<'_> {
    fn from(event: Event) -> Self {
        Self {
            event,
            dedupe: None,
            arming_id: None,
            ended_command: None,
            terms: None,
        }
    }
}

/// What became of an event.
///
/// | outcome                        | is the event stored? | may the sender repeat it? |
/// |--------------------------------|----------------------|---------------------------|
/// | `Stored`                       | yes                  | it would be a `Duplicate` |
/// | `Duplicate`                    | it was before        | it changes nothing        |
/// | `StaleArming`                  | no                   | it changes nothing        |
/// | `EvseOccupied`, `HoldClaimed`  | no                   | while that is so, no use  |
/// | `NotApplicable`                | no                   | no use                    |
/// | `UnknownSession`               | no                   | no use                    |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// It is stored, with what was decided.
    Stored,
    /// The same delivery was stored before.
    Duplicate,
    /// Another event used the arming up, or the terminal was armed anew since.
    StaleArming,
    /// Another session has the EVSE.
    EvseOccupied,
    /// Another session has the hold.
    HoldClaimed,
    /// The session has no use for it in its phase, or none may begin at the terminal.
    NotApplicable,
    /// There is no such session.
    UnknownSession,
}

impl EventOutcome {
    /// Whether the event is on record, now or from before.
    #[must_use]
    pub fn is_on_record(self) -> bool {
        matches!(self, Self::Stored | Self::Duplicate)
    }
}
