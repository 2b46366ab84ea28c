//! A session under test, with its time.

use chargetap_contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
use chargetap_contract::receipt::{Subject, Summary};
use chargetap_contract::screen::Message;
use chargetap_contract::session::{
    Action, Attention, Command, CommandResult, Decision, Event, Evse, MeterReading, Outcome, Phase,
    Policy, Refusal, Stopped, Tap, View,
};
use chargetap_contract::terminal::{Card, CardRead, CardReference, CardScheme, Hold};
use session_orchestrator::step;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const ID: &str = "0123456789ABCDEFGHJK";
const BEGIN: u64 = 1_750_000_000_000;

/// 0.49 a kWh and 0.25 a session, 25 % VAT; 50.00 is held.
pub(crate) fn policy() -> Policy {
    Policy {
        tariff: Tariff {
            currency: "EUR".into(),
            tax_included: false,
            elements: vec![TariffElement {
                components: vec![
                    component(Dimension::Energy, 49_000),
                    component(Dimension::Flat, 25_000),
                ],
                restrictions: vec![],
            }],
            min_price: None,
            max_price: None,
            preauthorize_amount: None,
        },
        utc_offsets: vec![],
        currency_decimals: 2,
        minimum_capture: 50,
        authorise_timeout: MINUTE,
        plug_in_timeout: 5 * MINUTE,
        maximum_duration: DAY,
        hold_lifetime: 7 * DAY,
        stop_timeout: 2 * MINUTE,
        offline_timeout: 60 * 60_000,
        maximum_power: 500_000,
    }
}

fn component(dimension: Dimension, price: u64) -> PriceComponent {
    PriceComponent {
        dimension,
        price,
        vat_rate: Some(2_500),
        step_size: 1,
    }
}

pub(crate) fn hold() -> Hold {
    Hold {
        payment: "pay-1".into(),
        amount: 5_000,
    }
}

pub(crate) fn card(low: u64) -> Tap {
    Tap {
        read: CardRead {
            terminal: "P66-1".into(),
            read: ID.into(),
            card: Card {
                scheme: CardScheme::Visa,
                last_four: Some(1_234),
                reference: CardReference { high: 7, low },
            },
            application: None,
        },
        told_price: None,
        evse: Some(Evse {
            station: "CT-1".into(),
            connector: 1,
        }),
    }
}

