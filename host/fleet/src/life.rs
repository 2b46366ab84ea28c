//! A terminal's life: one table.

use crate::incident::Outcome;
use crate::terminal::State;

/// Something that happens in a terminal's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing is missing but activation.
    Ready,
    /// It begins to take cards.
    Activate,
    /// It is put into storage.
    Store,
    /// It is taken out of storage.
    Unstore,
    /// It takes no cards for now.
    Suspend,
    /// An incident with it is opened.
    Report,
    /// The last open incident with it is closed.
    Close(Outcome),
    /// It goes back to the vendor.
    Return,
    /// It comes back from the vendor.
    Receive,
    /// It is never used again.
    Retire,
}

/// The state after a step, if the step can be taken. What else must hold is for whoever takes it.
#[must_use]
pub const fn next(state: State, step: Step) -> Option<State> {
    use State::{Activated, InStorage, Ordered, Ready, Reported, Retired, Returned, Suspended};
    Some(match (step, state) {
        (Step::Ready, Ordered) => Ready,
        (Step::Activate, Ready | Suspended) => Activated,
        (Step::Store, Ordered | Ready | Suspended | Activated) => InStorage,
        (Step::Unstore, InStorage) => Ordered,
        (Step::Suspend, Activated | Ready) => Suspended,
        (Step::Report, Ordered | Ready | Activated | InStorage | Suspended | Reported) => Reported,
        (Step::Close(Outcome::Cleared), Reported) => Suspended,
        (Step::Close(Outcome::Returned), Reported) => Returned,
        (Step::Close(Outcome::Gone), Reported | Returned) => Retired,
        // It went its way while the incident was open.
        (Step::Close(Outcome::Cleared | Outcome::Returned), Returned) => Returned,
        (Step::Close(_), Retired) => Retired,
        (Step::Return, Ordered | Ready | InStorage | Suspended | Reported) => Returned,
        (Step::Receive, Returned) => Ordered,
        (Step::Retire, Ordered | Ready | InStorage | Suspended | Reported | Returned) => Retired,
        _ => return None,
    })
}

impl State {
    /// Whether it is neither back at the vendor nor gone for good. Only then are its SIM and its EVSEs
    /// its own.
    #[must_use]
    pub const fn is_living(self) -> bool {
        !matches!(self, Self::Returned | Self::Retired)
    }

    /// What it is, after "it is".
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

impl Step {
    /// What is done, after "it cannot be".
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
    const STEPS: [Step; 12] = [
        Step::Ready,
        Step::Activate,
        Step::Store,
        Step::Unstore,
        Step::Suspend,
        Step::Report,
        Step::Close(Cleared),
        Step::Close(Outcome::Returned),
        Step::Close(Gone),
        Step::Return,
        Step::Receive,
        Step::Retire,
    ];

    fn into(state: State) -> Vec<(State, Step)> {
        let all = STATES
            .iter()
            .flat_map(|from| STEPS.map(|step| (*from, step)));
        all.filter(|(from, step)| next(*from, *step) == Some(state) && *from != state)
            .collect()
    }

    #[test]
    fn only_activation_from_ready_or_suspended_makes_it_take_cards() {
        assert_eq!(
            into(Activated),
            [(Ready, Step::Activate), (Suspended, Step::Activate)]
        );
    }

    #[test]
    fn nothing_leads_out_of_retirement() {
        assert!(
            STEPS
                .iter()
                .all(|step| next(Retired, *step).is_none_or(|it| it == Retired))
        );
    }

    #[test]
    fn from_the_vendor_it_comes_back_as_if_on_order() {
        let out = STEPS.iter().filter_map(|step| next(Returned, *step));
        let out: Vec<_> = out.filter(|it| *it != Returned).collect();
        assert_eq!(out, [Retired, Ordered, Retired]);
    }

    #[test]
    fn an_activated_terminal_is_suspended_stored_or_reported_first() {
        let out: Vec<_> = STEPS
            .iter()
            .filter_map(|step| next(Activated, *step))
            .collect();
        assert_eq!(out, [InStorage, Suspended, Reported]);
    }

    #[test]
    fn an_incident_can_be_opened_wherever_it_is_alive() {
        for state in STATES {
            assert_eq!(
                next(state, Step::Report).is_some(),
                state.is_living(),
                "{state:?}"
            );
        }
    }

    #[test]
    fn out_of_an_incident_it_never_takes_cards_at_once() {
        let out: Vec<_> = STEPS
            .iter()
            .filter_map(|step| next(Reported, *step))
            .collect();
        assert!(
            !out.contains(&Activated) && !out.contains(&Ready),
            "{out:?}"
        );
    }
}
