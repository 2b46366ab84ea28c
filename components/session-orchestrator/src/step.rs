//! One step: which part of the flow an event belongs to, and what a step hands out.

use chargetap_contract::session::{
    Action, Alert, Attention, Command, Decision, Event, Message, MeterReading, Outcome, Policy,
    Refusal, Requester, Stopped,
};

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::terminal::CardRead;

use crate::session::{Session, Stage};
use crate::{authorisation, charging, closing, correcting};

/// How long a text stays on the terminal's screen, in milliseconds.
const MESSAGE_VISIBLE_FOR: u64 = 6_000;

/// Decide what an event means for a session; see `orchestration.step` in the contract.
///
/// # Errors
/// A [`Refusal`] leaves the session as it was.
pub fn step(
    policy: &Policy,
    state: Option<&[u8]>,
    event: Event,
    now: u64,
) -> Result<Decision, Refusal> {
    let mut step = match state {
        None => begin(policy, event, now)?,
        Some(state) => {
            let mut session = Session::decode(state)?;
            session.steps = session.steps.saturating_add(1);
            let mut step = Step {
                policy,
                now,
                session,
                commands: Vec::new(),
                deadline: None,
            };
            step.apply(event)?;
            step
        }
    };
    step.deadline = step
        .deadline
        .filter(|_| !matches!(step.session.stage, Stage::Ended(_)));
    Ok(Decision {
        view: step.session.view(),
        state: step.session.encode()?,
        commands: step.commands,
        deadline: step.deadline,
    })
}

fn begin(policy: &Policy, event: Event, now: u64) -> Result<Step<'_>, Refusal> {
    match event {
        Event::CardPresented(tap) => Ok(authorisation::begin(policy, tap, now)),
        Event::EvseOccupied(read) => Ok(authorisation::refuse(policy, read, now)),
        Event::OrphanHoldFound(orphan) => Ok(closing::begin_with_orphan(policy, orphan, now)),
        _ => Err(Refusal::NoSession),
    }
}

/// A step in the making.
pub(crate) struct Step<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: u64,
    pub(crate) session: Session,
    pub(crate) commands: Vec<Command>,
    /// When the session wants to be stepped again without an event.
    pub(crate) deadline: Option<u64>,
}

impl Step<'_> {
    fn apply(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::CardPresented(tap) => self.card_presented(&tap.read),
            Event::CommandEnded(Outcome { command, result }) => {
                let kind = command.rsplit('/').next().unwrap_or_default();
                match kind {
                    "look-up-before" => authorisation::looked(self, result),
                    "authorise" | "look-up-terminal" => authorisation::command_ended(self, result),
                    "start" => charging::start_ended(self, result),
                    "stop" => charging::stop_ended(self, result),
                    "capture" | "cancel" | "look-up-payment" => {
                        closing::command_ended(self, result)
                    }
                    _ => self.not_applicable(),
                }
            }
            Event::PaymentHinted => authorisation::hinted(self),
            Event::ChargingStarted(reading) => charging::started(self, reading),
            Event::MeterRead(reading) => self.meter_read(reading),
            Event::ChargingStopped(stopped) => self.charging_stopped(stopped),
            Event::StopRequested(requester) => self.stop_requested(requester),
            Event::Refunded(amount) => correcting::refunded(self, amount),
            Event::InvoiceRequested(buyer) => correcting::invoice_requested(self, buyer),
            Event::DeadlineReached => self.deadline_reached(),
            Event::EvseOccupied(_) | Event::OrphanHoldFound(_) => self.not_applicable(),
        }
    }

    /// The same card again: the driver wants to leave. Another card has no say.
    fn card_presented(&mut self, read: &CardRead) -> Result<(), Refusal> {
        let same = self
            .session
            .card
            .is_some_and(|card| card.reference == read.card.reference);
        match self.session.stage {
            _ if !same => return self.not_applicable(),
            Stage::Starting { .. } => closing::void(self, NothingTakenReason::CancelledByDriver),
            Stage::Charging { .. } => charging::stop(self),
            _ => return self.not_applicable(),
        }
        Ok(())
    }

    fn meter_read(&mut self, reading: MeterReading) -> Result<(), Refusal> {
        match self.session.stage {
            Stage::Charging { until } => charging::metered(self, reading, until),
            Stage::Stopping { .. } => charging::metered_while_stopping(self, reading),
            _ => return self.not_applicable(),
        }
        Ok(())
    }

    fn charging_stopped(&mut self, stopped: Stopped) -> Result<(), Refusal> {
        match self.session.stage {
            Stage::Charging { .. } | Stage::Stopping { .. } => charging::stopped(self, stopped),
            _ => return correcting::stopped_late(self, stopped),
        }
        Ok(())
    }

    fn stop_requested(&mut self, requester: Requester) -> Result<(), Refusal> {
        match self.session.stage {
            Stage::Starting { .. } => {
                let reason = match requester {
                    Requester::Operator => NothingTakenReason::CancelledByOperator,
                    Requester::Driver => NothingTakenReason::CancelledByDriver,
                };
                closing::void(self, reason);
            }
            Stage::Charging { .. } => charging::stop(self),
            _ => return self.not_applicable(),
        }
        Ok(())
    }

    fn deadline_reached(&mut self) -> Result<(), Refusal> {
        match self.session.stage {
            Stage::Looking { until } => authorisation::look_deadline_reached(self, until),
            Stage::Authorising { .. } => authorisation::deadline_reached(self),
            Stage::Starting { until, .. } => charging::start_deadline_reached(self, until),
            Stage::Charging { until } => charging::go_on(self, until),
            Stage::Stopping { until, .. } => charging::stop_deadline_reached(self, until),
            Stage::Closing(_) => closing::deadline_reached(self),
            Stage::Ended(_) => return self.not_applicable(),
        }
        Ok(())
    }

    pub(crate) fn not_applicable(&self) -> Result<(), Refusal> {
        Err(Refusal::NotApplicable(self.session.stage.phase()))
    }

    /// Ask the host for `action`. A session has at most one command of each kind; asking again
    /// repeats it under the same id.
    pub(crate) fn command(&mut self, kind: &str, action: Action) {
        let id = format!("{}/{kind}", self.session.id);
        self.commands.push(Command { id, action });
    }

    /// Call a person, and say what to do. Every call is a command of its own.
    pub(crate) fn alert(&mut self, reason: Attention, next_action: impl Into<String>) {
        let kind = format!("{}/{}/alert", self.session.steps, self.commands.len());
        let next_action = next_action.into();
        self.command(
            &kind,
            Action::RaiseAlert(Alert {
                reason,
                next_action,
            }),
        );
    }

    /// Put a text on the terminal's screen. Every message is a command of its own.
    pub(crate) fn show(&mut self, text: impl Into<String>) {
        let kind = format!("{}/{}/message", self.session.steps, self.commands.len());
        self.command(
            &kind,
            Action::ShowMessage(Message {
                terminal: self.session.terminal.clone(),
                text: text.into(),
                visible_for: MESSAGE_VISIBLE_FOR,
            }),
        );
    }
}
