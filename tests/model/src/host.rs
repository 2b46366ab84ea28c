//! The host: what it does with what reaches it, and with the commands in its journal.

use chargetap_contract::session::{
    CommandResult, Event, MeterReading, OrphanHold, Outcome, Phase, Stopped,
};
use chargetap_contract::terminal::{Card, CardRead, CardReference, CardScheme, Hold};

use crate::journal::{Applied, DRIVER, HOLD, Order, Status, TERMINAL};
use crate::outside::Stage;
use crate::world::{Answer, Flight, Leg, Reading, Report, World};
use crate::{Mistake, OneSession};

/// What ended an execution, as the host sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// An answer came.
    Answered(Answer),
    /// None came.
    Lost,
}

impl World {
    /// A callback or report reaches the host, and is answered once it is stored.
    pub(crate) fn receive(&mut self, report: Report) {
        match report {
            Report::Card => {
                self.apply(Event::CardPresented(card("read")), Some("card".into()));
            }
            Report::CardAgain(wish) => {
                // Shown when no session of this card runs, it would begin another one.
                if is_running(self.journal.phase()) {
                    let key = format!("card-{wish}");
                    self.apply(Event::CardPresented(card(&key)), Some(key));
                }
            }
            Report::Started(reading) => self.started(reading),
            Report::Metered(reading) => {
                self.apply(Event::MeterRead(meter(reading)), None);
            }
            Report::Stopped(reading) => {
                let stopped = Stopped {
                    reading: meter(reading),
                    reason: String::new(),
                };
                let key = Some("stopped".into());
                if self.apply(Event::ChargingStopped(stopped), key) == Applied::Yes {
                    self.journal.ended_at = Some(reading.energy);
                }
            }
        }
    }

    fn started(&mut self, reading: Reading) {
        let key = format!("started-{}-{}", reading.at, reading.energy);
        let applied = self.apply(Event::ChargingStarted(meter(reading)), Some(key));
        if applied == Applied::Yes {
            self.journal.began_at = Some(reading.energy);
        }
        let allowed = matches!(applied, Applied::Yes | Applied::Duplicate);
        if self.station.stage == Stage::Starting {
            self.station.stage = if allowed {
                Stage::Charging
            } else {
                Stage::Ended
            };
        }
    }

    pub(crate) fn apply(&mut self, event: Event, delivery: Option<String>) -> Applied {
        self.journal.apply(DRIVER, event, self.now, delivery, None)
    }

    /// A waiting command is taken up: on record as sent, then under way.
    pub(crate) fn claim(&mut self, id: &str) {
        let Some(command) = self.journal.commands.get_mut(id) else {
            return;
        };
        command.status = Status::Sent;
        let order = command.order.clone();
        let session = session_of(id).to_owned();
        let leg = match &order {
            Order::Authorise => Leg::Before,
            Order::Receipt(receipt) => {
                self.journal.receipts.entry(session).or_insert(*receipt);
                Leg::Local
            }
            Order::Alert => {
                self.journal.alerts.insert(session);
                Leg::Local
            }
            _ => Leg::Request,
        };
        self.fly(Flight {
            command: id.to_owned(),
            order,
            leg,
            awaited: true,
        });
    }

    /// The way is free to authorise; it is done only if the session still waits for it.
    pub(crate) fn authorise(&mut self, mut flight: Flight) {
        if self.journal.is_authorising() {
            self.provider.authorisations += 1;
            flight.leg = Leg::Request;
            self.fly(flight);
        } else {
            self.journal.finish(&flight.command);
        }
    }

    /// A deadline passes.
    pub(crate) fn pass_deadline(&mut self) {
        let Some((at, session)) = self.journal.next_deadline() else {
            return;
        };
        let session = session.to_owned();
        self.now = self.now.max(at);
        let applied = self
            .journal
            .apply(&session, Event::DeadlineReached, self.now, None, None);
        assert_eq!(applied, Applied::Yes, "{session} asked to be stepped now");
    }

    /// The host dies, and another begins with the same journal. Requests may still arrive.
    pub(crate) fn crash(&mut self) {
        self.seen = None;
        let flights = std::mem::take(&mut self.under_way);
        for flight in flights {
            self.stray(flight);
        }
    }

    /// Nobody waits any more for what this may still bring about.
    pub(crate) fn stray(&mut self, mut flight: Flight) {
        if flight.leg == Leg::Request && !matches!(flight.order, Order::LookUp(_)) {
            flight.awaited = false;
            self.fly(flight);
        }
    }

    /// Commands that were sent by a host that died.
    pub(crate) fn abandoned(&self) -> impl Iterator<Item = &str> {
        self.journal
            .commands
            .iter()
            .filter(|(_, command)| command.status == Status::Sent)
            .map(|(id, _)| id.as_str())
            .filter(|id| {
                let mut awaited = self.under_way.iter().filter(|flight| flight.awaited);
                awaited.all(|flight| flight.command != *id)
            })
    }

