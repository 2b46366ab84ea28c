//! What can happen next.

use chargetap_contract::session::Event;

use crate::execution::Ending;
use crate::host::is_running;
use crate::outside::{self, Stage};
use crate::store::{Order, Status};
use crate::world::{Answer, Flight, Leg, Report, World};
use crate::{Mistake, OneSession};

/// What the car can take, in kilowatt-hours: one is too little to be captured, two cost less than
/// is held, three more.
const BATTERY: u64 = 3;

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The driver shows the card again.
    ShowCardAgain,
    /// The driver plugs in.
    PlugIn,
    /// The car takes so many kilowatt-hours until the next meter reading.
    Charge(u64),
    /// The driver unplugs.
    Unplug,
    /// A callback or report reaches the host.
    Deliver(Report),
    /// A callback or report reaches the host, and will do so again.
    DeliverAndRepeat(Report),
    /// A callback or report is lost.
    LoseReport(Report),
    /// The provider hints that the payment changed.
    Hint,
    /// The host dispatches a command.
    Dispatch(String),
    /// A request arrives.
    Arrive(Flight),
    /// A request arrives, and the answer is no.
    Refuse(Flight),
    /// An answer arrives, or the host has finished a local command.
    Return(Flight),
    /// The host waits no longer. A request may still arrive.
    GiveUp(Flight),
    /// A request certainly was not sent.
    FailToSend(Flight),
    /// The earliest deadline passes.
    Deadline,
    /// The host dies, and another takes its place.
    Crash,
    /// The host recovers a command that the one before it left.
    Recover(String),
    /// The host looks for open holds that no session knows, and finds this one.
    FindOrphan(String),
    /// The host voids the hold that it found.
    VoidOrphan,
}

impl OneSession {
    /// Adds what must happen sooner or later.
    pub(crate) fn due(&self, world: &World, actions: &mut Vec<Action>) {
        let before = actions.len();
        let reports = world.reports.iter().copied();
        actions.extend(reports.map(Action::Deliver));
        actions.extend(world.abandoned().map(str::to_owned).map(Action::Recover));
        // A new host dispatches nothing before it has recovered what the old one left.
        if world.abandoned().next().is_none() {
            let commands = world.store.commands.iter();
            let waiting = commands.filter(|(_, command)| command.status == Status::Pending);
            actions.extend(waiting.map(|(id, _)| Action::Dispatch(id.clone())));
        }
        let flights = world.under_way.iter().filter(|flight| flight.awaited);
        actions.extend(flights.map(|flight| match flight.leg {
            Leg::Request => Action::Arrive(flight.clone()),
            Leg::Answer(_) | Leg::Local => Action::Return(flight.clone()),
        }));
        if !world.store.is_authorising() {
            match world.orphan {
                Some(_) => actions.push(Action::VoidOrphan),
                None => self.find_orphans(world, actions),
            }
        }
        if actions.len() == before && world.store.next_deadline().is_some() {
            actions.push(Action::Deadline);
        }
    }

    /// Adds what may happen or not.
    pub(crate) fn possible(&self, world: &World, actions: &mut Vec<Action>) {
        driver(world, actions);
        faults(world, actions);
        for flight in &world.under_way {
            if flight.leg != Leg::Request {
                continue;
            }
            if !flight.awaited {
                actions.push(Action::Arrive(flight.clone()));
            }
            let can_refuse = match flight.order {
                Order::Authorise => true,
                Order::Start => world.station.stage == Stage::Idle,
                _ => false,
            };
            if can_refuse && flight.awaited {
                actions.push(Action::Refuse(flight.clone()));
            }
        }
        // The search for orphans may have begun before the card was shown.
        if world.store.is_authorising() && world.orphan.is_none() {
            self.find_orphans(world, actions);
        }
        if world.left.hints > 0 && !world.provider.holds.is_empty() && world.store.is_authorising()
        {
            actions.push(Action::Hint);
        }
        if world.left.delays > 0
            && world.store.next_deadline().is_some()
            && !actions.contains(&Action::Deadline)
        {
            actions.push(Action::Deadline);
        }
    }

    fn find_orphans(&self, world: &World, actions: &mut Vec<Action>) {
        if self.mistake != Some(Mistake::LeavesOrphans) {
            actions.extend(world.orphans().into_iter().map(Action::FindOrphan));
        }
    }

