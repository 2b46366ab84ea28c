//! The lifecycle of a terminal: one table of states and transitions.

use crate::incident::Outcome;
use crate::terminal::State;

/// A transition in the lifecycle of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It is ready: only the activation is missing.
    Ready,
    /// It is activated, and takes cards.
    Activate,
    /// It is put into storage.
    Store,
    /// It is taken out of storage.
    Unstore,
    /// It is suspended, and takes no cards for now.
    Suspend,
    /// An incident with it is opened.
    Report,
    /// The last open incident with it is closed.
    Close(Outcome),
    /// It goes back to the vendor.
    Return,
    /// It comes back from the vendor.
    Receive,
    /// It is retired for good.
    Retire,
}

/// The state after a transition, if the table has it. The caller checks all other preconditions.
#[must_use]
pub const fn next(state: State, transition: Transition) -> Option<State> {
    use State::{Activated, InStorage, Ordered, Ready, Reported, Retired, Returned, Suspended};
    Some(match (transition, state) {
        (Transition::Ready, Ordered) => Ready,
        (Transition::Activate, Ready | Suspended) => Activated,
        (Transition::Store, Ordered | Ready | Suspended | Activated) => InStorage,
        (Transition::Unstore, InStorage) => Ordered,
        (Transition::Suspend, Activated | Ready) => Suspended,
        (Transition::Report, Ordered | Ready | Activated | InStorage | Suspended | Reported) => {
            Reported
        }
        (Transition::Close(Outcome::Cleared), Reported) => Suspended,
        (Transition::Close(Outcome::Returned), Reported) => Returned,
        (Transition::Close(Outcome::Gone), Reported | Returned) => Retired,
        // It was returned or retired while the incident was open.
        (Transition::Close(Outcome::Cleared | Outcome::Returned), Returned) => Returned,
        (Transition::Close(_), Retired) => Retired,
        (Transition::Return, Ordered | Ready | InStorage | Suspended | Reported) => Returned,
        (Transition::Receive, Returned) => Ordered,
        (Transition::Retire, Ordered | Ready | InStorage | Suspended | Reported | Returned) => {
            Retired
        }
        _ => return None,
    })
}

impl State {
    /// Whether it is neither returned nor retired. Only then does it occupy its SIM card and its
    /// EVSEs.
    #[must_use]
    pub const fn is_current(self) -> bool {
        !matches!(self, Self::Returned | Self::Retired)
    }

    /// The state, as text after "it is".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ordered => "on order",
            Self::Ready => "ready",
            Self::Activated => "activated",
            Self::InStorage => "in storage",
            Self::Suspended => "suspended",
            Self::Reported => "reported in an open incident",
            Self::Returned => "back at the vendor",
            Self::Retired => "retired",
        }
    }
}

impl Transition {
    /// The transition, as text after "it cannot be".
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ready => "called ready",
            Self::Activate => "activated",
            Self::Store => "put into storage",
            Self::Unstore => "taken out of storage",
            Self::Suspend => "suspended",
            Self::Report => "reported",
            Self::Close(_) => "cleared",
            Self::Return => "returned",
            Self::Receive => "received",
            Self::Retire => "retired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Cleared, Gone};
    use State::{Activated, InStorage, Ordered, Ready, Reported, Retired, Returned, Suspended};

    const STATES: [State; 8] = [
        Ordered, Ready, Activated, InStorage, Suspended, Reported, Returned, Retired,
    ];
    const TRANSITIONS: [Transition; 12] = [
        Transition::Ready,
        Transition::Activate,
        Transition::Store,
        Transition::Unstore,
        Transition::Suspend,
        Transition::Report,
        Transition::Close(Cleared),
        Transition::Close(Outcome::Returned),
        Transition::Close(Gone),
        Transition::Return,
        Transition::Receive,
        Transition::Retire,
    ];

    fn into(state: State) -> Vec<(State, Transition)> {
        let all = STATES
            .iter()
            .flat_map(|from| TRANSITIONS.map(|transition| (*from, transition)));
        all.filter(|(from, transition)| next(*from, *transition) == Some(state) && *from != state)
            .collect()
    }

    #[test]
    fn only_activation_from_ready_or_suspended_makes_it_take_cards() {
        assert_eq!(
            into(Activated),
            [
                (Ready, Transition::Activate),
                (Suspended, Transition::Activate)
            ]
        );
    }

    #[test]
    fn nothing_leads_out_of_retirement() {
        assert!(
            TRANSITIONS
                .iter()
                .all(|transition| next(Retired, *transition).is_none_or(|it| it == Retired))
        );
    }

    #[test]
    fn from_the_vendor_it_comes_back_as_if_on_order() {
        let out = TRANSITIONS
            .iter()
            .filter_map(|transition| next(Returned, *transition));
        let out: Vec<_> = out.filter(|it| *it != Returned).collect();
        assert_eq!(out, [Retired, Ordered, Retired]);
    }

    #[test]
    fn an_activated_terminal_is_suspended_stored_or_reported_first() {
        let out: Vec<_> = TRANSITIONS
            .iter()
            .filter_map(|transition| next(Activated, *transition))
            .collect();
        assert_eq!(out, [InStorage, Suspended, Reported]);
    }

    #[test]
    fn an_incident_can_be_opened_wherever_it_is_alive() {
        for state in STATES {
            assert_eq!(
                next(state, Transition::Report).is_some(),
                state.is_current(),
                "{state:?}"
            );
        }
    }

    #[test]
    fn out_of_an_incident_it_never_takes_cards_at_once() {
        let out: Vec<_> = TRANSITIONS
            .iter()
            .filter_map(|transition| next(Reported, *transition))
            .collect();
        assert!(
            !out.contains(&Activated) && !out.contains(&Ready),
            "{out:?}"
        );
    }
}
