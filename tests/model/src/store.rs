//! The store: what survives a crash, and the rules by which it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use chargetap_contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
use chargetap_contract::receipt::Subject;
use chargetap_contract::session::{self, Decision, Event, Phase, Policy, Refusal};
use session_orchestrator::step;

/// The driver's session: the arming id.
pub const DRIVER: &str = "read";
/// The terminal's serial number.
pub const TERMINAL: &str = "t";
/// What the terminal is armed for, in minor units.
pub const HOLD: u64 = 500;
/// Less is not captured, in minor units.
pub const MINIMUM: u64 = 250;
/// What a kilowatt-hour costs, in minor units, without VAT.
pub const PER_KWH: u64 = 200;

/// A lost authorisation is looked up three times, and an unconfirmed start or stop is repeated
/// once.
static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy {
    tariff: Tariff {
        currency: "EUR".into(),
        tax_included: false,
        elements: vec![TariffElement {
            components: vec![PriceComponent {
                dimension: Dimension::Energy,
                price: PER_KWH * 1_000,
                vat_rate: None,
                step_size: 1,
            }],
            restrictions: vec![],
        }],
        min_price: None,
        max_price: None,
        preauthorize_amount: None,
    },
    utc_offsets: vec![],
    currency_decimals: 2,
    minimum_capture: MINIMUM,
    authorise_timeout: 6_000,
    plug_in_timeout: 15_000,
    maximum_duration: 60_000,
    hold_lifetime: 30 * 24 * 60 * 60 * 1_000,
    stop_timeout: 15_000,
    offline_timeout: 0,
    maximum_power: 500_000,
});

/// What is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    /// Sessions by id.
    pub sessions: BTreeMap<String, Stored>,
    /// Commands by id.
    pub commands: BTreeMap<String, Command>,
    /// The keys of deliveries that were applied.
    pub deliveries: BTreeSet<String>,
    /// Receipts by session; the first one stays.
    pub receipts: BTreeMap<String, Receipt>,
    /// Sessions for which a person was called.
    pub alerts: BTreeSet<String>,
    /// The register when the transaction began, as far as the driver's session knows.
    pub began_at: Option<u64>,
    /// The register when it ended, as far as the driver's session knew when the price was made final.
    pub ended_at: Option<u64>,
}

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    state: Vec<u8>,
    /// Its phase.
    pub phase: Phase,
    /// The payment session that it claims.
    pub payment: Option<String>,
    /// Its deadline.
    pub deadline: Option<u64>,
}

impl Hash for Stored {
    /// Phase and payment follow from the state.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state.hash(hasher);
        self.deadline.hash(hasher);
    }
}

/// A command on record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Command {
    /// What is to be done.
    pub order: Order,
    /// How far it got.
    pub status: Status,
}

/// How far a command got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It waits to be executed.
    Pending,
    /// It may have been sent.
    Sent,
    /// Its outcome is stored, or no session needs it.
    Done,
}

/// What a command asks for, reduced to what matters here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Make the hold.
    Authorise,
    /// Close a hold.
    Close(String, Close),
    /// List the open holds that no session knows, or this one if it is open.
    LookUp(Option<String>),
    /// Tell the station to start.
    Start,
    /// Tell the station to stop.
    Stop,
    /// Keep a receipt.
    Receipt(Receipt),
    /// Call a person.
    Alert,
}

/// How a hold is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Close {
    /// This amount is taken, in minor units, and the rest released.
    Capture(u64),
    /// Everything is released.
    Void,
}

/// The amounts on a receipt, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    /// What was taken.
    pub captured: u64,
    /// What was given back.
    pub released: u64,
}