    pub(crate) fn perform(&self, world: &mut World, action: Action) {
        match action {
            Action::ShowCardAgain => {
                world.left.cards -= 1;
                world.report(Report::CardAgain(world.left.cards));
            }
            Action::PlugIn => {
                world.station.stage = Stage::Starting;
                world.report(Report::Started(world.reading()));
            }
            Action::Charge(energy) => {
                world.left.readings -= 1;
                world.station.register += energy;
                world.report(Report::Metered(world.reading()));
            }
            Action::Unplug => outside::end(world),
            Action::Deliver(report) => {
                world.take(report);
                world.receive(report);
            }
            Action::DeliverAndRepeat(report) => {
                world.left.repetitions -= 1;
                world.receive(report);
            }
            Action::LoseReport(report) => {
                world.left.losses -= 1;
                world.take(report);
            }
            Action::Hint => {
                world.left.hints -= 1;
                world.apply(Event::PaymentHinted, None);
            }
            Action::Dispatch(id) => world.dispatch(&id),
            Action::Arrive(flight) => {
                world.land(&flight);
                let answer = outside::arrive(world, &flight.order, self.provider_closes_nothing);
                answered(world, flight, answer);
            }
            Action::Refuse(flight) => {
                world.land(&flight);
                answered(world, flight, Answer::Declined);
            }
            Action::Return(flight) => {
                world.land(&flight);
                match flight.leg {
                    Leg::Answer(answer) => {
                        let ending = Ending::Answered(answer);
                        self.end(world, &flight.command, &flight.order, ending);
                    }
                    _ => world.store.complete(&flight.command),
                }
            }
            Action::GiveUp(flight) => {
                world.left.losses -= 1;
                world.land(&flight);
                world.stray(flight.clone());
                self.end(world, &flight.command, &flight.order, Ending::Lost);
            }
            Action::FailToSend(flight) => {
                world.left.losses -= 1;
                world.land(&flight);
                let ending = Ending::Answered(Answer::NotDone);
                self.end(world, &flight.command, &flight.order, ending);
            }
            Action::Deadline => {
                let mut due = Vec::new();
                self.due(world, &mut due);
                if due != [Action::Deadline] {
                    world.left.delays -= 1;
                }
                world.lose_strays();
                world.pass_deadline();
            }
            Action::Crash => {
                world.left.crashes -= 1;
                world.crash();
            }
            Action::Recover(id) => self.recover(world, &id),
            Action::FindOrphan(payment) => world.orphan = Some(payment),
            Action::VoidOrphan => {
                if let Some(payment) = world.orphan.take() {
                    world.void_orphan(&payment);
                }
            }
        }
    }
}

/// What the driver and the car may do.
fn driver(world: &World, actions: &mut Vec<Action>) {
    if world.left.cards > 0 && is_running(world.store.phase()) {
        actions.push(Action::ShowCardAgain);
    }
    match world.station.stage {
        Stage::Expecting => actions.push(Action::PlugIn),
        Stage::Charging => {
            actions.push(Action::Unplug);
            if world.left.readings > 0 {
                let room = BATTERY.saturating_sub(world.station.register);
                actions.extend((1..=room).map(Action::Charge));
            }
        }
        Stage::Idle | Stage::Starting | Stage::Ended => {}
    }
}

/// What may go wrong.
fn faults(world: &World, actions: &mut Vec<Action>) {
    if world.left.repetitions > 0 {
        let reports = world.reports.iter().copied();
        actions.extend(reports.map(Action::DeliverAndRepeat));
    }
    if world.left.losses > 0 {
        let reports = world.reports.iter().copied();
        actions.extend(reports.map(Action::LoseReport));
        for flight in world.under_way.iter().filter(|flight| flight.awaited) {
            match flight.leg {
                Leg::Local => {}
                Leg::Request if !matches!(flight.order, Order::LookUp(_)) => {
                    actions.push(Action::GiveUp(flight.clone()));
                    actions.push(Action::FailToSend(flight.clone()));
                }
                _ => actions.push(Action::GiveUp(flight.clone())),
            }
        }
    }
    if world.left.crashes > 0 {
        actions.push(Action::Crash);
    }
}

/// Send the answer, if a host waits for it.
fn answered(world: &mut World, flight: Flight, answer: Answer) {
    if flight.awaited {
        let leg = Leg::Answer(answer);
        world.fly(Flight { leg, ..flight });
    }
}

/// Whether the world can stay as it is.
pub(crate) fn is_at_rest(model: &OneSession, world: &World) -> bool {
    let mut due = Vec::new();
    model.due(world, &mut due);
    due.is_empty()
}