pub(crate) struct Session {
    pub(crate) policy: Policy,
    pub(crate) now: u64,
    pub(crate) state: Option<Vec<u8>>,
    /// For how long the station has been able to deliver what it queued.
    pub(crate) reachable_for: Option<u64>,
    /// What the last step decided.
    pub(crate) last: Option<Decision>,
    /// Every command that any step asked for.
    pub(crate) asked: Vec<Command>,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self {
            policy: policy(),
            now: BEGIN,
            state: None,
            reachable_for: Some(HOUR),
            last: None,
            asked: Vec::new(),
        }
    }

    /// A session whose card was just shown.
    pub(crate) fn tapped() -> Self {
        let mut session = Self::new();
        session.apply(Event::CardPresented(card(1)));
        session
    }

    /// A session that asked for its hold, where no other was open.
    pub(crate) fn authorising() -> Self {
        let mut session = Self::tapped();
        session.ended("look-up-before", CommandResult::OpenHolds(vec![]));
        session
    }

    /// A session whose money is reserved.
    pub(crate) fn authorised() -> Self {
        let mut session = Self::authorising();
        session.ended("authorise", CommandResult::Authorised(hold()));
        session
    }

    /// A session whose transaction began at 1,000 Wh.
    pub(crate) fn charging() -> Self {
        let mut session = Self::authorised();
        let reading = session.reading(0);
        session.apply(Event::ChargingStarted(reading));
        session
    }

    /// A session that delivered 7,420 Wh, which cost 4.86, and is being captured.
    pub(crate) fn capturing() -> Self {
        let mut session = Self::charging();
        session.pass(30 * MINUTE);
        session.stop_at(7_420);
        session
    }

    pub(crate) fn pass(&mut self, duration: u64) {
        self.now += duration;
    }

    pub(crate) fn try_apply(&mut self, event: Event) -> Result<(), Refusal> {
        let decision = step(&self.policy, self.state.as_deref(), event, self.now)?;
        self.state = Some(decision.state.clone());
        self.asked.extend(decision.commands.iter().cloned());
        self.last = Some(decision);
        Ok(())
    }

    #[track_caller]
    pub(crate) fn apply(&mut self, event: Event) {
        self.try_apply(event).unwrap();
    }

    #[track_caller]
    pub(crate) fn ended(&mut self, kind: &str, result: CommandResult) {
        let command = format!("{ID}/{kind}");
        self.apply(Event::CommandEnded(Outcome { command, result }));
    }

    /// Let the time pass until the deadline of the last decision, and step the session.
    #[track_caller]
    pub(crate) fn reach_deadline(&mut self) {
        self.now = self.deadline().expect("a deadline");
        self.apply(Event::DeadlineReached(self.reachable_for));
    }

    pub(crate) fn reading(&self, energy: u64) -> MeterReading {
        MeterReading {
            energy: 1_000 + energy,
            at: self.now,
        }
    }

    #[track_caller]
    pub(crate) fn meter(&mut self, energy: u64) {
        let reading = self.reading(energy);
        self.apply(Event::MeterRead(reading));
    }

    #[track_caller]
    pub(crate) fn stop_at(&mut self, energy: u64) {
        let reading = self.reading(energy);
        self.apply(Event::ChargingStopped(stopped(reading, "EVDisconnected")));
    }

    pub(crate) fn view(&self) -> &View {
        &self.last.as_ref().unwrap().view
    }

    pub(crate) fn phase(&self) -> Phase {
        self.view().phase
    }

    pub(crate) fn deadline(&self) -> Option<u64> {
        self.last.as_ref().unwrap().deadline
    }

    /// The kinds of the commands that the last step asked for.
    pub(crate) fn commands(&self) -> Vec<&str> {
        let commands = &self.last.as_ref().unwrap().commands;
        commands
            .iter()
            .map(|command| command.id.rsplit('/').next().unwrap())
            .collect()
    }

    /// How often any step asked for a command of this kind.
    pub(crate) fn times_asked(&self, kind: &str) -> usize {
        self.asked
            .iter()
            .filter(|command| command.id == format!("{ID}/{kind}"))
            .count()
    }

    /// The amount of the capture that the last step asked for.
    pub(crate) fn capture(&self) -> Option<u64> {
        let commands = &self.last.as_ref().unwrap().commands;
        commands.iter().find_map(|command| match &command.action {
            Action::Capture(capture) => Some(capture.amount),
            _ => None,
        })
    }

    /// What the last step puts on the terminal's screen.
    #[track_caller]
    pub(crate) fn shown(&self) -> &Message {
        let commands = &self.last.as_ref().unwrap().commands;
        let mut messages = commands.iter().filter_map(|command| match &command.action {
            Action::ShowMessage(show) => Some(&show.message),
            _ => None,
        });
        messages.next().expect("a message")
    }

    /// The reasons for which any step called a person.
    pub(crate) fn alerts(&self) -> Vec<Attention> {
        let alerts = self.asked.iter().filter_map(|it| match &it.action {
            Action::RaiseAlert(alert) => Some(alert.reason),
            _ => None,
        });
        alerts.collect()
    }

    /// Every receipt of the session, refunds and invoices included.
    pub(crate) fn receipts(&self) -> impl Iterator<Item = &Subject> {
        self.asked
            .iter()
            .filter_map(|command| match &command.action {
                Action::IssueReceipt(subject) => Some(subject),
                _ => None,
            })
    }

    /// The only receipt of what was taken, or that nothing was.
    #[track_caller]
    pub(crate) fn receipt(&self) -> &Summary {
        let mut receipts = self.receipts().filter_map(|subject| match subject {
            Subject::Session(summary) => Some(summary),
            _ => None,
        });
        let receipt = receipts.next().expect("a receipt");
        assert!(receipts.next().is_none(), "one receipt");
        receipt
    }
}

/// The end of a transaction, with its reading.
pub(crate) fn stopped(reading: MeterReading, reason: &str) -> Stopped {
    let MeterReading { energy, at } = reading;
    Stopped {
        at,
        energy: Some(energy),
        reason: reason.into(),
    }
}
