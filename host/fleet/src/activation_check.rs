//! The activation check: whether a terminal takes cards. The money path asks this before it arms a
//! terminal, and for every card.

use crate::fleet::Fleet;
use crate::incident::Incident;
use crate::moment::Moment;
use crate::terminal::{State, Terminal};
use crate::text::Serial;

/// The result of the activation check of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationCheck {
    /// Sessions may begin and end.
    Allowed,
    /// Running sessions may be ended by card. No session may begin.
    EndOnly,
    /// No card may be read.
    Refused,
}

/// Checks whether a terminal may take cards at a moment. An unknown terminal, or one that was never
/// activated, may not.
#[must_use]
pub fn check_activation(fleet: &Fleet, now: Moment, serial: &Serial) -> ActivationCheck {
    let Some(terminal) = fleet.get::<Terminal>(serial.as_str()) else {
        return ActivationCheck::Refused;
    };
    let is_gone = matches!(
        terminal.state,
        State::Reported | State::Returned | State::Retired
    );
    if is_gone || !terminal.licences.has_begun() || has_open_incident(fleet, serial) {
        return ActivationCheck::Refused;
    }
    let today = fleet.day(now, &terminal.details.site);
    let is_open = terminal.state == State::Activated
        && terminal.transfer.is_none()
        && terminal.licences.is_licensed(today);
    match is_open {
        true => ActivationCheck::Allowed,
        false => ActivationCheck::EndOnly,
    }
}

/// Whether a terminal has an open incident.
pub(crate) fn has_open_incident(fleet: &Fleet, serial: &Serial) -> bool {
    let mut incidents = fleet.each::<Incident>();
    incidents.any(|it| it.closed.is_none() && it.details.terminal == *serial)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::TerminalAction;
    use crate::licence::Sku;
    use crate::processor::Processor;
    use crate::terminal::{Domain, Origin};
    use crate::world::{World, moment, text};

    fn check(world: &World) -> ActivationCheck {
        check_activation(&world.fleet, world.now, &text("T1"))
    }

    #[test]
    fn an_activated_terminal_takes_cards() {
        assert_eq!(check(&World::activated()), ActivationCheck::Allowed);
    }

    #[test]
    fn an_unknown_terminal_and_one_that_was_never_activated_read_no_card() {
        let mut world = World::without_terminal(Origin::FactoryFitted, Processor::Platform);
        assert_eq!(check(&world), ActivationCheck::Refused);
        world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
        assert_eq!(check(&world), ActivationCheck::Refused);
        world.provide();
        world.act(TerminalAction::Ready).unwrap();
        assert_eq!(check(&world), ActivationCheck::Refused);
    }

    #[test]
    fn a_suspended_one_ends_what_runs_also_while_it_is_transferred() {
        let mut world = World::activated();
        world.act(TerminalAction::Suspend(text("works"))).unwrap();
        assert_eq!(check(&world), ActivationCheck::EndOnly);
        world
            .act(TerminalAction::BeginTransfer(Processor::Customer))
            .unwrap();
        assert_eq!(check(&world), ActivationCheck::EndOnly);
    }

    #[test]
    fn a_licence_ends_with_its_last_day_where_the_terminal_is() {
        // Midnight in Stockholm is an hour earlier in UTC.
        let mut world = World::activated();
        world.now = moment("2027-11-24T22:59:59.999Z");
        assert_eq!(check(&world), ActivationCheck::Allowed);
        world.now = moment("2027-11-24T23:00:00Z");
        assert_eq!(check(&world), ActivationCheck::EndOnly);
        let licence = TerminalAction::License(Sku::Software, text("O-1"));
        world.act(licence).unwrap();
        assert_eq!(check(&world), ActivationCheck::Allowed);
    }

    #[test]
    fn a_clock_that_was_set_back_refuses_nobody() {
        let mut world = World::activated();
        world.now = Moment::from_millis(0);
        assert_eq!(check(&world), ActivationCheck::Allowed);
    }

    #[test]
    fn an_open_incident_closes_it_whatever_its_state_says() {
        let mut world = World::activated();
        world.open_incident();
        assert_eq!(check(&world), ActivationCheck::Refused);
    }

    #[test]
    fn one_that_went_back_or_is_retired_reads_no_card() {
        for gone in [State::Reported, State::Returned, State::Retired] {
            let mut world = World::activated();
            world.edit(|it| it.state = gone);
            assert_eq!(check(&world), ActivationCheck::Refused);
        }
    }

    #[test]
    fn the_processor_is_the_one_that_the_last_completed_transfer_made_it() {
        let mut world = World::activated();
        let processor = |world: &World| world.terminal().processor;
        world
            .act(TerminalAction::Suspend(text("transfer")))
            .unwrap();
        world
            .act(TerminalAction::BeginTransfer(Processor::Customer))
            .unwrap();
        assert_eq!(processor(&world), Processor::Platform);
        world.act(TerminalAction::CompleteTransfer).unwrap();
        assert_eq!(processor(&world), Processor::Customer);
    }
}