    /// The hold that was seen is voided, unless a session knows it.
    pub(crate) fn void_orphan(&mut self, payment: &str) {
        let session = format!("orphan-{TERMINAL}-{payment}");
        let orphan = OrphanHold {
            terminal: TERMINAL.into(),
            hold: hold(payment.to_owned()),
        };
        let event = Event::OrphanHoldFound(orphan);
        self.journal.apply(&session, event, self.now, None, None);
    }
}

impl OneSession {
    /// Take up a command of a host that died.
    pub(crate) fn recover(&self, world: &mut World, id: &str) {
        let Some(command) = world.journal.commands.get(id) else {
            return;
        };
        let order = command.order.clone();
        if order.is_local() || self.mistake == Some(Mistake::ForgetsWhatWasSent) {
            world.journal.repeat(id);
        } else {
            self.end(world, id, &order, Ending::Lost);
        }
    }

    /// A command ended: its session hears of it, and the command is done either way.
    pub(crate) fn end(&self, world: &mut World, id: &str, order: &Order, ending: Ending) {
        if ending == Ending::Lost && self.repeats_by_mistake(world, id, order) {
            return;
        }
        let (result, made) = match ending {
            // A question whose answer was lost can be asked again.
            Ending::Lost if matches!(order, Order::LookUp(_)) => (not_done(), None),
            Ending::Lost => (CommandResult::Unknown, None),
            Ending::Answered(answer) => result(world, order, answer),
        };
        let now = world.now;
        let session = session_of(id);
        let mut apply = |result| {
            let outcome = Outcome {
                command: id.to_owned(),
                result,
            };
            let event = Event::CommandEnded(outcome);
            world.journal.apply(session, event, now, None, Some(id))
        };
        match apply(result) {
            Applied::Yes | Applied::Duplicate => {}
            Applied::Refused => world.journal.finish(id),
            Applied::HoldClaimed => {
                apply(not_done());
            }
        }
        if let Some(payment) = made
            && world.journal.owner(&payment).is_none()
            && self.mistake != Some(Mistake::LeavesOrphans)
        {
            world.void_orphan(&payment);
        }
    }

    fn repeats_by_mistake(&self, world: &mut World, id: &str, order: &Order) -> bool {
        use crate::journal::Close;
        match (self.mistake, order) {
            (Some(Mistake::SendsAuthorisationAgain), Order::Authorise) => {}
            (
                Some(Mistake::CapturesTheWholeHold),
                Order::Close(payment, Close::Capture(_)),
            ) => {
                if let Some(command) = world.journal.commands.get_mut(id) {
                    command.order = Order::Close(payment.clone(), Close::Capture(HOLD));
                }
            }
            _ => return false,
        }
        world.journal.repeat(id);
        true
    }
}

/// What an answer means to the session, and the hold that it says was made.
fn result(world: &World, order: &Order, answer: Answer) -> (CommandResult, Option<String>) {
    let result = match answer {
        Answer::Authorised(payment) => {
            let made = Some(payment.clone());
            return (CommandResult::Authorised(hold(payment)), made);
        }
        Answer::Declined => CommandResult::Declined(String::new()),
        Answer::Done => CommandResult::Done,
        Answer::Conflict => CommandResult::Conflict,
        Answer::NotDone => not_done(),
        Answer::Open(mut open) => {
            if *order == Order::LookUp(None) {
                open.retain(|payment| world.journal.owner(payment).is_none());
            }
            CommandResult::OpenHolds(open.into_iter().map(hold).collect())
        }
    };
    (result, None)
}

fn not_done() -> CommandResult {
    CommandResult::NotDone(String::new())
}

fn hold(payment: String) -> Hold {
    Hold {
        payment,
        amount: HOLD,
    }
}

fn card(read: &str) -> CardRead {
    CardRead {
        terminal: TERMINAL.into(),
        read: read.into(),
        card: Card {
            scheme: CardScheme::Visa,
            last_four: None,
            reference: CardReference { high: 0, low: 1 },
        },
    }
}

fn meter(reading: Reading) -> MeterReading {
    MeterReading {
        energy: reading.energy * 1_000,
        at: reading.at,
    }
}

fn session_of(command: &str) -> &str {
    command.split('/').next().unwrap_or_default()
}

/// Whether showing the card again means that the driver wants to leave.
pub(crate) fn is_running(phase: Option<Phase>) -> bool {
    matches!(
        phase,
        Some(Phase::Authorising | Phase::Starting | Phase::Charging | Phase::Stopping)
    )
}