impl Order {
    /// `None`: a text for the terminal's screen, which the model leaves out.
    fn of(action: session::Action) -> Option<Self> {
        Some(match action {
            session::Action::Authorise(_) => Self::Authorise,
            session::Action::Capture(capture) => {
                Self::Close(capture.target.payment, Close::Capture(capture.amount))
            }
            session::Action::Cancel(cancel) => Self::Close(cancel.target.payment, Close::Void),
            session::Action::LookUp(look_up) => Self::LookUp(look_up.payment),
            session::Action::StartCharging(_) => Self::Start,
            session::Action::StopCharging(_) => Self::Stop,
            session::Action::ShowMessage(_) => return None,
            session::Action::IssueReceipt(Subject::Session(summary)) => Self::Receipt(Receipt {
                captured: summary.captured,
                released: summary.released,
            }),
            // The model has no refunds and no invoices.
            session::Action::IssueReceipt(_) => return None,
            session::Action::RaiseAlert(_) => Self::Alert,
        })
    }

    /// Whether it is done by the host alone, and so may simply be done again.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Receipt(_) | Self::Alert)
    }
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is stored, with what was decided.
    Yes,
    /// The same delivery was applied before.
    Duplicate,
    /// Another session has the hold.
    HoldClaimed,
    /// The session has no use for it.
    Refused,
}

impl Store {
    /// Apply an event to a session. `delivery` drops a repetition, `ended` is the command whose
    /// outcome the event is.
    ///
    /// # Panics
    /// The orchestrator does not know its own state.
    pub fn apply(
        &mut self,
        session: &str,
        event: Event,
        now: u64,
        delivery: Option<String>,
        ended: Option<&str>,
    ) -> Applied {
        if delivery
            .as_ref()
            .is_some_and(|key| self.deliveries.contains(key))
        {
            return Applied::Duplicate;
        }
        let state = self.sessions.get(session).map(|stored| &stored.state[..]);
        let Decision {
            state,
            view,
            commands,
            deadline,
        } = match step(&POLICY, state, event, now) {
            Ok(decision) => decision,
            Err(Refusal::NotApplicable(_) | Refusal::NoSession) => return Applied::Refused,
            Err(refusal) => panic!("{session}: {refusal:?}"),
        };
        let payment = view.hold.map(|hold| hold.payment);
        let claimed = payment
            .as_ref()
            .is_some_and(|payment| self.owner(payment).is_some_and(|owner| owner != session));
        if claimed {
            return Applied::HoldClaimed;
        }
        let stored = Stored {
            state,
            phase: view.phase,
            payment,
            deadline,
        };
        self.sessions.insert(session.to_owned(), stored);
        self.deliveries.extend(delivery);
        if let Some(command) = ended.and_then(|ended| self.commands.get_mut(ended)) {
            command.status = Status::Done;
        }
        for session::Command { id, action } in commands {
            if let Some(order) = Order::of(action) {
                let status = Status::Pending;
                self.commands.insert(id, Command { order, status });
            }
        }
        Applied::Yes
    }

    /// A command ended without an event for its session.
    pub fn complete(&mut self, command: &str) {
        if let Some(command) = self.commands.get_mut(command)
            && command.status == Status::Sent
        {
            command.status = Status::Done;
        }
    }

    /// A command is to be sent once more.
    pub fn repeat(&mut self, command: &str) {
        if let Some(command) = self.commands.get_mut(command)
            && command.status == Status::Sent
        {
            command.status = Status::Pending;
        }
    }

    /// The session that claims a payment session.
    #[must_use]
    pub fn owner(&self, payment: &str) -> Option<&str> {
        self.sessions
            .iter()
            .find(|(_, stored)| stored.payment.as_deref() == Some(payment))
            .map(|(session, _)| session.as_str())
    }

    /// Where the driver's session stands, if it began.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.sessions.get(DRIVER).map(|stored| stored.phase)
    }

    /// Whether a hold is being made at the terminal.
    #[must_use]
    pub fn is_authorising(&self) -> bool {
        self.phase() == Some(Phase::Authorising)
    }

    /// The session whose deadline comes first.
    #[must_use]
    pub fn next_deadline(&self) -> Option<(u64, &str)> {
        self.sessions
            .iter()
            .filter_map(|(session, stored)| Some((stored.deadline?, session.as_str())))
            .min()
    }
}

/// Whether a session in this phase has ended.
#[must_use]
pub fn is_end(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Settled
            | Phase::Cancelled
            | Phase::Declined
            | Phase::FailedNothingTaken
            | Phase::NeedsAttention
    )
}
